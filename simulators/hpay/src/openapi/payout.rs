//! Payouts: `/service/ibft/v1/`.

use axum::response::IntoResponse;
use serde::Serialize;
use simulator_kit::{HangUp, failing::PayoutFate};

use super::envelope::{open, sealed};
use crate::{
    codes::openapi as code,
    faults::Fault,
    fields::Fields,
    gateway::Gateway,
    payout::{self, Instruction, Payout},
    response::{HandlerResult, Refusal},
};

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Transferred<'a> {
    request_id: &'a str,
    merchant_id: &'a str,
    bank_account_number: &'a str,
    bank_name: &'a str,
    bank_account_name: &'a str,
    amount: String,
    note: &'a str,
    cashout_id: String,
    transaction_id: String,
    transaction_time: String,
}

/// A payout of an inquiry. Merchants' code does not show one: the statuses are those of the reference's
/// API, and their names are assumptions.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Row<'a> {
    #[serde(flatten)]
    transferred: Transferred<'a>,
    transaction_status: u8,
    cashout_status: u8,
    refund_status: String,
}

/// `POST …/transfer`. Every call pays, as in the reference's API; the response has the same code
/// whether the beneficiary has the money yet or not.
pub(crate) fn transfer(gateway: &Gateway, fields: &Fields, fault: Option<&Fault>) -> HandlerResult {
    let asked = open(gateway, fields, &gateway.settings.payout_service)?;
    // Merchants' code calls it by either name.
    let note = asked.given("note").or(asked.given("remark")).unwrap_or_default().to_owned();
    let asked = asked.with("note", &note);
    let instruction = Instruction::checked(gateway, &asked).map_err(as_refused)?;
    let fate = gateway.payout_fate(&instruction.number);
    if fate == Some(PayoutFate::RequestLost) {
        return Ok(HangUp.into_response());
    }
    let (mut booked, _) = payout::book(gateway, instruction).map_err(as_refused)?;
    if fate == Some(PayoutFate::AnswerLost) {
        return Ok(HangUp.into_response());
    }
    if fault == Some(&Fault::EchoWrongAccount) {
        booked.number = payout::another_account(&booked.number);
    }
    sealed(gateway, &Transferred::of(gateway, &booked), fault)
}

/// `POST …/inquiry`: every payout with the request id and, if one is given, the transaction id. As in
/// the reference's API, one is an object and several are a list; that an unknown one is refused is an
/// assumption.
pub(crate) fn inquire(gateway: &Gateway, fields: &Fields, fault: Option<&Fault>) -> HandlerResult {
    let asked = open(gateway, fields, &gateway.settings.payout_service)?;
    let books = gateway.books();
    let found = payout::find(&books, asked.text("requestId"), asked.given("transactionId"));
    let rows: Vec<Row<'_>> = found.iter().map(|payout| Row::of(gateway, payout)).collect();
    match rows.as_slice() {
        [] => Err(Refusal(code::REFUSED)),
        [only] => sealed(gateway, only, fault),
        several => sealed(gateway, &several, fault),
    }
}

/// `POST …/get-name`. That it repeats the account is an assumption.
pub(crate) fn name(gateway: &Gateway, fields: &Fields, fault: Option<&Fault>) -> HandlerResult {
    #[derive(Serialize)]
    #[serde(rename_all = "camelCase")]
    struct Named<'a> {
        bank_name: &'a str,
        bank_account_number: &'a str,
        bank_account_name: &'a str,
    }
    let asked = open(gateway, fields, &gateway.settings.payout_service)?;
    let (bank_name, number) = (asked.text("bankName"), asked.text("bankAccountNumber"));
    payout::check_account(gateway, bank_name, number).map_err(as_refused)?;
    let bank_account_name = payout::holder_or_anybody(gateway, bank_name, number);
    sealed(gateway, &Named { bank_name, bank_account_number: number, bank_account_name }, fault)
}

/// Whatever the reference's API would say: merchants have seen one code.
fn as_refused(_: Refusal) -> Refusal {
    Refusal(code::REFUSED)
}

impl<'a> Transferred<'a> {
    fn of(gateway: &'a Gateway, payout: &'a Payout) -> Self {
        Self {
            request_id: &payout.request_id,
            merchant_id: &gateway.settings.merchant_id,
            bank_account_number: &payout.number,
            bank_name: &payout.bank,
            bank_account_name: &payout.name,
            amount: payout.amount.to_string(),
            note: &payout.note,
            cashout_id: payout.cashout_id.to_string(),
            transaction_id: payout.transaction_id.to_string(),
            transaction_time: payout.at.to_string(),
        }
    }
}

impl<'a> Row<'a> {
    fn of(gateway: &'a Gateway, payout: &'a Payout) -> Self {
        let refund = payout.state.refund_status();
        Self {
            transferred: Transferred::of(gateway, payout),
            transaction_status: payout.state.transaction_status(),
            cashout_status: payout.state.cashout_status(),
            refund_status: refund.map(|status| status.to_string()).unwrap_or_default(),
        }
    }
}
