//! The keys for the authentication of webhooks, and for the addresses that they may come from.

use std::net::IpAddr;

use ipnet::{IpNet, Ipv4Net};
use payments_core::Environment;
use provider_kit::{
    config::Reader,
    signature::{Formula, Keys},
};

use super::{
    Config,
    given::{NO_SECRET, parsed},
};

use crate::{
    bank::webhook::{TokenEndpoint, WebhookAuth},
    notifications::{DOCUMENTED_SOURCES, Sources},
};

/// The reason why a webhook without a signature needs the User API.
pub(super) const UNSIGNED: &str =
    "such a webhook is not signed and has to be confirmed by the statement";

/// The advice about a short secret.
pub(super) const ADVICE: &str = "let SePay make a long random one";

const OPEN_IN_PRODUCTION: &str = "is true in production: anybody who knows the address can post webhooks, each of which costs \
     calls of the User API; set webhook_secret, which SePay's dashboard offers for every webhook";

/// Returns the four authentications, the strongest first, and whether each is configured.
fn given(config: &Config, read: &Reader<'_>) -> [(&'static str, bool); 4] {
    [
        ("webhook_secret", read.is_given("webhook_secret", &config.webhook_secret)),
        ("webhook_client_id", read.is_given("webhook_client_id", &config.webhook_client_id)),
        ("webhook_api_key", read.is_given("webhook_api_key", &config.webhook_api_key)),
        (
            "webhook_unauthenticated",
            read.is_given("webhook_unauthenticated", &config.webhook_unauthenticated),
        ),
    ]
}

/// Returns `true` if any authentication is configured.
pub(super) fn is_given(config: &Config, read: &Reader<'_>) -> bool {
    given(config, read).into_iter().any(|(_, given)| given)
}

/// Reads the authentication, of which a webhook has exactly one. `formula` replaces SePay's for the
/// check of its signature.
pub(super) fn auth(
    config: &Config,
    formula: Option<Formula>,
    read: &mut Reader<'_>,
) -> Option<WebhookAuth> {
    let keys = given(config, read).into_iter().filter(|(_, given)| *given);
    let mut keys = keys.map(|(key, _)| key);
    let (first, second) = (keys.next(), keys.next());
    if let (Some(first), Some(second)) = (first, second) {
        read.problem(
            second,
            format!(
                "stands beside {first}; a webhook has one authentication, and that is the stronger"
            ),
        );
    }
    if config.webhook_client_secret.is_some() && first != Some("webhook_client_id") {
        read.problem("webhook_client_secret", "needs webhook_client_id");
    }
    if config.formulas.contains_key("webhook") && first != Some("webhook_secret") {
        read.problem("formulas.webhook", "needs webhook_secret: nothing else is signed");
    }
    match first? {
        "webhook_secret" => {
            let keys = read.given_keys("webhook_secret", config.webhook_secret.as_ref()?)?;
            if let Some(newest) = keys.newest() {
                read.warn_if_short("webhook_secret", newest, "one webhook", ADVICE);
            }
            Some(WebhookAuth::Hmac { keys, formula })
        }
        "webhook_client_id" => client(config, read).map(WebhookAuth::OAuth2),
        "webhook_api_key" => {
            let given = config.webhook_api_key.as_ref()?;
            let keys = read.given_header_keys("webhook_api_key", given)?;
            if let Some(newest) = keys.newest() {
                read.warn_if_short("webhook_api_key", newest, "many posts", ADVICE);
            }
            Some(WebhookAuth::ApiKey(keys))
        }
        key => match config.webhook_unauthenticated? {
            true => {
                if read.environment() == Environment::Production {
                    read.warn(key, OPEN_IN_PRODUCTION);
                }
                Some(WebhookAuth::Unauthenticated)
            }
            false => {
                read.problem(key, "is false; leave it out");
                None
            }
        },
    }
}

