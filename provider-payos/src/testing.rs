//! Makes deliveries signed as payOS signs them, for the tests of an app. No server is needed.
//!
//! ```
//! use payments_core::{OrderRef, Secret, money::Money};
//! use provider_payos::testing::Deliveries;
//!
//! let payos = Deliveries::new(Secret::new("a checksum key of the tests")?);
//! let order = OrderRef::new("20260042")?;
//! let paid = payos.transfer(&order, Money::vnd(50_000)).webhook("/payos/webhook")?;
//! let sample = payos.sample("/payos/webhook")?;
//! # let _ = (paid, sample);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! Each result is a request that can be passed to a route or converted to a
//! [`Delivery`](payments_core::notification::Delivery).

use bytes::Bytes;
use http::{Request, header::CONTENT_TYPE};
use payments_core::{Error, OrderRef, Result, Secret, money::Money};
use provider_kit::signature::{Keys, SigningKeys};
use serde_json::{Value, json};

use crate::{
    formulas::DATA,
    members::{fields, texts},
};

/// Makes signed deliveries of one payment channel.
#[derive(Clone, Debug)]
pub struct Deliveries {
    keys: Keys,
}

/// A builder of a webhook about a transfer.
#[derive(Clone, Debug)]
#[must_use]
pub struct TransferDelivery<'a> {
    maker: &'a Deliveries,
    order: String,
    amount: i64,
    link: String,
    reference: String,
    time: String,
    memo: String,
}

impl Deliveries {
    /// Creates a maker of deliveries that signs with this checksum key.
    pub fn new(checksum_key: Secret) -> Self {
        Self { keys: Keys::one(checksum_key) }
    }

    /// Starts a webhook about `amount` that arrived for the link of `order`.
    pub fn transfer(&self, order: &OrderRef, amount: Money) -> TransferDelivery<'_> {
        TransferDelivery {
            maker: self,
            order: order.to_string(),
            amount: amount.minor(),
            link: "db1b43524ae44985a85d80f85a8dd852".to_owned(),
            reference: "FT26333000000001".to_owned(),
            time: "2026-11-29 21:30:05".to_owned(),
            memo: format!("CS62H9BJD45 {order}"),
        }
    }

    /// Returns the sample that payOS posts to an address that is being registered (source:
    /// payos.vn/docs, webhook), addressed to `path`.
    ///
    /// # Errors
    /// Returns an error if `path` is not a valid path.
    pub fn sample(&self, path: &str) -> Result<Request<Bytes>> {
        self.request(
            path,
            &json!({
                "orderCode": 123,
                "amount": 3000,
                "description": "VQRIO123",
                "accountNumber": "12345678",
                "reference": "TF230204212323",
                "transactionDateTime": "2023-02-04 18:25:00",
                "currency": "VND",
                "paymentLinkId": "124c33293c43417ab7879e14c8d9eb18",
                "code": "00",
                "desc": "Thành công",
                "counterAccountBankId": "",
                "counterAccountBankName": "",
                "counterAccountName": "",
                "counterAccountNumber": "",
                "virtualAccountName": "",
                "virtualAccountNumber": "",
            }),
        )
    }

    fn request(&self, path: &str, data: &Value) -> Result<Request<Bytes>> {
        let unwritable = |error| Error::invalid("delivery", "cannot be signed").with_source(error);
        let texts = texts(&DATA, data.to_string().as_bytes()).map_err(unwritable)?;
        let keys = SigningKeys { secret: Some(&self.keys), signer: None };
        let signature = DATA.sign(&fields(&texts), keys)?;
        let body = json!({
            "code": "00", "desc": "success", "success": true, "data": data, "signature": signature,
        });
        Request::post(path)
            .header(CONTENT_TYPE, "application/json")
            .body(body.to_string().into())
            .map_err(|error| Error::invalid("path", "is not one").with_source(error))
    }
}

impl TransferDelivery<'_> {
    /// Sets payOS's number of the link.
    pub fn with_link(mut self, id: impl Into<String>) -> Self {
        self.link = id.into();
        self
    }

    /// Sets the bank's reference of the transfer. Default: FT26333000000001. A second transfer
    /// needs another reference.
    pub fn with_reference(mut self, reference: impl Into<String>) -> Self {
        self.reference = reference.into();
        self
    }

    /// Sets the text of the time as payOS writes it, in Vietnamese time without a zone.
    pub fn with_written_time(mut self, time: impl Into<String>) -> Self {
        self.time = time.into();
        self
    }

    /// Sets the memo of the transfer. With an `&` in the memo it is not certain where the signed
    /// fields end, so the event is unconfirmed.
    pub fn with_memo(mut self, memo: impl Into<String>) -> Self {
        self.memo = memo.into();
        self
    }

    /// Returns the request that payOS sends to the webhook's address, addressed to `path`.
    ///
    /// # Errors
    /// Returns an error if `path` is not a valid path, or if the order reference is not a number.
    pub fn webhook(&self, path: &str) -> Result<Request<Bytes>> {
        let order: u64 = self.order.parse().map_err(|error: std::num::ParseIntError| {
            Error::invalid("order", "is not a number").with_source(error)
        })?;
        self.maker.request(
            path,
            &json!({
                "orderCode": order,
                "amount": self.amount,
                "description": self.memo,
                "accountNumber": "0123456789",
                "reference": self.reference,
                "transactionDateTime": self.time,
                "currency": "VND",
                "paymentLinkId": self.link,
                "code": "00",
                "desc": "success",
                "counterAccountBankId": null,
                "counterAccountBankName": null,
                "counterAccountName": null,
                "counterAccountNumber": null,
                "virtualAccountName": null,
                "virtualAccountNumber": null,
            }),
        )
    }
}
