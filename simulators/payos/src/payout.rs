//! Payouts and batches in the books.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::civil;

/// A payout, or a batch of several.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Payout {
    /// payOS's number of it.
    pub id: String,
    /// The merchant's reference: of the payout, or of the batch.
    pub reference_id: String,
    /// The key under which it was requested.
    pub idempotency_key: String,
    /// The merchant's categories.
    pub category: Option<Vec<String>>,
    /// When it was made.
    pub created_at: i64,
    /// Its transfers.
    pub transactions: Vec<PayoutTransaction>,
}

/// One transfer of a payout.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[non_exhaustive]
pub struct PayoutTransaction {
    /// payOS's number of it.
    pub id: String,
    /// The merchant's reference of it.
    pub reference_id: String,
    /// Đồng.
    pub amount: i64,
    /// The text of the transfer.
    pub description: String,
    /// The beneficiary's bank.
    pub to_bin: String,
    /// The beneficiary's account.
    pub to_account_number: String,
    /// The name on that account, where the simulator knows it.
    pub to_account_name: Option<String>,
    /// Where it is.
    pub state: TransactionState,
    /// When it got there.
    pub at: i64,
}

/// The state of a transfer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
#[non_exhaustive]
pub enum TransactionState {
    /// payOS has the request.
    Received,
    /// The bank has it.
    Processing,
    /// It was called off; no money left.
    Cancelled,
    /// The money is the beneficiary's.
    Succeeded,
    /// payOS holds it back.
    OnHold,
    /// The money came back.
    Reversed,
    /// No money left.
    Failed,
}

impl TransactionState {
    /// payOS's word.
    pub fn word(self) -> &'static str {
        match self {
            Self::Received => "RECEIVED",
            Self::Processing => "PROCESSING",
            Self::Cancelled => "CANCELLED",
            Self::Succeeded => "SUCCEEDED",
            Self::OnHold => "ON_HOLD",
            Self::Reversed => "REVERSED",
            Self::Failed => "FAILED",
        }
    }

    /// Whether the money is the merchant's again, or never left.
    pub(crate) fn is_back(self) -> bool {
        matches!(self, Self::Cancelled | Self::Reversed | Self::Failed)
    }
}

impl Payout {
    /// Its `approvalState`.
    pub(crate) fn approval_state(&self) -> &'static str {
        let states = || self.transactions.iter().map(|transaction| transaction.state);
        let done = states().filter(|state| *state == TransactionState::Succeeded).count();
        let ended = states().filter(|state| state.is_back()).count();
        if done.saturating_add(ended) < self.transactions.len() {
            "PROCESSING"
        } else if ended == 0 {
            "COMPLETED"
        } else if done == 0 {
            "FAILED"
        } else {
            "PARTIAL_COMPLETED"
        }
    }

    /// `data` of it.
    pub(crate) fn data(&self) -> Value {
        let transactions: Vec<Value> = self
            .transactions
            .iter()
            .map(|transaction| {
                let failed = transaction.state == TransactionState::Failed;
                json!({
                    "id": transaction.id,
                    "referenceId": transaction.reference_id,
                    "amount": transaction.amount,
                    "description": transaction.description,
                    "toBin": transaction.to_bin,
                    "toAccountNumber": transaction.to_account_number,
                    "toAccountName": transaction.to_account_name,
                    "reference": null,
                    "transactionDatetime": civil::zoned(transaction.at),
                    "errorMessage": failed.then_some("The bank refused the transfer"),
                    "errorCode": failed.then_some("BANK_REFUSED"),
                    "state": transaction.state.word(),
                })
            })
            .collect();
        json!({
            "id": self.id,
            "referenceId": self.reference_id,
            "transactions": transactions,
            "category": self.category,
            "approvalState": self.approval_state(),
            "createdAt": civil::zoned(self.created_at),
        })
    }
}
