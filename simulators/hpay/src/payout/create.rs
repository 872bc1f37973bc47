//! Paying out (reference, "iBFT Payment").

use axum::{Json, response::IntoResponse};
use serde::Serialize;
use simulator_kit::{Algorithm, HangUp, failing::PayoutFate};

use super::{
    instruction::Instruction,
    record::{Payout, PayoutStart, PayoutState},
};
use crate::{
    codes::payout as code,
    faults::Fault,
    fields::Fields,
    formulas::PAYOUT_RESPONSE,
    gateway::{Books, Gateway},
    ledger::{BookingKind, Entry},
    response::{HandlerResult, Refusal},
    tables,
};

#[derive(Serialize)]
struct Answered {
    error_code: &'static str,
    status: &'static str,
    data: Data,
}

#[derive(Serialize)]
struct Data {
    #[serde(rename = "requestId")]
    request_id: String,
    #[serde(rename = "bankAccountNumber")]
    number: String,
    #[serde(rename = "omiCashoutId")]
    cashout_id: String,
    #[serde(rename = "omiTransactionId")]
    transaction_id: String,
    #[serde(rename = "secureChain")]
    secure_chain: String,
}

/// `POST /api/ibft/create`, `POST /v1/fb/create` and the deprecated `POST /api/ibft`.
///
/// Every call pays: a request id that was used before is paid again.
pub(crate) fn create(gateway: &Gateway, fields: &Fields, fault: Option<&Fault>) -> HandlerResult {
    let instruction = Instruction::read(gateway, fields)?;
    let fate = gateway.payout_fate(&instruction.number);
    if fate == Some(PayoutFate::RequestLost) {
        return Ok(HangUp.into_response());
    }
    let (payout, start) = book(gateway, instruction)?;
    if fate == Some(PayoutFate::AnswerLost) {
        return Ok(HangUp.into_response());
    }

    let number = match fault {
        Some(Fault::EchoWrongAccount) => another_account(&payout.number),
        _ => payout.number.clone(),
    };
    let cashout_id = payout.cashout_id.to_string();
    let name_or_number = match gateway.settings.readings.payout_response_by_name {
        true => &payout.name,
        false => &number,
    };
    let signed = gateway.codes.payout_answer_text(&payout.request_id, name_or_number, &cashout_id);
    let transaction_id = payout.transaction_id.to_string();
    let answered = Fields::of(&[
        ("requestId", payout.request_id.as_str()),
        ("bankAccountNumber", &number),
        ("bankAccountName", &payout.name),
        ("omiCashoutId", &cashout_id),
        ("omiTransactionId", &transaction_id),
    ]);
    let replaced = gateway.signature(PAYOUT_RESPONSE, Algorithm::RsaSha256Base64, &answered);
    let secure_chain = match replaced.filter(|_| fault != Some(&Fault::ForgeSignature)) {
        Some(signature) => Ok(signature),
        None if fault == Some(&Fault::ForgeSignature) => gateway.keys.sign("forged"),
        None => gateway.keys.sign(&signed),
    };
    let secure_chain = secure_chain.map_err(|_| Refusal(code::INTERNAL))?;
    let (error_code, status) = match start {
        PayoutStart::Succeeded | PayoutStart::Accepted => (code::DONE, "Giao dịch thành công"),
        PayoutStart::Processing => (code::PROCESSING, "Giao dịch đang xử lý"),
    };
    Ok(Json(Answered {
        error_code,
        status,
        data: Data {
            request_id: payout.request_id,
            number,
            cashout_id,
            transaction_id,
            secure_chain,
        },
    })
    .into_response())
}

/// Debits the merchant and stores the payout, or refuses if the balance is too low.
pub(crate) fn book(
    gateway: &Gateway,
    asked: Instruction,
) -> Result<(Payout, PayoutStart), Refusal> {
    let at = gateway.now();
    let fate = gateway.payout_fate(&asked.number);
    if fate == Some(PayoutFate::Refused) {
        return Err(Refusal(code::INVALID_RECIPIENT));
    }
    let mut books = gateway.books();
    if asked.amount > books.balance() {
        return Err(Refusal(code::BALANCE_TOO_LOW));
    }
    let Books { ledger, payouts, numbers, payout_start, .. } = &mut *books;
    let start = match fate {
        Some(PayoutFate::Pending) => PayoutStart::Accepted,
        Some(PayoutFate::Returned) => PayoutStart::Succeeded,
        _ => *payout_start,
    };
    let mut payout = Payout {
        request_id: asked.request_id,
        transaction_id: numbers.transaction(),
        cashout_id: numbers.cashout(),
        bank: asked.bank,
        number: asked.number,
        name: asked.name,
        amount: asked.amount,
        note: asked.note,
        at,
        state: start.state(),
    };
    ledger.book(&Entry::of_payout(BookingKind::Payout, &payout, at));
    if fate == Some(PayoutFate::Returned) {
        payout.state = PayoutState::Reversed;
        ledger.book(&Entry::of_payout(BookingKind::PayoutReturned, &payout, at));
    }
    payouts.push(payout.clone());
    Ok((payout, start))
}

impl<'a> Entry<'a> {
    pub(super) fn of_payout(kind: BookingKind, payout: &'a Payout, at: i64) -> Self {
        Self {
            kind,
            reference: &payout.request_id,
            transaction_id: payout.transaction_id,
            account: &payout.number,
            bank: tables::bank_bin(&payout.bank),
            amount: payout.amount,
            currency: "vnd",
            at,
        }
    }
}

/// An account that differs in its last digit.
pub(crate) fn another_account(number: &str) -> String {
    let mut other = number.to_owned();
    let last = other.pop();
    other.push(if last == Some('0') { '1' } else { '0' });
    other
}
