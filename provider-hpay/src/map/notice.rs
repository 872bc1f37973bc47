//! What a payment notification says.

use payments_core::{
    Direction, GatewayRef, Movement, OrderRef, Raw, StatedKey,
    money::Money,
    notification::{Untrusted, UntrustedReason},
    payment::{Payment, PaymentState},
};

use super::{Account, Misread, key};
use crate::wire;

/// What a payment notification says, and what that rests on.
pub(crate) struct PaymentNotice {
    pub(crate) payment: Payment,
    pub(crate) key: StatedKey,
    pub(crate) rests_on: &'static [&'static str],
}

const SIGNED: &[&str] = &["order_code", "price", "payment_id", "payment_type", "error_text"];

/// As [`SIGNED`], and on something that no proof covers.
///
/// The signed text is joined by spaces, and a buyer can write the transaction information. While
/// the error text is empty and the other fields hold no space, the fields can be cut in one way
/// only. With an error text a paid notification can be cut so that it tells of another order's
/// failure.
const SIGNED_AND_CUT: &[&str] =
    &["order_code", "price", "payment_id", "payment_type", "error_text", "where the fields end"];

/// Reads a payment notification whose signature is good: a good signature is not yet a payment.
///
/// # Errors
/// A field is not what HPay puts there, as when the fields are cut elsewhere.
pub(crate) fn payment_notice(
    account: Account<'_>,
    notice: wire::PaymentNotice<'_>,
    raw: Raw,
) -> Result<PaymentNotice, Misread> {
    if notice.order_code.contains(char::is_whitespace) {
        let detail = "the order code holds white space: the fields may be cut wrongly";
        return Err(unreadable(detail).into());
    }
    let order =
        OrderRef::new(notice.order_code).map_err(|_| unreadable("the order code is not one"))?;
    for (name, value) in [("payment_id", notice.payment_id), ("payment_type", notice.payment_type)]
    {
        if value.is_empty() || !value.bytes().all(|b| b.is_ascii_digit()) {
            return Err(unreadable(format!("{name} is not a number")).into());
        }
    }
    if notice.price.contains(char::is_whitespace) {
        let detail = "the price holds white space: the fields may be cut wrongly";
        return Err(unreadable(detail).into());
    }
    let price = Money::parse(notice.price, account.currency)
        .map_err(|error| Misread::Amount { field: "price", detail: error.to_string() })?;
    if !price.is_positive() {
        return Err(unreadable("the price is not above zero").into());
    }

    let state = state(notice.payment_type, notice.error_text);
    let name = |_| unreadable("payment_id is too long");
    let mut payment = Payment::new(order.clone(), state)
        .with_asked(price)
        .with_gateway_ref(GatewayRef::new(notice.payment_id).map_err(name)?)
        .with_provider_state(match notice.error_text {
            "" => notice.payment_type,
            words => words,
        })
        .with_raw(raw);
    if matches!(state, PaymentState::Settled | PaymentState::Held) {
        payment = payment.with_received(price);
    }
    if state == PaymentState::Settled {
        let key = key::paid(account.merchant_id, notice.payment_id).map_err(name)?;
        let credit = Movement::new(key, Direction::In, price).with_order(order);
        payment = payment.with_credits(vec![credit]);
    }
    let key = key::payment(account.merchant_id, notice.payment_id, state).map_err(name)?;
    let rests_on = if notice.error_text.is_empty() { SIGNED } else { SIGNED_AND_CUT };
    Ok(PaymentNotice { payment, key: key.made_of(rests_on), rests_on })
}

/// `payment_type` 1 is paid, 2 is paid and held by HPay (`htpgroup/omipay_php_lib`; the reference
/// calls them Paynow and Paylater). With an error text nothing is paid, whatever the type.
pub(super) fn state(payment_type: &str, error_text: &str) -> PaymentState {
    match (payment_type, error_text) {
        (_, error) if !error.is_empty() => PaymentState::Failed,
        ("1", _) => PaymentState::Settled,
        ("2", _) => PaymentState::Held,
        _ => PaymentState::Uncertain,
    }
}

fn unreadable(detail: impl Into<String>) -> Untrusted {
    Untrusted::new(UntrustedReason::Unreadable, detail)
}
