//! The merchant's account by the newer OpenAPI: its balance, and one of its transactions.

pub(crate) mod api;
mod transaction;
mod wire;

pub use transaction::Transaction;
