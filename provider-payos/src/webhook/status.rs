//! The meaning of the codes of webhooks and of their registration.

use payments_core::DeclineReason;

use crate::envelope::GOOD;

/// Returns `true` if `data.code` of a delivery means that money arrived. It is not known whether
/// payOS sends other codes; they do not count as money.
pub(crate) fn is_money(code: &str) -> bool {
    code == GOOD
}

/// Returns the meaning of a code of a refused registration (source: payos.vn/docs, API:
/// confirm-webhook; merchants' logs for 20).
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
