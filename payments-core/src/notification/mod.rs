//! What providers send us: deliveries in, checks and proofs, events out, replies back.

pub mod check;
mod delivery;
mod event;
mod keys;
mod proof;
mod signed_parts;
pub mod token;
mod unreadable;
mod verdict;

use std::fmt;

use async_trait::async_trait;
use bytes::Bytes;
use serde::Serialize;

pub use delivery::Delivery;
pub use event::{Event, EventData, Evidence, Notification};
pub use proof::{Coverage, Proof, Scheme, Untrusted, UntrustedReason};
pub use signed_parts::SignedParts;
pub use unreadable::UnreadableDelivery;
pub use verdict::Verdict;

use crate::{EndpointName, Result, Timestamp};

/// Receives what a provider sends, and confirms what its signature does not cover.
#[async_trait]
pub trait NotificationReceiver: Send + Sync + 'static {
    /// The addresses to register with the provider. Never change while it lives.
    fn endpoints(&self) -> &[Endpoint];

    /// Checks a delivery. Pure: bytes in, verdict out; nothing is sent and nothing remembered.
    fn receive(&self, endpoint: &EndpointName, delivery: &Delivery<'_>, now: Timestamp)
    -> Received;

    /// Asks the provider about an event that its proof does not cover. The confirmed event
    /// carries the inquiry's values and a key that is made of them, never the delivery's.
    ///
    /// # Errors
    /// The provider could not be asked.
    async fn confirm(&self, event: &Event) -> Result<Confirmation>;

    /// What the signature of a delivery is made of, for tools that say why it is refused. `None`
    /// where no formula is checked at this endpoint, or the delivery cannot be read so far.
    ///
    /// Pure, and no check: [`receive`](Self::receive) alone decides what is believed.
    fn signed_parts<'a>(
        &'a self,
        endpoint: &EndpointName,
        delivery: &Delivery<'a>,
    ) -> Option<SignedParts<'a>> {
        let _ = (endpoint, delivery);
        None
    }

    /// What the provider documents as the answer to a delivery at this endpoint.
    fn reply(&self, endpoint: &EndpointName, outcome: Outcome) -> http::Response<Bytes>;
}

/// One address where a provider's deliveries arrive.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Endpoint {
    /// Its name, which the app puts into its route.
    pub name: EndpointName,
    /// The HTTP method that the provider uses.
    #[serde(serialize_with = "method_name")]
    pub method: http::Method,
    /// Where and how to register it with the provider.
    pub register: String,
    /// True for the return of a buyer's browser: it shows a page, never settles anything, and its
    /// events have no key.
    pub display_only: bool,
}

/// The verdict on a delivery.
#[derive(Clone)]
#[must_use]
pub enum Received {
    /// It is the provider's; see what its proof covers.
    Notification(Notification),
    /// It is a handshake or a token request: answer exactly this.
    Reply(http::Response<Bytes>),
    /// It passed the check, but a field cannot be read: nothing of it is believed, and the provider
    /// is asked to send it again later.
    Unreadable(UnreadableDelivery),
    /// It may be anybody's.
    Untrusted(Untrusted),
}

/// What an inquiry said about an event.
#[derive(Clone, Debug)]
#[must_use]
#[non_exhaustive]
#[expect(clippy::large_enum_variant, reason = "one at a time, and mostly the large one")]
pub enum Confirmation {
    /// It is so; this event carries the provider's answer.
    Confirmed(Event),
    /// It is not so.
    Contradicted {
        /// What the delivery claimed.
        claimed: String,
        /// What the provider says.
        found: String,
    },
    /// The provider does not know it yet.
    NotYet {
        /// When asking again makes sense.
        retry_after: Option<std::time::Duration>,
    },
}

/// What became of a delivery on our side: it decides the reply.
///
/// Exhaustive on purpose: a provider has a reply to each.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// Written down and handled, or safely queued.
    Handled,
    /// It was handled before.
    Duplicate,
    /// There is nothing in it to book: a browser's return, or something that is not our business.
    Ignored,
    /// It could not be written down: send it again later.
    TryAgain,
    /// It is not the provider's.
    Untrusted,
}

impl Endpoint {
    /// An address that takes server-to-server deliveries by `method`; `register` says where to
    /// register it.
    pub fn new(name: EndpointName, method: http::Method, register: impl Into<String>) -> Self {
        Self { name, method, register: register.into(), display_only: false }
    }

