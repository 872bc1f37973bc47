//! Webhooks and their registration in payOS's own spelling (source: payos.vn/docs, webhook; API:
//! confirm-webhook).

use provider_kit::wire::Number;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use crate::order_code::OrderCode;

/// A delivery. Members beside `data`, such as `code` and `success`, are not signed and therefore
/// not read.
#[derive(Deserialize)]
pub(crate) struct Delivery<'a> {
    #[serde(borrow)]
    pub(crate) data: &'a RawValue,
    pub(crate) signature: Option<String>,
}

/// `data` of a delivery: a transfer that arrived for a link.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Transfer {
    pub(crate) order_code: OrderCode,
    /// The amount of the transfer, whatever the link asked for.
    pub(crate) amount: Number,
    pub(crate) description: Option<String>,
    pub(crate) account_number: Option<String>,
    pub(crate) reference: String,
    pub(crate) transaction_date_time: Option<String>,
    pub(crate) currency: Option<String>,
    pub(crate) payment_link_id: String,
    pub(crate) code: String,
    pub(crate) virtual_account_number: Option<String>,
}

/// The body of `POST /confirm-webhook`.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ConfirmWebhook<'a> {
    pub(crate) webhook_url: &'a str,
}

/// `data` of its response, which is not signed.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ConfirmedWebhook {
    pub(crate) webhook_url: String,
    pub(crate) account_number: Option<String>,
    pub(crate) account_name: Option<String>,
    pub(crate) name: Option<String>,
    pub(crate) short_name: Option<String>,
}
