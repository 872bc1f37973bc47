//! Virtual account callbacks (source: HPay API reference 1.0.0, Callback IPN After Completed
//! Payment).
//!
//! There are two forms, which differ in their field names. The reference's form has `cashin`. The
//! form of the newer OpenAPI, known from public merchant code of 2026, has `cashin_id` and is read
//! by `openapi_callback`. Each form has its own formula. A callback that fails the formula of its
//! form is never checked by the other formula.
//!
//! The signature of the reference's form covers the numbers of the credit and the order, but
//! neither the amount nor the account. Such a callback is only a hint that money arrived; the
//! inquiry reports how much and where. A callback that names an order of the checkout page reports
//! a payment that a notification reports as well; the order inquiry returns the number under which
//! both are handled.

use payments_core::{
    Direction, Movement, OrderRef, Raw,
    bank::AccountNumber,
    money::{Currency, Money},
    notification::{
        Delivery, Endpoint, EventData, Notification, Received, Untrusted, UntrustedReason,
    },
    payment::{Payment, PaymentState},
};
use provider_kit::signature::SignedParts;

use super::{
    credit::{is_number, with_details},
    openapi_callback,
    status::reports_a_credit,
};
use crate::{
    client::HPay,
    dedupe_key,
    delivery::{Query, VerifiedFields, raw},
    envelope::Literal,
    formulas::{OPENAPI_VA_CALLBACK, VA_CALLBACK},
    misread::Misread,
};

/// The fields from which the dedupe key of a credit is made.
const KEY_FIELDS: &[&str] = &["cashin"];

enum Form {
    Reference,
    Openapi,
}

/// The content of a callback of the reference's form.
enum CreditNotice {
    /// A credit. Neither its amount nor its account is signed.
    Credit(Box<Movement>),
    /// A buyer's transfer that paid an order of the checkout page, which HPay also reports at
    /// `notify_url`. Neither the amount nor the order is signed.
    Payment(Box<Payment>),
    /// A callback with another code, which reports no money.
    Other { code: String },
}

pub(crate) fn receive(hpay: &HPay, endpoint: &Endpoint, delivery: &Delivery<'_>) -> Received {
    let received = Query::of(delivery).and_then(|query| match Form::of(&query)? {
        Form::Reference => receive_reference(hpay, endpoint, query, raw(delivery)),
        Form::Openapi => openapi_callback::receive(hpay, endpoint, query, raw(delivery)),
    });
    received.into()
}

/// Returns the inputs for the signature check of a callback.
pub(crate) fn signed_parts<'a>(hpay: &'a HPay, delivery: &Delivery<'a>) -> Option<SignedParts<'a>> {
    let query = Query::of(delivery).ok()?;
    let (formula, ours) = match Form::of(&query).ok()? {
        Form::Reference => (VA_CALLBACK, None),
        Form::Openapi => (OPENAPI_VA_CALLBACK, Some(openapi_callback::merchant(hpay))),
    };
    Some(query.into_signed_parts(hpay.formulas.get(&formula), hpay.passcode(), ours))
}

fn receive_reference(
    hpay: &HPay,
    endpoint: &Endpoint,
    query: Query<'_>,
    raw: Raw,
) -> Result<Received, Untrusted> {
    let (signed, signature) = (query.fields(&[]), query.text("secure_code"));
    let proof = hpay.formulas.get(&VA_CALLBACK).check(&signed, signature, hpay.passcode(), None)?;
    let fields = query.verified(&proof);
    let read = match read(hpay.merchant_id(), &fields, raw.clone()) {
        Ok(read) => read,
        Err(misread) => return Ok(misread.into_received(proof)),
    };
    let rests_on = fields.read();
    let notification = Notification::new(endpoint, proof);
    let notification = match read {
        CreditNotice::Credit(movement) => {
            let key = movement.key.clone().made_of(KEY_FIELDS);
            notification.with_event(key, EventData::Movement(*movement), &rests_on)
        }
        // The order inquiry gives the key, because no signature covers the order.
        CreditNotice::Payment(payment) => {
            notification.with_event(None, EventData::Payment(*payment), &rests_on)
        }
        CreditNotice::Other { code } => {
            let name = format!("virtual account callback with the error code {code}");
            notification.with_unrecognised(name, &rests_on)
        }
    };
    Ok(notification.with_raw(raw).into())
}

/// Reads a callback of the reference's form whose signature is valid.
///
/// # Errors
/// Returns [`Misread`] if a field does not have a value that HPay documents.
fn read(merchant_id: &str, fields: &VerifiedFields<'_>, raw: Raw) -> Result<CreditNotice, Misread> {
    let cashin = fields.field("cashin");
    if !is_number(cashin) {
        return Err(unreadable("the cashin number is not a number").into());
    }
    // It is signed next to the cashin number, with a pipe between them.
    if fields.field("order_id").contains('|') {
        return Err(unreadable("order_id contains the separator of the signed text").into());
    }
    let error_code = fields.field("error_code");
    if !reports_a_credit(error_code) {
        return Ok(CreditNotice::Other { code: error_code.to_owned() });
    }
    let number = match fields.field("fullAccountNumber") {
        "" => fields.field("va_account"),
        full => full,
    };
    let number =
        AccountNumber::new(number).map_err(|_| unreadable("the account number is not one"))?;
    let amount = Money::parse(fields.field("amount"), Currency::VND)
        .map_err(|error| Misread::Field { field: "amount", detail: error.to_string() })?;
    if !amount.is_positive() {
        return Err(unreadable("the amount is not above zero").into());
    }
    let key = dedupe_key::credit(merchant_id, cashin)
        .map_err(|_| unreadable("the cashin number is too long"))?;
    match fields.field("order_code") {
        "" => {}
        // The order inquiry reports the number under which the order was paid, which the
        // notification has as well, because both report one payment.
        order => {
            let order =
                OrderRef::new(order).map_err(|_| unreadable("the order code is not one"))?;
            let payment = Payment::new(order, PaymentState::Settled).with_received(amount);
            return Ok(CreditNotice::Payment(Box::new(payment.with_raw(raw))));
        }
    }
    let movement =
        Movement::new(key, Direction::In, amount).with_virtual_account(number).with_raw(raw);
    let at = Literal::Text(fields.field("time_paid").to_owned()).time();
    Ok(CreditNotice::Credit(Box::new(with_details(movement, fields.field("remark"), at))))
}

impl Form {
    fn of(query: &Query<'_>) -> Result<Self, Untrusted> {
        match (query.has("cashin"), query.has("cashin_id")) {
            (true, false) => Ok(Self::Reference),
            (false, true) => Ok(Self::Openapi),
            (true, true) => Err(unreadable("both cashin and cashin_id are there")),
            (false, false) => Err(unreadable("neither cashin nor cashin_id is there")),
        }
    }
}

fn unreadable(detail: &'static str) -> Untrusted {
    Untrusted::new(UntrustedReason::Unreadable, detail)
}

#[cfg(test)]
mod tests;
