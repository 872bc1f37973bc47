//! A payment to open.

use serde::{Deserialize, Serialize};

use super::{Buyer, PaymentMethod};
use crate::{
    Error, OrderRef, Result, Timestamp, check_page_address, check_web_address,
    money::Money,
    options::{Options, ProviderOptions},
    rules::check_positive,
};

/// A payment to open.
///
/// Its serialised form holds everything that is needed to open it, also who pays and the options,
/// which may be secrets of a provider: store it like one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct CreatePayment {
    /// The merchant's own name for what is being paid.
    pub order: OrderRef,
    /// How much.
    pub amount: Money,
    /// How the buyer pays; without one the buyer chooses on the provider's page.
    pub method: Option<PaymentMethod>,
    /// What the buyer sees. Empty if there is nothing to say.
    pub description: String,
    /// Who pays.
    pub buyer: Buyer,
    /// Until when the buyer may pay.
    pub expires_at: Option<Timestamp>,
    /// Where the buyer's browser goes afterwards. It shows a page; it never settles anything.
    pub return_url: Option<String>,
    /// Where the browser goes if the buyer calls it off.
    pub cancel_url: Option<String>,
    /// Where the provider sends its notification, if it is told per payment.
    pub notify_url: Option<String>,
    /// Options that only one provider understands.
    pub options: Options,
}

impl CreatePayment {
    /// A payment of `amount` for `order`.
    ///
    /// # Errors
    /// `InvalidRequest` if the amount is not positive.
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

    /// Chooses how the buyer pays.
    #[must_use]
    pub fn with_method(mut self, method: PaymentMethod) -> Self {
        self.method = Some(method);
        self
    }

    /// Says what the buyer sees.
    #[must_use]
    pub fn with_description(mut self, description: impl Into<String>) -> Self {
        self.description = description.into();
        self
    }

    /// Says who pays.
    #[must_use]
    pub fn with_buyer(mut self, buyer: Buyer) -> Self {
        self.buyer = buyer;
        self
    }

    /// Says until when the buyer may pay.
    #[must_use]
    pub fn with_expiry(mut self, at: Timestamp) -> Self {
        self.expires_at = Some(at);
        self
    }

    /// Says where the buyer's browser goes afterwards.
    ///
    /// # Errors
    /// `InvalidRequest` if it is not an absolute `http(s)` address.
    pub fn with_return_url(mut self, url: impl Into<String>) -> Result<Self> {
        self.return_url = Some(page_address("return_url", url.into())?);
        Ok(self)
    }

    /// Says where the browser goes if the buyer calls it off.
    ///
    /// # Errors
    /// `InvalidRequest` if it is not an absolute `http(s)` address.
    pub fn with_cancel_url(mut self, url: impl Into<String>) -> Result<Self> {
        self.cancel_url = Some(page_address("cancel_url", url.into())?);
        Ok(self)
    }

    /// Says where the provider sends its notification.
    ///
    /// # Errors
    /// `InvalidRequest` if it is not an absolute `http(s)` address.
    pub fn with_notify_url(mut self, url: impl Into<String>) -> Result<Self> {
        let url = url.into();
        check_web_address(&url).map_err(|problem| Error::invalid("notify_url", problem))?;
        self.notify_url = Some(url);
        Ok(self)
    }

    /// Puts options that only one provider understands.
    ///
    /// # Errors
    /// `InvalidRequest` if they cannot be written as JSON.
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
