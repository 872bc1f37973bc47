//! A shop that takes money through two gateways and chooses between them by configuration only.
//!
//! ```sh
//! cargo run -p example-shop --example shop -- examples/shop/payments.toml
//! ```
//!
//! Nothing in its source names a gateway: `payments.toml` does, and a third one needs a feature or
//! one `use` line. What a shop has to get right is in these files, to be read in this order:
//!
//! - [`Shop::open`] writes the order down, opens the payment and keeps the order whatever the
//!   outcome: accepted, declined or uncertain.
//! - [`Order`] learns what became of its money and compares it with its own figure: short, exact,
//!   over, late, repeated.
//! - [`Orders`] handles each notification once, and says where a database goes.
//! - `web::hooks` takes deliveries byte for byte and answers what the gateway documents.
//! - [`follow_up()`] asks about orders that wait, because notifications get lost.
//!
//! What a real shop adds: a database in the place of [`Orders`], its own sign-in and stock, a page
//! for the person who looks at [`Order::notes`] and [`Orders::unmatched`], and TLS in front.

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
