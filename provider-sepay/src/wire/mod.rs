//! SePay's requests and answers in SePay's own spelling. Nothing here decides anything.
//!
//! Nearly every field is optional: SePay publishes samples, not schemas, and its pages disagree on
//! which fields are null or absent. What is missing and needed is noticed in `map`.

mod ipn;
mod lenient;
pub(crate) mod oauth;
mod order;
mod text;
mod time;
mod token;
mod user_api;
mod user_api_v1;
mod va_order;
mod webhook;

pub(crate) use ipn::{Ipn, IpnCustomer, IpnHead, IpnRest};
pub(crate) use lenient::{Count, Deferred, Flag, Lenient};
pub(crate) use order::{Message, Named, Order, OrderDetail, OrderList, OrderTransaction};
pub(crate) use text::{Shown, Text};
pub(crate) use time::{civil, day};
pub(crate) use token::{LegacyToken, LegacyTokens, Token, TokenRequest};
pub(crate) use user_api::{
    BankAccount, Failure, List, One, Prefix, Terminal, Transaction, TransactionHead, VirtualAccount,
};
pub(crate) use user_api_v1::{
    V1BankAccount, V1BankAccountCount, V1BankAccounts, V1Head, V1Order, V1Orders, V1Transaction,
    V1TransactionCount, V1Transactions,
};
pub(crate) use va_order::{
    CreatedOrder, Instructed, NewOrder, NewVa, OrderVa, VaOrder, VaOrderHead,
};
pub(crate) use webhook::Webhook;
