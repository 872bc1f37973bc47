//! The meaning of the states and codes of payouts.

use payments_core::{DeclineReason, payout::PayoutState};

/// Returns the state of a payout from the state of its transaction, if there is one, and from the
/// state of its approval (npm `@payos/node` 2.0.5, `PayoutApprovalState` and
/// `PayoutTransactionState`).
///
/// Only the transaction shows that money left. `SUCCEEDED` as a state of the approval exists in the
/// samples of the reference but in no library, so it is not decisive.
pub(crate) fn state(approval: &str, transaction: Option<&str>) -> PayoutState {
    match transaction {
        Some("SUCCEEDED") => PayoutState::Succeeded,
        Some("FAILED" | "CANCELLED") => PayoutState::Failed,
        Some("REVERSED") => PayoutState::Reversed,
        Some("RECEIVED" | "PROCESSING" | "ON_HOLD") => match approval {
            "DRAFTING" | "SUBMITTED" => PayoutState::AwaitingApproval,
            // The approval and the transaction contradict each other.
            "REJECTED" | "CANCELLED" | "FAILED" => PayoutState::Uncertain,
            _ => PayoutState::Pending,
        },
        Some(_) => PayoutState::Uncertain,
        None => match approval {
            "DRAFTING" | "SUBMITTED" => PayoutState::AwaitingApproval,
            "APPROVED" | "SCHEDULED" | "PROCESSING" => PayoutState::Pending,
            "REJECTED" | "CANCELLED" | "FAILED" => PayoutState::Failed,
            _ => PayoutState::Uncertain,
        },
    }
}

/// Returns the meaning of a code of a refusal (source: payos.vn/docs, API: payouts; merchants'
/// logs). payOS publishes no list of codes; any other code leaves a payout uncertain.
pub(crate) fn refusal(code: &str) -> Option<DeclineReason> {
    Some(match code {
        "20" => DeclineReason::InvalidRequest,
        "201" | "401" => DeclineReason::Authentication,
        "403" => DeclineReason::Permission,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_transaction_says_that_money_left() {
        for (approval, transaction, expected) in [
            ("COMPLETED", Some("SUCCEEDED"), PayoutState::Succeeded),
            ("PARTIAL_COMPLETED", Some("FAILED"), PayoutState::Failed),
            ("PROCESSING", Some("CANCELLED"), PayoutState::Failed),
            ("COMPLETED", Some("REVERSED"), PayoutState::Reversed),
            ("APPROVED", Some("RECEIVED"), PayoutState::Pending),
            ("PROCESSING", Some("PROCESSING"), PayoutState::Pending),
            ("PROCESSING", Some("ON_HOLD"), PayoutState::Pending),
            ("SUCCEEDED", Some("RECEIVED"), PayoutState::Pending),
            ("SUBMITTED", Some("RECEIVED"), PayoutState::AwaitingApproval),
            ("REJECTED", Some("PROCESSING"), PayoutState::Uncertain),
            ("COMPLETED", Some("TELEPORTED"), PayoutState::Uncertain),
            ("DRAFTING", None, PayoutState::AwaitingApproval),
            ("SUBMITTED", None, PayoutState::AwaitingApproval),
            ("APPROVED", None, PayoutState::Pending),
            ("SCHEDULED", None, PayoutState::Pending),
            ("PROCESSING", None, PayoutState::Pending),
            ("REJECTED", None, PayoutState::Failed),
            ("CANCELLED", None, PayoutState::Failed),
            ("FAILED", None, PayoutState::Failed),
            ("COMPLETED", None, PayoutState::Uncertain),
            ("PARTIAL_COMPLETED", None, PayoutState::Uncertain),
            ("SUCCEEDED", None, PayoutState::Uncertain),
            ("TELEPORTED", None, PayoutState::Uncertain),
        ] {
            assert_eq!(state(approval, transaction), expected, "{approval} {transaction:?}");
        }
    }

    #[test]
    fn codes_about_links_decide_nothing_about_payouts() {
        assert_eq!(refusal("20"), Some(DeclineReason::InvalidRequest));
        assert_eq!(refusal("201"), Some(DeclineReason::Authentication));
        assert_eq!(refusal("401"), Some(DeclineReason::Authentication));
        assert_eq!(refusal("403"), Some(DeclineReason::Permission));
        for code in ["", "00", "101", "214", "231", "429", "500"] {
            assert_eq!(refusal(code), None, "{code}");
        }
    }
}
