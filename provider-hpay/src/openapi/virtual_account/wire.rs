//! Data about virtual accounts, with the field names of the newer OpenAPI.

use provider_kit::wire::Number;
use serde::Deserialize;

use crate::{envelope::Literal, virtual_account::wire as reference};

/// Data of a virtual account that was opened, and a row of the list of all.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Account {
    pub(super) request_id: Option<Literal>,
    merchant_id: Option<Literal>,
    pub(super) va_account: Literal,
    va_name: Option<Literal>,
    va_bank: Option<Literal>,
    va_status: Option<Literal>,
    va_amount: Option<Number>,
    expired_time: Option<Literal>,
    qr_code: Option<String>,
}

/// Data of a virtual account that was renamed or closed.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct ChangedAccount {
    va_account: Literal,
    va_name: Option<Literal>,
    va_status: Option<Literal>,
}

/// One row of a virtual account inquiry.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct CreditRow {
    cashin_id: Literal,
    /// Merchants' public code does not read this field.
    va_account: Option<Literal>,
    amount: Number,
    time_paid: Option<Literal>,
    remark: Option<Literal>,
}

impl From<Account> for reference::OpenedAccount {
    fn from(account: Account) -> Self {
        Self {
            merchant_id: account.merchant_id,
            va_account: account.va_account,
            va_name: account.va_name,
            va_bank: account.va_bank,
            va_status: account.va_status,
            va_amount: account.va_amount,
            va_timelimit: account.expired_time,
            qr_data_url: None,
            qr_common_url: None,
            qr_image: None,
            qr_code: account.qr_code,
        }
    }
}

impl From<ChangedAccount> for reference::RenamedAccount {
    fn from(account: ChangedAccount) -> Self {
        Self { va_account: account.va_account, va_name: account.va_name }
    }
}

impl From<ChangedAccount> for reference::SwitchedAccount {
    fn from(account: ChangedAccount) -> Self {
        Self { account_va: account.va_account, va_status: account.va_status }
    }
}

impl CreditRow {
    /// Converts the row to that of the reference's API. If the row names no account, it has the
    /// account `asked`.
    pub(super) fn on(self, asked: &str) -> reference::CreditRow {
        reference::CreditRow {
            cashin: self.cashin_id,
            full_account_number: self.va_account.unwrap_or(Literal::Text(asked.to_owned())),
            amount: self.amount,
            time_paid: self.time_paid,
            remark: self.remark,
        }
    }
}
