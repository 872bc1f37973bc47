//! The order inquiry (reference, "Order Inquiry").

use axum::{Json, response::IntoResponse};
use serde::Serialize;

use super::order::{Attempt, Order, PayAs};
use crate::{
    codes::checkout as code,
    faults::Fault,
    fields::Fields,
    formulas::ORDER_INQUIRY_REQUEST,
    gateway::Gateway,
    response::{HandlerResult, Refusal},
    sign,
};

/// How long an order can be asked about (code 30015), in seconds.
const WINDOW: i64 = 7 * 24 * 3600;

#[derive(Serialize)]
struct Found {
    error_code: &'static str,
    data: Data,
    checksum: String,
}

#[derive(Serialize)]
struct Data {
    token: String,
    transaction_status: &'static str,
    receiver_email: String,
    order_code: String,
    total_amount: String,
    bank_code: &'static str,
    order_description: String,
    tax_amount: i64,
    discount_amount: i64,
    fee_shipping: i64,
    return_url: String,
    cancel_url: String,
    buyer_fullname: String,
    buyer_email: &'static str,
    buyer_mobile: &'static str,
    buyer_address: &'static str,
    affiliate_code: &'static str,
    transaction_id: String,
}

/// `POST /api/transaction/GetTransactionDetail`: what the gateway knows about an order.
pub(crate) fn inquire(gateway: &Gateway, fields: &Fields, _fault: Option<&Fault>) -> HandlerResult {
    let merchant_id = fields.given("merchant_id").ok_or(Refusal(code::MERCHANT_MISSING))?;
    let order_code = fields.given("order_code");
    let transaction_id = fields.given("transaction_id");
    if order_code.is_none() && transaction_id.is_none() {
        return Err(Refusal(code::REFERENCE_MISSING));
    }
    let checksum = fields.given("checksum").ok_or(Refusal(code::CODE_MISSING))?;
    if !gateway.is_merchant(merchant_id) {
        return Err(Refusal(code::MERCHANT_INACTIVE));
    }
    let usual = gateway.codes.order_inquiry(order_code, transaction_id);
    if !gateway.is_code(ORDER_INQUIRY_REQUEST, fields, checksum, &[usual]) {
        return Err(Refusal(code::WRONG_CODE));
    }

    let books = gateway.books();
    let since = gateway.now().saturating_sub(WINDOW);
    let (order, attempt) = books
        .orders
        .iter()
        .filter(|order| order.opened_at >= since)
        .filter(|order| order_code.is_none_or(|wanted| order.link.order_code == wanted))
        .filter_map(|order| Some((order, deciding_attempt(order, transaction_id)?)))
        .max_by_key(|(_, attempt)| rank(attempt.as_ref()))
        .ok_or(Refusal(code::NO_ORDER))?;
    Ok(Json(Found::new(gateway, order, attempt.as_ref())).into_response())
}

/// The attempt that is asked about: the named one, or else the one that paid.
///
/// The outer `None` means that this is not the order that is asked about.
fn deciding_attempt(order: &Order, transaction_id: Option<&str>) -> Option<Option<Attempt>> {
    match transaction_id {
        None => Some(order.paying_attempt().copied()),
        Some(wanted) => order
            .attempts
            .iter()
            .find(|attempt| attempt.transaction_id.to_string() == wanted)
            .map(|attempt| Some(*attempt)),
    }
}

/// Ranks the orders that share one code: a paid one is shown, else one whose money HPay holds, else
/// the latest.
fn rank(attempt: Option<&Attempt>) -> u8 {
    match attempt.map(|attempt| attempt.outcome) {
        Some(PayAs::Now) => 2,
        Some(PayAs::Held) => 1,
        Some(PayAs::Failed) | None => 0,
    }
}

impl Found {
    fn new(gateway: &Gateway, order: &Order, attempt: Option<&Attempt>) -> Self {
        let link = &order.link;
        let transaction_status = Order::status(attempt);
        Self {
            error_code: code::DONE,
            checksum: sign::filler(&["order", &order.token, transaction_status]),
            data: Data {
                token: order.token.clone(),
                transaction_status,
                receiver_email: gateway.settings.merchant_email.clone(),
                order_code: link.order_code.clone(),
                total_amount: link.total().to_string(),
                bank_code: attempt.map_or("", |_| link.instrument.bank_code()),
                order_description: link.order_description.clone(),
                tax_amount: link.tax,
                discount_amount: link.discount,
                fee_shipping: link.fee_shipping,
                return_url: link.return_url.clone(),
                cancel_url: link.cancel_url.clone(),
                buyer_fullname: link.buyer_info.clone(),
                buyer_email: "",
                buyer_mobile: "",
                buyer_address: "",
                affiliate_code: "0",
                transaction_id: attempt
                    .map(|attempt| attempt.transaction_id.to_string())
                    .unwrap_or_default(),
            },
        }
    }
}
