//! What only SePay's virtual accounts can be told.

use payments_core::options::ProviderOptions;
use serde::{Deserialize, Serialize};

use crate::bank::qr_image::QrTemplate;

/// What only SePay's virtual accounts can be told, put on an
/// [`OpenVirtualAccount`](payments_core::virtual_account::OpenVirtualAccount) with `with_options`.
/// What stands here goes before the configuration.
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
    /// Sacombank's prefix, such as `SEP200001WEB`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub va_prefix: Option<String>,
    /// Vietcombank's terminal, by the bank's name for it, such as `20933557`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tid: Option<String>,
    /// How many seconds it is meant to take money, in the place of an `expires_at`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub duration: Option<u64>,
    /// What the picture of its QR code looks like.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub qr_template: Option<QrTemplate>,
}

impl ProviderOptions for SePayVaOptions {
    const KIND: &'static str = "sepay";
}

impl SePayVaOptions {
    /// Nothing in particular.
    pub fn new() -> Self {
        Self::default()
    }

    /// Gives Sacombank's prefix.
    #[must_use]
    pub fn with_va_prefix(mut self, prefix: impl Into<String>) -> Self {
        self.va_prefix = Some(prefix.into());
        self
    }

    /// Gives Vietcombank's terminal.
    #[must_use]
    pub fn with_tid(mut self, tid: impl Into<String>) -> Self {
        self.tid = Some(tid.into());
        self
    }

    /// Says how many seconds it is meant to take money.
    #[must_use]
    pub fn with_duration(mut self, seconds: u64) -> Self {
        self.duration = Some(seconds);
        self
    }

    /// Says what the picture of its QR code looks like.
    #[must_use]
    pub fn with_qr_template(mut self, template: QrTemplate) -> Self {
        self.qr_template = Some(template);
        self
    }
}
