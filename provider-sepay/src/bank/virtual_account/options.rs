//! The options that only SePay's virtual accounts have.

use payments_core::options::ProviderOptions;
use serde::{Deserialize, Serialize};

use crate::bank::qr_image::QrTemplate;

/// Options of a virtual account at SePay. Add them to an
/// [`OpenVirtualAccount`](payments_core::virtual_account::OpenVirtualAccount) by its method
/// `with_options`. They take precedence over the configuration.
///
/// ```
/// use payments_core::{OrderRef, money::Money, virtual_account::OpenVirtualAccount};
/// use provider_sepay::SePayVaOptions;
///
/// let request = OpenVirtualAccount::new(OrderRef::new("DH20250001")?, "CONG TY CUA TOI")?
///     .with_amount(Money::vnd(50_000))?
///     .with_options(&SePayVaOptions::new().with_va_prefix("SEP200001WEB"))?;
/// # Ok::<(), payments_core::Error>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct SePayVaOptions {
    /// The prefix of virtual account numbers, for Sacombank, such as `SEP200001WEB`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub va_prefix: Option<String>,
    /// The terminal, by the bank's name for it, for Vietcombank, such as `20933557`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tid: Option<String>,
    /// How long the account is to accept money, in seconds. Used instead of an `expires_at`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub duration: Option<u64>,
    /// The template of the virtual account's QR image.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub qr_template: Option<QrTemplate>,
}

impl ProviderOptions for SePayVaOptions {
    const KIND: &'static str = "sepay";
}

impl SePayVaOptions {
    /// Creates empty options.
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets the prefix of virtual account numbers, for Sacombank.
    #[must_use]
    pub fn with_va_prefix(mut self, prefix: impl Into<String>) -> Self {
        self.va_prefix = Some(prefix.into());
        self
    }

    /// Sets the terminal, for Vietcombank.
    #[must_use]
    pub fn with_tid(mut self, tid: impl Into<String>) -> Self {
        self.tid = Some(tid.into());
        self
    }

    /// Sets how long the account is to accept money, in seconds.
    #[must_use]
    pub fn with_duration(mut self, seconds: u64) -> Self {
        self.duration = Some(seconds);
        self
    }

    /// Sets the template of the virtual account's QR image.
    #[must_use]
    pub fn with_qr_template(mut self, template: QrTemplate) -> Self {
        self.qr_template = Some(template);
        self
    }
}
