//! Tests a receiver with requests from any sender.

use std::collections::BTreeSet;
use std::sync::Arc;

use bytes::Bytes;
use http::Request;
use http_tampering::{bits, fields, resplit, smuggling};
use payments_core::{
    EndpointName, Error, ErrorKind, NotificationReceiver, Provider, Result, Timestamp,
    notification::{Coverage, Delivery, Event, EventData, Notification, Received},
};

use crate::message;

/// Tests a receiver with requests derived from deliveries that its gateway really sent.
#[derive(Clone)]
pub struct Deliveries {
    receiver: Arc<dyn NotificationReceiver>,
    now: Timestamp,
    sign: Option<Sign>,
    genuine: Vec<Genuine>,
    believed: BTreeSet<String>,
}

/// Signs a request as the gateway signs its deliveries to an endpoint.
type Sign = fn(&EndpointName, Request<Bytes>) -> Request<Bytes>;

#[derive(Clone)]
struct Genuine {
    endpoint: EndpointName,
    request: Request<Bytes>,
    events: Vec<Event>,
}

impl Deliveries {
    /// Creates the test of the receiver of `provider`. All deliveries arrive at `now`.
    ///
    /// # Errors
    /// Returns an error if the provider does not receive notifications.
    pub fn new(provider: &Provider, now: Timestamp) -> Result<Self> {
        Ok(Self {
            receiver: Arc::clone(provider.notifications()?),
            now,
            sign: None,
            genuine: Vec::new(),
            believed: BTreeSet::new(),
        })
    }

    /// Adds a delivery that the gateway really sent.
    ///
    /// # Errors
    /// Returns an error if the endpoint's name is invalid, or if the receiver does not accept the
    /// delivery as genuine.
    pub fn with_genuine<B: AsRef<[u8]>>(
        mut self,
        endpoint: &str,
        request: &Request<B>,
    ) -> Result<Self> {
        let endpoint = EndpointName::new(endpoint)?;
        let request = copy(request);
        let refused = |what: String| Err(Error::new(ErrorKind::Malformed, what));
        let events = match self.receive(&endpoint, &request) {
            Received::Notification(notification) => {
                self.believed.extend(believed(&notification));
                notification.into_events()
            }
            Received::Reply(_) => Vec::new(),
            Received::Unreadable(why) => {
                return refused(format!(
                    "{endpoint} cannot read its gateway's own delivery: {why}"
                ));
            }
            Received::Untrusted(why) => {
                return refused(format!("{endpoint} does not trust its gateway's delivery: {why}"));
            }
        };
        self.genuine.push(Genuine { endpoint, request, events });
        Ok(self)
    }

    /// Sets how the gateway signs, so that code behind the check of the signature is also tested.
    #[must_use]
    pub fn signed_by(mut self, sign: Sign) -> Self {
        self.sign = Some(sign);
        self
    }

    /// Returns the genuine deliveries, each with its endpoint.
    pub fn genuine(&self) -> impl Iterator<Item = (&EndpointName, &Request<Bytes>)> {
        self.genuine.iter().map(|genuine| (&genuine.endpoint, &genuine.request))
    }

    /// Returns the events of the genuine deliveries.
    pub fn events(&self) -> impl Iterator<Item = &Event> {
        self.genuine.iter().flat_map(|genuine| &genuine.events)
    }

    /// Returns the genuine deliveries as texts for [`breaches_by`](Self::breaches_by), from which a
    /// fuzzer can start.
    pub fn seeds(&self) -> Vec<Vec<u8>> {
        let addressed = |genuine: &Genuine| {
            let query = genuine.request.uri().query().map(|query| format!("?{query}"));
            let target = format!("/{}{}", genuine.endpoint, query.unwrap_or_default());
            let mut request = genuine.request.clone();
            *request.uri_mut() = target.parse().ok()?;
            Some(message::request_text(&request))
        };
        self.genuine.iter().filter_map(addressed).collect()
    }

    /// Returns the rules that are broken if this request arrives. It has the format of
    /// [`request`](crate::request), and its path ends in the name of an endpoint. It arrives
    /// unchanged and, if it is known how to sign, also with the gateway's signature.
    pub fn breaches_by(&self, text: &[u8]) -> Vec<String> {
        let Some(request) = message::request(text) else { return Vec::new() };
        let name = request.uri().path().rsplit('/').next().unwrap_or_default().to_owned();
        let mut breaches = self.breaches(&name, &request);
        if let (Some(sign), Ok(endpoint)) = (self.sign, EndpointName::new(name)) {
            breaches.extend(self.breaches_by_gateway(&endpoint, &sign(&endpoint, request)));
        }
        breaches
    }

    /// Returns the rules that are broken if `request`, made without the secret, arrives at
    /// `endpoint`:
    ///
    /// - a report of money is accepted only as the gateway reported it;
    /// - a proof covers the body only if the gateway sent that body;
    /// - a request that a buyer's browser brought is never accepted.
    pub fn breaches<B: AsRef<[u8]>>(&self, endpoint: &str, request: &Request<B>) -> Vec<String> {
        let Ok(endpoint) = EndpointName::new(endpoint) else { return Vec::new() };
        let Received::Notification(notification) = self.receive(&endpoint, request) else {
            return Vec::new();
        };
        self.forged(&endpoint, &notification, request.body().as_ref())
    }

