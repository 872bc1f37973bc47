//! The two HTTP APIs of SePay, and what only SePay has.

mod order_list;
mod orders;
mod payment_gateway;
mod request;
mod user_api;

pub(crate) use order_list::{SortSpelling, Spelling};
pub(crate) use orders::OrderApi;
pub(crate) use payment_gateway::Gateway;
pub(crate) use user_api::{Page, UserApi};

/// What only SePay has: the orders of its payment gateway.
///
/// Reached through the provider, and over the same transport as everything else:
///
/// ```
/// use payments_core::{OrderRef, Provider, Submission};
/// use provider_sepay::SePay;
///
/// async fn void(provider: &Provider, order: &OrderRef) -> payments_core::Result<()> {
///     match provider.extension::<SePay>()?.void_transaction(order).await? {
///         Submission::Accepted(_) => println!("the card is not charged"),
///         Submission::Declined(decline) => println!("too late? {decline}"),
///         Submission::Uncertain(_) => println!("ask later with find_payment"),
///     }
///     Ok(())
/// }
/// # let _ = void;
/// ```
#[derive(Clone, Debug)]
pub struct SePay {
    gateway: Option<Gateway>,
}

impl SePay {
    pub(crate) fn new(gateway: Option<Gateway>) -> Self {
        Self { gateway }
    }
}
