//! A checkout by which the buyer pays nothing.

use payments_core::OrderRef;

use super::options::SePayOptions;

/// A checkout of operation `VERIFY`: the buyer goes through SePay's page and pays nothing
/// (developer.sepay.vn, payment form; the amount of zero is that of
/// github.com/sepayvn/sepay-pg-php).
///
/// What SePay does with it afterwards, and what it notifies of, is documented nowhere: look at
/// [`SePay::order`](crate::SePay::order). It is no payment, and so no role of the framework makes
/// one.
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
    /// The merchant's name for it; SePay demands none.
    pub order: Option<OrderRef>,
    /// What the buyer sees; words of ours where it is empty.
    pub description: String,
    /// The merchant's name for the customer.
    pub customer_id: Option<String>,
    /// Where the buyer's browser goes afterwards.
    pub return_url: Option<String>,
    /// Where it goes when the buyer turns back.
    pub cancel_url: Option<String>,
    /// Everything else.
    pub options: SePayOptions,
}

impl Verification {
    /// By any method, under no name.
    pub fn new() -> Self {
        Self::default()
    }

    /// Names it.
    #[must_use]
    pub fn with_order(mut self, order: OrderRef) -> Self {
        self.order = Some(order);
        self
    }

    /// Says what the buyer sees.
    #[must_use]
    pub fn with_description(mut self, description: impl Into<String>) -> Self {
        self.description = description.into();
        self
    }

    /// Names the customer.
    #[must_use]
    pub fn with_customer(mut self, customer_id: impl Into<String>) -> Self {
        self.customer_id = Some(customer_id.into());
        self
    }

    /// Says where the buyer's browser goes afterwards.
    #[must_use]
    pub fn with_return_url(mut self, url: impl Into<String>) -> Self {
        self.return_url = Some(url.into());
        self
    }

    /// Says where it goes when the buyer turns back.
    #[must_use]
    pub fn with_cancel_url(mut self, url: impl Into<String>) -> Self {
        self.cancel_url = Some(url.into());
        self
    }

    /// Says everything else: the method, an agreement, what is sent along.
    #[must_use]
    pub fn with_options(mut self, options: SePayOptions) -> Self {
        self.options = options;
        self
    }
}
