//! The API behind OAuth2 (developer.sepay.vn, SePay OAuth2: bank accounts, transactions, webhooks,
//! user, company).

use payments_core::money::wire::Number;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use super::Text;

/// `{status, data, meta}`.
#[derive(Deserialize)]
pub(crate) struct Envelope<T> {
    pub(crate) data: T,
    pub(crate) meta: Option<Meta>,
}

#[derive(Deserialize)]
pub(crate) struct Meta {
    pub(crate) pagination: Option<Pagination>,
}

/// Other than the User API v2, it has no `has_more`.
#[derive(Deserialize)]
pub(crate) struct Pagination {
    pub(crate) total: Option<u64>,
    pub(crate) current_page: Option<u32>,
    pub(crate) last_page: Option<u32>,
}

/// What stands in an answer that is not a success, and beside what an instruction changed. The
/// pages list codes and statuses and show no body: these are the names in SePay's other APIs, in
/// RFC 6749, and in what its own shop plug-in reads.
#[derive(Deserialize)]
pub(crate) struct Outcome<'a> {
    #[serde(borrow)]
    pub(crate) status: Option<Text<'a>>,
    pub(crate) message: Option<Text<'a>>,
    pub(crate) error: Option<Text<'a>>,
    pub(crate) error_code: Option<Text<'a>>,
    pub(crate) code: Option<Text<'a>>,
    pub(crate) error_description: Option<Text<'a>>,
    /// An object with the `id` of what was created, or nothing.
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
    pub(crate) label: Option<Text<'a>>,
    pub(crate) account_holder_name: Option<Text<'a>>,
    pub(crate) account_number: Text<'a>,
    /// A JSON number with decimals.
    pub(crate) accumulated: Option<Number>,
    pub(crate) active: Option<Switch>,
    pub(crate) created_at: Option<Text<'a>>,
    pub(crate) bank: Option<Bank<'a>>,
}

#[derive(Deserialize)]
pub(crate) struct Bank<'a> {
    #[serde(borrow)]
    pub(crate) short_name: Option<Text<'a>>,
    pub(crate) full_name: Option<Text<'a>>,
    pub(crate) code: Option<Text<'a>>,
    pub(crate) bin: Option<Text<'a>>,
    pub(crate) icon_url: Option<Text<'a>>,
    pub(crate) logo_url: Option<Text<'a>>,
}

/// No sample is published: the names that virtual accounts have in SePay's other APIs.
#[derive(Deserialize)]
pub(crate) struct SubAccount<'a> {
    pub(crate) id: u64,
    #[serde(borrow, alias = "sub_account", alias = "va")]
    pub(crate) account_number: Option<Text<'a>>,
    #[serde(alias = "sub_holder_name")]
    pub(crate) account_holder_name: Option<Text<'a>>,
    pub(crate) label: Option<Text<'a>>,
    pub(crate) active: Option<Switch>,
}

#[derive(Deserialize)]
pub(crate) struct Transaction<'a> {
    pub(crate) id: u64,
    #[serde(borrow)]
    pub(crate) account_number: Option<Text<'a>>,
    pub(crate) transaction_date: Option<Text<'a>>,
    pub(crate) amount_in: Option<Number>,
    pub(crate) amount_out: Option<Number>,
    pub(crate) accumulated: Option<Number>,
    pub(crate) transaction_content: Option<Text<'a>>,
    pub(crate) reference_number: Option<Text<'a>>,
    pub(crate) code: Option<Text<'a>>,
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
    pub(crate) full_name: Option<Text<'a>>,
    pub(crate) short_name: Option<Text<'a>>,
    pub(crate) role: Option<Text<'a>>,
    pub(crate) status: Option<Text<'a>>,
    pub(crate) subscription: Option<Text<'a>>,
    pub(crate) begin_date: Option<Text<'a>>,
    pub(crate) end_date: Option<Text<'a>>,
    pub(crate) configurations: Option<Configurations<'a>>,
}

#[derive(Deserialize)]
pub(crate) struct Configurations<'a> {
    pub(crate) bank_sub_account: Option<Switch>,
    pub(crate) paycode: Option<Switch>,
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
    pub(crate) is_active: Option<Switch>,
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
    pub(crate) is_verify_payment: Option<Switch>,
    pub(crate) skip_if_no_code: Option<Switch>,
    /// An object; one page calls it an array.
    pub(crate) retry_conditions: Option<&'a RawValue>,
    pub(crate) only_va: Option<Switch>,
    pub(crate) active: Option<Switch>,
    pub(crate) created_at: Option<Text<'a>>,
    pub(crate) api_key: Option<Text<'a>>,
    pub(crate) request_content_type: Option<Text<'a>>,
    pub(crate) bank_sub_account_ids: Option<Vec<u64>>,
    pub(crate) prefix_filters: Option<Vec<Text<'a>>>,
}

#[derive(Deserialize)]
pub(crate) struct RetryConditions {
    pub(crate) non_2xx_status_code: Option<Switch>,
}

/// Yes or no, which answers write as booleans on one page and as 0 and 1 on another.
#[derive(Clone, Copy, Deserialize)]
#[serde(untagged)]
pub(crate) enum Switch {
    Flag(bool),
    Number(u8),
}

/// The body of `POST /api/v1/webhooks` and `PATCH /api/v1/webhooks/{id}`: yes and no are 1 and 0.
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