/// Reads the client with which SePay requests tokens.
fn client(config: &Config, read: &mut Reader<'_>) -> Option<TokenEndpoint> {
    let id = config.webhook_client_id.as_deref()?;
    let id = parsed(read, "webhook_client_id", id, |text| match text.contains(':') {
        // It may be the user name of Basic authentication (RFC 7617, section 2).
        true => Err("contains a colon, which client ids do not allow".to_owned()),
        false => Ok(text.to_owned()),
    });
    if !read.is_given("webhook_client_secret", &config.webhook_client_secret) {
        read.problem("webhook_client_secret", NO_SECRET);
    }
    let secrets = config.webhook_client_secret.as_ref();
    let secrets = secrets.and_then(|it| read.given_keys("webhook_client_secret", it));
    if let Some(newest) = secrets.as_ref().and_then(Keys::newest) {
        // The issued tokens are signed with it.
        read.warn_if_short("webhook_client_secret", newest, "one token", ADVICE);
    }
    Some(TokenEndpoint::new(id?, secrets?))
}

/// Reads the addresses and networks from which deliveries are accepted.
pub(super) fn sources(config: &Config, read: &mut Reader<'_>) -> Sources {
    let mut networks = Vec::new();
    for text in config.source_ips.iter().flatten() {
        match text.as_str() {
            "documented" => networks.extend(DOCUMENTED_SOURCES.into_iter().map(IpNet::from)),
            text => networks.extend(parsed(read, "source_ips", text, network)),
        }
    }
    Sources::only(networks)
}

fn network(text: &str) -> Result<IpNet, String> {
    let network = match text.parse::<IpAddr>() {
        Ok(address) => IpNet::from(address.to_canonical()),
        Err(_) => text.parse().map(canonical).map_err(|_| {
            let range = "contains a range; write networks instead, such as 10.0.0.0/8";
            let neither = "holds what is neither an IP address, nor a network such as 10.0.0.0/8, \
                           nor \"documented\"";
            let signs = ['-', '*', '~', '\u{2010}', '\u{2011}', '\u{2012}', '\u{2013}', '\u{2014}'];
            let words = ["..", " to ", ".x"];
            let is_range = text.contains(signs) || words.iter().any(|word| text.contains(word));
            (if is_range { range } else { neither }).to_owned()
        })?,
    };
    match network.prefix_len() {
        0 => Err("contains the network of all addresses; omit source_ips instead".to_owned()),
        _ => Ok(network),
    }
}

/// Converts a network of IPv4 addresses that are written as IPv6 (RFC 4291, section 2.5.5.2) to a
/// network of IPv4 addresses.
fn canonical(network: IpNet) -> IpNet {
    let (IpNet::V6(mapped), Some(prefix)) = (network, network.prefix_len().checked_sub(96)) else {
        return network;
    };
    let address = mapped.addr().to_ipv4_mapped();
    address.and_then(|v4| Ipv4Net::new(v4, prefix).ok()).map_or(network, IpNet::V4)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_network_is_read_in_every_spelling_and_a_range_is_named() {
        for (text, read) in [
            ("172.236.138.20", "172.236.138.20/32"),
            ("::ffff:172.236.138.20", "172.236.138.20/32"),
            ("10.0.0.0/8", "10.0.0.0/8"),
            ("::ffff:10.0.0.0/104", "10.0.0.0/8"),
            ("2001:db8::/32", "2001:db8::/32"),
            ("::ffff:acec:8a14", "172.236.138.20/32"),
            ("::FFFF:172.236.138.20/128", "172.236.138.20/32"),
        ] {
            assert_eq!(network(text).unwrap().to_string(), read, "{text}");
        }
        for (text, word) in [
            ("10.0.0.1-10.0.0.9", "range"),
            ("10.0.0.*", "range"),
            ("10.0.0.1 – 10.0.0.9", "range"),
            ("10.0.0.1—10.0.0.9", "range"),
            ("10.0.0.1 to 10.0.0.9", "range"),
            ("10.0.0.1~10.0.0.9", "range"),
            ("10.0.0.x", "range"),
            ("2001:db8::1-2001:db8::9", "range"),
            ("10.0.0.1:443", "neither"),
            ("::ffff:0.0.0.0/96", "network of all"),
            ("10.0.0.0/33", "neither"),
            ("10.0.0", "neither"),
            ("sepay.vn", "neither"),
            ("", "neither"),
            ("0.0.0.0/0", "all addresses"),
            ("::/0", "all addresses"),
        ] {
            assert!(network(text).unwrap_err().contains(word), "{text}");
        }
    }
}
