//! Responses about virtual accounts, with HPay's own field names.

use provider_kit::wire::Number;
use serde::Deserialize;

use crate::envelope::Literal;

/// `data` of a newly opened virtual account.
#[derive(Deserialize)]
pub(crate) struct OpenedAccount {
    pub(crate) merchant_id: Option<Literal>,
    pub(crate) va_account: Literal,
    pub(crate) va_name: Option<Literal>,
    pub(crate) va_bank: Option<Literal>,
    pub(crate) va_status: Option<Literal>,
    pub(crate) va_amount: Option<Number>,
    pub(crate) va_timelimit: Option<Literal>,
    #[serde(rename = "qrDataURL")]
    pub(crate) qr_data_url: Option<String>,
    #[serde(rename = "qrCommonURL")]
    pub(crate) qr_common_url: Option<String>,
    #[serde(rename = "qrImage")]
    pub(crate) qr_image: Option<String>,
    #[serde(rename = "qrCode")]
    pub(crate) qr_code: Option<String>,
}

/// `data` of a renamed virtual account.
#[derive(Deserialize)]
pub(crate) struct RenamedAccount {
    pub(crate) va_account: Literal,
    pub(crate) va_name: Option<Literal>,
}

/// `data` of a closed or reopened virtual account. Its field is `account_va`, which is `va_account`
/// everywhere else.
#[derive(Deserialize)]
pub(crate) struct SwitchedAccount {
    pub(crate) account_va: Literal,
    pub(crate) va_status: Option<Literal>,
}

/// One row of a virtual account inquiry.
#[derive(Deserialize)]
pub(crate) struct CreditRow {
    pub(crate) cashin: Literal,
    pub(crate) full_account_number: Literal,
    pub(crate) amount: Number,
    pub(crate) time_paid: Option<Literal>,
    pub(crate) remark: Option<Literal>,
}
