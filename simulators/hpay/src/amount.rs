//! Amounts as HPay writes them.

/// Reads a whole number of at least one digit, without sign, separator or leading zero.
pub(crate) fn whole(text: &str) -> Option<i64> {
    let is_plain = text.bytes().all(|byte| byte.is_ascii_digit());
    let has_leading_zero = text.len() > 1 && text.starts_with('0');
    if is_plain && !has_leading_zero { text.parse().ok() } else { None }
}

/// `101747939` as `101,747,939`.
pub(crate) fn with_commas(amount: i64) -> String {
    let digits = amount.unsigned_abs().to_string();
    let mut text = String::from(if amount < 0 { "-" } else { "" });
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_plain_digits_are_an_amount() {
        assert_eq!(whole("20000"), Some(20_000));
        assert_eq!(whole("0"), Some(0));
        for refused in ["", "-1", "+1", "1.0", "1,000", "007", " 1", "9223372036854775808"] {
            assert_eq!(whole(refused), None, "{refused:?}");
        }
    }

    #[test]
    fn a_balance_has_commas() {
        assert_eq!(with_commas(101_747_939), "101,747,939");
        assert_eq!(with_commas(999), "999");
        assert_eq!(with_commas(-1_000), "-1,000");
    }
}
