//! The options that only a SePay checkout has.

use payments_core::{money::Money, options::ProviderOptions};
use serde::{Deserialize, Serialize};

/// Options of a checkout at SePay. Add them to a
/// [`CreatePayment`](payments_core::payment::CreatePayment) by its method `with_options`.
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
/// A field that is `None` is not part of the form, unless the configuration or the payment sets a
/// value.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct SePayOptions {
    /// The only method that SePay's page shows. `None` lets the buyer choose.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub payment_method: Option<HostedMethod>,
    /// The address that the buyer's browser goes to after a failure.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error_url: Option<String>,
    /// The agreement that this payment begins or belongs to. The form signs it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub agreement: Option<Agreement>,
    /// `env`, which only SePay's libraries have and no page of its documentation explains. The form
    /// signs it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub env: Option<String>,
    /// `order_id`, which only SePay's Node library has and no page of its documentation explains.
    /// The form signs it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub order_id: Option<String>,
    /// Custom data for the merchant's own use. It is **not signed**: the buyer can change it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub custom_data: Option<String>,
    /// The part of the amount that is tax. It is **not signed**: the buyer can change it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub order_tax_amount: Option<Money>,
    /// The branch that made the sale. It is **not signed**: the buyer can change it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub branch_code: Option<String>,
    /// For `BankTransfer`: the one of the configured `sub_accounts` that the buyer transfers to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sub_account: Option<String>,
}

/// Recurring payments: the `agreement_*` fields of a form.
///
/// SePay's libraries send and sign these fields. SePay's documentation does not list the accepted
/// values and calls recurring payments "coming soon", so the values are sent without a check.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct Agreement {
    /// The merchant's id of the agreement.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// The name of the agreement that the buyer sees.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// `agreement_type`.
    #[serde(rename = "type", skip_serializing_if = "Option::is_none")]
    pub kind: Option<String>,
    /// How often the buyer pays.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub payment_frequency: Option<String>,
    /// The amount of each payment.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub amount_per_payment: Option<Money>,
}

/// A method on SePay's page, in SePay's spelling (source: developer.sepay.vn, payment form).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
#[non_exhaustive]
pub enum HostedMethod {
    /// `CARD`: an international card.
    Card,
    /// `BANK_TRANSFER`: a transfer to the account that SePay's page shows.
    BankTransfer,
    /// `NAPAS_BANK_TRANSFER`: a NAPAS QR code on SePay's page.
    NapasBankTransfer,
}

impl ProviderOptions for SePayOptions {
    const KIND: &'static str = "sepay";
}

impl SePayOptions {
    /// Creates empty options.
    pub fn new() -> Self {
        Self::default()
    }

    /// For `BankTransfer`: sets the one of the configured `sub_accounts` that the buyer transfers
    /// to.
    #[must_use]
    pub fn with_sub_account(mut self, number: impl Into<String>) -> Self {
        self.sub_account = Some(number.into());
        self
    }

    /// Makes SePay's page show only this method.
    #[must_use]
    pub fn with_payment_method(mut self, method: HostedMethod) -> Self {
        self.payment_method = Some(method);
        self
    }

    /// Sets the address that the buyer's browser goes to after a failure.
    #[must_use]
    pub fn with_error_url(mut self, url: impl Into<String>) -> Self {
        self.error_url = Some(url.into());
        self
    }

    /// Sets the agreement that the payment begins or belongs to.
    #[must_use]
    pub fn with_agreement(mut self, agreement: Agreement) -> Self {
        self.agreement = Some(agreement);
        self
    }

    /// Sets the field `env`, which the form signs.
    #[must_use]
    pub fn with_env(mut self, env: impl Into<String>) -> Self {
        self.env = Some(env.into());
        self
    }

    /// Sets the field `order_id`, which the form signs.
    #[must_use]
    pub fn with_order_id(mut self, id: impl Into<String>) -> Self {
        self.order_id = Some(id.into());
        self
    }

    /// Sets custom data for the merchant's own use. It is not signed: the buyer can change it.
    #[must_use]
    pub fn with_custom_data(mut self, data: impl Into<String>) -> Self {
        self.custom_data = Some(data.into());
        self
    }

    /// Sets the part of the amount that is tax. It is not signed: the buyer can change it.
    #[must_use]
    pub fn with_order_tax_amount(mut self, tax: Money) -> Self {
        self.order_tax_amount = Some(tax);
        self
    }

    /// Sets the branch that made the sale. It is not signed: the buyer can change it.
    #[must_use]
    pub fn with_branch_code(mut self, code: impl Into<String>) -> Self {
        self.branch_code = Some(code.into());
        self
    }
}

impl Agreement {
    /// Creates an agreement with the merchant's id for it.
    pub fn new(id: impl Into<String>) -> Self {
        Self { id: Some(id.into()), ..Self::default() }
    }

    /// Sets the name that the buyer sees.
    #[must_use]
    pub fn with_name(mut self, name: impl Into<String>) -> Self {
        self.name = Some(name.into());
        self
    }

    /// Sets the `agreement_type`.
    #[must_use]
    pub fn with_kind(mut self, kind: impl Into<String>) -> Self {
        self.kind = Some(kind.into());
        self
    }

    /// Sets how often the buyer pays.
    #[must_use]
    pub fn with_payment_frequency(mut self, frequency: impl Into<String>) -> Self {
        self.payment_frequency = Some(frequency.into());
        self
    }

    /// Sets the amount of each payment.
    #[must_use]
    pub fn with_amount_per_payment(mut self, amount: Money) -> Self {
        self.amount_per_payment = Some(amount);
        self
    }
}
