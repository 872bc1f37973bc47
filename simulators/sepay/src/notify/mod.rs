//! The notifications that SePay sends, and how it evaluates the responses.

pub(super) mod bank;
mod form;
pub(super) mod ipn;
mod php_json;
mod retry;
mod token;

use serde::{Deserialize, Serialize};

use bytes::Bytes;
use http::{HeaderValue, Method, Request, StatusCode, Uri, header::CONTENT_TYPE};
use simulator_kit::{About, Acknowledgement, PrintedHeaders, Receipt, has_member};

use super::{
    Webhook,
    bank::BankTransaction,
    books::Attempted,
    gateway::{BANK_WEBHOOK, IPN},
};
pub(super) use retry::{Retries, Sending};
pub(super) use token::TokenCache;

/// A message to the merchant. It is written again each time that it is sent.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) enum Message {
    Ipn { happening: ipn::Happening, subject: Attempted },
    Bank { webhook: Webhook, transaction: BankTransaction },
}

impl Message {
    /// The endpoint that it is for, and the order or account that it reports.
    pub(super) fn about(&self) -> About {
        match self {
            Self::Ipn { subject, .. } => About::new(IPN, subject.order.reference()),
            Self::Bank { transaction, .. } => {
                let account = transaction.va_number().unwrap_or(&transaction.account_number);
                About::new(BANK_WEBHOOK, account)
            }
        }
    }
}

/// A notification that was sent, the merchant's response, and whether that acknowledges it.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Delivered {
    /// The kind of notification.
    pub notification: Notification,
    /// The request as sent and the response. Headers with secrets do not print.
    pub receipt: Receipt,
    /// Whether the merchant's response acknowledges it, so that SePay does not send it again. An
    /// IPN is acknowledged by status 200, a bank webhook as the settings' [`Acknowledgement`] says.
    pub acknowledged: bool,
}

/// A kind of notification.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Notification {
    /// From the payment gateway, to the IPN address.
    Ipn,
    /// About the bank transaction with this webhook id.
    Bank {
        /// The `id` in the body.
        id: u64,
    },
}

impl Delivered {
    pub(super) fn new(receipt: Receipt, needed: Acknowledgement) -> Self {
        let notification = receipt.request.extensions().get().copied();
        let notification = notification.unwrap_or(Notification::Ipn);
        let acknowledged = match (notification, &receipt.answer) {
            (_, Err(_)) => false,
            (Notification::Ipn, Ok(answer)) => answer.status() == StatusCode::OK,
            // SePay's pages disagree: the page on errors repeats a webhook after a connection failure
            // or a status outside 200 to 299, and the page on authentication asks for 200 or 201 and
            // this JSON. SePay's own receivers respond with 204 without a body, `"success":"true"` as
            // text, or another body.
            (Notification::Bank { .. }, Ok(answer)) => match needed {
                Acknowledgement::Strict => {
                    matches!(answer.status(), StatusCode::OK | StatusCode::CREATED)
                        && has_member(answer.body(), "success", &serde_json::Value::Bool(true))
                }
                _ => answer.status().is_success(),
            },
        };
        Self { notification, receipt, acknowledged }
    }
}

/// A POST of JSON, marked with the kind of its notification.
fn post_json(to: Uri, body: Bytes, notification: Notification) -> Request<Bytes> {
    post(to, "application/json", body, notification)
}

/// A POST, marked with the kind of its notification.
fn post(to: Uri, content_type: &str, body: Bytes, notification: Notification) -> Request<Bytes> {
    let mut request = Request::new(body);
    *request.method_mut() = Method::POST;
    *request.uri_mut() = to;
    if let Ok(value) = HeaderValue::try_from(content_type) {
        request.headers_mut().insert(CONTENT_TYPE, value);
    }
    request.extensions_mut().insert(notification);
    request.extensions_mut().insert(HEADERS);
    request
}

/// The header names as SePay's pages print them (source: developer.sepay.vn, SePay webhooks:
/// authentication; payment gateway: IPN). SePay's own WooCommerce plug-in reads them in exactly
/// this case.
const HEADERS: PrintedHeaders =
    PrintedHeaders(&["X-SePay-Signature", "X-SePay-Timestamp", "X-Secret-Key"]);

/// `text` as the value of a header that does not print.
fn secret_header(text: &str) -> HeaderValue {
    // A dashboard's text field does not accept characters that a header cannot have.
    let carried: Vec<u8> = text.bytes().filter(|byte| !byte.is_ascii_control()).collect();
    let mut value =
        HeaderValue::from_bytes(&carried).unwrap_or_else(|_| HeaderValue::from_static(""));
    value.set_sensitive(true);
    value
}

#[cfg(test)]
mod tests {
    use super::*;
    use http::Response;

    fn is_acknowledged(
        notification: Notification,
        status: u16,
        body: &'static str,
        needed: Acknowledgement,
    ) -> bool {
        let request = post_json(Uri::from_static("http://x/"), Bytes::new(), notification);
        let answer = Response::builder().status(status).body(Bytes::from_static(body.as_bytes()));
        Delivered::new(Receipt { request, answer: Ok(answer.unwrap()) }, needed).acknowledged
    }

    #[test]
    fn a_bank_webhook_is_acknowledged_by_its_status_and_strictly_by_its_body_too() {
        let bank = Notification::Bank { id: 1 };
        for (status, body, documented, strict) in [
            (200, r#"{"success": true}"#, true, true),
            (201, r#"{"success":true}"#, true, true),
            // SePay's own receivers: laravel-sepay, the WooCommerce plug-in, moodle-sepay.
            (204, "", true, false),
            (200, r#"{"success":"true"}"#, true, false),
            (200, r#"{"message":"ok"}"#, true, false),
            (200, "OK", true, false),
            (299, "", true, false),
            (302, r#"{"success":true}"#, false, false),
            (401, r#"{"success":true}"#, false, false),
            (422, "", false, false),
            (500, r#"{"success":true}"#, false, false),
        ] {
            let by = |needed| is_acknowledged(bank, status, body, needed);
            let found = (by(Acknowledgement::Documented), by(Acknowledgement::Strict));
            assert_eq!(found, (documented, strict), "{status} {body}");
        }
    }

    #[test]
    fn an_ipn_is_acknowledged_by_200_only() {
        for needed in [Acknowledgement::Documented, Acknowledgement::Strict] {
            assert!(is_acknowledged(Notification::Ipn, 200, "", needed));
            assert!(!is_acknowledged(Notification::Ipn, 204, "", needed));
        }
    }
}
