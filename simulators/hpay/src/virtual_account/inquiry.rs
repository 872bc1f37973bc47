//! The credits of a virtual account (reference, "VA Transaction Inquiry").

use axum::{Json, response::IntoResponse};
use base64::{Engine, engine::general_purpose::STANDARD};
use serde::Serialize;

use super::{account::BANK, change::admit};
use crate::{
    civil_time,
    codes::account as code,
    faults::Fault,
    fields::Fields,
    formulas::VA_INQUIRY_REQUEST,
    gateway::Gateway,
    response::{HandlerResult, Refusal},
    sign,
};

#[derive(Serialize)]
struct Arrived {
    error_code: &'static str,
    message: &'static str,
    data: Vec<Row>,
    secure_code: String,
}

/// Ids and amounts are numbers here, as in the reference's example, though its table says text.
#[derive(Serialize)]
struct Row {
    transaction_id: u64,
    full_account_number: String,
    amount: i64,
    time_paid: i64,
    cashin: u64,
    remark: String,
    va_bank_name: &'static str,
}

/// `POST /v1/account/inquiry`: yesterday's and today's credits, by the calendar at UTC+7.
pub(crate) fn inquire(gateway: &Gateway, fields: &Fields, _fault: Option<&Fault>) -> HandlerResult {
    let number = fields.text("va_account");
    let usual = gateway.codes.account_inquiry(number);
    let required = ["merchant_id", "va_account", "secure_code"];
    admit(gateway, fields, &required, (VA_INQUIRY_REQUEST, usual))?;

    let since = civil_time::start_of_yesterday(gateway.now());
    let mut books = gateway.books();
    let account = books.account_mut(number).ok_or(Refusal(code::UNKNOWN_ACCOUNT))?;
    let data = account
        .credits
        .iter()
        .filter(|credit| credit.at >= since)
        .map(|credit| Row {
            transaction_id: credit.transaction_id,
            full_account_number: account.full_number.clone(),
            amount: credit.amount,
            time_paid: credit.at,
            cashin: credit.cashin,
            remark: STANDARD.encode(&credit.remark),
            va_bank_name: BANK,
        })
        .collect();
    Ok(Json(Arrived {
        error_code: code::DONE,
        message: "success",
        data,
        secure_code: sign::filler(&["credits", number]),
    })
    .into_response())
}
