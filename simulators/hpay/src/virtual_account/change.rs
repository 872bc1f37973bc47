//! Renaming, closing and reopening a virtual account (reference, "Update VA Account Name" and
//! "API Revoke VA").

use axum::{Json, response::IntoResponse};
use serde::Serialize;

use super::{
    account::{AccountStatus, VirtualAccount},
    terms,
};
use crate::{
    codes::account as code,
    faults::Fault,
    fields::Fields,
    formulas::{VA_CLOSE_REQUEST, VA_RENAME_REQUEST},
    gateway::Gateway,
    response::{HandlerResult, Refusal},
    sign,
};

#[derive(Serialize)]
struct Renamed<'a> {
    error_code: &'static str,
    message: &'static str,
    data: RenamedData<'a>,
}

#[derive(Serialize)]
struct RenamedData<'a> {
    merchant_id: &'a str,
    va_account: &'a str,
    va_name: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    remark: Option<&'a str>,
}

#[derive(Serialize)]
struct Revoked<'a> {
    error_code: &'static str,
    data: RevokedData<'a>,
    checksum: String,
}

#[derive(Serialize)]
struct RevokedData<'a> {
    merchant_id: &'a str,
    account_va: &'a str,
    va_status: &'static str,
}

/// `POST /api/va/updateVaName`. The account is echoed as it was asked for.
pub(crate) fn rename(gateway: &Gateway, fields: &Fields, _fault: Option<&Fault>) -> HandlerResult {
    let number = fields.text("va_account");
    let usual = gateway.codes.account_rename(number, fields.text("va_name"));
    let required = ["merchant_id", "va_account", "va_name", "secure_code"];
    admit(gateway, fields, &required, (VA_RENAME_REQUEST, usual))?;
    let name = terms::name(fields, "va_name")?;
    let remark = terms::remark(fields)?;

    let account = change(gateway, number, Change::Rename { name, remark: remark.clone() })?;
    Ok(Json(Renamed {
        error_code: code::DONE,
        message: "Update account virtual account name successful",
        data: RenamedData {
            merchant_id: &gateway.settings.merchant_id,
            va_account: number,
            va_name: &account.name,
            remark: Some(remark.as_str()).filter(|remark| !remark.is_empty()),
        },
    })
    .into_response())
}

/// A change of an account.
pub(crate) enum Change {
    /// Another name, and another remark unless it is empty.
    Rename { name: String, remark: String },
    /// It is closed.
    Close,
}

/// Changes the account under a short or a full number, and returns it.
pub(crate) fn change(
    gateway: &Gateway,
    number: &str,
    change: Change,
) -> Result<VirtualAccount, Refusal> {
    let now = gateway.now();
    let mut books = gateway.books();
    let account = books.account_mut(number).ok_or(Refusal(code::UNKNOWN_ACCOUNT))?;
    match change {
        Change::Rename { name, remark } => {
            if account.status_at(now) != AccountStatus::Active {
                return Err(Refusal(code::EXPIRED));
            }
            account.name = name;
            if !remark.is_empty() {
                account.remark = remark;
            }
        }
        Change::Close => close(account, now)?,
    }
    Ok(account.clone())
}

/// The account under a short or a full number.
pub(crate) fn find(gateway: &Gateway, number: &str) -> Result<VirtualAccount, Refusal> {
    let mut books = gateway.books();
    books.account_mut(number).map(|account| account.clone()).ok_or(Refusal(code::UNKNOWN_ACCOUNT))
}

/// `POST /api/va/revoke`: flag 0 closes, flag 1 opens again.
pub(crate) fn revoke(gateway: &Gateway, fields: &Fields, _fault: Option<&Fault>) -> HandlerResult {
    let number = fields.text("account_va");
    let flag = fields.text("flag");
    let usual = gateway.codes.account_revoke(number, flag);
    let required = ["merchant_id", "account_va", "flag", "secure_code"];
    admit(gateway, fields, &required, (VA_CLOSE_REQUEST, usual))?;
    let opens = match flag {
        "0" => false,
        "1" => true,
        _ => return Err(Refusal(code::WRONG_FLAG)),
    };
    let now = gateway.now();
    let time_limit = terms::time_limit(fields, "time_limit", now)?;

    let mut books = gateway.books();
    let account = books.account_mut(number).ok_or(Refusal(code::UNKNOWN_ACCOUNT))?;
    if opens {
        reopen(account, now)?;
        // A time limit in the future is kept unless the request has another one.
        if fields.given("time_limit").is_some() || account.time_limit <= now {
            account.time_limit = time_limit;
        }
    } else {
        close(account, now)?;
    }
    let va_status = account.status_at(now).code();
    Ok(Json(Revoked {
        error_code: code::DONE,
        data: RevokedData {
            merchant_id: &gateway.settings.merchant_id,
            account_va: number,
            va_status,
        },
        checksum: sign::filler(&["revoke", number, va_status]),
    })
    .into_response())
}

fn close(account: &mut VirtualAccount, now: i64) -> Result<(), Refusal> {
    if account.status_at(now) != AccountStatus::Active {
        return Err(Refusal(code::WRONG_STATUS));
    }
    account.status = AccountStatus::Closed;
    Ok(())
}

fn reopen(account: &mut VirtualAccount, now: i64) -> Result<(), Refusal> {
    if account.is_one_time && !account.credits.is_empty() {
        return Err(Refusal(code::ALREADY_PAID));
    }
    if account.status_at(now) != AccountStatus::Closed {
        return Err(Refusal(code::WRONG_STATUS));
    }
    account.status = AccountStatus::Active;
    Ok(())
}

/// The first checks of every call on an existing account. A missing parameter and a wrong
/// `secure_code` have the same error code. `formula` is the name of the formula, and the signature
/// by HPay's own formula.
pub(super) fn admit(
    gateway: &Gateway,
    fields: &Fields,
    required: &[&str],
    formula: (&str, String),
) -> Result<(), Refusal> {
    if !fields.has_all(required) {
        return Err(Refusal(code::WRONG_PARAMETERS));
    }
    if !gateway.is_merchant(fields.text("merchant_id")) {
        return Err(Refusal(code::UNKNOWN_MERCHANT));
    }
    let (formula, usual) = formula;
    if !gateway.is_code(formula, fields, fields.text("secure_code"), &[usual]) {
        return Err(Refusal(code::WRONG_PARAMETERS));
    }
    Ok(())
}
