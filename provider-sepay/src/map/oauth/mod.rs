//! The API behind OAuth2.

mod account;
mod answer;
mod company;
mod webhook;

pub(crate) use account::{linked_account, sub_account, transaction};
pub(crate) use answer::{one, page, receipt, refuses_token, token_answer};
pub(crate) use company::{company, profile};
pub(crate) use webhook::{request, webhook};
