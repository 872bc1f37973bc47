//! The state of one instruction that is sent under a permit.

use payments_core::{Decline, Submission, Timestamp, Uncertain, UncertainCause};
use serde::{Deserialize, Serialize};

use crate::record::{Outcome, Permit};

/// The state of one instruction that is sent under a permit.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Sending {
    /// The state.
    pub state: SendingState,
    /// When the instruction was requested.
    pub asked_at: Timestamp,
    /// The permit that was given, unless it was given back.
    #[serde(default)]
    pub permit: Option<Permit>,
    /// The refusal, if the provider refused the instruction.
    #[serde(default)]
    pub decline: Option<Decline>,
    /// Why the outcome is or was uncertain, or `None` if it never was.
    #[serde(default)]
    pub uncertain: Option<Uncertain>,
    /// Why the instruction was closed as not sent or not carried out, or `None` if it never was.
    #[serde(default)]
    pub not_sent: Option<String>,
}

/// The states of an instruction.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum SendingState {
    /// The instruction is recorded, and no permit to send it was given.
    Asked,
    /// The permit was given, so the instruction may be under way.
    Submitting,
    /// The instruction was not sent, or was not carried out according to the provider or a person's
    /// decision. It may be requested again.
    NotSent,
    /// The provider carried out the instruction, according to the provider or a person's decision.
    Done,
    /// The provider refused the instruction.
    Declined,
    /// The instruction may or may not have been carried out.
    ///
    /// A stored word that this version does not know is read as this state.
    #[serde(other)]
    Uncertain,
}

impl SendingState {
    /// Returns the state as it is stored, such as `not_sent`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Asked => "asked",
            Self::Submitting => "submitting",
            Self::NotSent => "not_sent",
            Self::Done => "done",
            Self::Declined => "declined",
            Self::Uncertain => "uncertain",
        }
    }
}

impl Sending {
    pub(super) fn new(at: Timestamp) -> Self {
        Self {
            state: SendingState::Asked,
            asked_at: at,
            permit: None,
            decline: None,
            uncertain: None,
            not_sent: None,
        }
    }

    /// Returns whether it may be under way, or has an unknown outcome.
    pub(crate) fn is_in_doubt(&self) -> bool {
        matches!(self.state, SendingState::Submitting | SendingState::Uncertain)
    }

    /// Returns whether its last permit has this token.
    pub(super) fn is_under(&self, token: Option<&String>) -> bool {
        self.permit.as_ref().map(|permit| &permit.token) == token
    }

    /// Returns whether no permit is out, or only this one.
    pub(crate) fn may_close(&self, token: Option<&String>) -> bool {
        match self.state {
            SendingState::Asked => true,
            SendingState::Submitting => token.is_some() && self.is_under(token),
            _ => false,
        }
    }

    pub(super) fn take(&mut self, permit: Permit) {
        self.permit = Some(permit);
        self.state = SendingState::Submitting;
    }

    pub(super) fn close(&mut self, token: Option<&String>, why: &str) {
        if self.may_close(token) {
            self.permit = None;
            self.end(SendingState::NotSent, why);
        }
    }

    /// Ends it as not carried out, if its outcome was unknown.
    pub(super) fn was_not_carried_out(&mut self, why: &str) {
        if self.is_in_doubt() {
            self.end(SendingState::NotSent, why);
        }
    }

    fn end(&mut self, state: SendingState, why: &str) {
        self.state = state;
        self.not_sent = Some(why.to_owned());
    }

    /// Makes it uncertain, unless its outcome is known.
    pub(super) fn doubt(&mut self, uncertain: Uncertain) {
        if matches!(self.state, SendingState::Asked | SendingState::Submitting) {
            self.state = SendingState::Uncertain;
        }
        self.uncertain = Some(uncertain);
    }

    pub(super) fn is_done(&mut self) {
        self.state = SendingState::Done;
    }

    /// Applies the provider's outcome, apart from the accepted value.
    pub(super) fn answer<T>(&mut self, outcome: &Outcome<T>) {
        match outcome {
            Outcome::Accepted(_) => self.is_done(),
            Outcome::Declined(decline) => {
                if matches!(self.state, SendingState::Asked) || self.is_in_doubt() {
                    let is_known = decline.is_confirmed();
                    self.state =
                        if is_known { SendingState::Declined } else { SendingState::Uncertain };
                }
                self.decline = Some(decline.clone());
            }
            Outcome::Uncertain(uncertain) => self.doubt(uncertain.clone()),
            Outcome::Misreported(error) => {
                let detail = super::fold::misreported(error);
                self.doubt(Uncertain::new(UncertainCause::ConnectionLost, detail));
            }
        }
    }

    /// Returns the result of sending an instruction a second time that was not accepted the first
    /// time. `None` while the outcome is unknown, or if the instruction was not sent.
    pub(crate) fn not_accepted<T>(&self) -> Option<Submission<T>> {
        match (self.state, &self.decline, &self.uncertain) {
            (SendingState::Declined | SendingState::Uncertain, Some(decline), _) => {
                Some(Submission::Declined(decline.clone()))
            }
            (SendingState::Uncertain, None, Some(uncertain)) => {
                Some(Submission::Uncertain(uncertain.clone()))
            }
            (SendingState::Uncertain | SendingState::Declined, None, _) => {
                Some(Submission::Uncertain(Uncertain::new(
                    UncertainCause::ProviderUndecided,
                    "its outcome is not known",
                )))
            }
            _ => None,
        }
    }
}
