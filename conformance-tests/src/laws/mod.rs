//! The laws, each beside how it is held.

pub(crate) mod absence;
pub(crate) mod answers;
pub(crate) mod capabilities;
pub(crate) mod checking;
pub(crate) mod coverage;
pub(crate) mod credits;
pub(crate) mod deliveries;
pub(crate) mod departure;
pub(crate) mod dropping;
pub(crate) mod forgery;
pub(crate) mod inquiries;
pub(crate) mod layers;
pub(crate) mod limits;
pub(crate) mod near_miss;
pub(crate) mod opening;
pub(crate) mod payouts;
pub(crate) mod repeats;
pub(crate) mod roles;
pub(crate) mod rows;
pub(crate) mod secrets;
pub(crate) mod sending;
pub(crate) mod settling;
pub(crate) mod statements;
pub(crate) mod webhook_fixture;
