//! A delivery as it is stored.

use std::fmt;

use payments_core::{
    EndpointName, ProviderId, Timestamp,
    notification::{Delivery, Event, EventData},
};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use crate::record::{Report, ReportData, Source};

/// The maximum number of bytes of a refused delivery's body that are stored as a sample.
const SAMPLE: usize = 16 * 1024;

/// A header is stored only if its name contains one of these words, because other headers may
/// contain a secret.
const HEADERS: [&str; 4] = ["content-type", "signature", "timestamp", "-id"];

/// A delivery that was acknowledged, with its events.
#[derive(Clone, Debug)]
pub(crate) struct StoredDelivery {
    /// Its number in the store.
    pub(crate) number: u64,
    pub(crate) provider: ProviderId,
    pub(crate) endpoint: EndpointName,
    pub(crate) digest: [u8; 32],
    pub(crate) received_at: Timestamp,
    /// The verdict in one word.
    pub(crate) verdict: String,
    /// Whether the delivery has no proof, so that anybody may have sent it.
    pub(crate) is_unsigned: bool,
    /// When its events changed last.
    pub(crate) changed_at: Timestamp,
    pub(crate) events: Vec<StoredEvent>,
}

/// One event of a delivery.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct StoredEvent {
    pub(crate) report: Report,
    pub(crate) standing: Standing,
}

/// Whether an event is trusted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "is", rename_all = "snake_case")]
pub(crate) enum Standing {
    /// The delivery proved the event, and it is booked.
    Proven,
    /// The event has to be confirmed by an inquiry.
    Unconfirmed,
    /// An inquiry confirmed the event, and the report of the inquiry is booked.
    Confirmed,
    /// An inquiry contradicted the event.
    Contradicted {
        /// What the delivery claims.
        claimed: String,
        /// What the provider reports.
        found: String,
    },
    /// The provider did not know the event in any inquiry until the time limit.
    NotFound,
    /// The provider supports no inquiry about the event.
    CannotAsk {
        /// The reason, in one line.
        why: String,
    },
    /// The event is not proven and moves no money.
    Ignored,
    /// A stored standing that this version does not know.
    #[serde(other)]
    Unrecognised,
}

/// Whether a delivery needs more work.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum DeliveryState {
    /// An event has to be confirmed.
    Unconfirmed,
    /// Nothing is left to confirm, and an event is not trusted.
    Doubtful,
    /// Nothing is left to do.
    Settled,
}

/// A request as it arrived, without the headers that may contain a secret.
#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct StoredRequest {
    pub(crate) method: String,
    pub(crate) path: String,
    pub(crate) query: Option<String>,
    pub(crate) headers: Vec<(String, String)>,
    /// Stored as Base64.
    #[serde(with = "in_base64")]
    pub(crate) body: Vec<u8>,
}

mod in_base64 {
    use base64::{Engine as _, engine::general_purpose::STANDARD};
    use serde::{Deserialize, Deserializer, Serializer, de};

    pub(super) fn serialize<S: Serializer>(bytes: &[u8], to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(&STANDARD.encode(bytes))
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Vec<u8>, D::Error> {
        let text = String::deserialize(from)?;
        STANDARD.decode(text).map_err(|_| de::Error::custom("is not Base64"))
    }
}

/// A delivery that was refused, to be counted.
#[derive(Clone, Debug)]
pub(crate) struct Refused {
    pub(crate) provider: ProviderId,
    /// The endpoint, or a dash if no endpoint has this name.
    pub(crate) endpoint: String,
    pub(crate) at: Timestamp,
    pub(crate) reason: String,
    pub(crate) detail: String,
    pub(crate) request: StoredRequest,
}

impl StoredDelivery {
    /// Returns how an inquiry contradicted the delivery, or `None` if none did.
    pub(crate) fn contradiction(&self) -> Option<String> {
        let mut standings = self.events.iter().map(|event| &event.standing);
        standings.find(|one| matches!(one, Standing::Contradicted { .. })).map(Standing::why)
    }

    /// Returns whether the delivery needs more work.
    pub(crate) fn state(&self) -> DeliveryState {
        let any = |is: fn(&Standing) -> bool| self.events.iter().any(|event| is(&event.standing));
        if any(|standing| *standing == Standing::Unconfirmed) {
            DeliveryState::Unconfirmed
        } else if any(Standing::is_doubtful) {
            DeliveryState::Doubtful
        } else {
            DeliveryState::Settled
        }
    }
}

impl StoredEvent {
    /// Returns an event of a delivery. If it was signed for another time, it is not proven.
    pub(super) fn of(
        provider: &ProviderId,
        endpoint: &EndpointName,
        event: &Event,
        is_stale: bool,
    ) -> Self {
        let mut report = Report::of_event(provider, Some(endpoint), Source::Delivery, event);
        let standing = match (event.is_trusted() && !is_stale, event.moves_money()) {
            (true, _) => Standing::Proven,
            (false, true) => Standing::Unconfirmed,
            (false, false) => Standing::Ignored,
        };
        if standing != Standing::Proven {
            // Only a trusted event uses up its key.
            report.key = None;
        }
        Self { report, standing }
    }

