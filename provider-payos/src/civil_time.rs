//! Parses the times that payOS writes.

use payments_core::Timestamp;

/// Parses a time. A time without a zone is in Vietnamese time, because payOS's responses have shown
/// the same moment with `+07:00`. `None` if the text is not a time.
pub(crate) fn read(text: &str) -> Option<Timestamp> {
    Timestamp::from_vietnam_civil(text).or_else(|_| text.parse()).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_without_a_zone_is_vietnams() {
        for (text, seconds) in [
            ("2023-02-04 18:25:00", Some(1_675_509_900)),
            ("2023-02-04T18:25:00+07:00", Some(1_675_509_900)),
            ("2023-02-04T11:25:00.123Z", Some(1_675_509_900)),
            ("yesterday", None),
            ("", None),
        ] {
            assert_eq!(read(text).map(Timestamp::unix_seconds), seconds, "{text}");
        }
    }
}
