//! What a delivery says happened, and on what evidence.

use std::borrow::Cow;
use std::panic::Location;

use serde::Serialize;

use super::{Coverage, Endpoint, Proof};
use crate::{
    DedupeKey, EndpointName, Movement,
    payment::{Payment, PaymentState, Refund},
    payout::Payout,
    raw::{Authenticity, Raw},
};

/// A delivery that was checked: its proof, its key, and what it says.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Notification {
    /// Where it arrived.
    pub endpoint: EndpointName,
    /// Who sent it, and what that covers.
    pub proof: Proof,
    /// The same happening has the same key on every route of one source.
    pub key: DedupeKey,
    events: Vec<Event>,
    /// Its bytes: the body, or the query of a delivery without one.
    pub raw: Raw,
    /// The line of source that made it, so that tests can point there.
    pub made_at: &'static Location<'static>,
    display_only: bool,
}

/// One thing that happened, and on what evidence we believe it.
#[derive(Clone, Debug, Serialize)]
#[non_exhaustive]
pub struct Event {
    news: News,
    evidence: Evidence,
    #[serde(skip_serializing_if = "Option::is_none")]
    key: Option<DedupeKey>,
}

/// What happened.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum News {
    /// A payment changed.
    Payment(Payment),
    /// Money arrived on, or left, an account.
    Movement(Movement),
    /// A payout changed.
    Payout(Payout),
    /// A refund changed.
    Refund(Refund),
    /// Something that this version does not know. Acknowledge and ignore it.
    Unrecognised {
        /// The provider's name for it.
        name: String,
    },
}

/// On what evidence an event is believed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Evidence {
    /// The proof covers every field that it rests on.
    Proven,
    /// It rests on fields that the proof does not cover: confirm it before believing it.
    Unconfirmed {
        /// Those fields.
        uncovered: Vec<Cow<'static, str>>,
    },
    /// An inquiry answered it.
    Inquired,
    /// It came through a buyer's browser: show it, never book it.
    DisplayOnly,
}

impl Notification {
    /// A checked delivery that says nothing yet.
    #[track_caller]
    pub fn new(endpoint: &Endpoint, proof: Proof, key: DedupeKey) -> Self {
        Self {
            endpoint: endpoint.name.clone(),
            proof,
            key,
            // Nearly every delivery tells of one thing.
            events: Vec::with_capacity(1),
            raw: Raw::default(),
            made_at: Location::caller(),
            display_only: endpoint.display_only,
        }
    }

    /// Adds an event that rests on these fields of the delivery: of its body, if the proof covers
    /// the body. What the proof does not cover of them has to be confirmed, and so has news of
    /// money that names no field at all; on a display-only endpoint nothing is ever believed.
    #[must_use]
    pub fn with_event(mut self, news: News, rests_on: &[&'static str]) -> Self {
        let mut event = Event { news, evidence: Evidence::Proven, key: None };
        let uncovered: Vec<_> = rests_on
            .iter()
            .filter(|field| !self.proof.covers(field))
            .map(|field| Cow::Borrowed(*field))
            .collect();
        let rests_on_something = !rests_on.is_empty() || *self.proof.coverage() == Coverage::Body;
        if self.display_only {
            event.evidence = Evidence::DisplayOnly;
        } else if !uncovered.is_empty() || (event.moves_money() && !rests_on_something) {
            event.evidence = Evidence::Unconfirmed { uncovered };
        }
        self.events.push(event);
        self
    }

    /// What it says.
    pub fn events(&self) -> &[Event] {
        &self.events
    }

    /// What it says, by itself.
    pub fn into_events(self) -> Vec<Event> {
        self.events
    }

    /// Keeps the delivery's bytes, which its proof vouches for.
    #[must_use]
    pub fn with_raw(mut self, raw: Raw) -> Self {
        self.raw = raw.with_authenticity(Authenticity::Verified(self.proof.clone()));
        self
    }
}

impl Event {
    /// What an inquiry answered: the result of a confirmation, never of a delivery.
    pub fn inquired(news: News) -> Self {
        Self { news, evidence: Evidence::Inquired, key: None }
    }

