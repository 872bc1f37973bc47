//! Template's requests and responses in Template's own spelling. They are data without logic.
//!
//! Source: the imaginary "Template API guide", chapters named at each type.

use provider_kit::wire::{Number, as_integer};
use serde::{Deserialize, Serialize};

/// The body of `POST /v1/payments` (chapter "Open a payment").
#[derive(Serialize)]
pub(crate) struct OpenPayment<'a> {
    pub(crate) merchant: &'a str,
    pub(crate) reference: &'a str,
    #[serde(serialize_with = "as_integer")]
    pub(crate) amount: Number,
    pub(crate) currency: &'a str,
    pub(crate) description: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) return_url: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) cancel_url: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) notify_url: Option<&'a str>,
}

/// The response to both calls on success, and the data of a notification (chapter "A payment").
#[derive(Deserialize)]
pub(crate) struct Payment {
    pub(crate) id: String,
    pub(crate) reference: String,
    pub(crate) amount: Number,
    pub(crate) received: Number,
    pub(crate) currency: String,
    pub(crate) state: String,
    /// Present while the buyer can still pay.
    pub(crate) pay_url: Option<String>,
}

/// The response to both calls if they are refused (chapter "Errors").
#[derive(Deserialize)]
pub(crate) struct Refusal {
    pub(crate) error: String,
    pub(crate) message: Option<String>,
}

/// The fields that every notification has (chapter "Notifications"). The others depend on the type,
/// and are parsed once the type is known.
#[derive(Deserialize)]
pub(crate) struct NotificationHead {
    pub(crate) merchant: String,
    pub(crate) r#type: String,
}

/// The other fields of a notification of the type `payment.updated`.
#[derive(Deserialize)]
pub(crate) struct PaymentUpdated {
    pub(crate) payment: Payment,
}
