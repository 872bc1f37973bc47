//! A payment as an order inquiry reports it.

use payments_core::{
    Direction, Error, ErrorKind, GatewayRef, Lookup, Movement, OrderRef, Raw, Result,
    money::{Currency, Money},
    payment::{Payment, PaymentState},
};
use provider_kit::{signature::Formula, wire::Number};

use super::{
    inquiry_window::{UNKNOWN_ORDER, absence},
    status::{CODES, order_state, order_state_of_code},
    wire::Order,
};
use crate::{client::Account, dedupe_key, envelope::Envelope, error_codes::Code};

/// Reads a response about `order`, or about one attempt to pay it, which HPay knows by the number
/// `transaction`. The request was signed by `formula`.
///
/// # Errors
/// The inquiry failed, or the response is not as HPay documents it.
pub(crate) fn read(
    operation: &'static str,
    account: Account<'_>,
    order: &OrderRef,
    transaction: Option<&GatewayRef>,
    envelope: &Envelope<'_>,
    formula: &Formula,
    raw: Raw,
) -> Result<Lookup<Payment>> {
    if !CODES.is_success(&envelope.error_code) {
        let code = Code::of(&CODES, envelope);
        if let Some(state) = order_state_of_code(code.text()) {
            let payment = Payment::new(order.clone(), state).with_provider_state(code.text());
            return Ok(Lookup::Found(payment.with_raw(raw)));
        }
        if code.text() == UNKNOWN_ORDER {
            return Ok(Lookup::Absent(absence()));
        }
        return Err(code.failed_inquiry(operation, formula));
    }
    let malformed =
        |what: &'static str| Error::new(ErrorKind::Malformed, what).with_operation(operation);
    let data = envelope
        .data
        .as_ref()
        .ok_or_else(|| malformed("the response about the order has no data"))?;
    let data: Order = serde_json::from_str(data.get()).map_err(|error| {
        malformed("the response is not what HPay documents about an order").with_source(error)
    })?;
    if data.order_code.text() != order.as_str() {
        return Err(malformed("HPay answered about another order"));
    }
    if let (Some(asked), Some(reported)) = (transaction, &data.transaction_id)
        && reported.text() != asked.as_str()
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
    let state = match (order_state(&word), amount) {
        // It is paid, but the amount is missing.
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
        let credit =
            Movement::new(dedupe_key::paid(account.merchant_id, &id)?, Direction::In, amount);
        payment = payment.with_credits(vec![credit.with_order(order.clone())]);
    }
    Ok(payment.with_gateway_ref(GatewayRef::new(id)?))
}

fn money(amount: &Number, currency: Currency) -> Result<Money> {
    amount.money(currency).map_err(|error| {
        Error::new(
            ErrorKind::Malformed,
            "HPay names an amount that is none in the currency of this account",
        )
        .with_source(error)
    })
}

#[cfg(test)]
mod tests;
