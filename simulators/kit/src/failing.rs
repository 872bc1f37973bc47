//! Values that make a call or a payment go wrong, the same for every gateway.
//!
//! They are account numbers of eleven digits that repeat 404, and the amounts from 4,040,401 đồng
//! upwards, so that tests with ordinary numbers do not use them by chance.

use crate::control::FailingValue;

/// The result of a payout to a particular account number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum PayoutFate {
    /// The account is refused; no money leaves.
    Refused,
    /// The payout stays pending forever.
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
    /// Returns the fate of a payout to this account number, or `None` if it is an ordinary number.
    pub fn of(account: &str) -> Option<Self> {
        ACCOUNTS.iter().find(|(number, _)| *number == account).map(|(_, fate)| *fate)
    }

    /// Returns the row of this fate. `outcome` describes how the gateway reports it.
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

/// The result of an order with a particular amount.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum OrderFate {
    /// The buyer's attempt to pay is declined.
    Declined,
    /// The buyer pays 1,000 units too little.
    Short,
    /// The buyer pays 1,000 units too much.
    Over,
    /// The buyer pays twice.
    Twice,
    /// The gateway holds the money back.
    Held,
    /// The order is opened, but the response to the call that opens it is lost.
    AnswerLost,
    /// The order is paid, but no webhook about it is sent.
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

/// The number of units by which a buyer pays too little or too much.
pub const DIFFERENCE: i64 = 1_000;

impl OrderFate {
    /// Returns the fate of an order of this amount, or `None` if it is an ordinary amount.
    pub fn of(amount: i64) -> Option<Self> {
        AMOUNTS.iter().find(|(of, _)| *of == amount).map(|(_, fate)| *fate)
    }

    /// Returns the row of this fate. `outcome` describes how the gateway reports it.
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
