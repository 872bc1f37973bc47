//! What an order inquiry says about a payment.

use std::time::Duration;

use payments_core::{
    Absence, Direction, Error, ErrorKind, GatewayRef, Lookup, Movement, OrderRef, Raw, Result,
    formula::Formula,
    money::{Currency, Money, wire::Number},
    payment::{Payment, PaymentState},
};

use super::{Account, Code, asked_by, is_success, key};
use crate::{
    tables::Service,
    wire::{Envelope, Order},
};

/// "The order does not exist or the order exceeds 7 days": one code for both.
const UNKNOWN_ORDER: &str = "30015";

/// How soon an order that is not there may be asked for again.
const SOON: Duration = Duration::from_secs(60);

/// Reads an answer about `order`, or about the one attempt to pay it that HPay knows by the number
/// `transaction`. It was asked for by `formula`.
///
/// # Errors
/// The order could not be asked for, or the answer is not what HPay documents.
pub(crate) fn order(
    operation: &'static str,
    account: Account<'_>,
    order: &OrderRef,
    transaction: Option<&GatewayRef>,
    envelope: &Envelope<'_>,
    formula: &Formula,
    raw: Raw,
) -> Result<Lookup<Payment>> {
    if !is_success(Service::Checkout, &envelope.error_code) {
        let code = Code::of(Service::Checkout, envelope);
        if let Some(state) = state_of_code(code.text()) {
            let payment = Payment::new(order.clone(), state).with_provider_state(code.text());
            return Ok(Lookup::Found(payment.with_raw(raw)));
        }
        if code.text() == UNKNOWN_ORDER {
            return Ok(Lookup::Absent(absence()));
        }
        return Err(asked_by(operation, &code, formula));
    }
    let malformed =
        |what: &'static str| Error::new(ErrorKind::Malformed, what).with_operation(operation);
    let data = envelope.data.ok_or_else(|| malformed("the answer about the order has no data"))?;
    let data: Order = serde_json::from_str(data.get()).map_err(|error| {
        malformed("the answer is not what HPay documents about an order").with_source(error)
    })?;
    if data.order_code.text() != order.as_str() {
        return Err(malformed("HPay answered about another order"));
    }
    if let (Some(asked), Some(told)) = (transaction, &data.transaction_id)
        && told.text() != asked.as_str()
    {
        return Err(malformed("HPay answered about another attempt to pay the order"));
    }
    Ok(Lookup::Found(payment(account, order, &data)?.with_raw(raw)))
}

fn payment(account: Account<'_>, order: &OrderRef, data: &Order) -> Result<Payment> {
    let word = data.transaction_status.text();
    let amount = match &data.total_amount {
        Some(amount) => Some(money(amount, account.currency)?),
        None => None,
    };
    let state = match (state_of_status(&word), amount) {
        // Paid, and nobody says how much.
        (PaymentState::Settled | PaymentState::Held, None) => PaymentState::Uncertain,
        (state, _) => state,
    };
    let mut payment = Payment::new(order.clone(), state).with_provider_state(word);
    if let Some(amount) = amount {
        payment = payment.with_asked(amount);
        if matches!(state, PaymentState::Settled | PaymentState::Held) {
            payment = payment.with_received(amount);
        }
    }
    let Some(id) = data.transaction_id.as_ref().map(|id| id.text()).filter(|id| !id.is_empty())
    else {
        return Ok(payment);
    };
    if let (PaymentState::Settled, Some(amount)) = (state, amount) {
        let credit = Movement::new(key::paid(account.merchant_id, &id)?, Direction::In, amount);
        payment = payment.with_credits(vec![credit.with_order(order.clone())]);
    }
    Ok(payment.with_gateway_ref(GatewayRef::new(id)?))
}

fn money(amount: &Number, currency: Currency) -> Result<Money> {
    amount.money(currency).map_err(|error| {
        Error::new(
            ErrorKind::Malformed,
            "HPay names an amount that is none in the currency of \
                                          this account",
        )
        .with_source(error)
    })
}

/// The statuses of an order. The reference lists none and prints `00`; the others are those of
/// NganLuong, whose checkout this one descends from.
pub(super) fn state_of_status(status: &str) -> PaymentState {
    match status {
        "00" => PaymentState::Settled,
        "01" => PaymentState::Held,
        "02" => PaymentState::Open,
        _ => PaymentState::Uncertain,
    }
}

/// The codes that are states of an order and not faults.
pub(super) fn state_of_code(code: &str) -> Option<PaymentState> {
    match code {
        "81" => Some(PaymentState::Open),
        "82" | "114" => Some(PaymentState::Processing),
        "83" => Some(PaymentState::Failed),
        "115" => Some(PaymentState::Cancelled),
        _ => None,
    }
}

fn absence() -> Absence {
    Absence::Inconclusive {
        why: "HPay learns of an order when the buyer opens the link, forgets it for inquiries \
              after 7 days, and has one code for both"
            .to_owned(),
        retry_after: Some(SOON),
    }
}
