//! Notifications of Template, and the reply that it expects (chapter "Notifications").

use std::sync::Arc;

use async_trait::async_trait;
use bytes::Bytes;
use http::{Method, Response, StatusCode};
use payments_core::{
    EndpointName, Error, Lookup, NotificationReceiver, PaymentProvider, Raw, Result, Timestamp,
    notification::{
        Confirmation, Delivery, Endpoint, Event, EventData, Notification, Outcome, Received,
        Untrusted, UntrustedReason,
    },
    signature::Keys,
};
use provider_kit::signature::{ExplainSignature, SignedParts};

use crate::{client::Client, map, signature, wire};

pub(crate) struct Receiver {
    client: Arc<Client>,
    keys: Keys,
    endpoints: Vec<Endpoint>,
}

impl Receiver {
    pub(crate) fn new(client: Arc<Client>, keys: Keys) -> Self {
        let register = "as `notify_url` of a payment, or on Template's dashboard for all of them";
        let endpoints = EndpointName::new("notify")
            .map(|name| Endpoint::new(name, Method::POST, register))
            .into_iter()
            .collect();
        Self { client, keys, endpoints }
    }

    fn check(
        &self,
        endpoint: &EndpointName,
        delivery: &Delivery<'_>,
        now: Timestamp,
    ) -> Result<Notification, Untrusted> {
        let endpoint = Endpoint::find(&self.endpoints, endpoint, delivery.method())?;
        let proof = signature::check(&self.parts(delivery)?, now)?;

        let head: wire::NotificationHead = read(delivery.body())?;
        if head.merchant != self.client.merchant() {
            let detail = "it is for another merchant";
            return Err(Untrusted::new(UntrustedReason::WrongRecipient, detail));
        }
        let notification = Notification::new(endpoint, proof)
            .with_raw(Raw::new(Bytes::copy_from_slice(delivery.body())));
        Ok(match head.r#type.as_str() {
            "payment.updated" => {
                let updated: wire::PaymentUpdated = read(delivery.body())?;
                let payment = map::payment(&updated.payment).map_err(unreadable)?;
                let key = map::key(&payment).map_err(unreadable)?.made_of(&["payment"]);
                notification.with_event(key, EventData::Payment(payment), &["payment"])
            }
            unknown => notification.with_unrecognised(unknown, &["type"]),
        })
    }

    /// Signs the bytes as received, because JSON that is parsed and written again has another
    /// signature.
    fn parts<'a>(&'a self, delivery: &Delivery<'a>) -> Result<SignedParts<'a>, Untrusted> {
        let stamp = delivery.one_header("template-stamp")?.unwrap_or_default();
        let signature = delivery.one_header("template-signature")?.unwrap_or_default();
        Ok(signature::parts(&self.keys, stamp, delivery.body(), signature))
    }
}

/// Parses JSON. An error names the place but not the content, which may be personal data.
fn read<'a, T: serde::Deserialize<'a>>(body: &'a [u8]) -> Result<T, Untrusted> {
    serde_json::from_slice(body).map_err(|error| {
        unreadable(format!("line {}, column {} of the body", error.line(), error.column()))
    })
}

fn unreadable(what: impl std::fmt::Display) -> Untrusted {
    let detail = format!("not what the guide documents: {what}");
    Untrusted::new(UntrustedReason::Unreadable, detail)
}

#[async_trait]
impl NotificationReceiver for Receiver {
    fn endpoints(&self) -> &[Endpoint] {
        &self.endpoints
    }

    fn receive(
        &self,
        endpoint: &EndpointName,
        delivery: &Delivery<'_>,
        now: Timestamp,
    ) -> Received {
        match self.check(endpoint, delivery, now) {
            Ok(notification) => Received::Notification(notification),
            Err(untrusted) => Received::Untrusted(untrusted),
        }
    }

    async fn confirm(&self, event: &Event) -> Result<Confirmation> {
        let EventData::Payment(claimed) = event.data() else {
            return Err(Error::unsupported("Template can be asked about payments only"));
        };
        Ok(match self.client.find_payment(&claimed.order).await? {
            Lookup::Found(found) => map::confirmation(claimed, found),
            Lookup::Several(_) => Confirmation::Contradicted {
                claimed: "one payment".to_owned(),
                found: "several".to_owned(),
            },
            Lookup::Absent(_) => Confirmation::NotYet { retry_after: None },
        })
    }

    /// Template treats any 200 as an acknowledgement, repeats the notification after any other
    /// status, and does not read the body.
    fn reply(&self, _: &EndpointName, outcome: Outcome) -> Response<Bytes> {
        let mut reply = Response::new(Bytes::new());
        *reply.status_mut() = match outcome {
            Outcome::Handled | Outcome::Duplicate | Outcome::Ignored => StatusCode::OK,
            Outcome::TryAgain => StatusCode::SERVICE_UNAVAILABLE,
            Outcome::Untrusted => StatusCode::UNAUTHORIZED,
        };
        reply
    }
}

impl ExplainSignature for Receiver {
    fn signed_parts<'a>(
        &'a self,
        endpoint: &EndpointName,
        delivery: &Delivery<'a>,
    ) -> Option<SignedParts<'a>> {
        Endpoint::find(&self.endpoints, endpoint, delivery.method()).ok()?;
        self.parts(delivery).ok()
    }
}
