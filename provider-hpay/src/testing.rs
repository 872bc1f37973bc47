//! Makes deliveries signed as HPay signs them, for the tests of an app. No server is needed.
//!
//! ```
//! use payments_core::{OrderRef, Secret, money::Money};
//! use provider_hpay::testing::Deliveries;
//!
//! let hpay = Deliveries::new("12345", Secret::new("a passcode of the sandbox")?);
//! let order = OrderRef::new("20260042")?;
//! let paid = hpay.payment(&order, Money::vnd(50_000)).notify("/hpay/notify")?;
//! let late = hpay.payment(&order, Money::vnd(50_000)).failed("Hết hạn").notify("/hpay/notify")?;
//! let credit = hpay.credit("28275709", "1000000000032", Money::vnd(30_000)).callback("/va/callback")?;
//! # let _ = (paid, late, credit);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! Each result is a request that can be passed to a route or converted to a
//! [`Delivery`](payments_core::notification::Delivery).

use base64::{Engine as _, engine::general_purpose::STANDARD};
use bytes::Bytes;
use http::Request;
use payments_core::{OrderRef, Result, Secret, money::Money};
use provider_kit::signature::{Keys, SigningKeys};

use crate::{
    fields::Fields,
    formulas::{OPENAPI_VA_CALLBACK, PAYMENT_NOTIFICATION, VA_CALLBACK},
    operation::Encoding,
};

/// Makes signed deliveries for one merchant account.
#[derive(Clone, Debug)]
pub struct Deliveries {
    merchant_id: String,
    keys: Keys,
}

/// A builder of a payment notification. By default, the notification reports that the merchant has
/// the money.
#[derive(Clone, Debug)]
#[must_use]
pub struct PaymentDelivery<'a> {
    maker: &'a Deliveries,
    order_code: String,
    price: String,
    payment_id: String,
    payment_type: &'static str,
    error_text: String,
    transaction_info: String,
    tokenization: String,
    token_cyber: String,
}

/// A builder of a virtual account callback.
#[derive(Clone, Debug)]
#[must_use]
pub struct CreditDelivery<'a> {
    maker: &'a Deliveries,
    cashin: String,
    account: String,
    amount: String,
    order_id: String,
    remark: String,
    client_request_id: String,
}

impl Deliveries {
    /// Creates a maker of deliveries for the merchant `merchant_id`, which signs with `passcode`.
    pub fn new(merchant_id: impl Into<String>, passcode: Secret) -> Self {
        Self { merchant_id: merchant_id.into(), keys: Keys::one(passcode) }
    }

    /// Starts a delivery about a payment of `order`.
    pub fn payment(&self, order: &OrderRef, price: Money) -> PaymentDelivery<'_> {
        PaymentDelivery {
            maker: self,
            order_code: order.to_string(),
            price: price.minor().to_string(),
            payment_id: "96138500".to_owned(),
            payment_type: "1",
            error_text: String::new(),
            transaction_info: String::new(),
            tokenization: String::new(),
            token_cyber: String::new(),
        }
    }

    /// Starts a delivery about a credit on a virtual account. `cashin` is HPay's number of the
    /// credit.
    pub fn credit(
        &self,
        cashin: impl Into<String>,
        account: impl Into<String>,
        amount: Money,
    ) -> CreditDelivery<'_> {
        CreditDelivery {
            maker: self,
            cashin: cashin.into(),
            account: account.into(),
            amount: amount.minor().to_string(),
            order_id: "51239782".to_owned(),
            remark: String::new(),
            client_request_id: "VA17000001".to_owned(),
        }
    }

    fn keys(&self) -> SigningKeys<'_> {
        SigningKeys { secret: Some(&self.keys), signer: None }
    }
}

