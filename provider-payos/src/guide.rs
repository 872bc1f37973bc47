//! Guides, each of which answers a question of merchants, and the table of endpoints.

#[doc = include_str!("../docs/go_live.md")]
pub mod go_live {}
#[doc = include_str!("../docs/endpoints.md")]
pub mod endpoints {}
