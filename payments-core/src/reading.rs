//! Readings: what a provider takes from documents that no gateway confirmed, as data, with the call,
//! the page or the delivery that settles each.
//!
//! A provider lists its readings with [`Registration::with_readings`]; the command `payments probe`
//! carries them out against the gateway's sandbox. It builds the provider once for each
//! [alternative](Reading::alternatives), with the changes to its configuration, and compares how well
//! each [fits](Fit) what the gateway says.
//!
//! ```
//! use payments_core::reading::{Alternative, Change, Finding, Reading, Settles};
//!
//! pub const READINGS: &[Reading] = &[Reading::new(
//!     "order_inquiry_body",
//!     "the body of an order inquiry: a form or JSON",
//!     &[
//!         Alternative::new("form", &[Change::set("compat.order_inquiry_body", "form")]),
//!         Alternative::new("json", &[Change::set("compat.order_inquiry_body", "json")]),
//!     ],
//!     Settles::by_inquiry("an inquiry about an order that does not exist", |provider, made_up| {
//!         Box::pin(async move {
//!             let order = match made_up.order() {
//!                 Ok(order) => order,
//!                 Err(error) => return Finding::unclear(error.to_string()),
//!             };
//!             match provider.payments() {
//!                 Ok(payments) => Finding::of_inquiry(&payments.find_payment(&order).await),
//!                 Err(error) => Finding::unclear(error.to_string()),
//!             }
//!         })
//!     }),
//! )];
//! ```
//!
//! [`Registration::with_readings`]: crate::registry::Registration::with_readings

use std::pin::Pin;

use serde::Serialize;

use crate::{
    DeclineReason, Error, ErrorKind, OrderRef, PayoutRef, Provider, Result, Submission, Suspect,
    UncertainCause, money::Money, payment::NextAction, payout::Beneficiary,
};

/// One reading of a gateway's documents, its alternatives, and what settles it.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct Reading {
    /// Its name, unique within the provider.
    pub name: &'static str,
    /// What is read, in one line.
    pub about: &'static str,
    /// The alternatives, the default of the provider first.
    pub alternatives: &'static [Alternative],
    /// What settles it.
    pub settles: Settles,
}

/// One way to read the documents.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct Alternative {
    /// Its name, unique within the reading.
    pub name: &'static str,
    /// The configuration that follows it.
    pub changes: &'static [Change],
}

/// One key of a provider's configuration.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Change {
    /// The key, with its table before a dot, such as `compat.body`.
    pub key: &'static str,
    /// Its value; `None` leaves the key out, which takes the default.
    pub value: Option<&'static str>,
}

/// What settles a reading.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub enum Settles {
    /// An inquiry, made once with each alternative.
    Inquiry {
        /// What is asked, in one line.
        asks: &'static str,
        /// Asks.
        ask: Ask,
    },
    /// An instruction.
    Instruction {
        /// What it does, in one line.
        does: &'static str,
        /// Whether it sends money, and needs an amount and a beneficiary.
        pays: bool,
        /// How often it is carried out.
        times: Times,
        /// Instructs.
        ask: Ask,
    },
    /// A link or form that a person opens, one for each alternative.
    Page {
        /// Opens a payment and returns the step of the buyer.
        open: Open,
        /// What the page shows if the alternative fits.
        fits: &'static str,
        /// What it shows if another one does.
        differs: &'static str,
    },
    /// One delivery as it was received, checked with each alternative.
    Delivery {
        /// The endpoint at which it arrived.
        endpoint: &'static str,
        /// What makes the gateway send one, in one line.
        how: &'static str,
    },
}

/// How often an instruction is carried out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Times {
    /// Once with each alternative.
    ForEach,
    /// Once: the response to it is read with each alternative.
    Once,
}

/// What a probe makes up for its calls.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct MadeUp {
    /// A reference that was never used, of capital letters and digits, at most 20.
    pub reference: String,
    /// How much is paid out, where the reading needs a payout.
    pub amount: Option<Money>,
    /// Who is paid, where the reading needs a payout.
    pub beneficiary: Option<Beneficiary>,
}

/// Calls the gateway and says how well the provider's configuration fits its response.
pub type Ask = for<'a> fn(&'a Provider, &'a MadeUp) -> Asked<'a, Finding>;

/// Opens a payment and returns what the buyer has to do.
pub type Open = for<'a> fn(&'a Provider, &'a MadeUp) -> Asked<'a, Result<NextAction>>;

