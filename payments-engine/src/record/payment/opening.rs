//! One opening of a payment: a provider and a method by which the buyer can pay.

use payments_core::{
    Decline, ProviderId, Submission, Timestamp, Uncertain, UncertainCause,
    payment::{CreatePayment, Payment, PaymentMethod},
};
use serde::{Deserialize, Serialize};

use crate::record::Permit;

/// One opening of a payment: a provider and a method by which the buyer can pay. All openings of an
/// order count towards one record. A new request at the same provider by the same method replaces
/// the opening.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[non_exhaustive]
pub struct PaymentOpening {
    /// The provider that was called.
    pub provider: ProviderId,
    /// The request.
    pub request: CreatePayment,
    /// Whether the opening sends nothing, so that it can be repeated.
    pub is_offline: bool,
    /// The state of the opening.
    pub state: OpeningState,
    /// When the opening was requested: the last time, if earlier requests were not sent.
    pub asked_at: Timestamp,
    /// The permit that was given. `None` if it was given back, or if a person decided that the
    /// opening never arrived.
    #[serde(default)]
    pub permit: Option<Permit>,
    /// The payment as the provider returned it, with the buyer's next actions. If no response
    /// arrived, the payment as the provider first reported it. `None` if the provider reported
    /// none.
    #[serde(default)]
    pub payment: Option<Payment>,
    /// The refusal, if the provider refused the opening.
    #[serde(default)]
    pub decline: Option<Decline>,
    /// Why the outcome is or was uncertain, or `None` if it never was.
    #[serde(default)]
    pub uncertain: Option<Uncertain>,
    /// Why the opening was closed as not sent or not carried out, or `None` if it never was.
    #[serde(default)]
    pub not_sent: Option<String>,
}

/// The state of an opening.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum OpeningState {
    /// The opening is recorded, and no permit to send it was given.
    Asked,
    /// The permit was given, so the opening may be under way.
    Submitting,
    /// The opening was not sent, or a person decided that it never arrived. It is not sent unless
    /// it is requested again.
    NotSent,
    /// The provider accepted the opening, so the buyer can pay.
    Open,
    /// The provider refused the opening.
    Declined,
    /// The payment may or may not have been opened. The engine inquires about the opening, and
    /// never sends it again.
    ///
    /// A stored word that this version does not know is read as this state.
    #[serde(other)]
    Uncertain,
}

impl PaymentOpening {
    pub(super) fn new(
        provider: ProviderId,
        request: CreatePayment,
        is_offline: bool,
        at: Timestamp,
    ) -> Self {
        Self {
            provider,
            request,
            is_offline,
            state: OpeningState::Asked,
            asked_at: at,
            permit: None,
            payment: None,
            decline: None,
            uncertain: None,
            not_sent: None,
        }
    }

    /// Returns the requested method, or `None` if the buyer chooses.
    pub fn method(&self) -> Option<PaymentMethod> {
        self.request.method
    }

    /// Returns whether the provider has the payment or may still open it: the opening was neither
    /// refused nor closed as not sent.
    pub fn is_live(&self) -> bool {
        !matches!(self.state, OpeningState::NotSent | OpeningState::Declined)
    }

    /// Returns until when the buyer may pay, as the provider reports it, or else as it was
    /// requested. `None` if neither gives a time.
    pub fn expires_at(&self) -> Option<Timestamp> {
        let stated = self.payment.as_ref().and_then(|payment| payment.expires_at);
        stated.or(self.request.expires_at)
    }

    /// Returns the result of a repeated instruction. It is `None` while the outcome is unknown, if
    /// it was not sent, or if it is offline and so can be made again.
    pub(crate) fn submission(&self) -> Option<Submission<Payment>> {
        match (self.state, &self.decline, &self.uncertain) {
            (OpeningState::Asked | OpeningState::Submitting | OpeningState::NotSent, ..) => None,
            (OpeningState::Open, ..) => {
                let is_whole = self.payment.as_ref().filter(|_| !self.is_offline)?;
                Some(Submission::Accepted(is_whole.clone()))
            }
            (_, Some(decline), _) => Some(Submission::Declined(decline.clone())),
            (_, None, Some(uncertain)) => Some(Submission::Uncertain(uncertain.clone())),
            (_, None, None) => Some(Submission::Uncertain(Uncertain::new(
                UncertainCause::ProviderUndecided,
                "its outcome is not known",
            ))),
        }
    }

    /// Returns whether it may be under way, or has an unknown outcome.
    pub(crate) fn is_in_doubt(&self) -> bool {
        matches!(self.state, OpeningState::Submitting | OpeningState::Uncertain)
    }

    /// Closes it as not sent, if no permit is out or this gives back the one that is out.
    pub(super) fn close(&mut self, token: Option<&String>, why: &str) {
        if self.may_close(token) {
            self.state = OpeningState::NotSent;
            self.permit = None;
            self.not_sent = Some(why.to_owned());
        }
    }

    /// Returns whether no permit is out, or only this one.
    pub(crate) fn may_close(&self, token: Option<&String>) -> bool {
        match self.state {
            OpeningState::Asked => true,
            OpeningState::Submitting => {
                token.is_some() && self.permit.as_ref().map(|permit| &permit.token) == token
            }
            _ => false,
        }
    }

    /// Makes it uncertain, unless its outcome is known.
    pub(super) fn doubt(&mut self, uncertain: Uncertain) {
        if matches!(self.state, OpeningState::Asked | OpeningState::Submitting) {
            self.state = OpeningState::Uncertain;
        }
        self.uncertain = Some(uncertain);
    }
}
