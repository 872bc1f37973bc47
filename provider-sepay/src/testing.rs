//! Makes deliveries as SePay sends them, for the tests of apps.
//!
//! ```
//! use payments_core::{OrderRef, Secret, money::Money};
//! use provider_sepay::testing::Ipn;
//!
//! let secret = Secret::new("spsk_test_xxxxxxxxxxxxx")?;
//! let delivery = Ipn::order_paid(&OrderRef::new("DH-1")?, Money::vnd(50_000)).with_secret(&secret);
//! // Send it through your own route, or `Delivery::of(&delivery)` to the provider.
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod token_request;

use bytes::Bytes;
use http::{HeaderMap, HeaderValue, Method, Request, header};
use payments_core::{OrderRef, Secret, Timestamp, money::Money};
use provider_kit::signature::{Keys, SigningKeys};
use serde_json::{Value, json};

pub use token_request::TokenRequest;

use crate::formula::WEBHOOK;

/// A maker of an IPN of the payment gateway.
#[derive(Clone, Debug)]
pub struct Ipn(Value);

/// A maker of a webhook about a bank transaction.
#[derive(Clone, Debug)]
pub struct BankWebhook(Value);

impl Ipn {
    /// Creates an `ORDER_PAID`: the order is captured, and a card payment is approved.
    pub fn order_paid(order: &OrderRef, amount: Money) -> Self {
        Self::about("ORDER_PAID", "CAPTURED", order, amount)
    }

    /// Creates a `RENEWAL_ORDER_PAID`: a later payment of an agreement.
    pub fn renewal_order_paid(order: &OrderRef, amount: Money) -> Self {
        Self::about("RENEWAL_ORDER_PAID", "CAPTURED", order, amount)
    }

    /// Creates a `TRANSACTION_VOID`: the card payment was voided before it settled.
    pub fn transaction_void(order: &OrderRef, amount: Money) -> Self {
        Self::about("TRANSACTION_VOID", "CANCELLED", order, amount)
    }

    fn about(kind: &str, status: &str, order: &OrderRef, amount: Money) -> Self {
        let invoice = order.as_str();
        Self(json!({
            "timestamp": 1_759_134_682,
            "notification_type": kind,
            "order": {
                "id": "e2c195be-c721-47eb-b323-99ab24e52d85",
                "order_id": format!("TEST-{invoice}"),
                "order_status": status,
                "order_currency": amount.currency().code(),
                "order_amount": format!("{}.00", amount.to_decimal()),
                "order_invoice_number": invoice,
                "custom_data": [],
                "user_agent": "Mozilla/5.0",
                "ip_address": "127.0.0.1",
                "order_description": format!("Thanh toán đơn hàng {invoice}"),
            },
            "transaction": {
                "id": format!("transaction-of-{invoice}"),
                "payment_method": "CARD",
                "transaction_id": format!("id-of-{invoice}"),
                "transaction_type": "PAYMENT",
                "transaction_date": "2025-09-29 15:31:22",
                "transaction_status": "APPROVED",
                "transaction_amount": amount.to_decimal().to_string(),
                "transaction_currency": amount.currency().code(),
                "authentication_status": "AUTHENTICATION_SUCCESSFUL",
                "card_number": "512345xxxxxx0008",
                "card_holder_name": "NGUYEN VAN A",
                "card_expiry": "12/30",
                "card_funding_method": "CREDIT",
                "card_brand": "MASTERCARD",
            },
            "customer": null,
            "agreement": null,
        }))
    }

    /// Sets a field, such as `order.order_status`.
    #[must_use]
    pub fn with(mut self, field: &str, value: impl Into<Value>) -> Self {
        set(&mut self.0, field, value.into());
        self
    }

    /// Returns the delivery with `secret` in its header `X-Secret-Key`.
    pub fn with_secret(&self, secret: &Secret) -> Request<Bytes> {
        let mut request = self.without_secret();
        insert(request.headers_mut(), "x-secret-key", secret.expose());
        request
    }

    /// Returns the delivery without a secret, as SePay sends it if the dashboard demands no
    /// authentication.
    pub fn without_secret(&self) -> Request<Bytes> {
        post("application/json", self.0.to_string())
    }
}

impl BankWebhook {
    /// Creates a webhook about money that arrived. `id` is SePay's number of the transaction.
    pub fn credit(id: u64, amount: Money, memo: &str) -> Self {
        Self::about(id, "in", amount, memo)
    }

    /// Creates a webhook about money that left. `id` is SePay's number of the transaction.
    pub fn debit(id: u64, amount: Money, memo: &str) -> Self {
        Self::about(id, "out", amount, memo)
    }

