//! Virtual account callbacks (HPay API reference 1.0.0, Callback IPN After Completed Payment).
//!
//! The code covers the numbers of the credit and the order, and neither the amount nor the
//! account: a callback is a hint that something arrived, and the inquiry says what. One that names
//! an order of the checkout page tells of the payment that the notification tells of too; the
//! order's inquiry has the number that both are handled under.

use payments_core::{
    formula::{CheckingKeys, Explanation},
    notification::{Delivery, Endpoint, News, Notification, Received, Untrusted},
};

use super::query::{Query, raw};
use crate::{HPay, formula::F18, map, wire};

/// Every field that the movement or the payment is made of, whichever formula is configured.
const RESTS_ON: &[&str] = &[
    "cashin",
    "amount",
    "va_account",
    "fullAccountNumber",
    "order_code",
    "remark",
    "transfer_content",
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
    // Merchants of the newer API print another set of names, and record calls under the old one.
    let cashin = query.either("cashin", "cashin_id");
    let fields = query.fields(&[("cashin", cashin.as_bytes())]);
    let keys = CheckingKeys { secrets: Some(&hpay.merchant.passcode), public: &[] };
    let proof = hpay.formulas.get(&F18).check(&fields, query.text("secure_code"), keys, None)?;
    let raw = raw(delivery);
    let read = map::credit_notice(
        hpay.merchant_id(),
        wire::CreditNotice {
            cashin,
            order_id: query.text("order_id"),
            va_account: query.text("va_account"),
            full_account_number: query.text("fullAccountNumber"),
            amount: query.text("amount"),
            remark: query.either("remark", "transfer_content"),
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
            notification.with_event(key, News::Movement(*movement), RESTS_ON)
        }
        // The order's inquiry gives the key: no signature covers the order.
        map::CreditNotice::Payment(payment) => {
            notification.with_event(None, News::Payment(*payment), RESTS_ON)
        }
        map::CreditNotice::Other { code } => {
            let name = format!("virtual account callback with the error code {code}");
            notification.with_unrecognised(name, &["cashin", "error_code"])
        }
    };
    Ok(notification.with_raw(raw).into())
}

/// Why the code is not the one that was expected.
pub(super) fn explain(hpay: &HPay, delivery: &Delivery<'_>) -> Option<Explanation> {
    let query = Query::of(delivery).ok()?;
    let cashin = query.either("cashin", "cashin_id");
    let fields = query.fields(&[("cashin", cashin.as_bytes())]);
    let keys = CheckingKeys { secrets: Some(&hpay.merchant.passcode), public: &[] };
    Some(hpay.formulas.get(&F18).explain(&fields, query.text("secure_code"), keys))
}
