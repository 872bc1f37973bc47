//! What SePay sends to the merchant, and what it makes of the answers.

pub(super) mod bank;
mod form;
pub(super) mod ipn;
mod php_json;
mod retry;
mod token;

use bytes::Bytes;
use http::{HeaderValue, Method, Request, StatusCode, Uri, header::CONTENT_TYPE};
use simulator_kit::Receipt;

use super::{Webhook, bank::BankTransaction, books::Attempted};
pub(super) use retry::{Retries, Sending};
pub(super) use token::Wallet;

/// What there is to tell the merchant. Sent again, it is written anew.
#[derive(Clone, Debug)]
pub(super) enum Letter {
    Ipn { happening: ipn::Happening, subject: Attempted },
    Bank { webhook: Webhook, transaction: BankTransaction },
}

/// A notification that was sent, the merchant's answer, and what SePay makes of it.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Delivered {
    /// Which notification it was.
    pub notification: Notification,
    /// The request as sent and the answer. Headers with secrets do not print.
    pub receipt: Receipt,
    /// Whether SePay is content. To an IPN the merchant answers 200; to a bank webhook 200 or 201
    /// with the JSON `{"success": true}`.
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

impl From<Receipt> for Delivered {
    fn from(receipt: Receipt) -> Self {
        let notification = receipt.request.extensions().get().copied();
        let notification = notification.unwrap_or(Notification::Ipn);
        let acknowledged = match (notification, &receipt.answer) {
            (_, Err(_)) => false,
            (Notification::Ipn, Ok(answer)) => answer.status() == StatusCode::OK,
            (Notification::Bank { .. }, Ok(answer)) => {
                matches!(answer.status(), StatusCode::OK | StatusCode::CREATED)
                    && says_success(answer.body())
            }
        };
        Self { notification, receipt, acknowledged }
    }
}

fn says_success(body: &[u8]) -> bool {
    serde_json::from_slice::<serde_json::Value>(body)
        .is_ok_and(|body| body.get("success") == Some(&serde_json::Value::Bool(true)))
}

/// A POST of JSON, marked with what it notifies of.
fn post_json(to: Uri, body: Bytes, notification: Notification) -> Request<Bytes> {
    post(to, "application/json", body, notification)
}

/// A POST, marked with what it notifies of.
fn post(to: Uri, content_type: &str, body: Bytes, notification: Notification) -> Request<Bytes> {
    let mut request = Request::new(body);
    *request.method_mut() = Method::POST;
    *request.uri_mut() = to;
    if let Ok(value) = HeaderValue::try_from(content_type) {
        request.headers_mut().insert(CONTENT_TYPE, value);
    }
    request.extensions_mut().insert(notification);
    request
}

/// `text` as the value of a header that does not print.
fn secret_header(text: &str) -> HeaderValue {
    // What a header cannot carry, a dashboard's text field does not hold either.
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

    fn delivered(notification: Notification, status: u16, body: &'static str) -> Delivered {
        let request = post_json(Uri::from_static("http://x/"), Bytes::new(), notification);
        let answer = Response::builder().status(status).body(Bytes::from_static(body.as_bytes()));
        Delivered::from(Receipt { request, answer: Ok(answer.unwrap()) })
    }

    #[test]
    fn a_bank_webhook_is_taken_only_with_success_in_the_body() {
        let bank = Notification::Bank { id: 1 };
        for (status, body, acknowledged) in [
            (200, r#"{"success": true}"#, true),
            (201, r#"{"success":true}"#, true),
            (200, "OK", false),
            (200, r#"{"success":"true"}"#, false),
            (204, "", false),
            (500, r#"{"success":true}"#, false),
        ] {
            assert_eq!(delivered(bank, status, body).acknowledged, acknowledged, "{status} {body}");
        }
    }

    #[test]
    fn an_ipn_is_taken_with_200_only() {
        assert!(delivered(Notification::Ipn, 200, "").acknowledged);
        assert!(!delivered(Notification::Ipn, 204, "").acknowledged);
    }
}
