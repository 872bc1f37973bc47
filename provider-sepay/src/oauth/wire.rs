//! The partner API with SePay's field names (source: developer.sepay.vn, SePay OAuth2: bank
//! accounts, transactions, webhooks, user, company).

use provider_kit::wire::Number;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use crate::field::{Count, Deferred, Flag, Lenient, Shown, Text};

/// `{status, data, meta}`.
#[derive(Deserialize)]
pub(crate) struct Envelope<T> {
    pub(crate) data: T,
    #[serde(default)]
    pub(crate) meta: Lenient<Meta>,
}

#[derive(Clone, Copy, Deserialize)]
pub(crate) struct Meta {
    #[serde(default)]
    pub(crate) pagination: Lenient<Pagination>,
}

/// Unlike in the User API v2, there is no `has_more`.
#[derive(Clone, Copy, Deserialize)]
pub(crate) struct Pagination {
    #[serde(default)]
    pub(crate) total: Lenient<Count>,
    #[serde(default)]
    pub(crate) current_page: Lenient<Count>,
    #[serde(default)]
    pub(crate) last_page: Lenient<Count>,
}

/// The fields of a response that is not a success, or of the response to an instruction. SePay
/// lists codes and statuses but no body: these are the names in its other APIs, in RFC 6749, and in
/// its own shop plug-in.
#[derive(Deserialize)]
pub(crate) struct Outcome<'a> {
    #[serde(borrow)]
    pub(crate) status: Option<Text<'a>>,
    pub(crate) message: Option<Text<'a>>,
    pub(crate) error: Option<Text<'a>>,
    pub(crate) error_code: Option<Text<'a>>,
    pub(crate) code: Option<Text<'a>>,
    pub(crate) error_description: Option<Text<'a>>,
    /// An object with the `id` of a new object, or nothing.
    pub(crate) data: Option<&'a RawValue>,
}

#[derive(Deserialize)]
pub(crate) struct Created {
    pub(crate) id: Option<u64>,
}

#[derive(Deserialize)]
pub(crate) struct Account<'a> {
    pub(crate) id: u64,
    #[serde(borrow)]
    pub(crate) label: Option<Shown<'a>>,
    pub(crate) account_holder_name: Option<Shown<'a>>,
    pub(crate) account_number: Text<'a>,
    /// A JSON number with decimals.
    #[serde(default)]
    pub(crate) accumulated: Lenient<Number>,
    #[serde(default)]
    pub(crate) active: Lenient<Flag>,
    pub(crate) created_at: Option<Shown<'a>>,
    #[serde(default, borrow)]
    pub(crate) bank: Lenient<Bank<'a>>,
}

#[derive(Deserialize)]
pub(crate) struct Bank<'a> {
    #[serde(borrow)]
    pub(crate) short_name: Option<Shown<'a>>,
    pub(crate) full_name: Option<Shown<'a>>,
    pub(crate) code: Option<Shown<'a>>,
    pub(crate) bin: Option<Shown<'a>>,
    pub(crate) icon_url: Option<Shown<'a>>,
    pub(crate) logo_url: Option<Shown<'a>>,
}

/// A sub-account. No sample is published, so these are the names of virtual accounts in SePay's
/// other APIs.
#[derive(Deserialize)]
pub(crate) struct SubAccount<'a> {
    pub(crate) id: u64,
    #[serde(borrow, alias = "sub_account", alias = "va")]
    pub(crate) account_number: Option<Text<'a>>,
    #[serde(alias = "sub_holder_name")]
    pub(crate) account_holder_name: Option<Shown<'a>>,
    pub(crate) label: Option<Shown<'a>>,
    #[serde(default)]
    pub(crate) active: Lenient<Flag>,
}

#[derive(Deserialize)]
pub(crate) struct Transaction<'a> {
    pub(crate) id: u64,
    #[serde(borrow)]
    pub(crate) account_number: Option<Text<'a>>,
    pub(crate) transaction_date: Option<Shown<'a>>,
    pub(crate) amount_in: Option<Deferred<'a, Number>>,
    pub(crate) amount_out: Option<Deferred<'a, Number>>,
    #[serde(default)]
    pub(crate) accumulated: Lenient<Number>,
    pub(crate) transaction_content: Option<Shown<'a>>,
    pub(crate) reference_number: Option<Shown<'a>>,
    pub(crate) code: Option<Shown<'a>>,
    pub(crate) sub_account: Option<Text<'a>>,
}

