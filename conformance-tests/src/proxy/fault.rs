//! The ways in which an answer is lost or spoilt.

use std::fmt;

use bytes::Bytes;
use http::{Method, Response};

/// One way in which a network, a proxy or a gateway loses or spoils an answer.
///
/// Two questions decide what a provider may conclude: whether anything could have reached the
/// gateway ([`sent`](Self::sent)), and whether the gateway got the whole request and so booked
/// it ([`booked`](Self::booked)). A provider can see neither, except that a refused connection
/// carried nothing.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub enum Fault {
    /// Nobody listens. Lasts until [`FaultProxy::heal`](super::FaultProxy::heal).
    Refused,
    /// The connection is reset.
    Reset(When),
    /// The connection is closed without an answer.
    Closed(When),
    /// A connection that has answered before is closed as the next request arrives on it. It
    /// waits for such a request and lets others pass, such as an instruction of the default
    /// client, which has a connection of its own.
    KeptAliveClosed(When),
    /// No answer ever comes, and the connection stays open.
    Stalled(When),
    /// The connection ends in the middle of the answer's headers.
    HalfHeaders,
    /// The connection ends in the middle of the answer's body.
    HalfBody,
    /// A 500 with a page of HTML.
    ServerErrorPage(When),
    /// A 502 with the page of a proxy.
    BadGatewayPage(When),
    /// A 503 with somebody's page that asks to try again at once.
    UnavailablePage(When),
    /// A 429 with the body of somebody who is not the gateway, asking to try again at once.
    TooManyRequests(When),
    /// A 401 with the body of somebody who is not the gateway.
    Unauthorized(When),
    /// A 307 to the very same address, which sends a client that follows it there again.
    Redirected(When),
    /// A 200 without a body.
    Empty(When),
    /// A whole message whose JSON ends half way.
    TruncatedJson,
    /// JSON that is nested a hundred thousand deep.
    DeepJson,
    /// The right body, declared as HTML.
    WrongContentType,
    /// Ten million random bytes.
    Rubbish,
    /// The connection is closed without an answer, and the gateway gets the request only
    /// [later](super::FaultProxy::deliver_late), so that an inquiry in between finds nothing.
    ///
    /// What it leads to depends on what is done in between, so that it is not in [`Fault::ALL`].
    DeliveredLate,
    /// The gateway's answer with a part changed, such as its amount, its signature or its status.
    ///
    /// What it changes depends on the gateway, so that it is not in [`Fault::ALL`].
    Rewritten {
        /// What is changed, in a few words.
        name: &'static str,
        /// Makes the answer that the provider gets out of the one that the gateway sent.
        rewrite: Rewrite,
    },
}

/// Makes another answer out of the one that a gateway gave to a call with this method and path.
/// The length of the body is announced as it turns out.
pub type Rewrite = fn(&Method, &str, Response<Bytes>) -> Response<Bytes>;

/// Whether a fault strikes before or after the gateway got the request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum When {
    /// The request goes no further than the proxy.
    BeforeBooking,
    /// The gateway got the whole request, and its whole answer was awaited.
    AfterBooking,
}

use When::{AfterBooking, BeforeBooking};

impl Fault {
    /// Every fault that needs no knowledge of the gateway.
    pub const ALL: [Self; 29] = [
        Self::Refused,
        Self::Reset(BeforeBooking),
        Self::Reset(AfterBooking),
        Self::Closed(BeforeBooking),
        Self::Closed(AfterBooking),
        Self::KeptAliveClosed(BeforeBooking),
        Self::KeptAliveClosed(AfterBooking),
        Self::Stalled(BeforeBooking),
        Self::Stalled(AfterBooking),
        Self::HalfHeaders,
        Self::HalfBody,
        Self::ServerErrorPage(BeforeBooking),
        Self::ServerErrorPage(AfterBooking),
        Self::BadGatewayPage(BeforeBooking),
        Self::BadGatewayPage(AfterBooking),
        Self::UnavailablePage(BeforeBooking),
        Self::UnavailablePage(AfterBooking),
        Self::TooManyRequests(BeforeBooking),
        Self::TooManyRequests(AfterBooking),
        Self::Unauthorized(BeforeBooking),
        Self::Unauthorized(AfterBooking),
        Self::Redirected(BeforeBooking),
        Self::Redirected(AfterBooking),
        Self::Empty(BeforeBooking),
        Self::Empty(AfterBooking),
        Self::TruncatedJson,
        Self::DeepJson,
        Self::WrongContentType,
        Self::Rubbish,
    ];

