//! What became of a delivery when it was checked.

use std::fmt;

use bytes::Bytes;

use super::{Notification, UnreadableDelivery, Untrusted};
use crate::Result;

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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_is_not_printed() {
        let answer = http::Response::new(Bytes::from_static(br#"{"access_token":"canary"}"#));
        assert_eq!(format!("{:?}", Received::Reply(answer)), "Reply(200 OK)");
    }
}