#[derive(Deserialize)]
pub(crate) struct Profile<'a> {
    pub(crate) id: u64,
    #[serde(borrow)]
    pub(crate) first_name: Option<Text<'a>>,
    pub(crate) last_name: Option<Text<'a>>,
    pub(crate) email: Option<Text<'a>>,
    pub(crate) phone: Option<Text<'a>>,
    pub(crate) avatar: Option<Text<'a>>,
}

#[derive(Deserialize)]
pub(crate) struct Company<'a> {
    pub(crate) id: u64,
    #[serde(borrow)]
    pub(crate) full_name: Option<Shown<'a>>,
    pub(crate) short_name: Option<Shown<'a>>,
    pub(crate) role: Option<Text<'a>>,
    pub(crate) status: Option<Text<'a>>,
    pub(crate) subscription: Option<Text<'a>>,
    pub(crate) begin_date: Option<Text<'a>>,
    pub(crate) end_date: Option<Text<'a>>,
    pub(crate) configurations: Option<Configurations<'a>>,
}

#[derive(Deserialize)]
pub(crate) struct Configurations<'a> {
    #[serde(default)]
    pub(crate) bank_sub_account: Lenient<Flag>,
    #[serde(default)]
    pub(crate) paycode: Lenient<Flag>,
    #[serde(borrow)]
    pub(crate) data_storage_time: Option<Text<'a>>,
    pub(crate) payment_code_formats: Option<Vec<CodeFormat<'a>>>,
}

#[derive(Deserialize)]
pub(crate) struct CodeFormat<'a> {
    #[serde(borrow)]
    pub(crate) prefix: Text<'a>,
    pub(crate) suffix_from: Text<'a>,
    pub(crate) suffix_to: Text<'a>,
    pub(crate) character_type: Option<Text<'a>>,
    #[serde(default)]
    pub(crate) is_active: Lenient<Flag>,
}

#[derive(Deserialize)]
pub(crate) struct Webhook<'a> {
    pub(crate) id: u64,
    #[serde(borrow)]
    pub(crate) name: Option<Text<'a>>,
    pub(crate) bank_account_id: Option<u64>,
    pub(crate) event_type: Option<Text<'a>>,
    pub(crate) authen_type: Option<Text<'a>>,
    pub(crate) webhook_url: Option<Text<'a>>,
    #[serde(default)]
    pub(crate) is_verify_payment: Lenient<Flag>,
    #[serde(default)]
    pub(crate) skip_if_no_code: Lenient<Flag>,
    /// An object. One page of the documentation calls it an array.
    pub(crate) retry_conditions: Option<&'a RawValue>,
    #[serde(default)]
    pub(crate) only_va: Lenient<Flag>,
    #[serde(default)]
    pub(crate) active: Lenient<Flag>,
    pub(crate) created_at: Option<Shown<'a>>,
    pub(crate) api_key: Option<Text<'a>>,
    pub(crate) request_content_type: Option<Text<'a>>,
    pub(crate) bank_sub_account_ids: Option<Vec<u64>>,
    pub(crate) prefix_filters: Option<Vec<Text<'a>>>,
}

#[derive(Clone, Copy, Deserialize)]
pub(crate) struct RetryConditions {
    #[serde(default)]
    pub(crate) non_2xx_status_code: Lenient<Flag>,
}

/// The body of `POST /api/v1/webhooks` and `PATCH /api/v1/webhooks/{id}`, in which booleans are 1
/// and 0.
#[derive(Default, Serialize)]
pub(crate) struct WebhookRequest<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) bank_account_id: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) name: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) event_type: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) authen_type: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) webhook_url: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) is_verify_payment: Option<u8>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) skip_if_no_code: Option<u8>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) active: Option<u8>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) retry_conditions: Option<RetryConditionsRequest>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) only_va: Option<u8>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) bank_sub_account_ids: Option<&'a [u64]>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) oauth2_access_token_url: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) oauth2_client_id: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) oauth2_client_secret: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) api_key: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) request_content_type: Option<&'a str>,
}

#[derive(Serialize)]
pub(crate) struct RetryConditionsRequest {
    pub(crate) non_2xx_status_code: u8,
}
