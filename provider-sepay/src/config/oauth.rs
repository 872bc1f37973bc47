//! The app that SePay registered for OAuth2.

use payments_core::{Environment, config::Reader};

use crate::{hosts::Hosts, oauth::AppSettings};

/// Keys of the app.
const KEYS: [&str; 4] =
    ["oauth_client_id", "oauth_client_secret", "oauth_redirect_url", "oauth_url"];

pub(super) fn app(read: &mut Reader<'_>, environment: Environment) -> Option<AppSettings> {
    if !KEYS.into_iter().any(|key| read.has(key)) {
        return None;
    }
    if environment == Environment::Sandbox && !read.has("oauth_url") {
        read.problem(
            "oauth_url",
            "is missing; SePay documents no sandbox of OAuth2, so say which server this is for",
        );
    }
    let client_id = read.text("oauth_client_id");
    let client_secret = read.secret("oauth_client_secret");
    if !read.has("oauth_redirect_url") {
        read.problem("oauth_redirect_url", "is missing; give the address that SePay registered");
    }
    let redirect_url = read.optional_web_address("oauth_redirect_url");
    let base = read.url("oauth_url", Hosts::of(environment).oauth.unwrap_or_default());
    Some(AppSettings {
        client_id: client_id?,
        client_secret: client_secret?,
        redirect_url: redirect_url?,
        base: base?,
    })
}
