//! The optional fields of a [`CreatePayment`] that a provider may require.

use serde::Serialize;

use super::CreatePayment;
use crate::{Error, Result};

/// A field that is optional in a [`CreatePayment`], but that a provider may
/// [require](super::PaymentCapabilities::required).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum PaymentField {
    /// The text that the buyer sees.
    Description,
    /// The time until which the buyer may pay.
    ExpiresAt,
    /// The address to which the buyer's browser goes after the payment.
    ReturnUrl,
    /// The address to which the browser goes if the buyer cancels.
    CancelUrl,
    /// The address to which the gateway sends its notification.
    NotifyUrl,
    /// The merchant's own identifier of the customer.
    BuyerId,
    /// The buyer's name.
    BuyerName,
    /// The buyer's e-mail address.
    BuyerEmail,
    /// The buyer's telephone number.
    BuyerPhone,
}

impl PaymentField {
    /// Every field.
    pub const ALL: [Self; 9] = [
        Self::Description,
        Self::ExpiresAt,
        Self::ReturnUrl,
        Self::CancelUrl,
        Self::NotifyUrl,
        Self::BuyerId,
        Self::BuyerName,
        Self::BuyerEmail,
        Self::BuyerPhone,
    ];

    /// Returns the field's name as errors show it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Description => "description",
            Self::ExpiresAt => "expires_at",
            Self::ReturnUrl => "return_url",
            Self::CancelUrl => "cancel_url",
            Self::NotifyUrl => "notify_url",
            Self::BuyerId => "buyer.id",
            Self::BuyerName => "buyer.name",
            Self::BuyerEmail => "buyer.email",
            Self::BuyerPhone => "buyer.phone",
        }
    }

    /// Returns whether the request sets this field. A text of white space only counts as not set.
    pub fn is_in(self, request: &CreatePayment) -> bool {
        let buyer = &request.buyer;
        let text = match self {
            Self::ExpiresAt => return request.expires_at.is_some(),
            Self::Description => Some(&request.description),
            Self::ReturnUrl => request.return_url.as_ref(),
            Self::CancelUrl => request.cancel_url.as_ref(),
            Self::NotifyUrl => request.notify_url.as_ref(),
            Self::BuyerId => buyer.id.as_ref(),
            Self::BuyerName => buyer.name.as_ref(),
            Self::BuyerEmail => buyer.email.as_ref(),
            Self::BuyerPhone => buyer.phone.as_ref(),
        };
        text.is_some_and(|text| !text.trim().is_empty())
    }

    /// Removes the field's value from a request.
    pub fn take_from(self, request: &mut CreatePayment) {
        match self {
            Self::Description => request.description.clear(),
            Self::ExpiresAt => request.expires_at = None,
            Self::ReturnUrl => request.return_url = None,
            Self::CancelUrl => request.cancel_url = None,
            Self::NotifyUrl => request.notify_url = None,
            Self::BuyerId => request.buyer.id = None,
            Self::BuyerName => request.buyer.name = None,
            Self::BuyerEmail => request.buyer.email = None,
            Self::BuyerPhone => request.buyer.phone = None,
        }
    }

    pub(super) fn check(self, request: &CreatePayment) -> Result<()> {
        if self.is_in(request) {
            return Ok(());
        }
        Err(Error::invalid(self.name(), "is missing; the provider requires it"))
    }
}
