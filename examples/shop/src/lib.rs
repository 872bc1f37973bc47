//! A shop that takes money through two gateways and chooses between them by configuration only.
//!
//! ```sh
//! cargo run -p example-shop --example shop -- examples/shop/payments.toml
//! ```
//!
//! Nothing in its source names a gateway: `payments.toml` does, and a third one needs a feature or
//! one `use` line. The essential parts are in these files, in reading order:
//!
//! - [`Shop::open`] stores the order, opens the payment and keeps the order whatever the outcome:
//!   accepted, declined or uncertain.
//! - [`Order`] records the money that arrived and compares it with its own amount: short, exact,
//!   over, late, repeated.
//! - [`Orders`] handles each notification once, and says where a database goes.
//! - `web::hooks` receives deliveries byte for byte and replies as the gateway documents.
//! - [`follow_up()`] asks about orders that wait, because notifications get lost.
//!
//! A real shop needs in addition a database in place of [`Orders`], its own sign-in and stock, a
//! page for the person who looks at [`Order::notes`] and [`Orders::unmatched`], and TLS.

mod arrived;
mod catalogue;
mod follow_up;
mod order;
mod orders;
mod pages;
mod reference;
mod settings;
mod shop;
mod web;

pub use catalogue::{ITEMS, Item};
pub use follow_up::follow_up;
pub use order::{Note, Opening, Order};
pub use orders::Orders;
pub use settings::{Settings, SettingsError};
pub use shop::{Shop, Way};
pub use web::router;
