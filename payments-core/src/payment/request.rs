//! What an app asks for: a payment, a refund.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::{
    Error, OrderRef, RefundRef, Result, Timestamp, check_page_address, check_web_address,
    money::Money,
    options::{Options, ProviderOptions},
};

/// A payment to open.
#[derive(Clone, Debug, PartialEq, Eq)]
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

/// How a buyer pays.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum PaymentMethod {
    /// A transfer to our bank account with a code in its memo (VietQR).
    BankTransfer,
    /// A NAPAS QR on the provider's page.
    NapasQr,
    /// A virtual account that the provider opens for the order.
    VirtualAccount,
    /// A domestic bank card.
    DomesticCard,
    /// The buyer's internet banking.
    InternetBanking,
    /// An international card.
    Card,
    /// An electronic wallet.
    Wallet,
}

/// Who pays. Everything is optional and personal: it is never printed.
#[derive(Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Buyer {
    /// The merchant's own name for the customer.
    pub id: Option<String>,
    /// The buyer's name.
    pub name: Option<String>,
    /// The buyer's e-mail address.
    pub email: Option<String>,
    /// The buyer's telephone number.
    pub phone: Option<String>,
}

impl CreatePayment {
    /// A payment of `amount` for `order`.
    ///
    /// # Errors
    /// `InvalidRequest` if the amount is not positive.
    pub fn new(order: OrderRef, amount: Money) -> Result<Self> {
        positive(amount)?;
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

impl Buyer {
    /// Nobody in particular.
    pub fn new() -> Self {
        Self::default()
    }

    /// Gives the merchant's own name for the customer.
    #[must_use]
    pub fn with_id(mut self, id: impl Into<String>) -> Self {
        self.id = Some(id.into());
        self
    }

    /// Gives the buyer's name.
    #[must_use]
    pub fn with_name(mut self, name: impl Into<String>) -> Self {
        self.name = Some(name.into());
        self
    }

    /// Gives the buyer's e-mail address.
    #[must_use]
    pub fn with_email(mut self, email: impl Into<String>) -> Self {
        self.email = Some(email.into());
        self
    }

    /// Gives the buyer's telephone number.
    #[must_use]
    pub fn with_phone(mut self, phone: impl Into<String>) -> Self {
        self.phone = Some(phone.into());
        self
    }
}

impl fmt::Debug for Buyer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Buyer(…)")
    }
}

/// Money to give back.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct RefundPayment {
    /// The merchant's own name for the refund.
    pub refund: RefundRef,
    /// The order that was paid.
    pub order: OrderRef,
    /// How much; without one, everything.
    pub amount: Option<Money>,
    /// Why, for the provider's books.
    pub reason: Option<String>,
}

impl RefundPayment {
    /// Gives everything back that was paid for `order`.
    pub fn new(refund: RefundRef, order: OrderRef) -> Self {
        Self { refund, order, amount: None, reason: None }
    }

    /// Gives back only so much.
    ///
    /// # Errors
    /// `InvalidRequest` if the amount is not positive.
    pub fn with_amount(mut self, amount: Money) -> Result<Self> {
        positive(amount)?;
        self.amount = Some(amount);
        Ok(self)
    }

    /// Says why.
    #[must_use]
    pub fn with_reason(mut self, reason: impl Into<String>) -> Self {
        self.reason = Some(reason.into());
        self
    }
}

pub(crate) fn positive(amount: Money) -> Result<()> {
    if amount.is_positive() {
        Ok(())
    } else {
        Err(Error::invalid("amount", format!("{amount} is not above zero")))
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