/// A call in progress.
pub type Asked<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// How well an alternative fits what the gateway says, and why.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Finding {
    /// How well it fits.
    pub fit: Fit,
    /// Why, in one line. Never holds a secret.
    pub why: String,
}

/// How well an alternative fits what the gateway says.
///
/// Exhaustive on purpose: a verdict takes all three into account.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Fit {
    /// The gateway accepts it.
    Fits,
    /// The gateway refuses it.
    Differs,
    /// It says neither.
    Unclear,
}

impl Reading {
    /// A reading with its alternatives, the default first.
    pub const fn new(
        name: &'static str,
        about: &'static str,
        alternatives: &'static [Alternative],
        settles: Settles,
    ) -> Self {
        Self { name, about, alternatives, settles }
    }
}

impl Alternative {
    /// An alternative of this name, which the changes of the configuration follow.
    pub const fn new(name: &'static str, changes: &'static [Change]) -> Self {
        Self { name, changes }
    }
}

impl Change {
    /// Gives `key` this value.
    pub const fn set(key: &'static str, value: &'static str) -> Self {
        Self { key, value: Some(value) }
    }

    /// Leaves `key` out.
    pub const fn without(key: &'static str) -> Self {
        Self { key, value: None }
    }
}

impl Settles {
    /// By an inquiry, made once with each alternative.
    pub const fn by_inquiry(asks: &'static str, ask: Ask) -> Self {
        Self::Inquiry { asks, ask }
    }

    /// By an instruction that moves no money, made once with each alternative.
    pub const fn by_instructions(does: &'static str, ask: Ask) -> Self {
        Self::Instruction { does, pays: false, times: Times::ForEach, ask }
    }

    /// By one payout, the response to which is read with each alternative.
    pub const fn by_payout(does: &'static str, ask: Ask) -> Self {
        Self::Instruction { does, pays: true, times: Times::Once, ask }
    }

    /// By a page that a person opens.
    pub const fn by_page(open: Open, fits: &'static str, differs: &'static str) -> Self {
        Self::Page { open, fits, differs }
    }

    /// By a delivery as it was received.
    pub const fn by_delivery(endpoint: &'static str, how: &'static str) -> Self {
        Self::Delivery { endpoint, how }
    }
}

impl MadeUp {
    /// Made up with this reference.
    pub fn new(reference: impl Into<String>) -> Self {
        Self { reference: reference.into(), amount: None, beneficiary: None }
    }

    /// Pays this amount to this beneficiary.
    #[must_use]
    pub fn with_payout(mut self, amount: Money, beneficiary: Beneficiary) -> Self {
        self.amount = Some(amount);
        self.beneficiary = Some(beneficiary);
        self
    }

    /// The reference of an order.
    ///
    /// # Errors
    /// It is none.
    pub fn order(&self) -> Result<OrderRef> {
        OrderRef::new(self.reference.as_str())
    }

    /// The reference of a payout.
    ///
    /// # Errors
    /// It is none.
    pub fn payout(&self) -> Result<PayoutRef> {
        PayoutRef::new(self.reference.as_str())
    }
}

impl Finding {
    /// The gateway accepts the alternative.
    pub fn fits(why: impl Into<String>) -> Self {
        Self { fit: Fit::Fits, why: why.into() }
    }

    /// The gateway refuses the alternative.
    pub fn differs(why: impl Into<String>) -> Self {
        Self { fit: Fit::Differs, why: why.into() }
    }

    /// The gateway says neither.
    pub fn unclear(why: impl Into<String>) -> Self {
        Self { fit: Fit::Unclear, why: why.into() }
    }

    /// What the result of an inquiry says about the way in which it was signed: it fits if the
    /// gateway answered, also that it does not know what was asked about, and differs if the gateway
    /// suspects the [formula or the credentials](Error::suspects).
    pub fn of_inquiry<T>(result: &Result<T>) -> Self {
        match result {
            Ok(_) => Self::fits("the gateway answered"),
            Err(error) => Self::of_error(error),
        }
    }

    /// What an error of an inquiry says, as [`of_inquiry`](Self::of_inquiry) does.
    pub fn of_error(error: &Error) -> Self {
        let is_signature =
            |suspect: &Suspect| matches!(suspect, Suspect::Formula | Suspect::Credentials);
        if error.kind() == ErrorKind::NotFound {
            Self::fits(error.to_string())
        } else if error.suspects().iter().any(is_signature) {
            Self::differs(error.to_string())
        } else {
            Self::unclear(error.to_string())
        }
    }

