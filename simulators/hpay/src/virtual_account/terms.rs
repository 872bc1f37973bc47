//! The rules for the name, remark and time limit of a virtual account.
//!
//! The reference names the codes (045 to 049) and few of the rules behind them. Where it is silent,
//! the rule here is the most permissive reading.

use crate::{codes::account as code, fields::Fields, response::Refusal};

const DEFAULT_LIMIT: i64 = 24 * 3600;
const LONGEST_LIMIT: i64 = 7 * 24 * 3600;
const LONGEST_NAME: usize = 100;
const LONGEST_REMARK: usize = 50;

/// The name under `field`: letters, digits and spaces.
pub(crate) fn name(fields: &Fields, field: &str) -> Result<String, Refusal> {
    let name = fields.text(field);
    if name.trim().is_empty() || name.chars().count() > LONGEST_NAME || !is_plain(name) {
        return Err(Refusal(code::INVALID_NAME));
    }
    Ok(name.to_owned())
}

/// The remark, if any: at most 50 letters, digits and spaces.
pub(crate) fn remark(fields: &Fields) -> Result<String, Refusal> {
    let remark = fields.text("remark");
    if remark.chars().any(char::is_control) || (!remark.is_empty() && remark.trim().is_empty()) {
        return Err(Refusal(code::INVALID_REMARK));
    }
    if remark.chars().count() > LONGEST_REMARK {
        return Err(Refusal(code::LONG_REMARK));
    }
    if !is_plain(remark) {
        return Err(Refusal(code::SPECIAL_CHARACTERS));
    }
    Ok(remark.to_owned())
}

/// The time limit under `field`, in seconds since the Unix epoch: 24 hours from now unless
/// given, at most 7 days, and not past.
pub(crate) fn time_limit(fields: &Fields, field: &str, now: i64) -> Result<i64, Refusal> {
    let Some(text) = fields.given(field) else { return Ok(now.saturating_add(DEFAULT_LIMIT)) };
    text.parse::<i64>()
        .ok()
        .filter(|limit| *limit > now && *limit <= now.saturating_add(LONGEST_LIMIT))
        .ok_or(Refusal(code::INVALID_TIME_LIMIT))
}

fn is_plain(text: &str) -> bool {
    text.chars().all(|character| character.is_alphanumeric() || character == ' ')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn remark_of(text: &str) -> Result<String, Refusal> {
        let pairs =
            form_urlencoded::Serializer::new(String::new()).append_pair("remark", text).finish();
        remark(&Fields::from_query(&pairs))
    }

    #[test]
    fn a_remark_is_refused_by_what_is_wrong_with_it() {
        assert_eq!(remark_of("DH 001"), Ok("DH 001".to_owned()));
        assert_eq!(remark_of(""), Ok(String::new()));
        assert_eq!(remark_of("DH#001"), Err(Refusal("046")));
        assert_eq!(remark_of(&"a".repeat(51)), Err(Refusal("047")));
        assert_eq!(remark_of("a\nb"), Err(Refusal("048")));
    }

    #[test]
    fn a_time_limit_is_within_seven_days_and_24_hours_unless_given() {
        let limit = |text: &str| time_limit(&Fields::from_query(text), "timeLimit", 1_000);
        assert_eq!(limit(""), Ok(1_000 + 24 * 3600));
        assert_eq!(limit("timeLimit=605800"), Ok(605_800));
        for refused in ["timeLimit=605801", "timeLimit=1000", "timeLimit=soon"] {
            assert_eq!(limit(refused), Err(Refusal("049")), "{refused}");
        }
    }
}
