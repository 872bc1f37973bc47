//! What a delivery says happened, and on what evidence.

use std::borrow::Cow;

use serde::Serialize;

use super::{Endpoint, Proof};
use crate::{
    DedupeKey, EndpointName, Movement,
    payment::{Payment, PaymentState, Refund},
    payout::Payout,
    raw::Raw,
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
    /// What it says.
    pub events: Vec<Event>,
    /// Its bytes: the body, or the query of a delivery without one.
    pub raw: Raw,
    display_only: bool,
}

/// One thing that happened, and on what evidence we believe it.
#[derive(Clone, Debug, Serialize)]
#[non_exhaustive]
pub struct Event {
    /// What happened.
    pub news: News,
    evidence: Evidence,
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
    pub fn new(endpoint: &Endpoint, proof: Proof, key: DedupeKey) -> Self {
        Self {
            endpoint: endpoint.name.clone(),
            proof,
            key,
            // Nearly every delivery tells of one thing.
            events: Vec::with_capacity(1),
            raw: Raw::default(),
            display_only: endpoint.display_only,
        }
    }

    /// Adds an event that rests on these fields of the delivery. What the proof does not cover
    /// of them has to be confirmed; on a display-only endpoint nothing is ever believed.
    #[must_use]
    pub fn with_event(mut self, news: News, rests_on: &[&'static str]) -> Self {
        let evidence = if self.display_only {
            Evidence::DisplayOnly
        } else {
            let uncovered: Vec<_> = rests_on
                .iter()
                .filter(|field| !self.proof.covers(field))
                .map(|field| Cow::Borrowed(*field))
                .collect();
            if uncovered.is_empty() {
                Evidence::Proven
            } else {
                Evidence::Unconfirmed { uncovered }
            }
        };
        self.events.push(Event { news, evidence });
        self
    }

    /// Keeps the delivery's bytes.
    #[must_use]
    pub fn with_raw(mut self, raw: Raw) -> Self {
        self.raw = raw;
        self
    }
}

impl Event {
    /// What an inquiry answered.
    pub fn inquired(news: News) -> Self {
        Self { news, evidence: Evidence::Inquired }
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
                payment.state != PaymentState::Open && payment.state != PaymentState::Processing
            }
            News::Movement(_) | News::Payout(_) | News::Refund(_) => true,
            News::Unrecognised { .. } => false,
        }
    }
}
