//! Conversion of states. An undocumented state is uncertain.

use payments_core::{
    DeclineReason,
    payment::{PaymentState, RefundState},
    payout::PayoutState,
    virtual_account::VirtualAccountState,
};

/// Returns the state of a payment. Whether it is short, exact or over follows from the amounts.
pub(in crate::provider) fn payment_state(word: &str) -> PaymentState {
    match word {
        "open" => PaymentState::Open,
        "processing" => PaymentState::Processing,
        "short" | "settled" | "over" => PaymentState::Settled,
        "expired" => PaymentState::Expired,
        "cancelled" => PaymentState::Cancelled,
        "failed" => PaymentState::Failed,
        "refunded" => PaymentState::Refunded,
        _ => PaymentState::Uncertain,
    }
}

pub(super) fn refund_state(word: &str) -> RefundState {
    match word {
        "done" => RefundState::Done,
        _ => RefundState::Uncertain,
    }
}

pub(super) fn virtual_account_state(word: &str) -> VirtualAccountState {
    match word {
        "open" => VirtualAccountState::Open,
        "partly_paid" => VirtualAccountState::PartlyPaid,
        "paid" => VirtualAccountState::Paid,
        "closed" => VirtualAccountState::Closed,
        "expired" => VirtualAccountState::Expired,
        _ => VirtualAccountState::Uncertain,
    }
}

pub(super) fn payout_state(word: &str) -> PayoutState {
    match word {
        "awaiting_approval" => PayoutState::AwaitingApproval,
        "pending" => PayoutState::Pending,
        "succeeded" => PayoutState::Succeeded,
        "failed" => PayoutState::Failed,
        "reversed" => PayoutState::Reversed,
        // This includes "undecided", which means that the gateway itself has not decided.
        _ => PayoutState::Uncertain,
    }
}

/// Returns the reason why a payout failed or was returned. An undocumented code becomes `Other`.
pub(super) fn failure_reason(code: &str) -> DeclineReason {
    match code {
        "account_closed" | "returned" => DeclineReason::Beneficiary,
        _ => DeclineReason::Other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_documented_code_of_a_failure_maps() {
        for (code, reason) in [
            ("account_closed", DeclineReason::Beneficiary),
            ("returned", DeclineReason::Beneficiary),
            ("not_approved", DeclineReason::Other),
            ("out_of_ink", DeclineReason::Other),
        ] {
            assert_eq!(failure_reason(code), reason, "{code}");
        }
    }

    #[test]
    fn every_documented_word_for_a_payment_maps() {
        let table = [
            ("open", PaymentState::Open),
            ("processing", PaymentState::Processing),
            ("short", PaymentState::Settled),
            ("settled", PaymentState::Settled),
            ("over", PaymentState::Settled),
            ("expired", PaymentState::Expired),
            ("cancelled", PaymentState::Cancelled),
            ("failed", PaymentState::Failed),
            ("refunded", PaymentState::Refunded),
        ];
        for (word, state) in table {
            assert_eq!(payment_state(word), state, "{word}");
        }
    }

    #[test]
    fn every_documented_word_for_a_virtual_account_maps() {
        let table = [
            ("open", VirtualAccountState::Open),
            ("partly_paid", VirtualAccountState::PartlyPaid),
            ("paid", VirtualAccountState::Paid),
            ("closed", VirtualAccountState::Closed),
            ("expired", VirtualAccountState::Expired),
        ];
        for (word, state) in table {
            assert_eq!(virtual_account_state(word), state, "{word}");
        }
    }

    #[test]
    fn every_documented_word_for_a_payout_or_refund_maps() {
        let table = [
            ("awaiting_approval", PayoutState::AwaitingApproval),
            ("pending", PayoutState::Pending),
            ("undecided", PayoutState::Uncertain),
            ("succeeded", PayoutState::Succeeded),
            ("failed", PayoutState::Failed),
            ("reversed", PayoutState::Reversed),
        ];
        for (word, state) in table {
            assert_eq!(payout_state(word), state, "{word}");
        }
        assert_eq!(refund_state("done"), RefundState::Done);
    }

    #[test]
    fn an_invented_word_is_uncertain() {
        for word in ["", "SETTLED", "settled ", "success", "paid_out"] {
            assert_eq!(payment_state(word), PaymentState::Uncertain, "{word:?}");
            assert_eq!(payout_state(word), PayoutState::Uncertain, "{word:?}");
            assert_eq!(refund_state(word), RefundState::Uncertain, "{word:?}");
            assert_eq!(virtual_account_state(word), VirtualAccountState::Uncertain, "{word:?}");
        }
    }
}
