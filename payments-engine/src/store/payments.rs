//! What a store keeps of payments and credits.

use payments_core::{DedupeKey, Movement, OrderRef, ProviderId};

use super::StoreError;
use crate::record::{CreditRecord, Observed, PaymentObservation, PaymentRecord};

/// The rows of payments and credits, inside a transaction.
pub(crate) trait PaymentRows {
    /// The record of the payment of an order. Until the transaction ends, no other engine changes it.
    fn payment(&mut self, order: &OrderRef) -> Result<Option<PaymentRecord>, StoreError>;

    /// Whether a write about a payment with this token is stored.
    fn has_written_payment(&mut self, token: &str) -> Result<bool, StoreError>;

    /// Stores an observation and the record that follows from it.
    fn write_payment(&mut self, write: &PaymentWrite<'_>) -> Result<(), StoreError>;

    /// Every observation of the payment of an order, oldest first.
    fn payment_history(
        &mut self,
        order: &OrderRef,
    ) -> Result<Vec<Observed<PaymentObservation>>, StoreError>;

    /// Whether a key of a provider is booked already; it is from now on. For reports that are no
    /// movements, which are credits under their keys.
    fn use_key(&mut self, provider: &ProviderId, key: &DedupeKey) -> Result<bool, StoreError>;

    /// Remembers a name by which money finds an order.
    fn add_route(&mut self, route: &Route, order: &OrderRef) -> Result<(), StoreError>;

    /// The orders that have a name, up to two: what names two orders names none.
    fn orders_of(&mut self, route: &Route) -> Result<Vec<OrderRef>, StoreError>;

    /// A credit, by its provider and key. Until the transaction ends, no other engine changes it.
    fn credit(
        &mut self,
        provider: &ProviderId,
        key: &DedupeKey,
    ) -> Result<Option<CreditRecord>, StoreError>;

    /// Stores a credit.
    fn put_credit(&mut self, credit: &CreditRecord) -> Result<(), StoreError>;

    /// The newest credits of the same amount as a movement, up to `most`.
    fn credits_like(
        &mut self,
        movement: &Movement,
        most: usize,
    ) -> Result<Vec<CreditRecord>, StoreError>;

    /// The credits that belong to no known order, oldest first, up to `most`.
    fn unmatched(&mut self, most: usize) -> Result<Vec<CreditRecord>, StoreError>;

    /// Payments by their orders after one, up to `most`.
    fn payments_after(
        &mut self,
        after: &str,
        most: usize,
    ) -> Result<Vec<PaymentRecord>, StoreError>;

    /// The payments with open cases, oldest first.
    fn payments_with_cases(&mut self) -> Result<Vec<PaymentRecord>, StoreError>;

    /// The credits with open cases, oldest first.
    fn credits_with_cases(&mut self) -> Result<Vec<CreditRecord>, StoreError>;
}

/// One observation of a payment on its way into a store.
pub(crate) struct PaymentWrite<'a> {
    /// The name of the write. A repeated write has the same one.
    pub(crate) token: &'a str,
    pub(crate) record: &'a PaymentRecord,
    pub(crate) observed: &'a Observed<PaymentObservation>,
}

/// A name by which money finds its order.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Route {
    pub(crate) provider: ProviderId,
    pub(crate) kind: RouteKind,
    pub(crate) name: String,
}

/// What kind of name it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum RouteKind {
    /// The payment code of a transfer's memo.
    Code,
    /// The number of a virtual account.
    Account,
}

impl RouteKind {
    /// The kind as it is stored.
    #[cfg_attr(
        not(any(feature = "sqlite", feature = "postgres")),
        expect(dead_code, reason = "a database stores it")
    )]
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Code => "code",
            Self::Account => "account",
        }
    }
}