    /// Returns the event to confirm, or `None` if this version does not know it.
    pub(super) fn claim(&self) -> Option<Event> {
        let data = match &self.report.data {
            ReportData::Payment(payment) => EventData::Payment(payment.as_ref().clone()),
            ReportData::Movement(movement) => EventData::Movement(movement.as_ref().clone()),
            ReportData::Refund(refund) => EventData::Refund(refund.as_ref().clone()),
            ReportData::Payout(payout) => EventData::Payout(payout.as_ref().clone()),
            ReportData::Test | ReportData::Unrecognised => return None,
        };
        Some(Event::claimed(data))
    }
}

impl Standing {
    /// Returns whether the event was examined and is not trusted.
    pub(super) fn is_doubtful(&self) -> bool {
        matches!(self, Self::Contradicted { .. } | Self::NotFound | Self::CannotAsk { .. })
    }

    /// Describes the standing in a few words, without personal data.
    pub(super) fn word(&self) -> &'static str {
        match self {
            Self::Proven => "proven",
            Self::Unconfirmed => "unconfirmed",
            Self::Confirmed => "confirmed",
            Self::Contradicted { .. } => "its provider contradicts it",
            Self::NotFound => "its provider did not find it in any inquiry",
            Self::CannotAsk { .. } => "its provider supports no inquiry about it",
            Self::Ignored => "it is not proven and moves no money",
            Self::Unrecognised => "this version does not know it",
        }
    }

    /// Describes the standing with its details, for a person.
    pub(super) fn why(&self) -> String {
        match self {
            Self::Contradicted { claimed, found } => {
                format!("it claims {claimed}, but its provider reports {found}")
            }
            Self::CannotAsk { why } => format!("{}: {why}", self.word()),
            other => other.word().to_owned(),
        }
    }

    /// Returns whether the report of the event is booked.
    pub(super) fn is_booked(&self) -> bool {
        matches!(self, Self::Proven | Self::Confirmed)
    }
}

impl DeliveryState {
    /// Returns the state as it is stored.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Unconfirmed => "unconfirmed",
            Self::Doubtful => "doubtful",
            Self::Settled => "settled",
        }
    }
}

impl StoredRequest {
    /// Returns the parts of a delivery that are stored.
    pub(super) fn of(delivery: &Delivery<'_>) -> Self {
        let is_kept = |name: &str| HEADERS.iter().any(|word| name.contains(word));
        let headers = delivery.headers().iter().filter(|(name, _)| is_kept(name.as_str()));
        let text = |value: &http::HeaderValue| String::from_utf8_lossy(value.as_bytes()).into();
        Self {
            method: delivery.method().as_str().to_owned(),
            path: delivery.path().to_owned(),
            query: delivery.query().map(str::to_owned),
            headers: headers.map(|(name, value)| (name.to_string(), text(value))).collect(),
            body: delivery.body().to_vec(),
        }
    }

    /// Returns the request with only the beginning of its body.
    pub(super) fn sample(mut self) -> Self {
        self.body.truncate(SAMPLE);
        self
    }
}

impl fmt::Debug for StoredRequest {
    /// Shows only the method and the path.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "StoredRequest({} {}, {} bytes)", self.method, self.path, self.body.len())
    }
}

/// Returns the digest that identifies a repeated delivery, over its query and its body. Headers are
/// left out, because a gateway signs a delivery anew each time it sends it.
pub(super) fn digest(delivery: &Delivery<'_>) -> [u8; 32] {
    let mut hash = Sha256::new();
    for part in [delivery.query().unwrap_or_default().as_bytes(), delivery.body()] {
        hash.update((part.len() as u64).to_be_bytes());
        hash.update(part);
    }
    hash.finalize().into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_header_that_may_hold_a_secret_is_stored() {
        let request = http::Request::post("/hooks/a?b=c")
            .header("authorization", "Apikey canary")
            .header("x-secret-key", "canary")
            .header("cookie", "canary")
            .header("x-signature", "abc")
            .header("x-timestamp", "1")
            .header("content-type", "application/json")
            .body("{}")
            .unwrap();
        let stored = StoredRequest::of(&Delivery::of(&request));
        let names: Vec<_> = stored.headers.iter().map(|(name, _)| name.as_str()).collect();
        assert_eq!(names, ["x-signature", "x-timestamp", "content-type"]);
        assert!(!format!("{stored:?}").contains("b=c"));
    }

    #[test]
    fn an_unknown_standing_is_settled_and_blocks_nothing() {
        let text = r#"{"is":"teleported","by":"x"}"#;
        let standing: Standing = serde_json::from_str(text).unwrap();
        assert_eq!(standing, Standing::Unrecognised);
        for standing in [
            Standing::Proven,
            Standing::Contradicted { claimed: "a".to_owned(), found: "b".to_owned() },
        ] {
            let stored = serde_json::to_string(&standing).unwrap();
            assert_eq!(serde_json::from_str::<Standing>(&stored).unwrap(), standing, "{stored}");
        }
    }

    #[test]
    fn a_query_cannot_pass_for_a_body() {
        let one = http::Request::post("/?ab").body("c").unwrap();
        let other = http::Request::post("/?a").body("bc").unwrap();
        assert_ne!(digest(&Delivery::of(&one)), digest(&Delivery::of(&other)));
    }
}
