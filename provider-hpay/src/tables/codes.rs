//! The error codes of the reference. The same number means different things in two services.

use super::find;

const CHECKOUT: &str = include_str!("../../data/errors_checkout.tsv");
const VIRTUAL_ACCOUNT: &str = include_str!("../../data/errors_va.tsv");
const PAYOUT: &str = include_str!("../../data/errors_ibft.tsv");

/// One of HPay's services; each has its own codes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Service {
    Checkout,
    VirtualAccount,
    Payout,
}

/// What a code is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Class {
    /// The call worked. It says nothing about money.
    Success,
    /// Our request is wrong.
    Caller,
    /// Our credentials, our signature or our account are not accepted.
    Account,
    /// The provider refuses, and nothing moved.
    Refusal,
    /// The provider invites another try without saying that the first is dead.
    Retryable,
    /// The provider does not know.
    Undecided,
}

/// A code that the reference lists.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Known {
    pub(crate) class: Class,
    pub(crate) meaning: &'static str,
}

impl Service {
    /// What the reference says of a code; it is text, and its zeros count.
    pub(crate) fn look_up(self, code: &str) -> Option<Known> {
        let row = find(self.table(), 0, code)?;
        let class = match row.cell(2) {
            "success" => Class::Success,
            "caller_error" => Class::Caller,
            "auth" => Class::Account,
            "definitive_failure" => Class::Refusal,
            "retryable" => Class::Retryable,
            // Uncertain, and whatever a new row may say.
            _ => Class::Undecided,
        };
        Some(Known { class, meaning: row.cell(1) })
    }

    fn table(self) -> &'static str {
        match self {
            Self::Checkout => CHECKOUT,
            Self::VirtualAccount => VIRTUAL_ACCOUNT,
            Self::Payout => PAYOUT,
        }
    }
}
