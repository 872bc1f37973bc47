//! Converts the words of the User API and of webhooks to the core's values. They are interpreted
//! only here.

use payments_core::Direction;

/// Interprets `transferType` and `transfer_type`, without regard to case.
pub(crate) fn direction(word: &str) -> Option<Direction> {
    let is = |known: &str| word.trim().eq_ignore_ascii_case(known);
    match (is("in"), is("out")) {
        (true, _) => Some(Direction::In),
        (_, true) => Some(Direction::Out),
        _ => None,
    }
}

/// Returns `true` for a success: `200` in most places, `"success"` in orders. Samples of single
/// rows have no status.
pub(super) fn is_v1_success(status: Option<&str>) -> bool {
    matches!(status, None | Some("200" | "success"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_documented_directions_map_in_any_case_and_an_invented_one_is_none() {
        for (word, expected) in [
            ("in", Some(Direction::In)),
            ("IN", Some(Direction::In)),
            (" In\t", Some(Direction::In)),
            ("out", Some(Direction::Out)),
            ("OUT ", Some(Direction::Out)),
            ("", None),
            ("i n", None),
            ("ins", None),
            ("both", None),
        ] {
            assert_eq!(direction(word), expected, "{word:?}");
        }
    }

    #[test]
    fn only_the_two_words_of_a_success_or_none_say_so() {
        for (word, expected) in [
            (None, true),
            (Some("200"), true),
            (Some("success"), true),
            (Some("201"), false),
            (Some("error"), false),
            (Some("404"), false),
            (Some(""), false),
        ] {
            assert_eq!(is_v1_success(word), expected, "{word:?}");
        }
    }
}
