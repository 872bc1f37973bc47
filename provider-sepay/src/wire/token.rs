//! What SePay sends to the address of access tokens, and what it reads there (developer.sepay.vn,
//! SePay webhooks: authentication, OAuth 2.0).

use serde::{Deserialize, Serialize};

/// Both spellings of the request: the form of RFC 6749 and SePay's older JSON.
#[derive(Deserialize)]
pub(crate) struct TokenRequest {
    pub(crate) grant_type: Option<String>,
    pub(crate) client_id: Option<String>,
    pub(crate) client_secret: Option<String>,
    pub(crate) refresh_token: Option<String>,
    #[serde(rename = "clientId")]
    pub(crate) legacy_client_id: Option<String>,
    #[serde(rename = "clientSecret")]
    pub(crate) legacy_client_secret: Option<String>,
    #[serde(rename = "refreshToken")]
    pub(crate) legacy_refresh_token: Option<String>,
}

#[derive(Serialize)]
pub(crate) struct Token<'a> {
    pub(crate) access_token: &'a str,
    pub(crate) token_type: &'static str,
    pub(crate) expires_in: u64,
    pub(crate) refresh_token: &'a str,
}

#[derive(Serialize)]
pub(crate) struct LegacyTokens<'a> {
    pub(crate) data: LegacyToken<'a>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct LegacyToken<'a> {
    pub(crate) access_token: &'a str,
    pub(crate) refresh_token: &'a str,
    pub(crate) expired_in: u64,
}
