//! Values that make a call or a payment go wrong by themselves, the same for every gateway.
//!
//! Tests that use ordinary numbers do not meet them by chance: an account of eleven digits that
//! repeat 404, and amounts of 4,040,401 đồng and the ones that follow.

use crate::control::FailingValue;

/// What becomes of a payout to an account.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum PayoutFate {
    /// The account is refused; no money leaves.
    Refused,
    /// It stays pending for ever.
    Pending,
    /// The response is lost after the payout was booked.
    AnswerLost,
    /// The request is lost: nothing is booked, and there is no response.
    RequestLost,
    /// The beneficiary has the money, and then it comes back.
    Returned,
}

const ACCOUNTS: [(&str, PayoutFate); 5] = [
    ("40404040401", PayoutFate::Refused),
    ("40404040402", PayoutFate::Pending),
    ("40404040403", PayoutFate::AnswerLost),
    ("40404040404", PayoutFate::RequestLost),
    ("40404040405", PayoutFate::Returned),
];

impl PayoutFate {
    /// The fate of a payout to this account number, if it has one.
    pub fn of(account: &str) -> Option<Self> {
        ACCOUNTS.iter().find(|(number, _)| *number == account).map(|(_, fate)| *fate)
    }

    /// The row of this fate; `outcome` is how the gateway shows it.
    pub fn value(self, outcome: &str) -> FailingValue {
        let number = ACCOUNTS.iter().find(|(_, fate)| *fate == self).map_or("", |(of, _)| of);
        let fate = match self {
            Self::Refused => "refused",
            Self::Pending => "pending",
            Self::AnswerLost => "answer_lost",
            Self::RequestLost => "request_lost",
            Self::Returned => "returned",
        };
        FailingValue::new("payout account", number, fate, outcome)
    }
}

/// What becomes of an order of an amount.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum OrderFate {
    /// The buyer's attempt to pay is declined.
    Declined,
    /// The buyer pays 1,000 too little.
    Short,
    /// The buyer pays 1,000 too much.
    Over,
    /// The buyer pays twice.
    Twice,
    /// The gateway holds the money back.
    Held,
    /// The response to the call that opens it is lost after it was opened.
    AnswerLost,
    /// It is paid, and no webhook says so.
    NoWebhook,
}

const AMOUNTS: [(i64, OrderFate); 7] = [
    (4_040_401, OrderFate::Declined),
    (4_040_402, OrderFate::Short),
    (4_040_403, OrderFate::Over),
    (4_040_404, OrderFate::Twice),
    (4_040_405, OrderFate::Held),
    (4_040_406, OrderFate::AnswerLost),
    (4_040_407, OrderFate::NoWebhook),
];

/// By how much a buyer pays too little or too much.
pub const DIFFERENCE: i64 = 1_000;

impl OrderFate {
    /// The fate of an order of this amount, if it has one.
    pub fn of(amount: i64) -> Option<Self> {
        AMOUNTS.iter().find(|(of, _)| *of == amount).map(|(_, fate)| *fate)
    }

    /// The row of this fate; `outcome` is how the gateway shows it.
    pub fn value(self, outcome: &str) -> FailingValue {
        let amount = AMOUNTS.iter().find(|(_, fate)| *fate == self).map_or(0, |(of, _)| *of);
        let fate = match self {
            Self::Declined => "declined",
            Self::Short => "short",
            Self::Over => "over",
            Self::Twice => "twice",
            Self::Held => "held",
            Self::AnswerLost => "answer_lost",
            Self::NoWebhook => "no_webhook",
        };
        FailingValue::new("order amount", amount.to_string(), fate, outcome)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_is_found_by_the_number_that_its_row_prints() {
        for (number, fate) in ACCOUNTS {
            assert_eq!(PayoutFate::of(number), Some(fate));
            assert_eq!(fate.value("").value, number);
        }
        for (amount, fate) in AMOUNTS {
            assert_eq!(OrderFate::of(amount), Some(fate));
            assert_eq!(fate.value("").value, amount.to_string());
        }
        assert_eq!((PayoutFate::of("4040404040"), OrderFate::of(50_000)), (None, None));
    }
}
