//! A payment to open.

use serde::{Deserialize, Serialize};

use super::{Buyer, PaymentMethod};
use crate::{
    Error, OrderRef, Result, Timestamp, check_page_address, check_web_address,
    money::Money,
    options::{Options, ProviderOptions},
    rules::{check_positive, positive},
};

/// A request to open a payment.
///
/// Its serialised form contains everything that is needed to open the payment. That includes the
/// buyer's personal data and the provider's options, which may contain secrets: store it as you
/// store a secret.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct CreatePayment {
    /// The merchant's own name for the order, unique per merchant.
    pub order: OrderRef,
    /// The amount to pay. It is positive.
    #[serde(deserialize_with = "positive")]
    pub amount: Money,
    /// The payment method. If `None`, the buyer chooses on the gateway's page.
    pub method: Option<PaymentMethod>,
    /// The text that the buyer sees. It may be empty.
    pub description: String,
    /// The buyer.
    pub buyer: Buyer,
    /// The time until which the buyer may pay.
    pub expires_at: Option<Timestamp>,
    /// The address to which the gateway sends the buyer's browser after the payment. If `None`, the
    /// configured address applies, if the provider has one. A visit to the address is not evidence
    /// of a payment.
    pub return_url: Option<String>,
    /// The address to which the gateway sends the browser if the buyer cancels. If `None`, the
    /// configured address applies, if the provider has one.
    pub cancel_url: Option<String>,
    /// The address for notifications of this payment, for providers that accept one per payment. If
    /// `None`, the configured address applies, if the provider has one.
    pub notify_url: Option<String>,
    /// Options that only one provider understands.
    pub options: Options,
}

impl CreatePayment {
    /// Creates a request for a payment of `amount` for `order`.
    ///
    /// # Errors
    /// Returns [`InvalidRequest`](crate::ErrorKind::InvalidRequest) if the amount is not positive.
    pub fn new(order: OrderRef, amount: Money) -> Result<Self> {
        check_positive(amount)?;
        Ok(Self {
            order,
            amount,
            method: None,
            description: String::new(),
            buyer: Buyer::default(),
            expires_at: None,
            return_url: None,
            cancel_url: None,
            notify_url: None,
            options: Options::default(),
        })
    }

    /// Sets the payment method.
    #[must_use]
    pub fn with_method(mut self, method: PaymentMethod) -> Self {
        self.method = Some(method);
        self
    }

    /// Sets the text that the buyer sees.
    #[must_use]
    pub fn with_description(mut self, description: impl Into<String>) -> Self {
        self.description = description.into();
        self
    }

    /// Sets the buyer.
    #[must_use]
    pub fn with_buyer(mut self, buyer: Buyer) -> Self {
        self.buyer = buyer;
        self
    }

    /// Sets the time until which the buyer may pay.
    #[must_use]
    pub fn with_expiry(mut self, at: Timestamp) -> Self {
        self.expires_at = Some(at);
        self
    }

    /// Sets the address to which the buyer's browser goes after the payment.
    ///
    /// # Errors
    /// Returns [`InvalidRequest`](crate::ErrorKind::InvalidRequest) if `url` is not an absolute
    /// `http(s)` address.
    pub fn with_return_url(mut self, url: impl Into<String>) -> Result<Self> {
        self.return_url = Some(page_address("return_url", url.into())?);
        Ok(self)
    }

    /// Sets the address to which the browser goes if the buyer cancels.
    ///
    /// # Errors
    /// Returns [`InvalidRequest`](crate::ErrorKind::InvalidRequest) if `url` is not an absolute
    /// `http(s)` address.
    pub fn with_cancel_url(mut self, url: impl Into<String>) -> Result<Self> {
        self.cancel_url = Some(page_address("cancel_url", url.into())?);
        Ok(self)
    }

    /// Sets the address to which the gateway sends notifications of this payment.
    ///
    /// # Errors
    /// Returns [`InvalidRequest`](crate::ErrorKind::InvalidRequest) if `url` is not an absolute
    /// `http(s)` address.
    pub fn with_notify_url(mut self, url: impl Into<String>) -> Result<Self> {
        let url = url.into();
        check_web_address(&url).map_err(|problem| Error::invalid("notify_url", problem))?;
        self.notify_url = Some(url);
        Ok(self)
    }

    /// Sets the options that only one provider understands.
    ///
    /// # Errors
    /// Returns [`InvalidRequest`](crate::ErrorKind::InvalidRequest) if `options` cannot be
    /// serialised as JSON.
    pub fn with_options<T: ProviderOptions>(mut self, options: &T) -> Result<Self> {
        self.options.set(options)?;
        Ok(self)
    }
}

fn page_address(field: &'static str, text: String) -> Result<String> {
    check_page_address(&text).map_err(|problem| Error::invalid(field, problem))?;
    Ok(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn order() -> OrderRef {
        OrderRef::new("A1").unwrap()
    }

    #[test]
    fn an_amount_of_nothing_is_refused() {
        for amount in [0, -1] {
            let error = CreatePayment::new(order(), Money::vnd(amount)).unwrap_err();
            assert_eq!(error.field(), Some("amount"));
        }
    }

    #[test]
    fn an_address_that_is_not_one_is_refused_naming_the_field() {
        let request = CreatePayment::new(order(), Money::vnd(1)).unwrap();
        for bad in ["", "shop", "javascript:alert(1)", "/paid"] {
            let error = request.clone().with_return_url(bad).unwrap_err();
            assert_eq!(error.field(), Some("return_url"), "{bad}");
        }
    }
}
