//! A shop that takes money through two gateways, chooses between them by configuration only, and
//! loses nothing in a crash.
//!
//! ```sh
//! cargo run -p example-shop --example shop -- examples/shop/payments.toml
//! ```
//!
//! Nothing in its source names a gateway: `payments.toml` does, and a third one needs a feature or
//! one `use` line. Nothing in it counts money either: the engine does. The essential parts are in
//! these files, in reading order:
//!
//! - [`Shop::start`] starts the engine on the shop's own database.
//! - [`Shop::open`] stores the order and opens its payment through the engine's journal.
//! - `on_change` packs an order that is paid, in the transaction that the engine gives it.
//! - [`Shop::pay_out`] writes a payout and hands it over in one transaction.
//! - `web::admin` is the owner's page: orders, cases with their decisions, payouts.
//!
//! A real shop needs in addition its own sign-in and stock, and TLS.

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
