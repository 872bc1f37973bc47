//! What the buyer does next: follow a link, post a form, transfer.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::PostForm;
use crate::{bank::BankAccount, money::Money, web_address};

/// What the buyer does next.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum NextAction {
    /// Follow a link to the provider's page.
    Redirect {
        /// The link. It carries a signature: do not log it.
        url: String,
    },
    /// Post a form to the provider's page.
    PostForm(PostForm),
    /// Transfer money to a bank account, by hand or by scanning.
    Transfer(Transfer),
}

/// A bank transfer that the buyer makes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Transfer {
    /// The account to transfer to.
    pub account: BankAccount,
    /// How much; without one, any amount.
    pub amount: Option<Money>,
    /// What must stand in the memo, exactly.
    pub memo: Option<String>,
    /// The same as a VietQR payload.
    pub vietqr: Option<String>,
}

impl Transfer {
    /// A transfer to `account`.
    pub fn new(account: BankAccount) -> Self {
        Self { account, amount: None, memo: None, vietqr: None }
    }

    /// Says how much.
    #[must_use]
    pub fn with_amount(mut self, amount: Money) -> Self {
        self.amount = Some(amount);
        self
    }

    /// Says what must stand in the memo.
    #[must_use]
    pub fn with_memo(mut self, memo: impl Into<String>) -> Self {
        self.memo = Some(memo.into());
        self
    }

    /// Gives the same as a VietQR payload.
    #[must_use]
    pub fn with_vietqr(mut self, payload: impl Into<String>) -> Self {
        self.vietqr = Some(payload.into());
        self
    }
}

impl fmt::Debug for NextAction {
    /// A link is cut at its query or fragment, which carry a signature and personal data.
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
