//! What the three statuses of a payout mean together.
//!
//! 3 and 4 mean opposite things in two of them: a *transaction* has failed at 3 and succeeded at
//! 4, a *cashout* has succeeded at 3 and failed at 4 (HPay API reference 1.0.0, FB_Transaction
//! Inquiry). Of refunds only 2, "full refund", is taken at its word: the samples print 3 and
//! nothing, which no list explains.

use payments_core::payout::PayoutState;

/// What three statuses mean.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Verdict {
    pub(crate) state: PayoutState,
    /// HPay contradicts itself: a person has to look.
    pub(crate) contradiction: bool,
}

/// Which values of a status a rule is for.
enum When {
    Any,
    In(&'static [&'static str]),
    Not(&'static str),
}

struct Rule {
    transaction: When,
    cashout: When,
    refund: When,
    verdict: Verdict,
}

const fn is(state: PayoutState) -> Verdict {
    Verdict { state, contradiction: false }
}

/// The first rule that fits decides; if none does, the payout is uncertain: so is one that was
/// debited, refused by the bank and not given back yet (4, 4 and no full refund).
const RULES: &[Rule] = &[
    Rule {
        transaction: When::In(&["4"]),
        cashout: When::In(&["3"]),
        refund: When::Not("2"),
        verdict: is(PayoutState::Succeeded),
    },
    Rule {
        transaction: When::In(&["4"]),
        cashout: When::In(&["3"]),
        refund: When::In(&["2"]),
        verdict: is(PayoutState::Reversed),
    },
    Rule {
        transaction: When::In(&["3"]),
        cashout: When::In(&["4"]),
        refund: When::Any,
        verdict: is(PayoutState::Failed),
    },
    Rule {
        transaction: When::Any,
        cashout: When::In(&["1", "2"]),
        refund: When::Any,
        verdict: is(PayoutState::Pending),
    },
    Rule {
        transaction: When::In(&["4"]),
        cashout: When::In(&["4"]),
        refund: When::In(&["2"]),
        verdict: is(PayoutState::Failed),
    },
    Rule {
        transaction: When::In(&["3"]),
        cashout: When::In(&["3"]),
        refund: When::Any,
        verdict: Verdict { state: PayoutState::Uncertain, contradiction: true },
    },
];

/// What the statuses of one row mean.
pub(crate) fn verdict(transaction: &str, cashout: &str, refund: &str) -> Verdict {
    RULES
        .iter()
        .find(|rule| {
            rule.transaction.takes(transaction)
                && rule.cashout.takes(cashout)
                && rule.refund.takes(refund)
        })
        .map_or(is(PayoutState::Uncertain), |rule| rule.verdict)
}

impl When {
    fn takes(&self, status: &str) -> bool {
        match self {
            Self::Any => true,
            Self::In(values) => values.contains(&status),
            Self::Not(value) => *value != status,
        }
    }
}