    /// Its name, in a few words; no two of [`Fault::ALL`] share one.
    pub const fn name(self) -> &'static str {
        self.words().0
    }

    /// Its name as that of a test, such as `reset_after_booking`.
    pub fn test_name(self) -> String {
        let word = |c: char| if c.is_ascii_alphanumeric() { c.to_ascii_lowercase() } else { '_' };
        let name: String = self.name().chars().map(word).collect();
        if name.starts_with(|c: char| c.is_ascii_digit()) { format!("a_{name}") } else { name }
    }

    /// What happens, in one sentence.
    pub const fn sentence(self) -> &'static str {
        self.words().1
    }

    /// Whether the gateway gets the whole request, and so books what it asks for.
    pub const fn booked(self) -> bool {
        match self {
            Self::Refused | Self::DeliveredLate => false,
            Self::Reset(when)
            | Self::Closed(when)
            | Self::KeptAliveClosed(when)
            | Self::Stalled(when)
            | Self::ServerErrorPage(when)
            | Self::BadGatewayPage(when)
            | Self::UnavailablePage(when)
            | Self::TooManyRequests(when)
            | Self::Unauthorized(when)
            | Self::Redirected(when)
            | Self::Empty(when) => matches!(when, AfterBooking),
            Self::HalfHeaders
            | Self::HalfBody
            | Self::TruncatedJson
            | Self::DeepJson
            | Self::WrongContentType
            | Self::Rubbish
            | Self::Rewritten { .. } => true,
        }
    }

    /// Whether anything could have reached the gateway, as far as its client can know.
    pub const fn sent(self) -> bool {
        !matches!(self, Self::Refused)
    }

    /// Whether the gateway's own answer arrives whole in spite of the fault, so that a provider
    /// may believe it.
    pub const fn spares_the_answer(self) -> bool {
        matches!(self, Self::WrongContentType)
    }

    /// Whether it puts another body, or half of one, in the place of the gateway's.
    pub(super) const fn spoils_a_body(self) -> bool {
        matches!(self, Self::HalfBody | Self::TruncatedJson | Self::DeepJson | Self::Rubbish)
    }

    /// Whether the client learns of it only by its own time limit.
    pub const fn is_silent(self) -> bool {
        matches!(self, Self::Stalled(_))
    }

    const fn words(self) -> (&'static str, &'static str) {
        match self {
            Self::Refused => ("refused", "Nobody listens at the gateway's port."),
            Self::Reset(BeforeBooking) => (
                "reset before booking",
                "The connection is reset, and the gateway never sees the request.",
            ),
            Self::Reset(AfterBooking) => {
                ("reset after booking", "The gateway answers, and the connection is reset.")
            }
            Self::Closed(BeforeBooking) => (
                "closed before booking",
                "The connection is closed, and the gateway never sees the request.",
            ),
            Self::Closed(AfterBooking) => {
                ("closed after booking", "The gateway answers, and the connection is closed.")
            }
            Self::KeptAliveClosed(BeforeBooking) => (
                "kept-alive closed before booking",
                "A kept-alive connection is closed as the request arrives on it.",
            ),
            Self::KeptAliveClosed(AfterBooking) => (
                "kept-alive closed after booking",
                "The gateway answers a request on a kept-alive connection, which is closed.",
            ),
            Self::Stalled(BeforeBooking) => (
                "stalled before booking",
                "The gateway never sees the request, and no answer comes.",
            ),
            Self::Stalled(AfterBooking) => {
                ("stalled after booking", "The gateway answers, and no answer arrives.")
            }
            Self::HalfHeaders => {
                ("half of the headers", "The connection ends within the answer's headers.")
            }
            Self::HalfBody => ("half of the body", "The connection ends within the answer's body."),
            Self::ServerErrorPage(BeforeBooking) => (
                "500 page before booking",
                "A page of HTML with status 500 stands in for a gateway that saw nothing.",
            ),
            Self::ServerErrorPage(AfterBooking) => (
                "500 page after booking",
                "A page of HTML with status 500 stands in for the gateway's answer.",
            ),
            Self::BadGatewayPage(BeforeBooking) => (
                "502 page before booking",
                "A proxy says that it cannot reach the gateway, which saw nothing.",
            ),
            Self::BadGatewayPage(AfterBooking) => (
                "502 page after booking",
                "A proxy says that the gateway's answer, which was a good one, was bad.",
            ),
            Self::UnavailablePage(BeforeBooking) => (
                "503 page before booking",
                "A page with status 503 asks to try again; the gateway saw nothing.",
            ),
            Self::UnavailablePage(AfterBooking) => (
                "503 page after booking",
                "A page with status 503 asks to try again what the gateway has done.",
            ),
            Self::TooManyRequests(BeforeBooking) => (
                "429 before booking",
                "A stranger's limit is hit before the request reaches the gateway.",
            ),
            Self::TooManyRequests(AfterBooking) => {
                ("429 after booking", "A stranger's limit eats the gateway's answer.")
            }
            Self::Unauthorized(BeforeBooking) => (
                "401 before booking",
                "A stranger's login is wanted before the request reaches the gateway.",
            ),
            Self::Unauthorized(AfterBooking) => {
                ("401 after booking", "A stranger's login eats the gateway's answer.")
            }
            Self::Redirected(BeforeBooking) => (
                "redirected before booking",
                "A redirect to the same address comes from somebody before the gateway.",
            ),
            Self::Redirected(AfterBooking) => (
                "redirected after booking",
                "A redirect to the same address asks to send again what the gateway has done.",
            ),
            Self::Empty(BeforeBooking) => (
                "empty 200 before booking",
                "A 200 without a body stands in for a gateway that saw nothing.",
            ),
            Self::Empty(AfterBooking) => {
                ("empty 200 after booking", "The gateway's answer arrives without its body.")
            }
            Self::TruncatedJson => ("truncated JSON", "A whole message holds half of the JSON."),
            Self::DeepJson => (
                "deeply nested JSON",
                "The gateway's answer is replaced by JSON nested beyond any parser's stack.",
            ),
            Self::WrongContentType => {
                ("wrong content type", "The gateway's answer arrives whole, declared as HTML.")
            }
            Self::Rubbish => {
                ("10 MB of rubbish", "The gateway's answer is replaced by ten million bytes.")
            }
            Self::DeliveredLate => (
                "delivered late",
                "The connection is closed, and the gateway gets the request after a while.",
            ),
            Self::Rewritten { name, .. } => {
                (name, "The gateway's answer arrives with a part of it changed.")
            }
        }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn no_two_faults_share_a_name() {
        let names: BTreeSet<_> = Fault::ALL.iter().map(|fault| fault.name()).collect();
        assert_eq!(names.len(), Fault::ALL.len());
    }

    #[test]
    fn every_fault_is_told_in_one_sentence() {
        for fault in Fault::ALL {
            let sentence = fault.sentence();
            assert!(sentence.ends_with('.') && sentence.matches(". ").count() == 0, "{sentence}");
        }
    }

    #[test]
    fn only_a_refused_connection_carries_nothing() {
        let carrying_nothing: Vec<_> =
            Fault::ALL.iter().filter(|fault| !fault.sent()).map(|fault| fault.name()).collect();
        assert_eq!(carrying_nothing, ["refused"]);
    }
}
