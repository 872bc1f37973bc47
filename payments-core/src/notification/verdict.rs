//! The verdict on a delivery.

use std::fmt;

use serde::Serialize;

use super::{Received, Scheme};

/// The verdict on a delivery, as traces and the command line show it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Verdict {
    /// The sender proved that it has a secret. The proof gives the fields that it covers.
    Trusted,
    /// The endpoint accepts unsigned deliveries, by configuration or because a browser brings them,
    /// so anyone who knows its address may have sent the delivery. Everything in it has to be
    /// confirmed.
    Unauthenticated,
    /// A handshake or token request, which has its own reply.
    Reply,
    /// The delivery passed the check, but a field in it cannot be read.
    Unreadable,
    /// The delivery failed the check.
    Untrusted,
}

impl Verdict {
    /// Returns the word `trusted`, `unauthenticated`, `reply`, `unreadable` or `untrusted`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Trusted => "trusted",
            Self::Unauthenticated => "unauthenticated",
            Self::Reply => "reply",
            Self::Unreadable => "unreadable",
            Self::Untrusted => "untrusted",
        }
    }
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl Received {
    /// Returns the verdict on the delivery.
    pub fn verdict(&self) -> Verdict {
        match self {
            Self::Notification(notification)
                if notification.proof.scheme() == Scheme::Unauthenticated =>
            {
                Verdict::Unauthenticated
            }
            Self::Notification(_) => Verdict::Trusted,
            Self::Reply(_) => Verdict::Reply,
            // An unreadable field of an unauthenticated delivery proves nothing about its sender.
            Self::Unreadable(unreadable)
                if unreadable.proof.scheme() == Scheme::Unauthenticated =>
            {
                Verdict::Unauthenticated
            }
            Self::Unreadable(_) => Verdict::Unreadable,
            Self::Untrusted(_) => Verdict::Untrusted,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        EndpointName, Secret,
        notification::{
            Endpoint, Notification, Proof, UnreadableDelivery, Untrusted, UntrustedReason,
        },
        signature::{Keys, shared_token, unauthenticated},
    };

    #[test]
    fn a_delivery_without_a_secret_is_never_trusted() {
        let token = || shared_token(&Keys::one(Secret::new("k").unwrap()), Some(b"k")).unwrap();
        let name = EndpointName::new("events").unwrap();
        let endpoint = Endpoint::new(name, http::Method::POST, "anywhere");
        let told = |proof: Proof| Received::from(Notification::new(&endpoint, proof));
        let unreadable = |proof| Received::from(UnreadableDelivery::new(proof, "amount", "?"));
        let untrusted = Untrusted::new(UntrustedReason::WrongSignature, "wrong");
        for (received, verdict, word) in [
            (told(token()), Verdict::Trusted, "trusted"),
            (told(unauthenticated()), Verdict::Unauthenticated, "unauthenticated"),
            (unreadable(token()), Verdict::Unreadable, "unreadable"),
            (unreadable(unauthenticated()), Verdict::Unauthenticated, "unauthenticated"),
            (untrusted.into(), Verdict::Untrusted, "untrusted"),
        ] {
            assert_eq!(received.verdict(), verdict, "{received:?}");
            assert_eq!(verdict.to_string(), word);
            assert_eq!(serde_json::to_value(verdict).unwrap(), word);
        }
    }
}
