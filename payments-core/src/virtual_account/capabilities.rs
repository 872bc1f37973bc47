//! What a provider takes and does for virtual accounts.

use std::time::Duration;

use serde::Serialize;

use super::{OpenVirtualAccount, Uses};
use crate::{
    Error, Result,
    rules::{Alphabet, AmountLimits, TextRules, check_amount},
};

/// What a provider takes and does for virtual accounts: the floor common to all bank accounts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct VirtualAccountCapabilities {
    /// The amounts of each currency.
    pub limits: Vec<AmountLimits>,
    /// Order references.
    pub reference: TextRules,
    /// The holder's name.
    pub holder: TextRules,
    /// Remarks; none are taken if the most is 0.
    pub remark: TextRules,
    /// Whether it can be for any amount.
    pub any_amount: bool,
    /// Whether it can be for one transfer, for many, or either.
    pub uses: Vec<Uses>,
    /// The longest life that can be asked for; none if an end cannot be given.
    pub longest: Option<Duration>,
    /// Whether a lost open can be found again.
    pub resolve_open: ResolveOpen,
    /// Whether virtual accounts can be found.
    pub find: bool,
    /// Whether they can be changed.
    pub update: bool,
    /// Whether they can be closed.
    pub close: bool,
    /// Whether closed ones can be opened again.
    pub reopen: bool,
    /// Whether credits can be asked for, and how far back.
    pub credits: bool,
    /// How far back credits are seen; for ever if not said.
    pub credits_window: Option<Duration>,
}

/// Whether a virtual account whose opening got lost can be found again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ResolveOpen {
    /// By its order reference: ask before opening another.
    ByReference,
    /// Never. Opening another is safe: nobody was shown the lost one, and a credit on it
    /// surfaces as unmatched.
    Never,
}

/// What holds on one of our bank accounts beyond the capabilities.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct VirtualAccountRules {
    /// Whether an amount has to be given.
    pub amount_required: bool,
    /// Whether what arrives may come in several parts.
    pub parts: bool,
    /// The options of the provider that have to be given.
    pub required_options: Vec<String>,
    /// The most characters of an order reference, if fewer than the capabilities say.
    pub longest_reference: Option<usize>,
}

impl VirtualAccountCapabilities {
    /// Opens virtual accounts within `limits`, and does nothing else until told.
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

    /// Can be for any amount.
    #[must_use]
    pub fn with_any_amount(mut self) -> Self {
        self.any_amount = true;
        self
    }

    /// Can be given an end, at most so far away.
    #[must_use]
    pub fn with_longest(mut self, longest: Duration) -> Self {
        self.longest = Some(longest);
        self
    }

    /// Can be found.
    #[must_use]
    pub fn with_find(mut self) -> Self {
        self.find = true;
        self
    }

    /// Can be changed.
    #[must_use]
    pub fn with_update(mut self) -> Self {
        self.update = true;
        self
    }

    /// Can be closed.
    #[must_use]
    pub fn with_close(mut self) -> Self {
        self.close = true;
        self
    }

    /// Can be opened again.
    #[must_use]
    pub fn with_reopen(mut self) -> Self {
        self.reopen = true;
        self
    }

    /// Credits can be asked for, as far back as `window`.
    #[must_use]
    pub fn with_credits(mut self, window: Option<Duration>) -> Self {
        self.credits = true;
        self.credits_window = window;
        self
    }

    /// Checks a request before anything is sent.
    ///
    /// # Errors
    /// `InvalidRequest` or `Unsupported` naming the field that cannot be honoured.
    pub fn check(&self, request: &OpenVirtualAccount) -> Result<()> {
        match request.amount {
            Some(amount) => check_amount(&self.limits, amount)?,
            None if !self.any_amount => {
                return Err(Error::unsupported("an amount has to be given").with_field("amount"));
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
                return Err(Error::unsupported("no remark is passed on").with_field("remark"));
            }
            Some(remark) => self.remark.check("remark", remark)?,
            None => {}
        }
        if request.expires_at.is_some() && self.longest.is_none() {
            return Err(Error::unsupported("it cannot be given an end").with_field("expires_at"));
        }
        Ok(())
    }
}

impl VirtualAccountRules {
    /// Nothing beyond the capabilities.
    pub fn new() -> Self {
        Self::default()
    }

    /// An amount has to be given.
    #[must_use]
    pub fn with_amount_required(mut self) -> Self {
        self.amount_required = true;
        self
    }

    /// What arrives may come in several parts.
    #[must_use]
    pub fn with_parts(mut self) -> Self {
        self.parts = true;
        self
    }

    /// An option of the provider has to be given.
    #[must_use]
    pub fn with_required_option(mut self, name: impl Into<String>) -> Self {
        self.required_options.push(name.into());
        self
    }

    /// Order references are at most so long.
    #[must_use]
    pub fn with_longest_reference(mut self, characters: usize) -> Self {
        self.longest_reference = Some(characters);
        self
    }
}
