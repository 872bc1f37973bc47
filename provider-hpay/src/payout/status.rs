//! The meaning of the statuses and codes of payouts.
//!
//! The state of a payout depends on three statuses. In two of them, 3 and 4 have opposite meanings:
//! a *transaction* has failed at 3 and succeeded at 4, whereas a *cashout* has succeeded at 3 and
//! failed at 4 (source: HPay API reference 1.0.0, FB_Transaction Inquiry). Of the refund statuses
//! only 2, "full refund", is accepted, because the samples also have 3 and an empty value, which no
//! list explains.

use payments_core::{DeclineReason, payout::PayoutState};

use crate::error_codes::ErrorCodes;

/// The error codes of payouts (source: HPay API reference 1.0.0, FirmBanking error codes).
pub(crate) static CODES: ErrorCodes = ErrorCodes {
    table: include_str!("../../data/errors_ibft.tsv"),
    success: &[],
    reasons: &[
        ("035", DeclineReason::InsufficientFunds),
        ("4", DeclineReason::Limit),
        // One code for a problem with the address, a parameter or the balance.
        ("008", DeclineReason::Other),
        ("062", DeclineReason::Beneficiary),
        ("066", DeclineReason::Beneficiary),
        ("115", DeclineReason::Beneficiary),
        ("117", DeclineReason::Beneficiary),
        ("118", DeclineReason::Beneficiary),
        ("119", DeclineReason::Beneficiary),
        ("120", DeclineReason::Beneficiary),
        ("122", DeclineReason::Beneficiary),
        ("123", DeclineReason::Beneficiary),
        ("124", DeclineReason::Beneficiary),
        ("127", DeclineReason::Beneficiary),
        ("128", DeclineReason::Beneficiary),
        ("036", DeclineReason::Permission),
        ("20016", DeclineReason::Permission),
    ],
    not_found: &[],
    wrong_signature: &["20015", "001", "010"],
    wrong_address: &[],
};

/// "Cashout request does not exist", and "customer don't have transaction inquiries": HPay has no
/// such payout yet. Shortly after a lost response this proves nothing.
pub(crate) const UNKNOWN_PAYOUT: [&str; 2] = ["217301", "126"];

/// The meaning of the three statuses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct PayoutStatus {
    pub(crate) state: PayoutState,
    /// The statuses contradict each other, so a person must look at the payout.
    pub(crate) contradiction: bool,
}

/// The values of a status to which a rule applies.
enum When {
    Any,
    In(&'static [&'static str]),
    Not(&'static str),
}

struct Rule {
    transaction: When,
    cashout: When,
    refund: When,
    status: PayoutStatus,
}

const fn is(state: PayoutState) -> PayoutStatus {
    PayoutStatus { state, contradiction: false }
}

/// The first rule that applies decides. If none applies, the payout is uncertain. This includes a
/// payout that was debited, refused by the bank and not returned yet (4, 4 and no full refund).
const RULES: &[Rule] = &[
    Rule {
        transaction: When::In(&["4"]),
        cashout: When::In(&["3"]),
        refund: When::Not("2"),
        status: is(PayoutState::Succeeded),
    },
    Rule {
        transaction: When::In(&["4"]),
        cashout: When::In(&["3"]),
        refund: When::In(&["2"]),
        status: is(PayoutState::Reversed),
    },
    Rule {
        transaction: When::In(&["3"]),
        cashout: When::In(&["4"]),
        refund: When::Any,
        status: is(PayoutState::Failed),
    },
    Rule {
        transaction: When::Any,
        cashout: When::In(&["1", "2"]),
        refund: When::Any,
        status: is(PayoutState::Pending),
    },
    Rule {
        transaction: When::In(&["4"]),
        cashout: When::In(&["4"]),
        refund: When::In(&["2"]),
        status: is(PayoutState::Failed),
    },
    Rule {
        transaction: When::In(&["3"]),
        cashout: When::In(&["3"]),
        refund: When::Any,
        status: PayoutStatus { state: PayoutState::Uncertain, contradiction: true },
    },
];

/// Returns the meaning of the statuses of one row.
pub(crate) fn payout_status(transaction: &str, cashout: &str, refund: &str) -> PayoutStatus {
    RULES
        .iter()
        .find(|rule| {
            rule.transaction.matches(transaction)
                && rule.cashout.matches(cashout)
                && rule.refund.matches(refund)
        })
        .map_or(is(PayoutState::Uncertain), |rule| rule.status)
}

impl When {
    fn matches(&self, status: &str) -> bool {
        match self {
            Self::Any => true,
            Self::In(values) => values.contains(&status),
            Self::Not(value) => *value != status,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use payments_core::payout::PayoutState::{Failed, Pending, Reversed, Succeeded, Uncertain};

    const STATUSES: [&str; 10] = ["", "0", "1", "2", "3", "4", "5", "6", "7", "8"];

    /// Returns the meaning of the three statuses, from a written-out table: transaction, cashout,
    /// refund, and their meaning. Combinations that are not listed are uncertain.
    fn expected(transaction: &str, cashout: &str, refund: &str) -> PayoutStatus {
        let (state, contradiction) = match (transaction, cashout, refund) {
            (_, "1" | "2", _) => (Pending, false),
            ("4", "3", "2") => (Reversed, false),
            ("4", "3", _) => (Succeeded, false),
            ("3", "4", _) => (Failed, false),
            ("4", "4", "2") => (Failed, false),
            ("3", "3", _) => (Uncertain, true),
            _ => (Uncertain, false),
        };
        PayoutStatus { state, contradiction }
    }

    #[test]
    fn three_statuses_together_decide_and_what_is_not_listed_is_uncertain() {
        for transaction in STATUSES {
            for cashout in STATUSES {
                for refund in STATUSES {
                    assert_eq!(
                        payout_status(transaction, cashout, refund),
                        expected(transaction, cashout, refund),
                        "transaction {transaction:?}, cashout {cashout:?}, refund {refund:?}"
                    );
                }
            }
        }
    }

    #[test]
    fn a_payout_debited_and_refused_by_the_bank_is_uncertain_until_the_refund() {
        for refund in ["", "1", "3"] {
            assert_eq!(payout_status("4", "4", refund).state, Uncertain);
        }
        assert_eq!(payout_status("4", "4", "2").state, Failed);
    }
}
