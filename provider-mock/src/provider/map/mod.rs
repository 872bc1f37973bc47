//! From the words of the protocol to those of the core: the only place where they are read.

mod answers;
pub(super) mod keys;
mod refusals;
mod words;

pub(super) use answers::{
    holder, listed, movement, own_account, page, payment, payout, refund, virtual_account,
};
pub(super) use refusals::{refused_inquiry, refused_instruction};
pub(super) use words::payment_state;
