//! The ways in which a response is lost or spoilt.

use std::fmt;

use bytes::Bytes;
use http::{Method, Response};

/// One way in which a network, a proxy or a gateway loses or spoils a response.
///
/// Two questions decide what a provider may conclude: whether anything could have reached the
/// gateway ([`sent`](Self::sent)), and whether the gateway got the whole request and so booked
/// it ([`booked`](Self::booked)). A provider can see neither, except that a refused connection
/// carried nothing.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub enum Fault {
    /// Connections are refused. Lasts until [`FaultProxy::heal`](super::FaultProxy::heal).
    Refused,
    /// The connection is reset.
    Reset(When),
    /// The connection is closed without a response.
    Closed(When),
    /// A connection that has responded before is closed as the next request arrives on it. It
    /// waits for such a request and lets others pass, such as an instruction of the default
    /// client, which has a connection of its own.
    KeptAliveClosed(When),
    /// No response ever comes, and the connection stays open.
    Stalled(When),
    /// The connection ends in the middle of the response's headers.
    HalfHeaders,
    /// The connection ends in the middle of the response's body.
    HalfBody,
    /// A 500 with a page of HTML.
    ServerErrorPage(When),
    /// A 502 with the page of a proxy.
    BadGatewayPage(When),
    /// A 503 with the page of another sender, which asks to try again at once.
    UnavailablePage(When),
    /// A 429 with the body of another sender than the gateway, asking to try again at once.
    TooManyRequests(When),
    /// A 401 with the body of another sender than the gateway.
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
    /// The connection is closed without a response, and the gateway gets the request only
    /// [later](super::FaultProxy::deliver_late), so that an inquiry in between finds nothing.
    ///
    /// What it leads to depends on what is done in between, so that it is not in [`Fault::ALL`].
    DeliveredLate,
    /// The gateway's response with a part changed, such as its amount, its signature or its status.
    ///
    /// What it changes depends on the gateway, so that it is not in [`Fault::ALL`].
    Rewritten {
        /// What is changed, in a few words.
        name: &'static str,
        /// Makes the response that the provider gets out of the one that the gateway sent.
        rewrite: Rewrite,
    },
}

/// Makes another response out of the one that a gateway gave to a call with this method and path.
/// The length of the body is announced as it turns out.
pub type Rewrite = fn(&Method, &str, Response<Bytes>) -> Response<Bytes>;

/// Whether a fault strikes before or after the gateway got the request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum When {
    /// The request goes no further than the proxy.
    BeforeBooking,
    /// The gateway got the whole request, and its whole response was awaited.
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

    /// Its name, such as "reset after booking"; no two of [`Fault::ALL`] share one.
    pub fn name(self) -> String {
        let (name, _) = self.words();
        match self.when() {
            None => name.to_owned(),
            Some(BeforeBooking) => format!("{name} before booking"),
            Some(AfterBooking) => format!("{name} after booking"),
        }
    }

    /// Its name as that of a test, such as `reset_after_booking`.
    pub fn test_name(self) -> String {
        let word = |c: char| if c.is_ascii_alphanumeric() { c.to_ascii_lowercase() } else { '_' };
        let name: String = self.name().chars().map(word).collect();
        if name.starts_with(|c: char| c.is_ascii_digit()) { format!("a_{name}") } else { name }
    }

    /// What happens, in one sentence.
    pub fn sentence(self) -> String {
        let gateway = match self.when() {
            None => "",
            Some(BeforeBooking) => ", and the gateway never sees the request",
            Some(AfterBooking) => ", and the gateway's own response is lost",
        };
        format!("{}{gateway}.", self.words().1)
    }

    /// Whether the gateway gets the whole request, and so books what it asks for.
    pub fn booked(self) -> bool {
        match self {
            Self::Refused | Self::DeliveredLate => false,
            _ => self.when() != Some(BeforeBooking),
        }
    }

    /// Whether anything could have reached the gateway, as far as its client can know.
    pub const fn sent(self) -> bool {
        !matches!(self, Self::Refused)
    }

    /// Whether the gateway's own response arrives whole in spite of the fault, so that a provider
    /// may believe it.
    pub const fn spares_the_response(self) -> bool {
        matches!(self, Self::WrongContentType)
    }

    /// Whether the client learns of it only by its own time limit.
    pub const fn is_silent(self) -> bool {
        matches!(self, Self::Stalled(_))
    }

    /// Whether it strikes before or after booking, where it can do either.
    const fn when(self) -> Option<When> {
        match self {
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
            | Self::Empty(when) => Some(when),
            _ => None,
        }
    }

    /// Its name without [`when`](Self::when) it strikes, and what happens to the client, as the start
    /// of a sentence.
    const fn words(self) -> (&'static str, &'static str) {
        match self {
            Self::Refused => ("refused", "No connection is accepted at the gateway's port"),
            Self::Reset(_) => ("reset", "The connection is reset"),
            Self::Closed(_) => ("closed", "The connection is closed"),
            Self::KeptAliveClosed(_) => {
                ("kept-alive closed", "A kept-alive connection is closed as a request arrives")
            }
            Self::Stalled(_) => ("stalled", "No response arrives on an open connection"),
            Self::HalfHeaders => {
                ("half of the headers", "The connection ends within the response's headers")
            }
            Self::HalfBody => {
                ("half of the body", "The connection ends within the response's body")
            }
            Self::ServerErrorPage(_) => ("500 page", "A page of HTML arrives with status 500"),
            Self::BadGatewayPage(_) => ("502 page", "A proxy's page arrives with status 502"),
            Self::UnavailablePage(_) => {
                ("503 page", "A page with status 503 asks to try again at once")
            }
            Self::TooManyRequests(_) => ("429", "A 429 arrives of another sender than the gateway"),
            Self::Unauthorized(_) => ("401", "A 401 arrives of another sender than the gateway"),
            Self::Redirected(_) => ("redirected", "A redirect to the same address arrives"),
            Self::Empty(_) => ("empty 200", "A 200 without a body arrives"),
            Self::TruncatedJson => {
                ("truncated JSON", "A whole message holds half of the response's JSON")
            }
            Self::DeepJson => (
                "deeply nested JSON",
                "JSON nested beyond any parser's stack replaces the response's body",
            ),
            Self::WrongContentType => {
                ("wrong content type", "The gateway's response arrives whole, declared as HTML")
            }
            Self::Rubbish => {
                ("10 MB of rubbish", "Ten million random bytes replace the response's body")
            }
            Self::DeliveredLate => (
                "delivered late",
                "The connection is closed, and the gateway gets the request later",
            ),
            Self::Rewritten { name, .. } => {
                (name, "The gateway's response arrives with a part of it changed")
            }
        }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.name())
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
    fn every_fault_is_described_in_one_sentence() {
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
