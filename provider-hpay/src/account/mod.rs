//! The merchant's account at HPay: its balance, which payouts are paid from.

pub(crate) mod api;
pub(crate) mod balance;
pub(crate) mod status;
mod wire;
