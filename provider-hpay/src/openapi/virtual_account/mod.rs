//! Virtual accounts by the newer OpenAPI: opening, renaming, closing, finding in the list of all,
//! and their credits.

pub(crate) mod api;
mod list;
mod wire;
