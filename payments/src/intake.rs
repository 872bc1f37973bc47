//! The result of a delivery: trusted events, doubtful events, and the reply to send.

use std::time::Duration;

use bytes::Bytes;
use payments_core::{
    EndpointName, Error, ErrorKind, ProviderId, Result,
    notification::{
        Confirmation, Delivery, Event, Evidence, Outcome, Proof, UnreadableDelivery, Untrusted,
    },
};
use tracing::Instrument as _;

use crate::{Checked, Payments};

/// The result of receiving a delivery.
///
/// Gateways may deliver an event more than once, so store [`provider`](Self::provider) and
/// [`Event::key`] of each event, and skip events that are already stored. Store them in the same
/// database transaction as the event's changes to your tables, and send [`reply`](Self::reply)
/// after the commit. If the transaction fails, reply with [`Outcome::TryAgain`], so that the
/// provider delivers the event again.
///
/// Two events of different sources, such as a webhook of the bank and one of the payment page, can
/// report the same money under different keys. Compare them with
/// [`match_credit`](crate::match_credit). The engine does all of this.
#[derive(Debug)]
#[must_use = "the provider waits for the reply"]
pub struct Intake {
    checked: Checked,
    /// The provider that sent the delivery. Keys are unique per provider.
    pub provider: ProviderId,
    /// The trusted events: each is proven by the delivery, or was confirmed by an inquiry.
    ///
    /// Every event that moves money has a [key](Event::key). An event without a key changes no
    /// money: it is a status to show, or it is unknown to this version.
    pub events: Vec<Event>,
    /// The events that are not trusted, or not yet.
    pub doubts: Vec<Doubtful>,
}

/// An event that must not be trusted, or not yet. It has no key.
#[derive(Debug)]
#[non_exhaustive]
pub struct Doubtful {
    /// The event as the delivery reports it.
    pub event: Event,
    /// The reason why it is not trusted.
    pub doubt: Doubt,
}

/// The reason why an event is not trusted.
#[derive(Debug)]
#[non_exhaustive]
pub enum Doubt {
    /// The event came through the buyer's browser. Show it, but book nothing.
    DisplayOnly,
    /// The event depends on fields that no proof covers, and it moves no money that an inquiry
    /// could confirm. Ignore it, or show it.
    Unproven,
    /// The provider does not know the money of the event yet. Inquire again later.
    NotYet {
        /// How long to wait before the next inquiry.
        retry_after: Option<Duration>,
    },
    /// The provider could not be reached. Inquire again later.
    CouldNotAsk(Error),
    /// The provider contradicts the event. A person should look at it.
    Contradicted {
        /// What the delivery claims.
        claimed: String,
        /// What the provider reports.
        found: String,
    },
}

impl Payments {
    /// Checks a delivery that arrived now, and confirms with the gateway what its proof does not
    /// cover: [`check`](Self::check) and [`Checked::confirm`] in one call.
    ///
    /// It may send inquiries and wait for their responses. While one of them fails,
    /// [`outcome`](Intake::outcome) is [`Outcome::TryAgain`]. Events that are proven or confirmed
    /// are returned in any case, each under its own key.
    ///
    /// # Errors
    /// The provider does not exist, or it sends no notifications. Returns
    /// [`Configuration`](crate::ErrorKind::Configuration) if the hub has an engine, which has to
    /// book the delivery: pass it to `Engine::accept`.
    pub async fn receive(
        &self,
        provider: &str,
        endpoint: &str,
        delivery: &Delivery<'_>,
    ) -> Result<Intake> {
        self.check_books_itself()?;
        let provider = self.provider(provider)?;
        let endpoint = EndpointName::new(endpoint)?;
        let span = tracing::info_span!(
            "payments.receive",
            provider = provider.id().as_str(),
            endpoint = endpoint.as_str(),
            verdict = tracing::field::Empty,
            reason = tracing::field::Empty,
            events = tracing::field::Empty,
            doubts = tracing::field::Empty,
            outcome = tracing::field::Empty,
        );
        let now = self.now();
        let checked = span.in_scope(|| Checked::of(provider, endpoint, delivery, now))?;
        let intake = Intake::of(checked).instrument(span.clone()).await;
        span.record("reason", intake.checked.reason());
        intake.record(&span);
        intake.checked.warn_of_the_unreadable();
        intake.log("delivery received");
        Ok(intake)
    }
}

impl Intake {
    /// Returns the proof of the sender and what it covers, or `None` if the delivery is untrusted
    /// or a handshake.
    pub fn proof(&self) -> Option<&Proof> {
        self.checked.proof()
    }

    /// Returns the field of a checked delivery that cannot be read, or `None` if all of it can be
    /// read.
    pub fn unreadable(&self) -> Option<&UnreadableDelivery> {
        self.checked.unreadable()
    }

    /// Returns the reason why the delivery is not trusted, or `None` if it is trusted.
    pub fn untrusted(&self) -> Option<&Untrusted> {
        self.checked.untrusted()
    }

