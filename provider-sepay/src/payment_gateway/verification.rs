//! A checkout in which the buyer pays nothing.

use payments_core::OrderRef;

use super::options::SePayOptions;

/// A request for a checkout with the operation `VERIFY`: the buyer passes through SePay's page and
/// pays nothing (source: developer.sepay.vn, payment form; the amount of zero is taken from
/// github.com/sepayvn/sepay-pg-php).
///
/// SePay does not document what it does with a verification afterwards, nor which notifications it
/// sends; use [`SePay::order`](crate::SePay::order) to see its state. A verification is not a
/// payment, so no role of the framework creates one.
///
/// ```
/// use payments_core::{OrderRef, Provider, payment::PostForm};
/// use provider_sepay::{HostedMethod, SePay, SePayOptions, Verification};
///
/// fn verify_card(provider: &Provider) -> payments_core::Result<PostForm> {
///     let card = SePayOptions::new().with_payment_method(HostedMethod::Card);
///     let request = Verification::new()
///         .with_order(OrderRef::new("CARD-42")?)
///         .with_customer("KH-7")
///         .with_options(card);
///     provider.extension::<SePay>()?.verification(&request)
/// }
/// # let _ = verify_card;
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Verification {
    /// The merchant's name for the verification. SePay does not require one.
    pub order: Option<OrderRef>,
    /// The description that the buyer sees. If it is empty, a default text is used.
    pub description: String,
    /// The merchant's id of the customer.
    pub customer_id: Option<String>,
    /// The address that the buyer's browser goes to afterwards.
    pub return_url: Option<String>,
    /// The address that the buyer's browser goes to if the buyer cancels.
    pub cancel_url: Option<String>,
    /// All other fields of the form.
    pub options: SePayOptions,
}

impl Verification {
    /// Creates a verification without a name, by any method.
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets the merchant's name for the verification.
    #[must_use]
    pub fn with_order(mut self, order: OrderRef) -> Self {
        self.order = Some(order);
        self
    }

    /// Sets the description that the buyer sees.
    #[must_use]
    pub fn with_description(mut self, description: impl Into<String>) -> Self {
        self.description = description.into();
        self
    }

    /// Sets the merchant's id of the customer.
    #[must_use]
    pub fn with_customer(mut self, customer_id: impl Into<String>) -> Self {
        self.customer_id = Some(customer_id.into());
        self
    }

    /// Sets the address that the buyer's browser goes to afterwards.
    #[must_use]
    pub fn with_return_url(mut self, url: impl Into<String>) -> Self {
        self.return_url = Some(url.into());
        self
    }

    /// Sets the address that the buyer's browser goes to if the buyer cancels.
    #[must_use]
    pub fn with_cancel_url(mut self, url: impl Into<String>) -> Self {
        self.cancel_url = Some(url.into());
        self
    }

    /// Sets the other fields of the form, such as the method or an agreement.
    #[must_use]
    pub fn with_options(mut self, options: SePayOptions) -> Self {
        self.options = options;
        self
    }
}