    /// What the outcome of an instruction says about the way in which it was written and signed: it
    /// fits if the gateway accepted it, and differs if the gateway found the request or its signature
    /// wrong.
    pub fn of_instruction<T>(result: &Result<Submission<T>>) -> Self {
        match result {
            Ok(Submission::Accepted(_)) => Self::fits("the gateway accepted it"),
            Ok(Submission::Declined(decline)) => match decline.reason {
                DeclineReason::Authentication | DeclineReason::InvalidRequest => {
                    Self::differs(decline.to_string())
                }
                _ => Self::unclear(decline.to_string()),
            },
            Ok(Submission::Uncertain(uncertain)) => Self::unclear(uncertain.to_string()),
            Err(error) => Self::unclear(error.to_string()),
        }
    }

    /// What the outcome of an instruction says about the way in which its response is verified: it
    /// fits if the response was believed, and differs if its signature was not good.
    pub fn of_response<T>(result: &Result<Submission<T>>) -> Self {
        match result {
            Ok(Submission::Accepted(_)) => Self::fits("the signature of the response is good"),
            Ok(Submission::Uncertain(uncertain))
                if uncertain.cause == UncertainCause::BadSignature =>
            {
                Self::differs(uncertain.to_string())
            }
            Ok(Submission::Uncertain(uncertain)) => Self::unclear(uncertain.to_string()),
            Ok(Submission::Declined(decline)) => Self::unclear(decline.to_string()),
            Err(error) => Self::unclear(error.to_string()),
        }
    }
}

/// A harmless question to a gateway, which moves and changes nothing and costs nothing: for what a
/// provider does beside its roles. The command `payments doctor --online` asks it.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct Question {
    /// What is asked, in a few words.
    pub asks: &'static str,
    /// Whether the provider is configured for it.
    pub is_configured: fn(&Provider) -> bool,
    /// Asks. A good answer is `Ok`, and also an error of the kind
    /// [`NotFound`](crate::ErrorKind::NotFound).
    pub ask: for<'a> fn(&'a Provider) -> Asked<'a, Result<()>>,
}

impl Question {
    /// A question that is asked of providers that are configured for it.
    pub const fn new(
        asks: &'static str,
        is_configured: fn(&Provider) -> bool,
        ask: for<'a> fn(&'a Provider) -> Asked<'a, Result<()>>,
    ) -> Self {
        Self { asks, is_configured, ask }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Decline, Uncertain};

    #[test]
    fn only_a_refused_signature_speaks_against_a_formula() {
        let of = |kind, suspects| {
            let error = Error::new(kind, "refused").with_suspects(suspects);
            Finding::of_inquiry::<()>(&Err(error)).fit
        };
        assert_eq!(of(ErrorKind::Authentication, &[]), Fit::Differs);
        assert_eq!(of(ErrorKind::Malformed, &[Suspect::Formula]), Fit::Differs);
        assert_eq!(of(ErrorKind::Permission, &[Suspect::SourceAddress]), Fit::Unclear);
        assert_eq!(of(ErrorKind::Transport, &[]), Fit::Unclear);
        assert_eq!(of(ErrorKind::NotFound, &[]), Fit::Fits);
        assert_eq!(Finding::of_inquiry(&Ok(())).fit, Fit::Fits);
    }

    #[test]
    fn an_instruction_that_may_have_been_carried_out_settles_nothing() {
        let uncertain = |cause| Ok(Submission::<()>::Uncertain(Uncertain::new(cause, "lost")));
        let declined = |reason| Ok(Submission::<()>::Declined(Decline::new(reason)));
        let lost = uncertain(UncertainCause::ConnectionLost);
        assert_eq!(Finding::of_instruction(&lost).fit, Fit::Unclear);
        assert_eq!(Finding::of_response(&lost).fit, Fit::Unclear);
        let unsigned = uncertain(UncertainCause::BadSignature);
        assert_eq!(Finding::of_response(&unsigned).fit, Fit::Differs);
        let refused = declined(DeclineReason::Authentication);
        assert_eq!(Finding::of_instruction(&refused).fit, Fit::Differs);
        assert_eq!(Finding::of_response(&refused).fit, Fit::Unclear);
        let poor = declined(DeclineReason::InsufficientFunds);
        assert_eq!(Finding::of_instruction(&poor).fit, Fit::Unclear);
        assert_eq!(Finding::of_instruction(&Ok(Submission::Accepted(()))).fit, Fit::Fits);
    }
}
