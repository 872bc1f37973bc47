//! The bank side: transfers to the merchant's own accounts with a payment code in the memo, the
//! webhooks and statements that report them, and virtual accounts for single orders (source:
//! developer.sepay.vn, SePay API v2; SePay API v1; SePay webhooks).

mod accounts;
pub(crate) mod api;
pub(crate) mod bank_words;
mod confirmation;
mod movement;
mod payment_code;
mod qr_image;
mod rows;
pub(crate) mod statement;
mod status;
pub(crate) mod transfer;
pub mod user_api;
mod user_api_v1;
mod user_api_v2;
mod v1_response;
pub(crate) mod virtual_account;
pub(crate) mod webhook;
mod whole_list;
mod wire;

pub(crate) use accounts::Accounts;
pub(crate) use confirmation::confirm;
pub(crate) use payment_code::Matching;
#[cfg(feature = "oauth")]
pub(crate) use payment_code::Reported;
pub use qr_image::{QrImage, QrTemplate};
pub use user_api_v1::UserApiV1;
pub use user_api_v2::UserApiV2;
pub use virtual_account::SePayVaOptions;
