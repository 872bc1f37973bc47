//! The buyer's next step: to follow a link, to post a form, or to transfer money.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::PostForm;
use crate::{bank::BankAccount, money::Money, web_address};

/// The buyer's next step.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum NextAction {
    /// Follow a link to the gateway's page.
    Redirect {
        /// The link. It contains a signature: do not log it.
        url: String,
    },
    /// Post a form to the gateway's page.
    PostForm(PostForm),
    /// Transfer money to a bank account, by hand or by scanning a QR code.
    Transfer(Transfer),
}

/// A bank transfer that the buyer makes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Transfer {
    /// The account to which the buyer transfers the money.
    pub account: BankAccount,
    /// The amount to transfer. `None` if any amount is accepted.
    pub amount: Option<Money>,
    /// The text that the memo must contain, exactly as it is here.
    pub memo: Option<String>,
    /// The same account, amount and memo as a VietQR payload.
    pub vietqr: Option<String>,
}

impl Transfer {
    /// Creates a transfer to `account` of any amount.
    pub fn new(account: BankAccount) -> Self {
        Self { account, amount: None, memo: None, vietqr: None }
    }

    /// Sets the amount to transfer.
    #[must_use]
    pub fn with_amount(mut self, amount: Money) -> Self {
        self.amount = Some(amount);
        self
    }

    /// Sets the text that the memo must contain.
    #[must_use]
    pub fn with_memo(mut self, memo: impl Into<String>) -> Self {
        self.memo = Some(memo.into());
        self
    }

    /// Sets the VietQR payload of this transfer.
    #[must_use]
    pub fn with_vietqr(mut self, payload: impl Into<String>) -> Self {
        self.vietqr = Some(payload.into());
        self
    }
}

impl fmt::Debug for NextAction {
    /// Shows a link only up to its query or fragment, which contain a signature and personal data.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Redirect { url } => {
                let shown = web_address::shown(url);
                f.debug_struct("Redirect").field("url", &format_args!("{shown}")).finish()
            }
            Self::PostForm(form) => f.debug_tuple("PostForm").field(form).finish(),
            Self::Transfer(transfer) => f.debug_tuple("Transfer").field(transfer).finish(),
        }
    }
}
