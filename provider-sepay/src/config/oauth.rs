//! The settings of the app that SePay registered for OAuth2.

use payments_core::Environment;
use provider_kit::config::Reader;

use super::{
    Config,
    given::{NO_SECRET, required, web_address},
};
use crate::{hosts::Hosts, oauth::AppSettings};

pub(super) fn app(config: &Config, read: &mut Reader<'_>) -> Option<AppSettings> {
    if read.environment() == Environment::Sandbox && !read.is_given("oauth_url", &config.oauth_url)
    {
        read.problem(
            "oauth_url",
            "is missing; SePay documents no sandbox of OAuth2, so say which server this is for",
        );
    }
    let client_id = required(read, "oauth_client_id", &config.oauth_client_id);
    if !read.is_given("oauth_client_secret", &config.oauth_client_secret) {
        read.problem("oauth_client_secret", NO_SECRET);
    }
    let secret = config.oauth_client_secret.as_ref();
    let secret = secret.and_then(|it| read.given_secret("oauth_client_secret", it));
    if !read.is_given("oauth_redirect_url", &config.oauth_redirect_url) {
        read.problem("oauth_redirect_url", "is missing; give the address that SePay registered");
    }
    let redirect_url = web_address(read, "oauth_redirect_url", &config.oauth_redirect_url);
    let default = Hosts::of(config.environment).oauth.unwrap_or_default();
    let base = read.given_url("oauth_url", config.oauth_url.as_deref(), default);
    Some(AppSettings {
        client_id: client_id?,
        client_secret: secret?,
        redirect_url: redirect_url?,
        base: base?,
    })
}
