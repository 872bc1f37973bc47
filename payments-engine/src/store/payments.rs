//! The rows of payments and credits in a store.

use payments_core::{DedupeKey, Movement, OrderRef, ProviderId};

use super::StoreError;
use crate::record::{CreditRecord, Observed, PaymentObservation, PaymentRecord};

/// The rows of payments and credits, inside a transaction.
pub(crate) trait PaymentRows {
    /// Returns the record of the payment of an order. Until the transaction ends, no other engine
    /// changes it.
    fn payment(&mut self, order: &OrderRef) -> Result<Option<PaymentRecord>, StoreError>;

    /// Returns whether a write about a payment with this token is stored.
    fn has_written_payment(&mut self, token: &str) -> Result<bool, StoreError>;

    /// Stores an observation and the record that follows from it.
    fn write_payment(&mut self, write: &PaymentWrite<'_>) -> Result<(), StoreError>;

    /// Returns every observation of the payment of an order, oldest first.
    fn payment_history(
        &mut self,
        order: &OrderRef,
    ) -> Result<Vec<Observed<PaymentObservation>>, StoreError>;

    /// Returns whether a key of a provider is booked already, and marks it as booked. It is for
    /// reports other than movements: movements are credits under their keys.
    fn use_key(&mut self, provider: &ProviderId, key: &DedupeKey) -> Result<bool, StoreError>;

    /// Stores a name by which money finds an order.
    fn add_route(&mut self, route: &Route, order: &OrderRef) -> Result<(), StoreError>;

    /// Returns up to two orders that have a name. A name of two orders identifies neither.
    fn orders_of(&mut self, route: &Route) -> Result<Vec<OrderRef>, StoreError>;

    /// Returns a credit by its provider and key. Until the transaction ends, no other engine
    /// changes it.
    fn credit(
        &mut self,
        provider: &ProviderId,
        key: &DedupeKey,
    ) -> Result<Option<CreditRecord>, StoreError>;

    /// Stores a credit.
    fn put_credit(&mut self, credit: &CreditRecord) -> Result<(), StoreError>;

    /// Returns up to `most` credits with the amount of a movement, newest first.
    fn credits_like(
        &mut self,
        movement: &Movement,
        most: usize,
    ) -> Result<Vec<CreditRecord>, StoreError>;

    /// Returns up to `most` credits without a known order, newest first.
    fn unmatched(&mut self, most: usize) -> Result<Vec<CreditRecord>, StoreError>;

    /// Returns up to `most` payments after an order, in the order of their references.
    fn payments_after(
        &mut self,
        after: &str,
        most: usize,
    ) -> Result<Vec<PaymentRecord>, StoreError>;

    /// Returns the payments with open cases, oldest first.
    fn payments_with_cases(&mut self) -> Result<Vec<PaymentRecord>, StoreError>;

    /// Returns the credits with open cases, oldest first.
    fn credits_with_cases(&mut self) -> Result<Vec<CreditRecord>, StoreError>;
}

/// An observation of a payment to be written, with the record that follows from it.
pub(crate) struct PaymentWrite<'a> {
    /// The token of the write. A repeated write has the same token.
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

/// The kind of a name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum RouteKind {
    /// The payment code in the memo of a transfer.
    Code,
    /// The number of a virtual account.
    Account,
}

impl RouteKind {
    /// Returns the kind as it is stored.
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
