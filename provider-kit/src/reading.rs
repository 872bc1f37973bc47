//! Readings: a provider's interpretations of the gateway's documents that no gateway has confirmed,
//! as data, each with the test that would confirm it.
//!
//! A provider lists its readings with [`Registration::with_readings`]. The command `payments probe`
//! carries out their tests against the gateway's sandbox: it builds the provider once for each
//! [alternative](Reading::alternatives), with the configuration of the alternative, and compares
//! how well each [fits](Fit) the gateway's behaviour.
//!
//! ```
//! use provider_kit::reading::{Alternative, Change, Finding, Reading, Settles};
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

use payments_core::{
    DeclineReason, Error, ErrorKind, OrderRef, PayoutRef, Provider, Result, Submission, Suspect,
    UncertainCause, money::Money, payment::NextAction, payout::Beneficiary,
};

/// One reading of a gateway's documents, its alternatives, and the test that decides between them.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct Reading {
    /// The name of the reading, unique within the provider.
    pub name: &'static str,
    /// The question that it answers, in one line.
    pub about: &'static str,
    /// The alternatives, the provider's default first.
    pub alternatives: &'static [Alternative],
    /// The test that decides between the alternatives.
    pub settles: Settles,
}

/// One possible interpretation of the documents.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct Alternative {
    /// The name of the alternative, unique within the reading.
    pub name: &'static str,
    /// The configuration that selects it.
    pub changes: &'static [Change],
}

/// A change of one key of a provider's configuration.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Change {
    /// The key, such as `compat.body` for a key of the table `compat`.
    pub key: &'static str,
    /// The value of the key. `None` removes the key, so that its default applies.
    pub value: Option<&'static str>,
}

/// The test that decides between the alternatives of a reading.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub enum Settles {
    /// An inquiry, sent once with each alternative.
    Inquiry {
        /// A description of the inquiry, in one line.
        asks: &'static str,
        /// The function that sends it.
        ask: Ask,
    },
    /// An instruction.
    Instruction {
        /// A description of the instruction, in one line.
        does: &'static str,
        /// Whether it pays money out, so that it needs an amount and a beneficiary.
        pays: bool,
        /// How many times it is sent.
        times: Times,
        /// The function that sends it.
        ask: Ask,
    },
    /// A link or form that a person opens, one for each alternative.
    Page {
        /// The function that opens a payment and returns the buyer's next step.
        open: Open,
        /// What the page shows if the alternative is right.
        fits: &'static str,
        /// What the page shows if another alternative is right.
        differs: &'static str,
    },
    /// One delivery as it was received, checked with each alternative.
    Delivery {
        /// The endpoint at which it arrived.
        endpoint: &'static str,
        /// How to make the gateway send one, in one line.
        how: &'static str,
    },
}

/// How many times an instruction is sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Times {
    /// The instruction is sent once with each alternative.
    ForEach,
    /// The instruction is sent once, and its response is read with each alternative.
    Once,
}

/// The values that a probe makes up for its calls.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct MadeUp {
    /// A reference that was never used: capital letters and digits, at most 20.
    pub reference: String,
    /// The amount to pay out, if the reading needs a payout.
    pub amount: Option<Money>,
    /// The beneficiary of the payout, if the reading needs one.
    pub beneficiary: Option<Beneficiary>,
}

/// A function that calls the gateway and returns how well the provider's configuration fits the
/// response.
pub type Ask = for<'a> fn(&'a Provider, &'a MadeUp) -> Asked<'a, Finding>;

/// A function that opens a payment and returns the buyer's next step.
pub type Open = for<'a> fn(&'a Provider, &'a MadeUp) -> Asked<'a, Result<NextAction>>;

/// A call in progress.
pub type Asked<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// How well an alternative fits the gateway's behaviour, and why.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Finding {
    /// How well it fits.
    pub fit: Fit,
    /// The reason, in one line. It never contains a secret.
    pub why: String,
}

/// How well an alternative fits the gateway's behaviour.
///
/// This enum is exhaustive on purpose, so that a verdict handles each variant.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Fit {
    /// The gateway accepts the alternative.
    Fits,
    /// The gateway refuses the alternative.
    Differs,
    /// The response does not show whether the gateway accepts it.
    Unclear,
}

impl Reading {
    /// Creates a reading with its alternatives, the default first.
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
    /// Creates an alternative with the configuration that selects it.
    pub const fn new(name: &'static str, changes: &'static [Change]) -> Self {
        Self { name, changes }
    }
}

impl Change {
    /// Sets `key` to `value`.
    pub const fn set(key: &'static str, value: &'static str) -> Self {
        Self { key, value: Some(value) }
    }

