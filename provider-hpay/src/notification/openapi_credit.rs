//! Virtual account callbacks of HPay's newer OpenAPI, as public merchant code of 2026 has them.
//!
//! The code covers the account, the amount and the number of the credit, so that the credit is
//! proven by the callback itself. Memo and time are not covered: they are left out of the event and
//! stay in its raw query.

use payments_core::{
    formula::{CheckingKeys, Field},
    notification::{
        Delivery, Endpoint, EventData, Notification, Received, UnreadableDelivery, Untrusted,
    },
};

use super::query::{Query, raw};
use crate::{HPay, formula::OPENAPI_VA_CALLBACK, map, wire};

/// Every field that the movement is made of.
const RESTS_ON: &[&str] = &["va_account", "amount", "cashin_id"];

/// The fields that the key of the credit is made of.
const KEY_FIELDS: &[&str] = &["cashin_id"];

pub(super) fn receive(
    hpay: &HPay,
    endpoint: &Endpoint,
    delivery: &Delivery<'_>,
) -> Result<Received, Untrusted> {
    let query = Query::of(delivery)?;
    let keys = CheckingKeys { secrets: Some(&hpay.merchant.passcode), public: &[] };
    let (fields, code) = (query.fields(&[merchant(hpay)]), query.text("secure_code"));
    let proof = hpay.formulas.get(&OPENAPI_VA_CALLBACK).check(&fields, code, keys, None)?;
    let notice = wire::OpenapiCreditNotice {
        cashin_id: query.text("cashin_id"),
        va_account: query.text("va_account"),
        amount: query.text("amount"),
    };
    let raw = raw(delivery);
    let movement = match map::openapi_credit(hpay.merchant_id(), notice, raw.clone()) {
        Ok(movement) => movement,
        Err((field, detail)) => return Ok(UnreadableDelivery::new(proof, field, detail).into()),
    };
    let key = movement.key.clone().made_of(KEY_FIELDS);
    let notification = Notification::new(endpoint, proof);
    Ok(notification.with_event(key, EventData::Movement(movement), RESTS_ON).with_raw(raw).into())
}

/// The merchant in the code: ours, whatever the query says. A callback for another merchant is not
/// believed.
pub(super) fn merchant(hpay: &HPay) -> Field<'_> {
    ("merchant_id", hpay.merchant_id().as_bytes())
}
