//! The payout inquiry (reference, "FB_Transaction Inquiry").

use axum::{
    Json,
    response::{IntoResponse, Response},
};
use serde::Serialize;

use super::record::Payout;
use crate::{
    codes::payout as code,
    faults::Fault,
    fields::Fields,
    formulas::PAYOUT_INQUIRY_REQUEST,
    gateway::{Books, Gateway},
    response::{HandlerResult, Refusal},
    sign,
};

#[derive(Serialize)]
struct Found<D> {
    data: D,
    secure_chain: String,
    error_code: &'static str,
}

/// The only match: numbers, and no transaction id.
#[derive(Serialize)]
struct Single<'a> {
    time_tranfer: i64,
    note: &'a str,
    amount: i64,
    transaction_status: u8,
    cashout_status: u8,
    refund_status: u8,
    #[serde(rename = "bankAccount_name")]
    name: &'a str,
    merchant_id: &'a str,
    request_id: &'a str,
    #[serde(rename = "bankAccount_number")]
    number: &'a str,
}

/// One of several matches: text, and its transaction id.
#[derive(Serialize)]
struct Row<'a> {
    time_tranfer: String,
    transaction_id: String,
    note: &'a str,
    amount: String,
    transaction_status: String,
    cashout_status: String,
    refund_status: String,
    #[serde(rename = "bankAccount_name")]
    name: &'a str,
    merchant_id: &'a str,
    request_id: &'a str,
    #[serde(rename = "bankAccount_number")]
    number: &'a str,
}

/// The `refund_status` in the reference's example of a single, successful, unrefunded payout. The
/// reference's table lists 1 and 2 only.
const SINGLE_NOT_REFUNDED: u8 = 3;

/// `GET /api/ibft/inquiry`: every payout with the request id and, if one is given, the transaction
/// id. One payout is returned as an object, several as a list.
///
/// HPay does not publish whether the code covers the transaction id: both codes are accepted.
pub(crate) fn inquire(gateway: &Gateway, fields: &Fields, _fault: Option<&Fault>) -> HandlerResult {
    if !fields.has_all(&["requestId", "merchantId", "secureChain"]) {
        return Err(Refusal(code::PARAMETER_MISSING));
    }
    if !gateway.is_merchant(fields.text("merchantId")) {
        return Err(Refusal(code::MERCHANT_INACTIVE));
    }
    let request_id = fields.text("requestId");
    let transaction_id = fields.given("transactionId");
    let usual = [None, transaction_id].map(|id| gateway.codes.payout_inquiry(request_id, id));
    if !gateway.is_code(PAYOUT_INQUIRY_REQUEST, fields, fields.text("secureChain"), &usual) {
        return Err(Refusal(code::OTHER_TEXT_SIGNED));
    }

    let books = gateway.books();
    let found = find(&books, request_id, transaction_id);
    let merchant_id = gateway.settings.merchant_id.as_str();
    match found.as_slice() {
        [] => Err(Refusal(code::NO_PAYOUT)),
        [only] => Ok(answered(request_id, Single::of(only, merchant_id))),
        several => {
            let rows: Vec<_> = several.iter().map(|payout| Row::of(payout, merchant_id)).collect();
            Ok(answered(request_id, rows))
        }
    }
}

/// Every payout with this request id and, if one is given, this transaction id.
pub(crate) fn find<'a>(
    books: &'a Books,
    request_id: &str,
    transaction_id: Option<&str>,
) -> Vec<&'a Payout> {
    let is_wanted = |payout: &&Payout| {
        payout.request_id == request_id
            && transaction_id.is_none_or(|wanted| payout.transaction_id.to_string() == wanted)
    };
    books.payouts.iter().filter(is_wanted).collect()
}

fn answered(request_id: &str, data: impl Serialize) -> Response {
    let secure_chain = sign::filler(&["payout", request_id]);
    Json(Found { data, secure_chain, error_code: code::DONE }).into_response()
}

impl<'a> Single<'a> {
    fn of(payout: &'a Payout, merchant_id: &'a str) -> Self {
        Self {
            time_tranfer: payout.at,
            note: &payout.note,
            amount: payout.amount,
            transaction_status: payout.state.transaction_status(),
            cashout_status: payout.state.cashout_status(),
            refund_status: payout.state.refund_status().unwrap_or(SINGLE_NOT_REFUNDED),
            name: &payout.name,
            merchant_id,
            request_id: &payout.request_id,
            number: &payout.number,
        }
    }
}

impl<'a> Row<'a> {
    fn of(payout: &'a Payout, merchant_id: &'a str) -> Self {
        let refund = payout.state.refund_status();
        Self {
            time_tranfer: payout.at.to_string(),
            transaction_id: payout.transaction_id.to_string(),
            note: &payout.note,
            amount: payout.amount.to_string(),
            transaction_status: payout.state.transaction_status().to_string(),
            cashout_status: payout.state.cashout_status().to_string(),
            refund_status: refund.map(|status| status.to_string()).unwrap_or_default(),
            name: &payout.name,
            merchant_id,
            request_id: &payout.request_id,
            number: &payout.number,
        }
    }
}
