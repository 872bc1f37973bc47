//! A payout in the gateway's books, and the three status columns that show its state.

use serde::{Deserialize, Serialize};

/// A payout that the gateway booked.
///
/// The request id is not unique: a repeated one makes another payout.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Payout {
    /// The merchant's reference.
    pub request_id: String,
    /// `omiTransactionId`, and `transactionId` of the inquiry.
    pub transaction_id: u64,
    /// `omiCashoutId`.
    pub cashout_id: u64,
    /// The beneficiary's bank, by its code in table 3.
    pub bank: String,
    /// The beneficiary's account.
    pub number: String,
    /// The beneficiary's name.
    pub name: String,
    /// The amount, in đồng.
    pub amount: i64,
    /// The merchant's text.
    pub note: String,
    /// When it was booked, in seconds since the Unix epoch.
    pub at: i64,
    /// The current state.
    pub state: PayoutState,
}

/// The state of a payout.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum PayoutState {
    /// Neither the transaction nor the bank's leg has ended.
    Processing,
    /// The beneficiary has the money.
    Succeeded,
    /// The transaction failed; the merchant has the money.
    Failed,
    /// The merchant is debited and the bank's leg failed; nothing is refunded yet.
    Stranded,
    /// The bank's leg failed and the merchant has the money back.
    Refunded,
    /// The beneficiary had the money and the merchant has it back.
    Reversed,
    /// The columns contradict each other: failed, and paid by the bank.
    Contradictory,
}

impl PayoutState {
    /// `transaction_status`: 2 processing, 3 **failed**, 4 **success**.
    pub fn transaction_status(self) -> u8 {
        match self {
            Self::Processing => 2,
            Self::Failed | Self::Contradictory => 3,
            Self::Succeeded | Self::Stranded | Self::Refunded | Self::Reversed => 4,
        }
    }

    /// `cashout_status`: 2 processing, 3 **success**, 4 **failed**. The opposite of the other.
    pub fn cashout_status(self) -> u8 {
        match self {
            Self::Processing => 2,
            Self::Succeeded | Self::Reversed | Self::Contradictory => 3,
            Self::Failed | Self::Stranded | Self::Refunded => 4,
        }
    }

    /// `refund_status`: 2 fully refunded, `None` nothing refunded.
    pub fn refund_status(self) -> Option<u8> {
        matches!(self, Self::Refunded | Self::Reversed).then_some(2)
    }

    /// Whether the merchant has its money back.
    pub fn is_returned(self) -> bool {
        matches!(self, Self::Failed | Self::Refunded | Self::Reversed)
    }
}

/// The state in which a payout begins, and the code of its response.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum PayoutStart {
    /// The response is 000, and the beneficiary has the money.
    Succeeded,
    /// The response is 000, and an inquiry shows the payout as processing.
    Accepted,
    /// The response is 050 ("processing"), with the data of an accepted payout.
    Processing,
}

impl PayoutStart {
    pub(super) fn state(self) -> PayoutState {
        match self {
            Self::Succeeded => PayoutState::Succeeded,
            Self::Accepted | Self::Processing => PayoutState::Processing,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The three columns as the reference documents them, with the state that they mean together.
    #[test]
    fn three_and_four_mean_opposite_things_in_the_two_columns() {
        let columns = |state: PayoutState| {
            (state.transaction_status(), state.cashout_status(), state.refund_status())
        };
        assert_eq!(columns(PayoutState::Succeeded), (4, 3, None));
        assert_eq!(columns(PayoutState::Failed), (3, 4, None));
        assert_eq!(columns(PayoutState::Reversed), (4, 3, Some(2)));
        assert_eq!(columns(PayoutState::Refunded), (4, 4, Some(2)));
        assert_eq!(columns(PayoutState::Stranded), (4, 4, None));
        assert_eq!(columns(PayoutState::Contradictory), (3, 3, None));
        assert_eq!(columns(PayoutState::Processing), (2, 2, None));
    }
}
