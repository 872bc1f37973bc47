//! Virtual account callbacks (HPay API reference 1.0.0, Callback IPN After Completed Payment).
//!
//! The code covers the numbers of the credit and the order, and neither the amount nor the
//! account: a callback is a hint that something arrived, and the inquiry says what. One that names
//! an order of the checkout page tells of the payment that the notification tells of too; the
//! order's inquiry has the number that both are handled under.

use payments_core::{
    formula::CheckingKeys,
    notification::{Delivery, Endpoint, EventData, Notification, Received, Untrusted},
};

use super::query::{Query, raw};
use crate::{HPay, formula::VA_CALLBACK, map, wire};

/// Every field that the movement or the payment is made of, whichever formula is configured.
const RESTS_ON: &[&str] = &[
    "cashin",
    "amount",
    "va_account",
    "fullAccountNumber",
    "order_code",
    "remark",
    "time_paid",
    "error_code",
];

/// The fields that the key of a credit is made of.
const KEY_FIELDS: &[&str] = &["cashin"];

pub(super) fn receive(
    hpay: &HPay,
    endpoint: &Endpoint,
    delivery: &Delivery<'_>,
) -> Result<Received, Untrusted> {
    let query = Query::of(delivery)?;
    let fields = query.fields(&[]);
    let keys = CheckingKeys { secrets: Some(&hpay.merchant.passcode), public: &[] };
    let proof =
        hpay.formulas.get(&VA_CALLBACK).check(&fields, query.text("secure_code"), keys, None)?;
    let raw = raw(delivery);
    let read = map::credit_notice(
        hpay.merchant_id(),
        wire::CreditNotice {
            cashin: query.text("cashin"),
            order_id: query.text("order_id"),
            va_account: query.text("va_account"),
            full_account_number: query.text("fullAccountNumber"),
            amount: query.text("amount"),
            remark: query.text("remark"),
            time_paid: query.text("time_paid"),
            order_code: query.text("order_code"),
            error_code: query.text("error_code"),
        },
        raw.clone(),
    );
    let read = match read {
        Ok(read) => read,
        Err(misread) => return Ok(misread.into_received(proof)),
    };
    let notification = Notification::new(endpoint, proof);
    let notification = match read {
        map::CreditNotice::Credit(movement) => {
            let key = movement.key.clone().made_of(KEY_FIELDS);
            notification.with_event(key, EventData::Movement(*movement), RESTS_ON)
        }
        // The order's inquiry gives the key: no signature covers the order.
        map::CreditNotice::Payment(payment) => {
            notification.with_event(None, EventData::Payment(*payment), RESTS_ON)
        }
        map::CreditNotice::Other { code } => {
            let name = format!("virtual account callback with the error code {code}");
            notification.with_unrecognised(name, &["cashin", "error_code"])
        }
    };
    Ok(notification.with_raw(raw).into())
}
