//! The virtual accounts that a provider opens and the operations that it offers on them.

use std::time::Duration;

use serde::Serialize;

use super::{OpenVirtualAccount, Uses};
use crate::{
    Error, Result,
    rules::{Alphabet, AmountLimits, TextRules, check_amount},
};

/// The virtual accounts that a provider opens and the operations that it offers on them. They apply
/// to all bank accounts of the merchant. [`VirtualAccountRules`] restrict them further for one bank
/// account.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct VirtualAccountCapabilities {
    /// The accepted amounts, for each currency.
    pub limits: Vec<AmountLimits>,
    /// The rules of order references.
    pub reference: TextRules,
    /// The rules of the holder's name.
    pub holder: TextRules,
    /// The rules of remarks. A greatest length of 0 means that remarks are refused.
    pub remark: TextRules,
    /// Whether an account can accept any amount.
    pub any_amount: bool,
    /// Whether an account can be for one transfer, for many, or for either.
    pub uses: Vec<Uses>,
    /// The longest time until expiry that a request may set, inclusive. `None` if a request cannot
    /// set an expiry.
    pub longest: Option<Duration>,
    /// Whether a virtual account can be found after the response to its opening was lost.
    pub resolve_open: ResolveOpen,
    /// Whether virtual accounts can be found.
    pub find: bool,
    /// Whether they can be changed.
    pub update: bool,
    /// Whether they can be closed.
    pub close: bool,
    /// Whether closed virtual accounts can be reopened.
    pub reopen: bool,
    /// Whether the credits on a virtual account can be requested.
    pub credits: bool,
    /// How far back credits can be requested. `None` if there is no limit.
    pub credits_window: Option<Duration>,
}

/// Whether a virtual account can be found after the response to its opening was lost.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ResolveOpen {
    /// The virtual account can be found by its order reference: inquire before you open another.
    ByReference,
    /// The virtual account cannot be found. It is safe to open another: nobody was shown the number
    /// of the lost one, and a credit on it is reported as unmatched.
    Never,
}

/// The rules for virtual accounts behind one bank account of the merchant. A request must keep them
/// in addition to the provider's [`VirtualAccountCapabilities`].
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct VirtualAccountRules {
    /// Whether a request must set an amount.
    pub amount_required: bool,
    /// Whether the amount may arrive in several transfers.
    pub parts: bool,
    /// The names of the provider's options that a request must set.
    pub required_options: Vec<String>,
    /// The length of the longest order reference, in characters. `None` if the limit of the
    /// capabilities applies.
    pub longest_reference: Option<usize>,
}

impl VirtualAccountCapabilities {
    /// Creates capabilities that open virtual accounts within `limits` and offer nothing else. The
    /// `with_` methods add to them.
    pub fn new(limits: Vec<AmountLimits>, uses: Vec<Uses>, resolve_open: ResolveOpen) -> Self {
        Self {
            limits,
            reference: TextRules::new(1, 200, Alphabet::Printable),
            holder: TextRules::new(1, 200, Alphabet::Printable),
            remark: TextRules::new(0, 0, Alphabet::Printable),
            any_amount: false,
            uses,
            longest: None,
            resolve_open,
            find: false,
            update: false,
            close: false,
            reopen: false,
            credits: false,
            credits_window: None,
        }
    }

    /// Sets the rules of order references.
    #[must_use]
    pub fn with_reference(mut self, rules: TextRules) -> Self {
        self.reference = rules;
        self
    }

    /// Sets the rules of the holder's name.
    #[must_use]
    pub fn with_holder(mut self, rules: TextRules) -> Self {
        self.holder = rules;
        self
    }

    /// Sets the rules of remarks.
    #[must_use]
    pub fn with_remark(mut self, rules: TextRules) -> Self {
        self.remark = rules;
        self
    }

    /// Declares that an account can accept any amount.
    #[must_use]
    pub fn with_any_amount(mut self) -> Self {
        self.any_amount = true;
        self
    }

    /// Declares that a request can set an expiry, at most `longest` from now.
    #[must_use]
    pub fn with_longest(mut self, longest: Duration) -> Self {
        self.longest = Some(longest);
        self
    }

    /// Declares that virtual accounts can be found.
    #[must_use]
    pub fn with_find(mut self) -> Self {
        self.find = true;
        self
    }

    /// Declares that virtual accounts can be changed.
    #[must_use]
    pub fn with_update(mut self) -> Self {
        self.update = true;
        self
    }

    /// Declares that virtual accounts can be closed.
    #[must_use]
    pub fn with_close(mut self) -> Self {
        self.close = true;
        self
    }

    /// Declares that closed virtual accounts can be reopened.
    #[must_use]
    pub fn with_reopen(mut self) -> Self {
        self.reopen = true;
        self
    }

    /// Declares that credits can be requested, as far back as `window`. `None` means without limit.
    #[must_use]
    pub fn with_credits(mut self, window: Option<Duration>) -> Self {
        self.credits = true;
        self.credits_window = window;
        self
    }

    /// Checks a request against these capabilities, without sending anything.
    ///
    /// # Errors
    /// Returns [`InvalidRequest`](crate::ErrorKind::InvalidRequest) if a value is outside the
    /// declared rules or limits, and [`Unsupported`](crate::ErrorKind::Unsupported) if the request
    /// needs something that the provider does not offer. The error names the field.
    pub fn check(&self, request: &OpenVirtualAccount) -> Result<()> {
        match request.amount {
            Some(amount) => check_amount(&self.limits, amount)?,
            None if !self.any_amount => {
                return Err(
                    Error::unsupported("the provider requires an amount").with_field("amount")
                );
            }
            None => {}
        }
        if !self.uses.contains(&request.uses) {
            return Err(
                Error::unsupported(format!("{:?} is not offered", request.uses)).with_field("uses")
            );
        }
        self.reference.check("order", request.order.as_str())?;
        self.holder.check("holder", &request.holder)?;
        match &request.remark {
            Some(_) if self.remark.max == 0 => {
                return Err(Error::unsupported("the provider does not accept a remark")
                    .with_field("remark"));
            }
            Some(remark) => self.remark.check("remark", remark)?,
            None => {}
        }
        if request.expires_at.is_some() && self.longest.is_none() {
            return Err(Error::unsupported("the expiry of a virtual account cannot be set")
                .with_field("expires_at"));
        }
        Ok(())
    }
}

impl VirtualAccountRules {
    /// Creates rules that add nothing to the capabilities.
    pub fn new() -> Self {
        Self::default()
    }

    /// Requires an amount.
    #[must_use]
    pub fn with_amount_required(mut self) -> Self {
        self.amount_required = true;
        self
    }

    /// Allows the amount to arrive in several transfers.
    #[must_use]
    pub fn with_parts(mut self) -> Self {
        self.parts = true;
        self
    }

    /// Adds an option of the provider that a request must set.
    #[must_use]
    pub fn with_required_option(mut self, name: impl Into<String>) -> Self {
        self.required_options.push(name.into());
        self
    }

    /// Sets the length of the longest order reference, in characters.
    #[must_use]
    pub fn with_longest_reference(mut self, characters: usize) -> Self {
        self.longest_reference = Some(characters);
        self
    }
}
