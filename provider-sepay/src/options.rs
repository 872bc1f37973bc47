//! What only a SePay checkout can be told.

use payments_core::options::ProviderOptions;
use serde::{Deserialize, Serialize};

/// What only a SePay checkout can be told, put on a
/// [`CreatePayment`](payments_core::payment::CreatePayment) with `with_options`.
///
/// ```
/// use payments_core::{OrderRef, money::Money, payment::CreatePayment};
/// use provider_sepay::{HostedMethod, SePayOptions};
///
/// let request = CreatePayment::new(OrderRef::new("DH-1")?, Money::vnd(50_000))?
///     .with_options(&SePayOptions::new().with_payment_method(HostedMethod::BankTransfer))?;
/// # Ok::<(), payments_core::Error>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct SePayOptions {
    /// The one method that SePay's page shows.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub payment_method: Option<HostedMethod>,
    /// Where the buyer's browser goes after a failure.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error_url: Option<String>,
    /// Sent along **unsigned**: the buyer can change it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub custom_data: Option<String>,
}

/// A method on SePay's page, in SePay's spelling (developer.sepay.vn, payment form).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
#[non_exhaustive]
pub enum HostedMethod {
    /// `CARD`: an international card.
    Card,
    /// `BANK_TRANSFER`: a transfer to the account that SePay's page shows.
    BankTransfer,
    /// `NAPAS_BANK_TRANSFER`: a NAPAS QR on SePay's page.
    NapasBankTransfer,
}

impl ProviderOptions for SePayOptions {
    const KIND: &'static str = "sepay";
}

impl SePayOptions {
    /// Nothing in particular.
    pub fn new() -> Self {
        Self::default()
    }

    /// Shows only this method on SePay's page.
    #[must_use]
    pub fn with_payment_method(mut self, method: HostedMethod) -> Self {
        self.payment_method = Some(method);
        self
    }

    /// Says where the buyer's browser goes after a failure.
    #[must_use]
    pub fn with_error_url(mut self, url: impl Into<String>) -> Self {
        self.error_url = Some(url.into());
        self
    }

    /// Sends text along, unsigned: the buyer can change it.
    #[must_use]
    pub fn with_custom_data(mut self, data: impl Into<String>) -> Self {
        self.custom_data = Some(data.into());
        self
    }
}
