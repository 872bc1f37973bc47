//! The name on a bank account (reference, "Bank Account Inquiry (Fee)").

use axum::{Json, response::IntoResponse};
use serde::Serialize;

use super::instruction::{check_account, holder};
use crate::{
    civil_time,
    codes::payout as code,
    faults::Fault,
    fields::Fields,
    formulas::NAME_CHECK_REQUEST,
    gateway::Gateway,
    response::{HandlerResult, Refusal},
    sign,
};

#[derive(Serialize)]
struct Named<'a> {
    error_code: &'static str,
    data: Data<'a>,
    checksum: String,
}

#[derive(Serialize)]
struct Data<'a> {
    request_id: String,
    merchant_id: &'a str,
    bank_account_number: &'a str,
    bank_name: &'a str,
    bank_account_name: &'a str,
}

/// The holder of every account that the settings do not list.
const ANYBODY: &str = "NGUYEN THI B";

/// `GET /api/ibft/CheckUserBank`. Each missing parameter has a code of its own.
pub(crate) fn check_name(
    gateway: &Gateway,
    fields: &Fields,
    _fault: Option<&Fault>,
) -> HandlerResult {
    let merchant_id = fields.given("merchant_id").ok_or(Refusal(code::MERCHANT_MISSING))?;
    let bank = fields.given("bank_name").ok_or(Refusal(code::BANK_MISSING))?;
    let number = fields.given("bank_account_number").ok_or(Refusal(code::NUMBER_MISSING))?;
    let secure_code = fields.given("secure_code").ok_or(Refusal(code::CODE_MISSING))?;
    if !gateway.is_merchant(merchant_id) {
        return Err(Refusal(code::MERCHANT_INACTIVE));
    }
    let usual = gateway.codes.name_check(bank, number);
    if !gateway.is_code(NAME_CHECK_REQUEST, fields, secure_code, &[usual]) {
        return Err(Refusal(code::WRONG_CODE));
    }
    check_account(gateway, bank, number)?;
    let name = holder_or_anybody(gateway, bank, number);
    Ok(Json(Named {
        error_code: code::DONE,
        data: Data {
            request_id: civil_time::timestamp(gateway.now()),
            merchant_id,
            bank_account_number: number,
            bank_name: bank,
            bank_account_name: name,
        },
        checksum: sign::filler(&["name", bank, number, name]),
    })
    .into_response())
}

/// The holder of a bank account, whether the settings have it or not.
pub(crate) fn holder_or_anybody<'a>(gateway: &'a Gateway, bank: &str, number: &str) -> &'a str {
    holder(gateway, bank, number).unwrap_or(ANYBODY)
}
