//! What only a SePay checkout can be told.

use payments_core::{money::Money, options::ProviderOptions};
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
///
/// A field that says nothing is not in the form.
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
    /// The agreement that this payment begins or belongs to. Signed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub agreement: Option<Agreement>,
    /// `env`, which only SePay's libraries know, and no page explains. Signed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub env: Option<String>,
    /// `order_id`, which only SePay's Node library knows, and no page explains. Signed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub order_id: Option<String>,
    /// Sent along **unsigned**: the buyer can change it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub custom_data: Option<String>,
    /// How much of the amount is tax. Sent along **unsigned**: the buyer can change it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub order_tax_amount: Option<Money>,
    /// Which branch sold it. Sent along **unsigned**: the buyer can change it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub branch_code: Option<String>,
    /// For `BankTransfer`: which of the configured `sub_accounts` the buyer transfers to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sub_account: Option<String>,
}

/// Recurring payments: the `agreement_*` fields of a form.
///
/// SePay's libraries pass them on and sign them; no page says which words are taken, and its pages
/// call recurring payments "coming soon". They are sent as they are given.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct Agreement {
    /// The merchant's name for it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// What the buyer sees.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// `agreement_type`.
    #[serde(rename = "type", skip_serializing_if = "Option::is_none")]
    pub kind: Option<String>,
    /// How often the buyer pays.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub payment_frequency: Option<String>,
    /// How much each time.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub amount_per_payment: Option<Money>,
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

    /// For `BankTransfer`: lets the buyer transfer to one of the configured `sub_accounts`.
    #[must_use]
    pub fn with_sub_account(mut self, number: impl Into<String>) -> Self {
        self.sub_account = Some(number.into());
        self
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

    /// Says which agreement the payment begins or belongs to.
    #[must_use]
    pub fn with_agreement(mut self, agreement: Agreement) -> Self {
        self.agreement = Some(agreement);
        self
    }

    /// Sends `env`, signed.
    #[must_use]
    pub fn with_env(mut self, env: impl Into<String>) -> Self {
        self.env = Some(env.into());
        self
    }

    /// Sends `order_id`, signed.
    #[must_use]
    pub fn with_order_id(mut self, id: impl Into<String>) -> Self {
        self.order_id = Some(id.into());
        self
    }

    /// Sends text along, unsigned: the buyer can change it.
    #[must_use]
    pub fn with_custom_data(mut self, data: impl Into<String>) -> Self {
        self.custom_data = Some(data.into());
        self
    }

    /// Says how much of the amount is tax, unsigned: the buyer can change it.
    #[must_use]
    pub fn with_order_tax_amount(mut self, tax: Money) -> Self {
        self.order_tax_amount = Some(tax);
        self
    }

    /// Says which branch sold it, unsigned: the buyer can change it.
    #[must_use]
    pub fn with_branch_code(mut self, code: impl Into<String>) -> Self {
        self.branch_code = Some(code.into());
        self
    }
}

impl Agreement {
    /// Under this name of the merchant's.
    pub fn new(id: impl Into<String>) -> Self {
        Self { id: Some(id.into()), ..Self::default() }
    }

    /// Says what the buyer sees.
    #[must_use]
    pub fn with_name(mut self, name: impl Into<String>) -> Self {
        self.name = Some(name.into());
        self
    }

    /// Says its `agreement_type`.
    #[must_use]
    pub fn with_kind(mut self, kind: impl Into<String>) -> Self {
        self.kind = Some(kind.into());
        self
    }

    /// Says how often the buyer pays.
    #[must_use]
    pub fn with_payment_frequency(mut self, frequency: impl Into<String>) -> Self {
        self.payment_frequency = Some(frequency.into());
        self
    }

    /// Says how much the buyer pays each time.
    #[must_use]
    pub fn with_amount_per_payment(mut self, amount: Money) -> Self {
        self.amount_per_payment = Some(amount);
        self
    }
}
