//! Faults that a test scripts, each for one answer or one notification.

use std::sync::{Mutex, PoisonError};

use serde::{Deserialize, Serialize};

/// Something that the gateway does, and that can be made to go wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Operation {
    /// A buyer follows a checkout link.
    OpenCheckout,
    /// A buyer follows a link that revokes the token of a card.
    RevokeToken,
    /// The merchant asks about an order.
    OrderInquiry,
    /// The merchant opens a virtual account.
    CreateAccount,
    /// The merchant renames a virtual account.
    RenameAccount,
    /// The merchant closes or reopens a virtual account.
    RevokeAccount,
    /// The merchant asks what arrived on a virtual account.
    AccountInquiry,
    /// The merchant pays out.
    CreatePayout,
    /// The merchant asks about a payout.
    PayoutInquiry,
    /// The merchant asks for the name on a bank account.
    NameCheck,
    /// The merchant asks for its balance.
    Balance,
    /// The gateway reports a payment to the order's `notify_url`.
    PaymentNotification,
    /// The gateway reports a credit to `/va/callback`.
    AccountCallback,
    /// The gateway reports a revoked token to the `notify_url` of its link.
    TokenCallback,
}

/// Whether a fault strikes before or after the gateway did what it was asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum When {
    /// The gateway never got to it: the ledger does not change.
    BeforeBooking,
    /// It is done, and the ledger shows it.
    AfterBooking,
}

/// What goes wrong, once.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "fault", rename_all = "snake_case")]
#[non_exhaustive]
pub enum Fault {
    /// The connection closes without an answer.
    LoseAnswer {
        /// Whether the gateway acted first.
        when: When,
    },
    /// The connection closes without an answer, and the request stays on its way: the gateway
    /// carries it out only at [`deliver_late`](super::HPaySimulator::deliver_late), as after a
    /// queue that stood still.
    DeliverLate,
    /// The answer is this error code.
    AnswerCode {
        /// Any code, also one that no table lists.
        code: String,
        /// Whether the gateway acted first.
        when: When,
    },
    /// The signature or code of the message is well formed and wrong.
    ForgeSignature,
    /// A payout's answer names another account, and is signed as if that were right.
    EchoWrongAccount,
}

impl Fault {
    /// Whether this can happen to `operation` at all.
    pub(crate) fn fits(&self, operation: Operation) -> bool {
        let is_notification = matches!(
            operation,
            Operation::PaymentNotification | Operation::AccountCallback | Operation::TokenCallback
        );
        match self {
            Self::LoseAnswer { .. } | Self::AnswerCode { .. } => !is_notification,
            Self::DeliverLate => matches!(
                operation,
                Operation::CreateAccount
                    | Operation::RenameAccount
                    | Operation::RevokeAccount
                    | Operation::CreatePayout
            ),
            // The code of a token callback is filler already: its formula is not published.
            Self::ForgeSignature => {
                (is_notification && operation != Operation::TokenCallback)
                    || operation == Operation::CreatePayout
            }
            Self::EchoWrongAccount => operation == Operation::CreatePayout,
        }
    }
}

/// The faults still to come. Each strikes one occurrence of its operation, in order.
#[derive(Debug, Default)]
pub(crate) struct Script(Mutex<Vec<(Operation, Fault)>>);

impl Script {
    pub(crate) fn add(&self, operation: Operation, fault: Fault) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push((operation, fault));
    }

    /// Takes the next fault of `operation` out of the script.
    pub(crate) fn take(&self, operation: Operation) -> Option<Fault> {
        let mut script = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let next = script.iter().position(|(of, _)| *of == operation)?;
        Some(script.remove(next).1)
    }
}
