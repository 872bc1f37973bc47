//! Webhooks about bank transactions.

use bytes::Bytes;
use http::{HeaderName, HeaderValue, Request, header::AUTHORIZATION};
use serde::Serialize;

use super::{Notification, form, php_json, post, secret_header};
use crate::{
    bank::{BankTransaction, Direction},
    civil,
    dashboard::{Webhook, WebhookAuth, WebhookBody},
    formulas::Formulas,
};

const X_SEPAY_SIGNATURE: HeaderName = HeaderName::from_static("x-sepay-signature");
const X_SEPAY_TIMESTAMP: HeaderName = HeaderName::from_static("x-sepay-timestamp");

/// The request that `webhook` sends about `transaction`, with the `token` that was fetched for it.
/// When it is sent again, only time, signature and token differ.
pub(crate) fn request(
    webhook: &Webhook,
    transaction: &BankTransaction,
    token: Option<&str>,
    now: i64,
    formulas: &Formulas,
) -> Request<Bytes> {
    let notification = Notification::Bank { id: transaction.webhook_id };
    let payload = Payload::from(transaction);
    let (content_type, body) = match webhook.body {
        WebhookBody::Json => ("application/json".to_owned(), php_json::encode(&payload)),
        WebhookBody::Form => {
            ("application/x-www-form-urlencoded".to_owned(), form::query(&payload))
        }
        WebhookBody::Multipart => (form::multipart_type(), form::multipart(&payload)),
    };
    let mut request = post(webhook.url.clone(), &content_type, body, notification);
    match &webhook.auth {
        WebhookAuth::None => {}
        WebhookAuth::ApiKey { key } => {
            let value = secret_header(&format!("Apikey {key}"));
            request.headers_mut().insert(AUTHORIZATION, value);
        }
        WebhookAuth::HmacSha256 { secret } => {
            let timestamp = now.to_string();
            let signature = formulas.webhook_signature(secret, &timestamp, request.body());
            let signature = secret_header(&signature);
            let headers = request.headers_mut();
            headers.insert(X_SEPAY_SIGNATURE, signature);
            headers.insert(X_SEPAY_TIMESTAMP, HeaderValue::from(now));
        }
        WebhookAuth::OAuth2 { .. } => {
            if let Some(token) = token {
                let value = secret_header(&format!("Bearer {token}"));
                request.headers_mut().insert(AUTHORIZATION, value);
            }
        }
    }
    request
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Payload<'a> {
    id: u64,
    gateway: &'static str,
    transaction_date: String,
    account_number: &'a str,
    code: Option<&'a str>,
    content: &'a str,
    transfer_type: Direction,
    transfer_amount: u64,
    accumulated: u64,
    sub_account: Option<&'a str>,
    reference_code: &'a str,
    description: &'a str,
}

impl<'a> From<&'a BankTransaction> for Payload<'a> {
    fn from(transaction: &'a BankTransaction) -> Self {
        Self {
            id: transaction.webhook_id,
            gateway: transaction.bank.short_name,
            transaction_date: civil::print(transaction.at),
            account_number: &transaction.account_number,
            code: transaction.code.as_deref(),
            content: &transaction.content,
            transfer_type: transaction.direction,
            transfer_amount: transaction.amount,
            accumulated: transaction.accumulated,
            sub_account: transaction.va_number(),
            reference_code: &transaction.reference,
            description: &transaction.content,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bank::Bank;
    use http::Uri;

    #[test]
    fn the_body_has_the_documented_fields_in_the_documented_order() {
        let transaction = BankTransaction {
            webhook_id: 5_000_000_001,
            uuid: "unused".to_owned(),
            account_id: "unused".to_owned(),
            account_number: "0900000001".to_owned(),
            bank: Bank::VIETCOMBANK,
            virtual_account: None,
            direction: Direction::In,
            amount: 2_277_000,
            accumulated: 19_077_000,
            content: "chuyển 1/2".to_owned(),
            code: None,
            reference: "FT23319000001".to_owned(),
            at: 1_700_000_000,
            webhook_success: None,
        };
        let webhook = Webhook::new(Uri::from_static("http://127.0.0.1/hook"), WebhookAuth::None);
        let request = request(&webhook, &transaction, None, 1_700_000_000, &Formulas::default());
        assert_eq!(
            request.body(),
            concat!(
                r#"{"id":5000000001,"gateway":"Vietcombank","transactionDate":"2023-11-15 05:13:20","#,
                r#""accountNumber":"0900000001","code":null,"content":"chuy\u1ec3n 1\/2","#,
                r#""transferType":"in","transferAmount":2277000,"accumulated":19077000,"#,
                r#""subAccount":null,"referenceCode":"FT23319000001","#,
                r#""description":"chuy\u1ec3n 1\/2"}"#
            )
        );
    }
}
