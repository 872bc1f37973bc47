//! The meaning of the codes of webhooks and of their registration.

use payments_core::DeclineReason;

use crate::envelope::GOOD;

/// Whether `data.code` of a delivery says that money came. Whether payOS ever sends another code is
/// not known: it is no money.
pub(crate) fn is_money(code: &str) -> bool {
    code == GOOD
}

/// A code of a refused registration (payos.vn/docs, API: confirm-webhook; merchants' logs for 20).
pub(crate) fn refusal(code: &str) -> Option<DeclineReason> {
    Some(match code {
        "20" | "400" => DeclineReason::InvalidRequest,
        "214" | "401" => DeclineReason::Authentication,
        "403" => DeclineReason::Permission,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_00_is_money_and_only_documented_codes_refuse() {
        assert!(is_money("00") && !is_money("01") && !is_money("0") && !is_money(""));
        assert_eq!(refusal("20"), Some(DeclineReason::InvalidRequest));
        assert_eq!(refusal("401"), Some(DeclineReason::Authentication));
        assert_eq!(refusal("500"), None);
    }
}