    fn about(id: u64, direction: &str, amount: Money, memo: &str) -> Self {
        Self(json!({
            "id": id,
            "gateway": "Vietcombank",
            "transactionDate": "2023-03-25 14:02:37",
            "accountNumber": "0123499999",
            "code": null,
            "content": memo,
            "transferType": direction,
            "transferAmount": amount.minor(),
            "accumulated": 19_077_000,
            "subAccount": null,
            "referenceCode": format!("FT{id}"),
            "description": memo,
        }))
    }

    /// Sets a field, such as `accountNumber`.
    #[must_use]
    pub fn with(mut self, field: &str, value: impl Into<Value>) -> Self {
        set(&mut self.0, field, value.into());
        self
    }

    /// Returns the delivery, signed with `secret` at `now`.
    pub fn signed(&self, secret: &Secret, now: Timestamp) -> Request<Bytes> {
        sign(post("application/json", self.0.to_string()), secret, now)
    }

    /// Returns the delivery as a form, signed with `secret` at `now`.
    pub fn signed_form(&self, secret: &Secret, now: Timestamp) -> Request<Bytes> {
        let form =
            form_urlencoded::Serializer::new(String::new()).extend_pairs(self.texts()).finish();
        sign(post("application/x-www-form-urlencoded", form), secret, now)
    }

    /// Returns the delivery without authentication, as SePay sends it if no authentication is set
    /// for the webhook on its dashboard.
    pub fn unauthenticated(&self) -> Request<Bytes> {
        post("application/json", self.0.to_string())
    }

    /// Returns the delivery as `multipart/form-data`, without authentication.
    pub fn unauthenticated_multipart(&self) -> Request<Bytes> {
        const BOUNDARY: &str = "------------------------d74496d66958873e";

        let mut body = String::new();
        for (name, value) in self.texts() {
            body.push_str(&format!(
                "--{BOUNDARY}\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n"
            ));
        }
        body.push_str(&format!("--{BOUNDARY}--\r\n"));
        let mut request = post("multipart/form-data", body);
        let kind = format!("multipart/form-data; boundary={BOUNDARY}");
        insert(request.headers_mut(), "content-type", &kind);
        request
    }

    /// Returns the delivery with `access_token` as the bearer token of its `Authorization` header,
    /// as SePay sends it with OAuth 2.0. Obtain the token from the app with a [`TokenRequest`].
    pub fn with_token(&self, access_token: &str) -> Request<Bytes> {
        let mut request = self.unauthenticated();
        insert(request.headers_mut(), "authorization", &format!("Bearer {access_token}"));
        request
    }

    /// Returns the fields as the texts of a form.
    fn texts(&self) -> impl Iterator<Item = (&String, String)> {
        let fields = self.0.as_object().into_iter().flatten();
        fields.map(|(name, value)| {
            let text = match value {
                Value::Null => String::new(),
                Value::String(text) => text.clone(),
                other => other.to_string(),
            };
            (name, text)
        })
    }

    /// Returns the delivery with `key` in its `Authorization` header.
    pub fn with_api_key(&self, key: &Secret) -> Request<Bytes> {
        let mut request = self.unauthenticated();
        insert(request.headers_mut(), "authorization", &format!("Apikey {}", key.expose()));
        request
    }
}

/// Signs a request with any body as SePay signs a webhook: with the formula [`WEBHOOK`], at `now`.
pub fn sign(mut request: Request<Bytes>, secret: &Secret, now: Timestamp) -> Request<Bytes> {
    let stamp = now.unix_seconds().to_string();
    let keys = Keys::one(secret.clone());
    let signature = WEBHOOK.sign(
        &[("timestamp", stamp.as_bytes()), ("body", request.body())],
        SigningKeys { secret: Some(&keys), signer: None },
    );
    let headers = request.headers_mut();
    insert(headers, "x-sepay-timestamp", &stamp);
    insert(headers, "x-sepay-signature", &signature.unwrap_or_default());
    request
}

fn set(json: &mut Value, field: &str, value: Value) {
    let target = field.split('.').try_fold(json, |json, name| json.get_mut(name));
    if let Some(target) = target {
        *target = value;
    }
}

fn post(content_type: &'static str, body: String) -> Request<Bytes> {
    let mut request = Request::new(Bytes::from(body));
    *request.method_mut() = Method::POST;
    request.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static(content_type));
    request
}

/// Adds a header. A value that is not valid in a header is omitted, because SePay could not send it
/// either.
fn insert(headers: &mut HeaderMap, name: &'static str, value: &str) {
    if let Ok(value) = HeaderValue::try_from(value) {
        headers.insert(name, value);
    }
}
