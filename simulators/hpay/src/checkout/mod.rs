//! Checkout: the page that a buyer pays on, its notifications, and the order inquiry.

mod buyer;
mod inquiry;
mod link;
mod notification;
mod order;
mod page;
mod payment;
mod token;

pub(crate) use buyer::router as buyer_router;
pub(crate) use inquiry::inquire;
pub(crate) use link::code_of_link;
pub(crate) use page::{error_page, open, open_advanced};
pub(crate) use payment::{By, pay, record, release_held, report, return_link};

pub(crate) use token::{remove, revoke};

pub use link::{Instrument, Link};
pub use order::{Attempt, Order, PayAs};
pub use token::{Card, CardKind};
