//! Payouts (iBFT): paying out, asking about it, and the name on a bank account.

mod create;
mod inquiry;
mod instruction;
mod name_check;
mod record;
mod settle;

pub(crate) use create::create;
pub(crate) use inquiry::inquire;
pub(crate) use name_check::check_name;
pub(crate) use settle::settle;

pub use record::{Payout, PayoutStart, PayoutState};
