//! Payouts by the newer OpenAPI: a transfer, the inquiry about it, the name on an account.
//!
//! HPay's signature over the response covers its code and all of its data, so that an accepted payout is
//! compared with what was ordered in full. What became of it is read by the three statuses of the
//! reference's API, under names in the style of this one; a row without them is uncertain.

pub(crate) mod api;
mod wire;
