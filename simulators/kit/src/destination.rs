//! The addresses to which notifications may be sent.

use http::Uri;

use crate::known_host::is_loopback;

/// The addresses to which a simulated gateway may send notifications.
///
/// A host name other than `localhost` counts as another machine, whatever it resolves to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Destinations {
    /// Only this machine. Any address can be registered, but sending to another machine fails.
    #[default]
    Loopback,
    /// Only this machine. An address of another machine cannot be registered.
    LoopbackOnly,
    /// Any machine.
    Anywhere,
}

/// The reason why an address cannot be registered for notifications.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum UnusableDestination {
    /// The address is not an absolute one with a scheme that can be sent to.
    #[error(
        "{0:?} is not an address such as http://127.0.0.1:3000/webhook: only {schemes} is sent to",
        schemes = schemes()
    )]
    NotHttp(String),
    /// The address is on another machine.
    #[error(
        "{0} is not this machine: use localhost or a loopback address, or start the sandbox with --allow-remote-webhooks"
    )]
    Remote(String),
}

impl Destinations {
    /// Checks an address that somebody registers for notifications.
    ///
    /// # Errors
    /// Returns the reason if no notification could be sent to the address.
    pub fn check(self, url: &str) -> Result<Uri, UnusableDestination> {
        let not_http = || UnusableDestination::NotHttp(url.to_owned());
        let uri: Uri = url.parse().map_err(|_| not_http())?;
        let host = uri.host().ok_or_else(not_http)?;
        match self {
            Self::Loopback => Ok(uri),
            _ if !uri.scheme_str().is_some_and(is_sent_to) => Err(not_http()),
            Self::LoopbackOnly if !is_this_machine(host) => {
                Err(UnusableDestination::Remote(host.to_owned()))
            }
            Self::LoopbackOnly | Self::Anywhere => Ok(uri),
        }
    }
}

/// Whether anything is sent to addresses of a scheme.
pub(crate) fn is_sent_to(scheme: &str) -> bool {
    scheme == "http" || (cfg!(feature = "tls") && scheme == "https")
}

/// The schemes of addresses that anything is sent to.
pub(crate) fn schemes() -> &'static str {
    if cfg!(feature = "tls") { "http:// or https://" } else { "http://" }
}

/// Returns `true` if a host is `localhost` or a loopback address. No name is resolved.
pub(crate) fn is_this_machine(host: &str) -> bool {
    host.eq_ignore_ascii_case("localhost") || is_loopback(host)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn another_machine_is_registered_only_if_that_is_allowed() {
        for (url, loopback_only, anywhere) in [
            ("http://127.0.0.1:3000/hook", true, true),
            ("http://localhost/hook", true, true),
            ("http://[::1]:3000/", true, true),
            ("http://shop.example/hook", false, true),
            ("http://127.0.0.1.nip.io/", false, true),
            ("http://localhost.example/", false, true),
            ("http://192.168.0.10/", false, true),
            ("http://2130706433/", false, true),
            ("https://127.0.0.1/", cfg!(feature = "tls"), cfg!(feature = "tls")),
            ("https://shop.example/", false, cfg!(feature = "tls")),
            ("ftp://127.0.0.1/", false, false),
            ("/hook", false, false),
            ("", false, false),
        ] {
            let is_usable = |destinations: Destinations| destinations.check(url).is_ok();
            assert_eq!(is_usable(Destinations::LoopbackOnly), loopback_only, "{url}");
            assert_eq!(is_usable(Destinations::Anywhere), anywhere, "{url}");
        }
    }
}
