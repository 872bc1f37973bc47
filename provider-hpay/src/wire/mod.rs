//! HPay's answers, with its own names and spellings. Structs only; `map` reads them.
//!
//! Fields that nothing reads are left out: an answer is kept whole beside its meaning. Requests
//! are lists of named texts ([`Fields`](crate::request::Fields)), so that what is signed is what
//! is sent.

mod answer;
mod checkout;
mod notice;
mod payout;
mod virtual_account;

pub(crate) use answer::{Envelope, Literal};
pub(crate) use checkout::Order;
pub(crate) use notice::{CreditNotice, OpenapiCreditNotice, PaymentNotice, SavedCard};
pub(crate) use payout::{Balance, CreatedPayout, Name, PayoutRow, RefusedPayout};
pub(crate) use virtual_account::{CreditRow, OpenedAccount, RenamedAccount, SwitchedAccount};
