//! A shop that takes money through two gateways, chooses between them only by configuration, and
//! loses nothing in a crash.
//!
//! ```sh
//! cargo run -p example-shop --example shop -- examples/shop/payments.toml
//! ```
//!
//! Its source does not name a gateway: `payments.toml` does, and a third gateway needs only a
//! feature or a `use` line. Its source does not count money either, because the engine does. The
//! essential parts, in reading order, are:
//!
//! - [`Shop::start`] starts the engine on the shop's own database.
//! - [`Shop::open`] stores the order and opens its payment through the engine's journal.
//! - `on_change` packs an order that is paid, in the transaction that the engine gives it.
//! - [`Shop::pay_out`] writes a payout and hands it over in one transaction.
//! - `web::admin` is the owner's page: orders, cases with their decisions, payouts.
//!
//! A real shop also needs its own sign-in, its stock, and TLS.

mod catalogue;
mod database;
mod on_change;
mod order;
mod pages;
mod payout;
mod reference;
mod settings;
mod shop;
mod web;

pub use catalogue::{ITEMS, Item};
pub use order::Order;
pub use payout::PayoutRow;
pub use settings::{Settings, SettingsError};
pub use shop::{Shop, Way};
pub use web::router;
