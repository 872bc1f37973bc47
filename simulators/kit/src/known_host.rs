//! Which names of itself a simulated gateway answers to.

use std::net::IpAddr;

use http::{HeaderMap, Request, StatusCode, header::HOST, uri::Authority};

/// The host names that a server answers to: loopback addresses, `localhost`, and the names that it
/// was given.
///
/// A page on the Internet can let its own name point at 127.0.0.1 and then read what a server on
/// loopback answers, such as its test credentials, with the visitor's browser (DNS rebinding). The
/// browser says in `Host` which name it asked for, so a server that answers to no such name is safe.
/// The port is not compared: no browser can be made to name another one than it connects to, and
/// forwarded ports and proxies stay usable.
#[derive(Clone, Debug, Default)]
pub(crate) struct KnownHosts {
    /// In lower case, without a dot at the end.
    names: Vec<String>,
}

impl KnownHosts {
    pub(crate) fn new(names: impl IntoIterator<Item = String>) -> Self {
        Self { names: names.into_iter().map(|name| plain(&name)).collect() }
    }

    /// The status with which a request is refused that names a host which is not this server; 400
    /// where it names none or several.
    pub(crate) fn check<B>(&self, request: &Request<B>) -> Result<(), StatusCode> {
        let host = only_host(request.headers()).ok_or(StatusCode::BAD_REQUEST)?;
        let host: Authority = host.parse().map_err(|_| StatusCode::BAD_REQUEST)?;
        // A request for a proxy names its host in the address too, and that one goes before `Host`.
        let is_known = std::iter::once(&host)
            .chain(request.uri().authority())
            .all(|authority| self.is_known(authority));
        if is_known { Ok(()) } else { Err(StatusCode::MISDIRECTED_REQUEST) }
    }

    fn is_known(&self, authority: &Authority) -> bool {
        // Credentials before the host's name are no part of any name.
        if authority.as_str().contains('@') {
            return false;
        }
        let host = plain(authority.host());
        host == "localhost" || is_loopback(&host) || self.names.contains(&host)
    }
}

/// The value of the only `Host`.
fn only_host(headers: &HeaderMap) -> Option<&str> {
    let mut hosts = headers.get_all(HOST).iter();
    match (hosts.next(), hosts.next()) {
        (Some(host), None) => host.to_str().ok(),
        _ => None,
    }
}

/// A name as it is compared: `LocalHost.` is `localhost`.
fn plain(name: &str) -> String {
    let name = name.to_ascii_lowercase();
    name.strip_suffix('.').unwrap_or(&name).to_owned()
}

/// Whether a host is written as a loopback address; brackets around one of version 6.
pub(crate) fn is_loopback(host: &str) -> bool {
    let address = host.strip_prefix('[').and_then(|host| host.strip_suffix(']')).unwrap_or(host);
    address.parse::<IpAddr>().is_ok_and(|address| address.to_canonical().is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(host: &str, target: &str, known: &KnownHosts) -> u16 {
        let request = Request::get(target).header(HOST, host).body(()).unwrap();
        known.check(&request).err().unwrap_or(StatusCode::OK).as_u16()
    }

    #[test]
    fn only_names_of_this_machine_and_configured_ones_are_answered() {
        let known = KnownHosts::new(["Sandbox.Internal.".to_owned()]);
        for (host, status) in [
            ("localhost", 200),
            ("localhost:8080", 200),
            ("LOCALHOST:8080", 200),
            ("localhost.", 200),
            ("127.0.0.1:8080", 200),
            ("127.8.9.1", 200),
            ("[::1]:8080", 200),
            ("[::ffff:127.0.0.1]", 200),
            ("sandbox.internal:80", 200),
            ("evil.com", 421),
            ("evil.com:8080", 421),
            ("localhost.evil.com", 421),
            ("localhost..", 421),
            ("evil-localhost", 421),
            ("shop.localhost", 421),
            ("127.0.0.1.evil.com", 421),
            ("127.0.0.1.", 200),
            ("127.0.0.1.nip.io", 421),
            ("0.0.0.0:8080", 421),
            ("192.168.0.10", 421),
            ("[2001:db8::1]", 421),
            ("127.1", 421),
            ("2130706433", 421),
            ("x.sandbox.internal", 421),
            ("localhost@evil.com", 421),
            ("evil.com@localhost", 421),
            ("", 400),
            ("local host", 400),
            ("http://localhost/", 400),
        ] {
            assert_eq!(check(host, "/_control/credentials", &known), status, "{host:?}");
        }
    }

    #[test]
    fn a_request_for_a_proxy_names_the_same_hosts_twice() {
        let known = KnownHosts::default();
        for (host, target, status) in [
            ("localhost", "http://localhost:8080/x", 200),
            ("localhost", "http://127.0.0.1/x", 200),
            ("localhost", "http://evil.com/x", 421),
            ("evil.com", "http://localhost/x", 421),
        ] {
            assert_eq!(check(host, target, &known), status, "{host} {target}");
        }
    }

    #[test]
    fn a_request_without_a_host_or_with_two_is_refused() {
        let known = KnownHosts::default();
        let none = Request::get("/").body(()).unwrap();
        assert_eq!(known.check(&none), Err(StatusCode::BAD_REQUEST));
        let two = Request::get("/").header(HOST, "localhost").header(HOST, "localhost");
        assert_eq!(known.check(&two.body(()).unwrap()), Err(StatusCode::BAD_REQUEST));
    }
}
