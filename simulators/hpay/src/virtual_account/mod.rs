//! Virtual accounts: opening and changing them, what arrives on them, and the callback.

mod account;
mod callback;
mod change;
mod create;
mod credit;
mod inquiry;
mod qr;
mod terms;

pub(crate) use account::BANK;
pub(crate) use callback::CALLBACK_PATH;
pub(crate) use change::{Change, change, find, rename, revoke};
pub(crate) use create::{Terms, create, is_first_of_two, open};
pub(crate) use credit::{record, report, transfer, transfer_for_order};
pub(crate) use inquiry::inquire;
pub(crate) use qr::{payload as qr_payload, router as qr_router};
pub(crate) use terms::{name, remark, time_limit};

pub use account::{AccountStatus, Credit, VirtualAccount};
pub use callback::{CallbackForm, CallbackQuirks};
