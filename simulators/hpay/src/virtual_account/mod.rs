//! Virtual accounts: opening and changing them, what arrives on them, and the callback.

mod account;
mod callback;
mod change;
mod create;
mod credit;
mod inquiry;
mod qr;
mod terms;

pub(crate) use change::{rename, revoke};
pub(crate) use create::create;
pub(crate) use credit::{transfer, transfer_for_order};
pub(crate) use inquiry::inquire;
pub(crate) use qr::router as qr_router;

pub use account::{AccountStatus, Credit, VirtualAccount};
pub use callback::{CallbackForm, CallbackQuirks};
