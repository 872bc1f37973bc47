//! Virtual accounts by the newer OpenAPI: opened, renamed, closed, found in the list of all, and their
//! credits.

pub(crate) mod api;
mod list;
mod wire;
