//! A payout as the shop stores it.

use payments::{PayoutRef, ProviderId, Timestamp, money::Money};

/// A payout that the owner made. What is known of it is the engine's record, under the same
/// reference.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct PayoutRow {
    /// The shop's own reference.
    pub reference: PayoutRef,
    /// The provider that sends it.
    pub provider: ProviderId,
    /// How much.
    pub amount: Money,
    /// To whom.
    pub name: String,
    /// When the owner made it.
    pub made_at: Timestamp,
    /// Where it is, when the shop heard of it last.
    pub state: String,
}
