//! How SePay says that a webhook is its own, and from where it sends.

use payments_core::config::Reader;

use crate::notification::{DOCUMENTED_SOURCES, Sources, TokenEndpoint, WebhookAuth};

/// Why a webhook without a signature needs the User API.
pub(super) const UNSIGNED: &str =
    "such a webhook is not signed and has to be confirmed by the statement";

/// The keys of the four authentications, the strongest first.
const AUTHENTICATIONS: [&str; 4] =
    ["webhook_secret", "webhook_client_id", "webhook_api_key", "webhook_unauthenticated"];

/// A webhook has one authentication.
pub(super) fn auth(read: &mut Reader<'_>) -> Option<WebhookAuth> {
    let mut given = AUTHENTICATIONS.into_iter().filter(|key| read.has(key));
    let (first, second) = (given.next(), given.next());
    if let (Some(first), Some(second)) = (first, second) {
        read.problem(
            second,
            format!(
                "stands beside {first}; a webhook has one authentication, and that is the \
                     stronger"
            ),
        );
    }
    if read.has("webhook_client_secret") && !read.has("webhook_client_id") {
        read.problem("webhook_client_secret", "needs webhook_client_id");
    }
    match first? {
        "webhook_secret" => read.optional_keys("webhook_secret").map(WebhookAuth::Hmac),
        "webhook_client_id" => client(read).map(WebhookAuth::OAuth2),
        "webhook_api_key" => read.optional_keys("webhook_api_key").map(WebhookAuth::ApiKey),
        key => match read.flag("webhook_unauthenticated", false)? {
            true => Some(WebhookAuth::Unauthenticated),
            false => {
                read.problem(key, "is false; leave it out");
                None
            }
        },
    }
}

/// The client as which SePay fetches tokens from us.
fn client(read: &mut Reader<'_>) -> Option<TokenEndpoint> {
    let id = read.parsed("webhook_client_id", |text| match text.contains(':') {
        // It may be the user name of Basic authentication (RFC 7617, section 2).
        true => Err("holds a colon, which no client id can".to_owned()),
        false => Ok(text.to_owned()),
    });
    let secrets = read.keys("webhook_client_secret");
    Some(TokenEndpoint::new(id?, secrets?))
}

/// The addresses that deliveries may come from.
pub(super) fn sources(read: &mut Reader<'_>) -> Sources {
    let addresses = read.optional_list("source_ips", |text| match text {
        "documented" => Ok(DOCUMENTED_SOURCES.to_vec()),
        _ => text
            .parse()
            .map(|address| vec![address])
            .map_err(|_| "holds what is neither an IP address nor \"documented\"".to_owned()),
    });
    Sources::only(addresses.unwrap_or_default().concat())
}
