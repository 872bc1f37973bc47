//! The code of the guides, as they show it: each file is one block of a page.

pub(crate) mod handler;
pub(crate) mod hyper_server;
pub(crate) mod payouts;
pub(crate) mod receive_money;
pub(crate) mod reconcile;
pub(crate) mod salaries;
pub(crate) mod take_a_payment;
pub(crate) mod telemetry;
pub(crate) mod virtual_accounts;
pub(crate) mod webhook_sink;
