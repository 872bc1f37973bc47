//! Converts the states and refusals of orders with virtual accounts to the core's values. They are
//! interpreted only here.

use http::StatusCode;
use payments_core::{DeclineReason, virtual_account::VirtualAccountState};

use crate::bank::user_api::order::{OrderStatus, VaStatus};

/// Returns the state for a word about an order (source: SePay API v2, VA orders: quick start).
pub(crate) fn order_status(word: &str) -> OrderStatus {
    match word.to_ascii_lowercase().as_str() {
        "pending" => OrderStatus::Pending,
        "partially" => OrderStatus::Partially,
        "paid" => OrderStatus::Paid,
        "cancelled" | "canceled" => OrderStatus::Cancelled,
        _ => OrderStatus::Other(word.to_owned()),
    }
}

/// Returns the state for a word about a virtual account of an order (the same page).
pub(crate) fn va_status(word: &str) -> VaStatus {
    match word.to_ascii_lowercase().as_str() {
        "unpaid" => VaStatus::Unpaid,
        "paid" => VaStatus::Paid,
        "cancelled" | "canceled" => VaStatus::Cancelled,
        _ => VaStatus::Other(word.to_owned()),
    }
}

/// Converts the state of an order to the core's. SePay has no state for an order whose time is
/// over, because money may still arrive after that time.
pub(crate) fn state(status: &OrderStatus) -> VirtualAccountState {
    match status {
        OrderStatus::Pending => VirtualAccountState::Open,
        OrderStatus::Partially => VirtualAccountState::PartlyPaid,
        OrderStatus::Paid => VirtualAccountState::Paid,
        OrderStatus::Cancelled => VirtualAccountState::Closed,
        OrderStatus::Other(_) => VirtualAccountState::Uncertain,
    }
}

pub(crate) fn va_state(status: &VaStatus) -> VirtualAccountState {
    match status {
        VaStatus::Unpaid => VirtualAccountState::Open,
        VaStatus::Paid => VirtualAccountState::Paid,
        VaStatus::Cancelled => VirtualAccountState::Closed,
        VaStatus::Other(_) => VirtualAccountState::Uncertain,
    }
}

/// Returns the meaning of a refusal that SePay documents (source: SePay API v2: authentication;
/// create order; cancel order; cancel VA). Its rate limit is checked before anything else. Errors
/// of SePay itself or of the bank do not show that nothing was done.
pub(crate) fn refusal(status: StatusCode, code: Option<&str>) -> Option<DeclineReason> {
    match (status.as_u16(), code) {
        (401, _) => Some(DeclineReason::Authentication),
        (403, Some("vcb_cancel_not_allowed")) | (422, Some("invalid_state")) => {
            Some(DeclineReason::State)
        }
        (403, _) => Some(DeclineReason::Permission),
        (400 | 422, _) => Some(DeclineReason::InvalidRequest),
        (404, _) | (429, Some("rate_limited")) => Some(DeclineReason::Other),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_documented_status_maps_and_an_invented_one_is_uncertain() {
        for (text, expected) in [
            ("Pending", VirtualAccountState::Open),
            ("Partially", VirtualAccountState::PartlyPaid),
            ("Paid", VirtualAccountState::Paid),
            ("Cancelled", VirtualAccountState::Closed),
            ("PAID", VirtualAccountState::Paid),
            ("Canceled", VirtualAccountState::Closed),
            ("Expired", VirtualAccountState::Uncertain),
            ("", VirtualAccountState::Uncertain),
        ] {
            assert_eq!(state(&order_status(text)), expected, "{text}");
        }
        for (text, expected) in [
            ("Unpaid", VirtualAccountState::Open),
            ("Paid", VirtualAccountState::Paid),
            ("Cancelled", VirtualAccountState::Closed),
            ("Expired", VirtualAccountState::Uncertain),
        ] {
            assert_eq!(va_state(&va_status(text)), expected, "{text}");
        }
    }

    #[test]
    fn every_documented_refusal_has_its_reason_and_a_failure_is_none() {
        for (status, code, reason) in [
            (400, None, Some(DeclineReason::InvalidRequest)),
            (401, Some("unauthorized"), Some(DeclineReason::Authentication)),
            (403, Some("vcb_cancel_not_allowed"), Some(DeclineReason::State)),
            (403, Some("forbidden"), Some(DeclineReason::Permission)),
            (404, Some("not_found"), Some(DeclineReason::Other)),
            (422, Some("invalid_state"), Some(DeclineReason::State)),
            (422, Some("invalid_tid"), Some(DeclineReason::InvalidRequest)),
            (429, Some("rate_limited"), Some(DeclineReason::Other)),
            (429, None, None),
            (409, Some("conflict"), None),
            (500, Some("vcb_cancel_error"), None),
            (503, Some("vcb_connection_error"), None),
        ] {
            let status = StatusCode::from_u16(status).unwrap();
            assert_eq!(refusal(status, code), reason, "{status} {code:?}");
        }
    }
}