    /// Removes `key`.
    pub const fn without(key: &'static str) -> Self {
        Self { key, value: None }
    }
}

impl Settles {
    /// Creates a test by an inquiry, sent once with each alternative. `asks` describes it.
    pub const fn by_inquiry(asks: &'static str, ask: Ask) -> Self {
        Self::Inquiry { asks, ask }
    }

    /// Creates a test by an instruction that moves no money, sent once with each alternative.
    /// `does` describes it.
    pub const fn by_instructions(does: &'static str, ask: Ask) -> Self {
        Self::Instruction { does, pays: false, times: Times::ForEach, ask }
    }

    /// Creates a test by one payout, whose response is read with each alternative. `does` describes
    /// it.
    pub const fn by_payout(does: &'static str, ask: Ask) -> Self {
        Self::Instruction { does, pays: true, times: Times::Once, ask }
    }

    /// Creates a test by a page that a person opens. `fits` and `differs` are what it shows if the
    /// alternative is right or wrong.
    pub const fn by_page(open: Open, fits: &'static str, differs: &'static str) -> Self {
        Self::Page { open, fits, differs }
    }

    /// Creates a test by a delivery. `how` is how to make the gateway send one to `endpoint`.
    pub const fn by_delivery(endpoint: &'static str, how: &'static str) -> Self {
        Self::Delivery { endpoint, how }
    }
}

impl MadeUp {
    /// Creates the values of a probe with this reference.
    pub fn new(reference: impl Into<String>) -> Self {
        Self { reference: reference.into(), amount: None, beneficiary: None }
    }

    /// Sets the amount and the beneficiary of a payout.
    #[must_use]
    pub fn with_payout(mut self, amount: Money, beneficiary: Beneficiary) -> Self {
        self.amount = Some(amount);
        self.beneficiary = Some(beneficiary);
        self
    }

    /// Returns the reference as an order reference.
    ///
    /// # Errors
    /// Returns [`InvalidRequest`](payments_core::ErrorKind::InvalidRequest) if the text is not a valid
    /// order reference.
    pub fn order(&self) -> Result<OrderRef> {
        OrderRef::new(self.reference.as_str())
    }

    /// Returns the reference as a payout reference.
    ///
    /// # Errors
    /// Returns [`InvalidRequest`](payments_core::ErrorKind::InvalidRequest) if the text is not a valid
    /// payout reference.
    pub fn payout(&self) -> Result<PayoutRef> {
        PayoutRef::new(self.reference.as_str())
    }
}

impl Finding {
    /// Creates a finding that the gateway accepts the alternative.
    pub fn fits(why: impl Into<String>) -> Self {
        Self { fit: Fit::Fits, why: why.into() }
    }

    /// Creates a finding that the gateway refuses the alternative.
    pub fn differs(why: impl Into<String>) -> Self {
        Self { fit: Fit::Differs, why: why.into() }
    }

    /// Creates a finding that the response shows neither.
    pub fn unclear(why: impl Into<String>) -> Self {
        Self { fit: Fit::Unclear, why: why.into() }
    }

    /// Derives a finding about the request's signature from the result of an inquiry. The
    /// alternative fits if the gateway responded, even with "not found", and differs if the error's
    /// [suspects](Error::suspects) include the formula or the credentials.
    pub fn of_inquiry<T>(result: &Result<T>) -> Self {
        match result {
            Ok(_) => Self::fits("the gateway answered"),
            Err(error) => Self::of_error(error),
        }
    }

    /// Derives a finding from the error of an inquiry, as [`of_inquiry`](Self::of_inquiry) does.
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

    /// Derives a finding about the format and the signature of a request from the outcome of an
    /// instruction. The alternative fits if the gateway accepted the instruction, and differs if it
    /// found the request or its signature wrong.
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

    /// Derives a finding about the verification of responses from the outcome of an instruction.
    /// The alternative fits if the response was trusted, and differs if its signature was invalid.
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

/// A harmless inquiry to a gateway, which changes nothing and costs nothing, about a service that a
/// provider offers in addition to its roles. The command `payments doctor --online` sends it.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct Question {
    /// A description of the inquiry, in a few words.
    pub asks: &'static str,
    /// Returns whether the provider is configured for the service.
    pub is_configured: fn(&Provider) -> bool,
    /// Sends the inquiry. Both `Ok` and an error of the kind
    /// [`NotFound`](payments_core::ErrorKind::NotFound) show that the gateway is reachable and accepts the
    /// request.
    pub ask: for<'a> fn(&'a Provider) -> Asked<'a, Result<()>>,
}

impl Question {
    /// Creates an inquiry that is sent for the providers that are configured for it.
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
    use payments_core::{Decline, Uncertain};

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
