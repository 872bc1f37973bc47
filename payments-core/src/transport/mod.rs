//! The limits that a caller of a role sets for the HTTP requests in it: a [`Departure`] that decides
//! whether an instruction may be sent, and the end of a confirmation.
//!
//! Both belong to the task that runs the call, so they are not parameters of the roles. The HTTP
//! transport, which reads them, is in the crate `provider-kit`.

mod boot_clock;
mod confirmation;
mod departure;

pub use boot_clock::BootInstant;
pub use confirmation::{confirmation_ends_at, confirming};
pub use departure::{
    Departure, DepartureDecision, departure_in_progress, with_departure, without_departure,
};
