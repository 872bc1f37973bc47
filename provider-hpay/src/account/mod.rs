//! The merchant's account at HPay: the balance from which payouts are paid.

pub(crate) mod api;
pub(crate) mod balance;
pub(crate) mod status;
mod wire;
