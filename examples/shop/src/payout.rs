//! A payout as the shop stores it.

use payments::{PayoutRef, ProviderId, Timestamp, money::Money};

/// A payout that the owner made. Its state is in the engine's record with the same reference.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct PayoutRow {
    /// The shop's own reference.
    pub reference: PayoutRef,
    /// The provider that sends it.
    pub provider: ProviderId,
    /// The amount.
    pub amount: Money,
    /// The name of the beneficiary.
    pub name: String,
    /// When the owner made it.
    pub made_at: Timestamp,
    /// Its state, according to the last change.
    pub state: String,
}
