//! Guides, each of which answers a question of merchants, and the table of endpoints.

#[doc = include_str!("../docs/checkout.md")]
pub mod checkout {}
#[doc = include_str!("../docs/endpoints.md")]
pub mod endpoints {}
#[doc = include_str!("../docs/openapi.md")]
pub mod openapi {}
#[doc = include_str!("../docs/payouts.md")]
pub mod payouts {}
#[doc = include_str!("../docs/virtual_accounts.md")]
pub mod virtual_accounts {}
