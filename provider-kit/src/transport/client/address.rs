//! The addresses that may be called: any over TLS, and loopback without TLS.

use std::net::{Ipv4Addr, Ipv6Addr};

use http::{Uri, uri::Scheme};

use super::{TransportError, not_sent};

/// Checks that `uri` has a host that may be called with its scheme.
///
/// # Errors
/// Returns `NotSent` if it has no host, if it needs TLS and this build has none, or if it is called
/// without TLS and its host is not loopback.
pub(super) fn check(uri: &Uri) -> Result<(), TransportError> {
    let host = uri.host().filter(|host| !host.is_empty());
    let host = host.ok_or_else(|| not_sent("the request has no host"))?;
    if uri.scheme() == Some(&Scheme::HTTPS) {
        return match cfg!(feature = "reqwest") {
            true => Ok(()),
            false => Err(not_sent("this build has no TLS: turn on the cargo feature `reqwest`")),
        };
    }
    if uri.scheme() == Some(&Scheme::HTTP) && is_loopback(host) {
        return Ok(());
    }
    Err(not_sent("without TLS only loopback addresses are called"))
}

/// Returns whether `host`, as a URI spells it, is loopback: `localhost`, an IPv4 address of
/// `127.0.0.0/8`, or `[::1]`.
///
/// Other spellings, such as `127.1`, `localhost.` and `[::ffff:127.0.0.1]`, do not count.
fn is_loopback(host: &str) -> bool {
    is_localhost(host)
        || host.parse::<Ipv4Addr>().is_ok_and(|address| address.is_loopback())
        || host
            .strip_prefix('[')
            .and_then(|host| host.strip_suffix(']'))
            .is_some_and(|host| host.parse::<Ipv6Addr>().is_ok_and(|it| it.is_loopback()))
}

/// Returns whether `host` is the name `localhost`.
pub(super) fn is_localhost(host: &str) -> bool {
    host.eq_ignore_ascii_case("localhost")
}

/// Returns `host` without the brackets of an IPv6 address.
pub(super) fn without_brackets(host: &str) -> &str {
    host.strip_prefix('[').and_then(|host| host.strip_suffix(']')).unwrap_or(host)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn without_tls_only_loopback_hosts_are_called() {
        for host in ["localhost", "LocalHost", "127.0.0.1", "127.255.255.254", "[::1]"] {
            let uri: Uri = format!("http://{host}:8080/pay").parse().unwrap();
            assert!(check(&uri).is_ok(), "{host} is loopback");
        }
        for host in [
            "localhost.",
            "localhost.evil",
            "evil-localhost",
            "evil.localhost",
            "localhos",
            "localhost1",
            "127.0.0.1.evil",
            "127.0.0.1.",
            "127.1",
            "128.0.0.1",
            "126.0.0.1",
            "0.0.0.0",
            "[::]",
            "[::2]",
            "[::ffff:127.0.0.1]",
            "localhost@evil.example",
            "127.0.0.1:80@evil.example",
            "gateway.example",
        ] {
            let Ok(uri) = format!("http://{host}/pay").parse::<Uri>() else { continue };
            assert!(check(&uri).is_err(), "{host} is not loopback");
        }
    }

    #[test]
    fn a_request_without_scheme_or_host_is_refused() {
        for uri in ["/pay", "localhost", "ftp://localhost/pay", "ws://localhost/pay"] {
            assert!(check(&uri.parse().unwrap()).is_err(), "{uri}");
        }
    }
}