    /// The endpoint of this name, if it takes this method.
    ///
    /// # Errors
    /// [`Untrusted`] with [`UntrustedReason::WrongEndpoint`], whose text lists the endpoints that
    /// there are.
    pub fn find<'a>(
        endpoints: &'a [Self],
        name: &EndpointName,
        method: &http::Method,
    ) -> Result<&'a Self, Untrusted> {
        let detail = match endpoints.iter().find(|endpoint| endpoint.name == *name) {
            Some(endpoint) if endpoint.method == *method => return Ok(endpoint),
            Some(endpoint) => {
                format!("the endpoint {name:?} takes {}, not {method}", endpoint.method)
            }
            None => {
                let known: Vec<_> = endpoints
                    .iter()
                    .map(|endpoint| format!("{} ({})", endpoint.name, endpoint.method))
                    .collect();
                let known = if known.is_empty() { "none".to_owned() } else { known.join(", ") };
                format!("there is no endpoint {name:?}; there are: {known}")
            }
        };
        Err(Untrusted::new(UntrustedReason::WrongEndpoint, detail))
    }

    /// Marks it as the return of a buyer's browser.
    #[must_use]
    pub fn display_only(mut self) -> Self {
        self.display_only = true;
        self
    }
}

impl fmt::Debug for Received {
    /// Without what is answered: it may hold a token.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Notification(notification) => {
                f.debug_tuple("Notification").field(notification).finish()
            }
            Self::Reply(answer) => write!(f, "Reply({})", answer.status()),
            Self::Unreadable(unreadable) => f.debug_tuple("Unreadable").field(unreadable).finish(),
            Self::Untrusted(untrusted) => f.debug_tuple("Untrusted").field(untrusted).finish(),
        }
    }
}

impl From<Notification> for Received {
    fn from(notification: Notification) -> Self {
        Self::Notification(notification)
    }
}

impl From<UnreadableDelivery> for Received {
    fn from(unreadable: UnreadableDelivery) -> Self {
        Self::Unreadable(unreadable)
    }
}

impl From<Untrusted> for Received {
    fn from(untrusted: Untrusted) -> Self {
        Self::Untrusted(untrusted)
    }
}

/// For receivers that stop at the first thing that is wrong: `read(delivery).into()`.
impl<T, E> From<Result<T, E>> for Received
where
    Self: From<T> + From<E>,
{
    fn from(result: Result<T, E>) -> Self {
        result.map_or_else(Self::from, Self::from)
    }
}

impl Received {
    /// The notification, if it is one.
    pub fn notification(self) -> Option<Notification> {
        match self {
            Self::Notification(notification) => Some(notification),
            Self::Reply(_) | Self::Unreadable(_) | Self::Untrusted(_) => None,
        }
    }
}

fn method_name<S: serde::Serializer>(
    method: &http::Method,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(method.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wrong_endpoint_lists_the_endpoints_that_there_are() {
        let name = |text: &str| EndpointName::new(text).unwrap();
        let endpoints = [
            Endpoint::new(name("notify"), http::Method::GET, "anywhere"),
            Endpoint::new(name("callback"), http::Method::POST, "anywhere"),
        ];
        let find = |text: &str, method| Endpoint::find(&endpoints, &name(text), &method);
        assert_eq!(find("notify", http::Method::GET).unwrap(), &endpoints[0]);
        for (text, method, detail) in [
            (
                "ipn",
                http::Method::GET,
                "there is no endpoint \"ipn\"; there are: notify (GET), callback (POST)",
            ),
            ("notify", http::Method::POST, "the endpoint \"notify\" takes GET, not POST"),
            (
                "Notify",
                http::Method::GET,
                "there is no endpoint \"Notify\"; there are: notify (GET), callback (POST)",
            ),
        ] {
            let untrusted = find(text, method).unwrap_err();
            assert_eq!(untrusted.reason, UntrustedReason::WrongEndpoint);
            assert_eq!(untrusted.detail, detail);
        }
    }

    #[test]
    fn an_answer_is_not_printed() {
        let answer = http::Response::new(Bytes::from_static(br#"{"access_token":"canary"}"#));
        assert_eq!(format!("{:?}", Received::Reply(answer)), "Reply(200 OK)");
    }
}
