//! The reasons why a host was not reached.

use std::error::Error;
use std::io;

use serde::Serialize;

use super::{TransportError, TransportErrorKind};

/// The reason why nothing could be sent to a host.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Unreached {
    /// The host's name has no address.
    UnknownName,
    /// The host refused the connection.
    Refused,
    /// There is no route to the host.
    NoRoute,
    /// The host did not accept the connection in time.
    TimedOut,
    /// The host's certificate has expired or is not valid yet, or the clock of this machine is
    /// wrong.
    CertificateTime,
    /// The host's certificate is for another name.
    CertificateName,
    /// TLS failed for another reason, such as a certificate of an unknown issuer.
    Tls,
}

/// Returns the reason why the host of a call was not reached. Returns `None` for other errors. The
/// chain of sources must contain a [`TransportError`] of the kind
/// [`NotSent`](TransportErrorKind::NotSent) and, below it, an error of the network or of TLS.
pub fn unreached(error: &(dyn Error + 'static)) -> Option<Unreached> {
    let mut next = Some(error);
    let mut was_sent = true;
    while let Some(error) = next {
        if let Some(error) = error.downcast_ref::<TransportError>() {
            was_sent = error.kind != TransportErrorKind::NotSent;
        } else if !was_sent && let Some(found) = cause(error) {
            return Some(found);
        }
        next = error.source();
    }
    None
}

/// The host's name has no address.
#[cfg(feature = "reqwest-without-tls")]
#[derive(Debug, thiserror::Error)]
#[error("the name of the host has no address")]
pub(super) struct UnknownName(#[source] pub(super) io::Error);

fn cause(error: &(dyn Error + 'static)) -> Option<Unreached> {
    #[cfg(feature = "reqwest-without-tls")]
    if error.is::<UnknownName>() {
        return Some(Unreached::UnknownName);
    }
    #[cfg(feature = "reqwest")]
    if let Some(error) = error.downcast_ref::<rustls::Error>() {
        return Some(of_tls(error));
    }
    let error = error.downcast_ref::<io::Error>()?;
    // The source of an `io::Error` is the source of the error inside, which would be skipped.
    if let Some(inside) = error.get_ref()
        && let Some(found) = cause(inside)
    {
        return Some(found);
    }
    match error.kind() {
        io::ErrorKind::ConnectionRefused => Some(Unreached::Refused),
        io::ErrorKind::TimedOut => Some(Unreached::TimedOut),
        io::ErrorKind::HostUnreachable | io::ErrorKind::NetworkUnreachable => {
            Some(Unreached::NoRoute)
        }
        _ => None,
    }
}

#[cfg(feature = "reqwest")]
fn of_tls(error: &rustls::Error) -> Unreached {
    use rustls::{CertificateError, Error::InvalidCertificate};

    match error {
        InvalidCertificate(
            CertificateError::Expired
            | CertificateError::ExpiredContext { .. }
            | CertificateError::NotValidYet
            | CertificateError::NotValidYetContext { .. },
        ) => Unreached::CertificateTime,
        InvalidCertificate(
            CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. },
        ) => Unreached::CertificateName,
        _ => Unreached::Tls,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn not_sent(source: io::Error) -> payments_core::Error {
        let error = TransportError::new(TransportErrorKind::NotSent, "no connection");
        error.with_source(source).into_error("find_payment")
    }

    #[test]
    fn the_cause_is_found_below_what_says_that_nothing_was_sent() {
        for (kind, expected) in [
            (io::ErrorKind::ConnectionRefused, Some(Unreached::Refused)),
            (io::ErrorKind::TimedOut, Some(Unreached::TimedOut)),
            (io::ErrorKind::NetworkUnreachable, Some(Unreached::NoRoute)),
            (io::ErrorKind::PermissionDenied, None),
        ] {
            assert_eq!(unreached(&not_sent(kind.into())), expected, "{kind}");
        }
        let inside = io::Error::other(io::Error::from(io::ErrorKind::ConnectionRefused));
        assert_eq!(unreached(&not_sent(inside)), Some(Unreached::Refused));
    }

    #[test]
    fn a_connection_that_was_lost_later_is_not_a_host_that_was_not_reached() {
        let lost = TransportError::new(TransportErrorKind::ConnectionLost, "lost");
        let lost = lost.with_source(io::Error::from(io::ErrorKind::TimedOut));
        assert_eq!(unreached(&lost.into_error("find_payment")), None);
    }

    #[cfg(feature = "reqwest")]
    #[test]
    fn a_certificate_tells_a_wrong_time_from_a_wrong_name() {
        use rustls::CertificateError;

        for (error, expected) in [
            (CertificateError::Expired, Unreached::CertificateTime),
            (CertificateError::NotValidYet, Unreached::CertificateTime),
            (CertificateError::NotValidForName, Unreached::CertificateName),
            (CertificateError::UnknownIssuer, Unreached::Tls),
        ] {
            let error = io::Error::other(rustls::Error::InvalidCertificate(error));
            assert_eq!(unreached(&not_sent(error)), Some(expected));
        }
    }
}
