//! Determines whether a list has another page.

/// Returns `true` if another page follows a page of `rows` rows and this `has_more`.
///
/// An empty page is always the last one, so that a list always ends. Without `has_more`, a page
/// that is not full is the last one.
pub(crate) fn more(has_more: Option<bool>, rows: usize, per_page: usize) -> bool {
    rows > 0 && has_more.unwrap_or(rows >= per_page)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_goes_on_as_sepay_says_and_always_ends() {
        for (has_more, rows, goes_on) in [
            (Some(true), 100, true),
            (Some(true), 1, true),
            (Some(true), 0, false),
            (Some(false), 100, false),
            (None, 100, true),
            (None, 99, false),
        ] {
            assert_eq!(more(has_more, rows, 100), goes_on, "{has_more:?} with {rows}");
        }
    }
}
