//! Notifications of the gateway, signed when they are sent.

use bytes::Bytes;
use http::{Request, Uri, header::CONTENT_TYPE};
use payments_core::Timestamp;
use provider_kit::signature::{Keys, SigningKeys, sign_hmac_sha256};
use serde::Serialize;

use super::json;
use crate::{
    formula::{BODY, WEBHOOK},
    wire::{Members, SIGNATURE, TIMESTAMP, signed_parts},
};

/// Every notification that was created, and those that are still to be sent.
#[derive(Debug)]
pub(super) struct Events {
    announced: Vec<Announced>,
    /// The indexes of the notifications that are still to be sent, oldest first.
    waiting: Vec<usize>,
    /// The default address.
    pub(super) usual: Option<Uri>,
}

#[derive(Debug)]
struct Announced {
    id: String,
    body: Bytes,
    to: Option<Uri>,
}

/// A notification before it is signed.
#[derive(Debug)]
pub(super) struct Unsigned {
    body: Bytes,
    to: Option<Uri>,
}

#[derive(Serialize)]
struct Body<'a, T> {
    id: &'a str,
    #[serde(rename = "type")]
    kind: &'a str,
    at: Timestamp,
    data: &'a T,
}

impl Events {
    pub(super) fn new(usual: Option<Uri>) -> Self {
        Self { announced: Vec::new(), waiting: Vec::new(), usual }
    }

    pub(super) fn add<T: Serialize>(
        &mut self,
        id: String,
        kind: &str,
        data: &T,
        to: Option<Uri>,
        at: Timestamp,
    ) {
        let body = json(&Body { id: &id, kind, at, data });
        self.waiting.push(self.announced.len());
        self.announced.push(Announced { id, body, to });
    }

    /// Removes and returns every notification that is still to be sent.
    pub(super) fn take(&mut self) -> Vec<Unsigned> {
        let waiting = std::mem::take(&mut self.waiting);
        waiting.into_iter().filter_map(|place| self.unsigned(self.announced.get(place)?)).collect()
    }

    /// Removes and returns the notifications that are still to be sent and have an address.
    #[cfg(feature = "simulator")]
    pub(super) fn take_addressed(&mut self) -> Vec<Unsigned> {
        let has_address = |place: &usize| {
            self.announced.get(*place).is_some_and(|one| one.to.is_some()) || self.usual.is_some()
        };
        let (ready, waiting) = std::mem::take(&mut self.waiting).into_iter().partition(has_address);
        self.waiting = waiting;
        let ready: Vec<usize> = ready;
        ready.into_iter().filter_map(|place| self.unsigned(self.announced.get(place)?)).collect()
    }

    /// Returns the notification with this id, to be sent again.
    pub(super) fn again(&self, id: &str) -> Option<Unsigned> {
        self.unsigned(self.announced.iter().find(|one| one.id == id)?)
    }

    fn unsigned(&self, one: &Announced) -> Option<Unsigned> {
        let to = one.to.clone().or_else(|| self.usual.clone());
        Some(Unsigned { body: one.body.clone(), to })
    }
}

impl Unsigned {
    /// Creates a notification with any body, for the default address.
    pub(super) fn new(body: Bytes, events: &Events) -> Self {
        Self { body, to: events.usual.clone() }
    }

    /// Returns the request that the merchant receives, signed now in its headers. Without an
    /// address it goes to `/events`.
    pub(super) fn sign(self, keys: &Keys, now: Timestamp) -> Request<Bytes> {
        let stamp = now.unix_seconds().to_string();
        let fields = [(TIMESTAMP, stamp.as_bytes()), (BODY, self.body.as_ref())];
        let keys = SigningKeys { secret: Some(keys), signer: None };
        // Both fields are present and the formula is known, so that signing cannot fail; an empty
        // signature would be rejected.
        let signature = WEBHOOK.sign(&fields, keys).unwrap_or_default();
        let mut request = request(self.to, "/events", self.body);
        let headers = request.headers_mut();
        for (name, value) in [(TIMESTAMP, stamp), (SIGNATURE, signature)] {
            if let Ok(value) = http::HeaderValue::try_from(value) {
                headers.insert(name, value);
            }
        }
        request
    }

    /// Returns the request that the merchant receives, with its signature beside the event. Without
    /// an address it goes to `/signed-events`.
    pub(super) fn sign_in_body(self, keys: &Keys) -> Request<Bytes> {
        let event = String::from_utf8_lossy(&self.body);
        let body = format!(r#"{{"event":{event},"signature":"{}"}}"#, code_of(&event, keys));
        request(self.to, "/signed-events", body.into())
    }
}

fn request(to: Option<Uri>, otherwise: &'static str, body: Bytes) -> Request<Bytes> {
    let mut request = Request::new(body);
    *request.method_mut() = http::Method::POST;
    *request.uri_mut() = to.unwrap_or_else(|| Uri::from_static(otherwise));
    let json = http::HeaderValue::from_static("application/json");
    request.headers_mut().insert(CONTENT_TYPE, json);
    request
}

/// Returns the signature of an event whose signature is in the body. If the event cannot be signed,
/// it is empty, which is always rejected.
pub(crate) fn code_of(event: &str, keys: &Keys) -> String {
    let fields = serde_json::from_str::<Members>(event).ok().and_then(|all| all.signed_fields());
    let (Some(fields), Some(secret)) = (fields, keys.newest()) else { return String::new() };
    hex::encode(sign_hmac_sha256(secret, &signed_parts(&fields)))
}