impl PaymentDelivery<'_> {
    /// Reports that the buyer has paid and that HPay holds the money.
    pub fn held(mut self) -> Self {
        self.payment_type = "2";
        self
    }

    /// Reports that the payment failed.
    pub fn failed(mut self, words: impl Into<String>) -> Self {
        self.error_text = words.into();
        self
    }

    /// Sets the text of the price, such as `50.000`, which a receiver must not read as 50.
    pub fn with_written_price(mut self, text: impl Into<String>) -> Self {
        self.price = text.into();
        self
    }

    /// Sets HPay's number of the payment. Default: 96138500.
    pub fn with_payment_id(mut self, id: impl Into<String>) -> Self {
        self.payment_id = id.into();
        self
    }

    /// Sets the `transaction_info` that the merchant gave in the link.
    pub fn with_transaction_info(mut self, text: impl Into<String>) -> Self {
        self.transaction_info = text.into();
        self
    }

    /// Adds a token of the buyer's domestic card.
    pub fn with_domestic_token(mut self, token: impl Into<String>) -> Self {
        self.tokenization = token.into();
        self
    }

    /// Adds a token of the buyer's international card.
    pub fn with_international_token(mut self, token: impl Into<String>) -> Self {
        self.token_cyber = token.into();
        self
    }

    /// Returns the notification that HPay sends to `notify_url`, as a request to `path` of the app.
    ///
    /// # Errors
    /// Returns an error if `path` is not a valid path.
    pub fn notify(&self, path: &str) -> Result<Request<Bytes>> {
        let fields = Fields::new()
            .with("merchant_site_code", self.maker.merchant_id.as_str())
            .with("transaction_info", self.transaction_info.as_str())
            .with("order_code", self.order_code.as_str())
            .with("price", self.price.as_str())
            .with("payment_id", self.payment_id.as_str())
            .with("payment_type", self.payment_type)
            .with("error_text", self.error_text.as_str());
        fields
            .signed("secure_code", &PAYMENT_NOTIFICATION, self.maker.keys())?
            .without("merchant_site_code")
            .with("token_omipay", "51279022-9cdeb8a3498ee9a6fb7869be513601d2")
            .with("bank_code", "VISA")
            .with("card_number", "400000xxxxxx1091")
            .with("tokenization", self.tokenization.as_str())
            .with("token_cyber", self.token_cyber.as_str())
            .request(path, Encoding::Query)
    }

    /// Returns the request with which the buyer's browser returns to `return_url`, as a request to
    /// `path` of the app. Its query is the same as that of [`notify`](Self::notify).
    ///
    /// # Errors
    /// Returns an error if `path` is not a valid path.
    pub fn browser_return(&self, path: &str) -> Result<Request<Bytes>> {
        self.notify(path)
    }
}

impl CreditDelivery<'_> {
    /// Sets HPay's number of the order. Default: 51239782.
    pub fn with_order_id(mut self, id: impl Into<String>) -> Self {
        self.order_id = id.into();
        self
    }

    /// Sets the memo of the transfer.
    pub fn with_remark(mut self, text: &str) -> Self {
        self.remark = STANDARD.encode(text);
        self
    }

    /// Sets the merchant's own number of the request that opened the account. Default: VA17000001.
    /// Only [`openapi_callback`](Self::openapi_callback) contains it.
    pub fn with_client_request_id(mut self, id: impl Into<String>) -> Self {
        self.client_request_id = id.into();
        self
    }

    /// Returns the callback of HPay's newer OpenAPI about the credit, as a request to `path` of the
    /// app. The names of its fields differ from those of [`callback`](Self::callback), and its
    /// signature covers the amount.
    ///
    /// # Errors
    /// Returns an error if `path` is not a valid path.
    pub fn openapi_callback(&self, path: &str) -> Result<Request<Bytes>> {
        Fields::new()
            .with("va_account", self.account.as_str())
            .with("va_account_name", "HPAY")
            .with("va_bank_name", "BIDV")
            .with("transfer_content", self.remark.as_str())
            .with("amount", self.amount.as_str())
            .with("mc_fee", "0")
            .with("order_id", self.order_id.as_str())
            .with("cashin_id", self.cashin.as_str())
            .with("transaction_id", "9600617")
            .with("client_request_id", self.client_request_id.as_str())
            .with("merchant_id", self.maker.merchant_id.as_str())
            .signed("secure_code", &OPENAPI_VA_CALLBACK, self.maker.keys())?
            .request(path, Encoding::Query)
    }

    /// Returns the callback about the credit, signed as HPay signs it, as a request to `path` of
    /// the app. HPay itself calls the path `/va/callback`. Its signature does not cover the amount.
    ///
    /// # Errors
    /// Returns an error if `path` is not a valid path.
    pub fn callback(&self, path: &str) -> Result<Request<Bytes>> {
        Fields::new()
            .with("va_account", self.account.as_str())
            .with("fullAccountNumber", self.account.as_str())
            .with("va_bankName", "BIDV")
            .with("remark", self.remark.as_str())
            .with("amount", self.amount.as_str())
            .with("order_id", self.order_id.as_str())
            .with("cashin", self.cashin.as_str())
            .with("transactionId", "9600617")
            .with("error_code", "0")
            .signed("secure_code", &VA_CALLBACK, self.maker.keys())?
            .request(path, Encoding::Query)
    }
}
