//! The result of checking a delivery.

use std::fmt;

use bytes::Bytes;

use super::{Notification, UnreadableDelivery, Untrusted};
use crate::Result;

/// The result of checking a delivery.
#[derive(Clone)]
#[must_use]
pub enum Received {
    /// The delivery passed the check of its endpoint. Its proof gives the fields that the signature
    /// covers. At an endpoint without a check, the proof says nothing about the sender.
    Notification(Notification),
    /// A handshake or a token request: send exactly this reply.
    Reply(http::Response<Bytes>),
    /// The delivery passed the check, but a field cannot be read. Nothing in it is trusted, and the
    /// gateway is asked to send the delivery again later.
    Unreadable(UnreadableDelivery),
    /// Anybody may have sent the delivery.
    Untrusted(Untrusted),
}

impl fmt::Debug for Received {
    /// Leaves out the reply, which may contain a token.
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

/// Converts the result of a receiver that stops at its first error: `read(delivery).into()`.
impl<T, E> From<Result<T, E>> for Received
where
    Self: From<T> + From<E>,
{
    fn from(result: Result<T, E>) -> Self {
        result.map_or_else(Self::from, Self::from)
    }
}

impl Received {
    /// Returns the notification, or `None` if this is another result.
    pub fn notification(self) -> Option<Notification> {
        match self {
            Self::Notification(notification) => Some(notification),
            Self::Reply(_) | Self::Unreadable(_) | Self::Untrusted(_) => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_is_not_printed() {
        let answer = http::Response::new(Bytes::from_static(br#"{"access_token":"canary"}"#));
        assert_eq!(format!("{:?}", Received::Reply(answer)), "Reply(200 OK)");
    }
}
