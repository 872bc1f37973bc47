//! Payouts (iBFT): paying out, asking about it, and the name on a bank account.

mod create;
mod inquiry;
mod instruction;
mod name_check;
mod record;
mod settle;

pub(crate) use create::{another_account, book, create};
pub(crate) use inquiry::{find, inquire};
pub(crate) use instruction::{Instruction, check_account};
pub(crate) use name_check::{check_name, holder_or_anybody};
pub(crate) use settle::settle;

pub use record::{Payout, PayoutStart, PayoutState};
