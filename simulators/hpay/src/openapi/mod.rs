//! The newer OpenAPI: tokens by service, a signed envelope around everything, and the same books as the
//! reference's API.
//!
//! HPay publishes no reference of it: paths, names and signatures are those of public code of merchants,
//! 2026. Where that is silent, the documentation of the item says which behaviour was chosen.

mod account;
mod envelope;
mod payout;
mod token;
mod virtual_account;

pub(crate) use account::{balance, transaction};
pub(crate) use envelope::{authorized, refusal};
pub(crate) use payout::{inquire as inquire_payout, name, transfer};
pub(crate) use token::{Issued, Tokens, grant};
pub(crate) use virtual_account::{
    create as create_account, credits, list as list_accounts, revoke as revoke_account,
    update as update_account,
};
