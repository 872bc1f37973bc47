//! Switches for readings of HPay's interface that were not tried against the live service.

use serde::{Deserialize, Serialize};

use crate::operation::Encoding;

pub(crate) const LINK_PATH: &str = "/v1/checkout.php";
pub(crate) const ADVANCED_LINK_PATH: &str = "/checkout.php";
pub(crate) const REVOKE_TOKEN_PATH: &str = "/revoke_token.php";
pub(crate) const ORDER_INQUIRY_PATH: &str = "/api/transaction/GetTransactionDetail";
pub(crate) const OPENAPI_PAYOUT_SERVICE: &str = "ibft";
pub(crate) const OPENAPI_PAYOUT_INQUIRY: &str = "inquiry";

/// Switches for readings of HPay's interface that were not tried against the live service: the table
/// `compat` of the configuration. Each has HPay's documents, or the likelier of two readings, as its
/// default; HPay API reference 1.0.0 is meant where a page is named.
///
/// Every path begins with a slash and is without host and query.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
#[non_exhaustive]
pub struct Compat {
    /// The path of a link. Default: `/v1/checkout.php` (Create Link).
    pub link_path: String,
    /// The path of links with instalments, a frame or a token of a domestic card. Default:
    /// `/checkout.php` (Advanced Checkout Payment).
    pub advanced_link_path: String,
    /// The path of a link that revokes a token. Default: `/revoke_token.php` (Revoke ATM
    /// tokenization).
    pub revoke_token_path: String,
    /// The name of the merchant's number in a link that revokes a token. Default: `merchant_id`;
    /// the table of the same page has it, the example has `merchant_site_code`.
    pub revoke_token_merchant: MerchantField,
    /// The path of an order inquiry. Default: `/api/transaction/GetTransactionDetail`, the longer
    /// of two (Order Inquiry).
    pub order_inquiry_path: String,
    /// The body of an order inquiry. Default: `form`, as the header of the example says; its body
    /// is JSON (Order Inquiry).
    pub order_inquiry_body: Body,
    /// The body of opening, closing and reopening a virtual account. Default: `form`, as the
    /// headers of the examples say; their bodies are JSON (Create VA Account, API Revoke VA).
    pub va_body: Body,
    /// The service of payouts in the paths of the newer OpenAPI, and the scope of its token. Default:
    /// `ibft`; one public code base has `firm`.
    pub openapi_payout_service: String,
    /// The name of the payout inquiry in its path there. Default: `inquiry`; one public code base has
    /// `get-status`.
    pub openapi_payout_inquiry: String,
    /// The name of a payout's note there. Default: `note`; one public code base has `remark`.
    pub openapi_note: NoteField,
}

/// By which name the note of a payout is sent to the newer OpenAPI.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum NoteField {
    /// `note`.
    #[default]
    Note,
    /// `remark`.
    Remark,
}

/// By which name a merchant's number is sent.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum MerchantField {
    /// `merchant_id`.
    #[default]
    MerchantId,
    /// `merchant_site_code`.
    MerchantSiteCode,
    /// Under both names.
    Both,
}

/// How the body of a request is written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Body {
    /// A form.
    #[default]
    Form,
    /// JSON.
    Json,
    /// JSON under the header of a form, as the reference's examples are.
    JsonAsForm,
}

impl Default for Compat {
    fn default() -> Self {
        Self {
            link_path: LINK_PATH.to_owned(),
            advanced_link_path: ADVANCED_LINK_PATH.to_owned(),
            revoke_token_path: REVOKE_TOKEN_PATH.to_owned(),
            revoke_token_merchant: MerchantField::default(),
            order_inquiry_path: ORDER_INQUIRY_PATH.to_owned(),
            order_inquiry_body: Body::default(),
            va_body: Body::default(),
            openapi_payout_service: OPENAPI_PAYOUT_SERVICE.to_owned(),
            openapi_payout_inquiry: OPENAPI_PAYOUT_INQUIRY.to_owned(),
            openapi_note: NoteField::default(),
        }
    }
}

impl From<Body> for Encoding<'_> {
    fn from(body: Body) -> Self {
        match body {
            Body::Form => Self::Form,
            Body::Json => Self::Json,
            Body::JsonAsForm => Self::JsonAsForm,
        }
    }
}