    fn forged(
        &self,
        endpoint: &EndpointName,
        notification: &Notification,
        body: &[u8],
    ) -> Vec<String> {
        let mut breaches = self.shown_only(endpoint, notification);
        for report in believed(notification).filter(|report| !self.believed.contains(report)) {
            breaches.push(format!("{endpoint}: the gateway never reported this: {report}"));
        }
        if *notification.proof.coverage() == Coverage::Body
            && !self.genuine.iter().any(|genuine| genuine.request.body() == body)
        {
            let body = body.escape_ascii();
            breaches.push(format!("{endpoint}: the gateway never sent this body: {body}"));
        }
        breaches
    }

    /// Returns the rules that are broken if the gateway itself sends `request`, whatever its
    /// content: a negative amount of money is reported, or a request that a browser brought is
    /// accepted.
    pub fn breaches_by_gateway<B: AsRef<[u8]>>(
        &self,
        endpoint: &EndpointName,
        request: &Request<B>,
    ) -> Vec<String> {
        let Received::Notification(notification) = self.receive(endpoint, request) else {
            return Vec::new();
        };
        let mut breaches = self.shown_only(endpoint, &notification);
        for event in notification.events().iter().filter(|event| event.is_trusted()) {
            let amount = match event.data() {
                EventData::Movement(movement) => Some(movement.amount),
                EventData::Payment(payment) => payment.received.or(payment.asked),
                EventData::Payout(payout) => payout.amount,
                EventData::Refund(refund) => Some(refund.amount),
                _ => None,
            };
            if amount.is_some_and(|amount| amount.is_negative()) {
                breaches.push(format!("{endpoint}: less than no money: {event:?}"));
            }
        }
        breaches
    }

    /// Returns the rules that are broken by forgeries of the genuine deliveries: with each bit
    /// flipped, each field and header removed, emptied and doubled, each field added in another
    /// place, the signed text divided differently, the body truncated; and with each delivery at
    /// every other endpoint.
    pub fn breaches_by_forgeries(&self) -> Vec<String> {
        let mut breaches = Vec::new();
        for (endpoint, genuine) in self.genuine() {
            let forgeries = bits::bit_flips(genuine)
                .chain(bits::shortened(genuine))
                .chain(fields::each_edited(genuine))
                .chain(smuggling::smuggled(genuine))
                .chain(resplit::resplit(genuine));
            for forgery in forgeries.map(|forgery| forgery.request) {
                if let Received::Notification(notification) = self.receive(endpoint, &forgery) {
                    breaches.extend(self.forged(endpoint, &notification, forgery.body()));
                    breaches.extend(unsealed(endpoint, &notification, genuine, &forgery));
                }
            }
            for endpoint in self.receiver.endpoints() {
                breaches.extend(self.breaches(endpoint.name.as_str(), genuine));
            }
        }
        breaches
    }

    fn receive<B: AsRef<[u8]>>(&self, endpoint: &EndpointName, request: &Request<B>) -> Received {
        self.receiver.receive(endpoint, &Delivery::of(request), self.now)
    }

    fn shown_only(&self, name: &EndpointName, notification: &Notification) -> Vec<String> {
        let endpoint = self.receiver.endpoints().iter().find(|endpoint| endpoint.name == *name);
        match endpoint {
            None => vec![format!("{name} is no endpoint, and something was received there")],
            Some(endpoint) if endpoint.display_only => {
                let trusted = notification.events().iter().filter(|event| event.is_trusted());
                trusted.map(|event| format!("{name} is for showing only: {event:?}")).collect()
            }
            Some(_) => Vec::new(),
        }
    }
}

/// Returns a description if a field that the proof covers differs, although the proof was given.
fn unsealed(
    endpoint: &EndpointName,
    notification: &Notification,
    genuine: &Request<Bytes>,
    forgery: &Request<Bytes>,
) -> Option<String> {
    let Coverage::Fields(covered) = notification.proof.coverage() else { return None };
    let values = |request: &Request<Bytes>| {
        let pairs = Delivery::of(request).query_pairs();
        let is_covered = |name: &str| covered.iter().any(|field| field == name);
        let values =
            pairs.into_iter().filter(|(name, value)| is_covered(name) && !value.is_empty());
        values.map(|(_, value)| value).collect::<Vec<_>>().join(" ")
    };
    let (sent, forged) = (values(genuine), values(forgery));
    // Fields in the body of the genuine delivery differ from fields in a query. If only the
    // divisions between them differ, the signature covers the same text.
    (!sent.is_empty() && sent != forged)
        .then(|| format!("{endpoint}: a proof over {forged:?}, not over {sent:?}"))
}

/// Returns descriptions of the reports of money that would be booked without an inquiry, with their
/// keys.
fn believed(notification: &Notification) -> impl Iterator<Item = String> {
    let events = notification.events().iter();
    events.filter(|event| event.is_trusted() && event.moves_money()).map(text)
}

/// Describes the whole content of an event, with its key and without the raw bytes.
fn text(event: &Event) -> String {
    let data = serde_json::to_string(event.data()).unwrap_or_else(|error| error.to_string());
    format!("{:?} {data}", event.key())
}

impl std::fmt::Debug for Deliveries {
    /// Omits the deliveries, which contain signatures.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Deliveries({} genuine)", self.genuine.len())
    }
}

fn copy<B: AsRef<[u8]>>(request: &Request<B>) -> Request<Bytes> {
    let mut copy = Request::new(Bytes::copy_from_slice(request.body().as_ref()));
    request.method().clone_into(copy.method_mut());
    request.uri().clone_into(copy.uri_mut());
    request.headers().clone_into(copy.headers_mut());
    copy
}
