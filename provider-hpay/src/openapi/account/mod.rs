//! The merchant's account by the newer OpenAPI: its balance, and the inquiry for one transaction.

pub(crate) mod api;
mod transaction;
mod wire;

pub use transaction::Transaction;
