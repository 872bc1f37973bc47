//! Payment links in payOS's own spelling (source: payos.vn/docs, API: payment links).

use provider_kit::wire::{Number, as_integer};
use serde::{Deserialize, Serialize};

use crate::order_code::OrderCode;

/// The body of `POST /v2/payment-requests`.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct CreateLink<'a> {
    pub(crate) order_code: u64,
    #[serde(serialize_with = "as_integer")]
    pub(crate) amount: Number,
    pub(crate) description: &'a str,
    pub(crate) cancel_url: &'a str,
    pub(crate) return_url: &'a str,
    pub(crate) signature: String,
    /// Seconds since the Unix epoch.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) expired_at: Option<i64>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) items: Vec<LinkItem<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) buyer_name: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) buyer_company_name: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) buyer_tax_code: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) buyer_address: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) buyer_email: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) buyer_phone: Option<&'a str>,
}

/// One of the `items`.
#[derive(Serialize)]
pub(crate) struct LinkItem<'a> {
    pub(crate) name: &'a str,
    pub(crate) quantity: u32,
    #[serde(serialize_with = "as_integer")]
    pub(crate) price: Number,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) unit: Option<&'a str>,
}

/// The body of `POST /v2/payment-requests/{id}/cancel`.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct CancelLink<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) cancellation_reason: Option<&'a str>,
}

/// `data` of a created link.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct CreatedLink {
    pub(crate) bin: Option<String>,
    pub(crate) account_number: Option<String>,
    pub(crate) account_name: Option<String>,
    pub(crate) amount: Number,
    /// payOS's own code, a space and the description of the request: the memo of the transfer.
    pub(crate) description: Option<String>,
    pub(crate) order_code: OrderCode,
    pub(crate) currency: String,
    pub(crate) payment_link_id: String,
    pub(crate) status: String,
    pub(crate) checkout_url: String,
    pub(crate) qr_code: Option<String>,
    pub(crate) expired_at: Option<i64>,
}

/// `data` of a found or cancelled link.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Link {
    pub(crate) id: String,
    pub(crate) order_code: OrderCode,
    pub(crate) amount: Number,
    pub(crate) amount_paid: Number,
    pub(crate) status: String,
    #[serde(default)]
    pub(crate) transactions: Vec<LinkTransaction>,
}

/// A transfer that arrived for a link.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct LinkTransaction {
    pub(crate) reference: String,
    pub(crate) amount: Number,
    pub(crate) account_number: Option<String>,
    pub(crate) description: Option<String>,
    pub(crate) transaction_date_time: Option<String>,
    pub(crate) virtual_account_number: Option<String>,
}
