//! The host names that a simulated gateway accepts.

use std::net::IpAddr;

use http::{HeaderMap, Request, StatusCode, header::HOST, uri::Authority};

/// The host names that a server accepts: loopback addresses, `localhost`, and configured names.
///
/// A page on the Internet can make its own host name resolve to 127.0.0.1 and then read the
/// responses of a server on loopback, such as its test credentials, through the visitor's browser
/// (DNS rebinding). The browser sends that name in `Host`, so a server that rejects unknown names
/// is safe. The port is not compared, because a browser always sends the port that it connects to,
/// and because forwarded ports and proxies must work.
#[derive(Clone, Debug, Default)]
pub(crate) struct KnownHosts {
    /// The names in lower case, without a trailing dot.
    names: Vec<String>,
}

impl KnownHosts {
    pub(crate) fn new(names: impl IntoIterator<Item = String>) -> Self {
        Self { names: names.into_iter().map(|name| plain(&name)).collect() }
    }

    /// Checks the host of a request. Refuses an unknown host with 421, and a request with no host
    /// or several with 400. `local` is the address at which the connection arrived, which is also
    /// accepted.
    pub(crate) fn check<B>(
        &self,
        request: &Request<B>,
        local: Option<IpAddr>,
    ) -> Result<(), StatusCode> {
        let host = only_host(request.headers()).ok_or(StatusCode::BAD_REQUEST)?;
        let host: Authority = host.parse().map_err(|_| StatusCode::BAD_REQUEST)?;
        // A request in absolute form also has its host in the address, which takes precedence over
        // `Host`.
        let is_known = std::iter::once(&host)
            .chain(request.uri().authority())
            .all(|authority| self.is_known(authority, local));
        if is_known { Ok(()) } else { Err(StatusCode::MISDIRECTED_REQUEST) }
    }

    fn is_known(&self, authority: &Authority, local: Option<IpAddr>) -> bool {
        // An authority with credentials is not accepted as a host.
        if authority.as_str().contains('@') {
            return false;
        }
        let host = plain(authority.host());
        let is_local = || local.is_some_and(|local| address(&host) == Some(local.to_canonical()));
        host == "localhost" || is_loopback(&host) || is_local() || self.names.contains(&host)
    }
}

/// Returns the value of the only `Host`.
fn only_host(headers: &HeaderMap) -> Option<&str> {
    let mut hosts = headers.get_all(HOST).iter();
    match (hosts.next(), hosts.next()) {
        (Some(host), None) => host.to_str().ok(),
        _ => None,
    }
}

/// Normalises a name for comparison: `LocalHost.` becomes `localhost`.
fn plain(name: &str) -> String {
    let name = name.to_ascii_lowercase();
    name.strip_suffix('.').unwrap_or(&name).to_owned()
}

/// Returns `true` if a host is a loopback address. IPv6 addresses are in brackets.
pub(crate) fn is_loopback(host: &str) -> bool {
    address(host).is_some_and(|address| address.is_loopback())
}

fn address(host: &str) -> Option<IpAddr> {
    let address = host.strip_prefix('[').and_then(|host| host.strip_suffix(']')).unwrap_or(host);
    address.parse::<IpAddr>().ok().map(|address| address.to_canonical())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(host: &str, target: &str, known: &KnownHosts) -> u16 {
        let request = Request::get(target).header(HOST, host).body(()).unwrap();
        known.check(&request, None).err().unwrap_or(StatusCode::OK).as_u16()
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
    fn the_address_of_the_connection_is_known_and_no_other() {
        let known = KnownHosts::default();
        let local = Some("192.168.0.10".parse().unwrap());
        for (host, is_known) in
            [("192.168.0.10:8080", true), ("192.168.0.11:8080", false), ("evil.com", false)]
        {
            let request = Request::get("/").header(HOST, host).body(()).unwrap();
            assert_eq!(known.check(&request, local).is_ok(), is_known, "{host}");
        }
    }

    #[test]
    fn a_request_without_a_host_or_with_two_is_refused() {
        let known = KnownHosts::default();
        let none = Request::get("/").body(()).unwrap();
        assert_eq!(known.check(&none, None), Err(StatusCode::BAD_REQUEST));
        let two = Request::get("/").header(HOST, "localhost").header(HOST, "localhost");
        assert_eq!(known.check(&two.body(()).unwrap(), None), Err(StatusCode::BAD_REQUEST));
    }
}
