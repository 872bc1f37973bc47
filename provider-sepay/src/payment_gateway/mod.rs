//! The payment gateway: the checkout form, the orders that buyers open with it, and its
//! notifications (source: developer.sepay.vn, payment gateway).

pub(crate) mod api;
mod cancellation;
mod card;
pub(crate) mod checkout;
mod confirmation;
mod ipn;
mod ipn_content;
mod obstacle;
mod options;
mod order;
mod order_list;
mod order_query;
mod order_reading;
mod orders;
mod payment;
mod status;
mod verification;
mod wire;

use std::sync::Arc;

pub use card::Card;
pub(crate) use checkout::Checkout;
pub(crate) use confirmation::confirmation;
pub(crate) use ipn::Ipn;
pub use ipn_content::{IpnContent, IpnCustomer};
pub use obstacle::Obstacle;
pub use options::{Agreement, HostedMethod, SePayOptions};
pub use order::{Order, OrderTransaction, TransactionKind, TransactionStatus};
pub(crate) use order_list::{OrderList, SortSpelling, Spelling};
pub use order_query::{OrderPage, OrderQuery, OrderSort};
pub(crate) use orders::OrderApi;
pub use verification::Verification;

/// The payment gateway of one merchant.
#[derive(Clone, Debug)]
pub(crate) struct Gateway {
    pub(crate) checkout: Arc<Checkout>,
    pub(crate) orders: OrderApi,
    pub(crate) list: OrderList,
}
