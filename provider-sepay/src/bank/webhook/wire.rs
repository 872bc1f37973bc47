//! Webhooks about bank transactions, and requests for the tokens that they contain, with SePay's
//! field names (source: developer.sepay.vn, SePay webhooks: authentication, OAuth 2.0;
//! docs.sepay.vn/tich-hop-webhooks.html).

use provider_kit::wire::Number;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use crate::field::{Lenient, Shown, Text};

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Webhook<'a> {
    /// The id as it is written: a number in JSON, a text in a form.
    #[serde(borrow)]
    pub(crate) id: &'a RawValue,
    pub(crate) transaction_date: Option<Shown<'a>>,
    pub(crate) account_number: Option<Text<'a>>,
    pub(crate) sub_account: Option<Text<'a>>,
    pub(crate) code: Option<Shown<'a>>,
    pub(crate) content: Option<Shown<'a>>,
    /// The whole message of the bank, which may be empty.
    pub(crate) description: Option<Shown<'a>>,
    pub(crate) transfer_type: Option<Text<'a>>,
    pub(crate) transfer_amount: Option<Number>,
    #[serde(default)]
    pub(crate) accumulated: Lenient<Number>,
    pub(crate) reference_code: Option<Shown<'a>>,
}

/// Both formats of the request: the form of RFC 6749 and SePay's older JSON.
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
