//! Conversion of the protocol's values to the core's. They are interpreted only here.

pub(super) mod keys;
mod refusals;
mod responses;
mod status;

pub(super) use refusals::{refused_inquiry, refused_instruction};
pub(super) use responses::{
    holder, listed, movement, own_account, page, payment, payout, refund, virtual_account,
};
pub(super) use status::payment_state;