    /// Gives the key under which what was inquired is handled once. It is made of what the
    /// inquiry answered, because the delivery's own key is only as good as its proof.
    #[must_use]
    pub fn under_key(mut self, key: DedupeKey) -> Self {
        self.key = Some(key);
        self
    }

    /// The key of what was inquired: the one given, or the movement's own.
    pub fn key(&self) -> Option<&DedupeKey> {
        match &self.news {
            News::Movement(movement) => Some(self.key.as_ref().unwrap_or(&movement.key)),
            _ => self.key.as_ref(),
        }
    }

    /// What happened. It cannot be changed once the evidence for it was weighed.
    pub fn news(&self) -> &News {
        &self.news
    }

    /// What happened, by itself.
    pub fn into_news(self) -> News {
        self.news
    }

    /// On what evidence it is believed.
    pub fn evidence(&self) -> &Evidence {
        &self.evidence
    }

    /// Whether it may be booked: it is proven or an inquiry answered it.
    pub fn is_trusted(&self) -> bool {
        matches!(self.evidence, Evidence::Proven | Evidence::Inquired)
    }

    /// Whether money would be booked on its word: such an event must be trusted first.
    pub fn moves_money(&self) -> bool {
        match &self.news {
            News::Payment(payment) => {
                !matches!(payment.state, PaymentState::Open | PaymentState::Processing)
                    || payment.received.is_some()
                    || !payment.credits.is_empty()
            }
            News::Movement(_) | News::Payout(_) | News::Refund(_) => true,
            News::Unrecognised { .. } => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        OrderRef, Secret,
        money::Money,
        notification::check::{Keys, Part, Signature, md5_concat, shared_token, sign_md5_concat},
    };

    fn secret() -> Secret {
        Secret::new("k").unwrap()
    }

    fn notification(proof: Proof) -> Notification {
        let name = EndpointName::new("events").unwrap();
        let endpoint = Endpoint::new(name, http::Method::POST, "anywhere");
        Notification::new(&endpoint, proof, DedupeKey::new("1").unwrap())
    }

    fn token() -> Proof {
        shared_token(&Keys::one(secret()), Some(b"k")).unwrap()
    }

    fn code_over_the_order() -> Proof {
        let parts = [Part::Field("order", b"A1"), Part::Secret];
        let code = hex::encode(sign_md5_concat(&secret(), &parts));
        md5_concat(&Keys::one(secret()), &parts, Signature::Hex(&code)).unwrap()
    }

    fn paid() -> News {
        let order = OrderRef::new("A1").unwrap();
        News::Payment(Payment::new(order, PaymentState::Settled).with_received(Money::vnd(1)))
    }

    fn evidence(proof: Proof, news: News, rests_on: &[&'static str]) -> Evidence {
        notification(proof).with_event(news, rests_on).events[0].evidence().clone()
    }

    #[test]
    fn what_rests_on_an_uncovered_field_has_to_be_confirmed() {
        assert_eq!(evidence(code_over_the_order(), paid(), &["order"]), Evidence::Proven);
        assert_eq!(
            evidence(code_over_the_order(), paid(), &["order", "amount"]),
            Evidence::Unconfirmed { uncovered: vec!["amount".into()] }
        );
    }

    #[test]
    fn news_of_money_that_names_no_field_has_to_be_confirmed() {
        assert_eq!(evidence(token(), paid(), &[]), Evidence::Unconfirmed { uncovered: vec![] });
        let unknown = News::Unrecognised { name: "holiday".to_owned() };
        assert_eq!(evidence(token(), unknown, &[]), Evidence::Proven);
    }

    #[test]
    fn an_open_payment_that_tells_of_money_moves_money() {
        let order = OrderRef::new("A1").unwrap();
        let open = Payment::new(order, PaymentState::Open);
        assert!(!Event::inquired(News::Payment(open.clone())).moves_money());
        assert!(Event::inquired(News::Payment(open.with_received(Money::vnd(1)))).moves_money());
    }
}