    /// Returns the outcome to report to the gateway once the [`events`](Self::events) are handled.
    ///
    /// It is `TryAgain` while something could not be confirmed, or if the delivery [cannot be
    /// read](Self::unreadable). It is `Ignored` if there is nothing to book, for example when a
    /// buyer's browser returns.
    pub fn outcome(&self) -> Outcome {
        let unsettled = |doubtful: &Doubtful| {
            matches!(doubtful.doubt, Doubt::NotYet { .. } | Doubt::CouldNotAsk(_))
        };
        let of_no_interest =
            |doubtful: &Doubtful| matches!(doubtful.doubt, Doubt::DisplayOnly | Doubt::Unproven);
        if self.untrusted().is_some() {
            Outcome::Untrusted
        } else if self.unreadable().is_some() || self.doubts.iter().any(unsettled) {
            Outcome::TryAgain
        } else if self.checked.is_notification()
            && self.events.is_empty()
            && self.doubts.iter().all(of_no_interest)
        {
            Outcome::Ignored
        } else {
            Outcome::Handled
        }
    }

    /// Returns the reply that the gateway documents for `outcome`.
    ///
    /// The reply never acknowledges a delivery with unconfirmed events: while
    /// [`Intake::outcome`](Self::outcome) is `TryAgain`, it requests the delivery again, whatever
    /// you pass. An untrusted delivery never gets the reply of success, and a handshake gets its
    /// own reply. An app that has stored the delivery durably and confirms it later uses
    /// [`Checked::reply`].
    pub fn reply(&self, outcome: Outcome) -> http::Response<Bytes> {
        self.checked.reply(match self.outcome() {
            Outcome::TryAgain => Outcome::TryAgain,
            _ => outcome,
        })
    }

    /// Confirms the delivery in a tracing span of its own.
    pub(crate) async fn traced(checked: Checked) -> Self {
        let span = tracing::info_span!(
            "payments.confirm",
            provider = checked.provider().as_str(),
            endpoint = checked.endpoint().as_str(),
            verdict = tracing::field::Empty,
            events = tracing::field::Empty,
            doubts = tracing::field::Empty,
            outcome = tracing::field::Empty,
        );
        let intake = Self::of(checked).instrument(span.clone()).await;
        intake.record(&span);
        intake.log("delivery confirmed");
        intake
    }

    async fn of(checked: Checked) -> Self {
        let (mut events, mut doubts) = (Vec::new(), Vec::new());
        for event in checked.events() {
            match believed(&checked, event).await {
                Ok(event) => events.push(event),
                Err(doubt) => doubts.push(Doubtful { event: event.clone(), doubt }),
            }
        }
        Self { provider: checked.provider().clone(), checked, events, doubts }
    }

    /// Records the result for operators, without any content of the delivery.
    fn record(&self, span: &tracing::Span) {
        span.record("verdict", self.checked.verdict().as_str())
            .record("events", self.events.len())
            .record("doubts", self.doubts.len())
            .record("outcome", word(self.outcome()));
    }

    fn log(&self, message: &'static str) {
        tracing::info!(
            provider = self.provider.as_str(),
            endpoint = self.checked.endpoint().as_str(),
            verdict = self.checked.verdict().as_str(),
            reason = self.checked.reason(),
            events = self.events.len(),
            doubts = self.doubts.len(),
            outcome = word(self.outcome()),
            "{message}"
        );
    }
}

/// Returns the event as it may be booked, or the doubt that prevents it.
async fn believed(checked: &Checked, event: &Event) -> Result<Event, Doubt> {
    match event.evidence() {
        Evidence::DisplayOnly => return Err(Doubt::DisplayOnly),
        Evidence::Proven | Evidence::Inquired => return Ok(event.clone()),
        _ if !event.moves_money() => return Err(Doubt::Unproven),
        _ => {}
    }
    match checked.receiver().confirm(event).await {
        Ok(Confirmation::Confirmed(confirmed)) if confirmed.is_trusted() => Ok(confirmed),
        Ok(Confirmation::Confirmed(_)) => Err(Doubt::CouldNotAsk(Error::new(
            ErrorKind::Malformed,
            "the provider's crate returned the claim instead of the result of an inquiry",
        ))),
        Ok(Confirmation::NotYet { retry_after }) => Err(Doubt::NotYet { retry_after }),
        Ok(Confirmation::Contradicted { claimed, found }) => {
            Err(Doubt::Contradicted { claimed, found })
        }
        Ok(_) => Err(Doubt::NotYet { retry_after: None }),
        Err(error) => Err(Doubt::CouldNotAsk(error)),
    }
}

fn word(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Handled => "handled",
        Outcome::Duplicate => "duplicate",
        Outcome::Ignored => "ignored",
        Outcome::TryAgain => "try_again",
        Outcome::Untrusted => "untrusted",
    }
}
