//! Faults that a test scripts, each for one response or one notification.

use std::sync::{Mutex, PoisonError};

use serde::{Deserialize, Serialize};

/// An operation of the gateway that a fault can be scripted for.
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
    /// The merchant asks for an access token of the newer OpenAPI.
    Token,
    /// The merchant lists its virtual accounts, by the newer OpenAPI.
    AccountList,
    /// The merchant asks for one transaction, by the newer OpenAPI.
    TransactionInquiry,
    /// The gateway reports a payment to the order's `notify_url`.
    PaymentNotification,
    /// The gateway reports a credit to `/va/callback`.
    AccountCallback,
    /// The gateway reports a revoked token to the `notify_url` of its link.
    TokenCallback,
}

impl Operation {
    /// The operation with this name in the control API.
    pub(crate) fn named(name: &str) -> Option<Self> {
        serde_json::from_value(name.into()).ok()
    }

    /// Its name in the control API.
    pub(crate) fn name(self) -> String {
        let name = serde_json::to_value(self).ok();
        name.and_then(|name| name.as_str().map(str::to_owned)).unwrap_or_default()
    }

    /// Whether the merchant moves something with it, and does not only ask.
    pub(crate) fn is_instruction(self) -> bool {
        matches!(
            self,
            Self::CreateAccount | Self::RenameAccount | Self::RevokeAccount | Self::CreatePayout
        )
    }
}

/// Whether a fault takes effect before or after the gateway carried out the request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum When {
    /// The gateway does not carry out the request, and its ledger does not change.
    BeforeBooking,
    /// The gateway carries out the request, and its ledger shows it.
    AfterBooking,
}

/// A fault of one occurrence.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "fault", rename_all = "snake_case")]
#[non_exhaustive]
pub enum Fault {
    /// The connection closes without a response.
    LoseAnswer {
        /// Whether the gateway acted first.
        when: When,
    },
    /// The connection closes without a response, and the gateway carries out the request only at
    /// [`deliver_late`](super::HPaySimulator::deliver_late), as if it had waited in a queue.
    DeliverLate,
    /// The response is this error code.
    AnswerCode {
        /// Any code, also one that no table lists.
        code: String,
        /// Whether the gateway acted first.
        when: When,
    },
    /// The signature or code of the message is well formed and wrong.
    ForgeSignature,
    /// A payout's response names another account under a valid signature.
    EchoWrongAccount,
}

impl Fault {
    /// Whether the fault is possible for `operation`.
    pub(crate) fn fits(&self, operation: Operation) -> bool {
        let is_notification = matches!(
            operation,
            Operation::PaymentNotification | Operation::AccountCallback | Operation::TokenCallback
        );
        match self {
            Self::LoseAnswer { .. } | Self::AnswerCode { .. } => !is_notification,
            Self::DeliverLate => operation.is_instruction(),
            // The code of a token callback is a filler anyway, because its formula is not
            // published.
            Self::ForgeSignature => {
                (is_notification && operation != Operation::TokenCallback)
                    || operation == Operation::CreatePayout
            }
            Self::EchoWrongAccount => operation == Operation::CreatePayout,
        }
    }
}

/// The faults that are still to apply. Each applies to one occurrence of its operation, or of any
/// instruction if it names none, in order.
#[derive(Debug, Default)]
pub(crate) struct Script(Mutex<Vec<(Option<Operation>, Fault)>>);

impl Script {
    pub(crate) fn add(&self, operation: impl Into<Option<Operation>>, fault: Fault) {
        let operation = operation.into();
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push((operation, fault));
    }

    /// Takes the next fault of `operation` out of the script.
    pub(crate) fn take(&self, operation: Operation) -> Option<Fault> {
        let mut script = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let next = script.iter().position(|(of, _)| match of {
            Some(of) => *of == operation,
            None => operation.is_instruction(),
        })?;
        Some(script.remove(next).1)
    }
}
