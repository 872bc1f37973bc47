//! The fields of a payment's request that a provider may require.

use serde::Serialize;

use super::CreatePayment;
use crate::{Error, Result};

/// A field that a [`CreatePayment`] can be made without, unless the provider
/// [requires](super::PaymentCapabilities::required) it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum PaymentField {
    /// What the buyer sees.
    Description,
    /// Until when the buyer may pay.
    ExpiresAt,
    /// Where the buyer's browser goes afterwards.
    ReturnUrl,
    /// Where the browser goes if the buyer calls it off.
    CancelUrl,
    /// Where the provider sends its notification.
    NotifyUrl,
    /// The merchant's own name for the customer.
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

    /// Its name in errors.
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

    /// Whether a request has it: white space alone is nothing.
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

    /// Takes it out of a request.
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
