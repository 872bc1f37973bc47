//! Switches between interpretations of HPay's documents that were not tested against the live
//! service.

use serde::{Deserialize, Serialize};

use crate::operation::Encoding;

pub(crate) const LINK_PATH: &str = "/v1/checkout.php";
pub(crate) const ADVANCED_LINK_PATH: &str = "/checkout.php";
pub(crate) const REVOKE_TOKEN_PATH: &str = "/revoke_token.php";
pub(crate) const ORDER_INQUIRY_PATH: &str = "/api/transaction/GetTransactionDetail";
pub(crate) const OPENAPI_PAYOUT_SERVICE: &str = "ibft";
pub(crate) const OPENAPI_PAYOUT_INQUIRY: &str = "inquiry";

/// Switches between interpretations of HPay's documents that were not tested against the live
/// service: the table `compat` of the configuration. Each default follows HPay's documents or, if
/// these allow two interpretations, the likelier one. The pages named below are pages of the HPay
/// API reference 1.0.0.
///
/// Every path begins with a slash and has no host and no query.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
#[non_exhaustive]
pub struct Compat {
    /// The path of a link. Default: `/v1/checkout.php` (Create Link).
    pub link_path: String,
    /// The path of a link with instalments, a frame or a token of a domestic card. Default:
    /// `/checkout.php` (Advanced Checkout Payment).
    pub advanced_link_path: String,
    /// The path of a link that revokes a token. Default: `/revoke_token.php` (Revoke ATM
    /// tokenization).
    pub revoke_token_path: String,
    /// The name of the field with the merchant's number in a link that revokes a token. Default:
    /// `merchant_id`, as in the table of that page; the example on the same page has
    /// `merchant_site_code`.
    pub revoke_token_merchant: MerchantField,
    /// The path of an order inquiry. Default: `/api/transaction/GetTransactionDetail`, the longer
    /// of the two documented paths (Order Inquiry).
    pub order_inquiry_path: String,
    /// The encoding of the body of an order inquiry. Default: `form`, which is the header of the
    /// documented example, although its body is JSON (Order Inquiry).
    pub order_inquiry_body: Body,
    /// The encoding of the body that opens, closes or reopens a virtual account. Default: `form`,
    /// which is the header of the documented examples, although their bodies are JSON (Create VA
    /// Account, API Revoke VA).
    pub va_body: Body,
    /// The name of the payout service in the paths of the newer OpenAPI, which is also the scope of
    /// its token. Default: `ibft`, as in one of two public merchant code bases; the other one has
    /// `firm`. HPay confirmed neither.
    pub openapi_payout_service: String,
    /// The name of the payout inquiry in its path of the newer OpenAPI. Default: `inquiry`, as in
    /// one of two public merchant code bases; the other one has `get-status`. HPay confirmed
    /// neither.
    pub openapi_payout_inquiry: String,
    /// The name of the field with a payout's note in the newer OpenAPI. Default: `note`, as in one
    /// of two public merchant code bases; the other one has `remark`. HPay confirmed neither.
    pub openapi_note: NoteField,
}

/// The name of the field with a payout's note in a request to the newer OpenAPI.
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

/// The name of the field with the merchant's number.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum MerchantField {
    /// `merchant_id`.
    #[default]
    MerchantId,
    /// `merchant_site_code`.
    MerchantSiteCode,
    /// Both names, each in a field of its own.
    Both,
}

/// The encoding of the body of a request.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Body {
    /// A form.
    #[default]
    Form,
    /// JSON.
    Json,
    /// JSON with the `Content-Type` of a form, as in the reference's examples.
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
