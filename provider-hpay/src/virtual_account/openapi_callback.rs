//! Virtual account callbacks of HPay's newer OpenAPI, according to public merchant code of 2026.
//!
//! The signature covers the account, the amount and the number of the credit, so the callback
//! itself proves the credit. The memo and the time are not covered; they are not part of the event
//! and remain in its raw query only.

use payments_core::{
    Direction, Movement, Raw,
    bank::AccountNumber,
    money::{Currency, Money},
    notification::{Endpoint, EventData, Notification, Received, Untrusted, UntrustedReason},
};
use provider_kit::signature::Field;

use super::credit::is_number;
use crate::{
    client::HPay,
    dedupe_key,
    delivery::{Query, VerifiedFields},
    formulas::OPENAPI_VA_CALLBACK,
    misread::Misread,
};

/// The fields from which the dedupe key of the credit is made.
const KEY_FIELDS: &[&str] = &["cashin_id"];

pub(super) fn receive(
    hpay: &HPay,
    endpoint: &Endpoint,
    query: Query<'_>,
    raw: Raw,
) -> Result<Received, Untrusted> {
    if query.has("merchant_id") && query.text("merchant_id") != hpay.merchant_id() {
        let detail = "it is for another merchant";
        return Err(Untrusted::new(UntrustedReason::WrongRecipient, detail));
    }
    let (signed, signature) = (query.fields(&[merchant(hpay)]), query.text("secure_code"));
    let keys = hpay.passcode();
    let proof = hpay.formulas.get(&OPENAPI_VA_CALLBACK).check(&signed, signature, keys, None)?;
    let fields = query.verified(&proof);
    let movement = match read(hpay.merchant_id(), &fields, raw.clone()) {
        Ok(movement) => movement,
        Err(misread) => return Ok(misread.into_received(proof)),
    };
    let key = movement.key.clone().made_of(KEY_FIELDS);
    let notification = Notification::new(endpoint, proof);
    let event = EventData::Movement(movement);
    Ok(notification.with_event(key, event, &fields.read()).with_raw(raw).into())
}

/// Returns the merchant's number for the signature. The number always comes from the configuration,
/// even if the query names none.
pub(super) fn merchant(hpay: &HPay) -> Field<'_> {
    ("merchant_id", hpay.merchant_id().as_bytes())
}

/// Reads a callback whose signature is valid: the credit, without the fields that the signature
/// does not cover.
///
/// # Errors
/// Returns the field that cannot be read, and the problem. Money may have arrived nevertheless.
fn read(merchant_id: &str, fields: &VerifiedFields<'_>, raw: Raw) -> Result<Movement, Misread> {
    let misread = |field, detail: String| Misread::Field { field, detail };
    let cashin = fields.field("cashin_id");
    if !is_number(cashin) {
        return Err(misread("cashin_id", "is not a number".to_owned()));
    }
    let key = dedupe_key::credit(merchant_id, cashin)
        .map_err(|error| misread("cashin_id", error.to_string()))?;
    let account = AccountNumber::new(fields.field("va_account"))
        .map_err(|error| misread("va_account", error.to_string()))?;
    let amount = Money::parse(fields.field("amount"), Currency::VND)
        .map_err(|error| misread("amount", error.to_string()))?;
    if !amount.is_positive() {
        return Err(misread("amount", format!("{amount} is not above zero")));
    }
    Ok(Movement::new(key, Direction::In, amount).with_virtual_account(account).with_raw(raw))
}
