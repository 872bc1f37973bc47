//! Payouts by the newer OpenAPI: sending a payout, the payout inquiry, and the inquiry for the name
//! of an account's holder.
//!
//! HPay's signature covers the response's code and all of its data, so every field of an accepted
//! payout is compared with the request. The state of a payout is read from the three statuses of
//! the reference's API, under names in the style of the newer one; a row without them is uncertain.

pub(crate) mod api;
mod wire;
