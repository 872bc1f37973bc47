//! Deliveries of gateways: stored first, then replied to, then confirmed.

mod accept;
mod ask;
mod confirm;
mod delivery;
mod doubtful;
mod limits;
mod schedule;

pub use accept::Accepted;
pub use doubtful::{DoubtfulDelivery, InboxHealth};
pub use limits::InboxLimits;

pub(crate) use delivery::{DeliveryState, Refused, StoredDelivery, StoredRequest};
