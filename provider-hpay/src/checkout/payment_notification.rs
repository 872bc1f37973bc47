//! Payment notifications and buyers' returns (source: HPay API reference 1.0.0, Return_url and
//! Notify_url).

use payments_core::{
    Direction, GatewayRef, Movement, OrderRef, Raw, StatedKey,
    money::Money,
    notification::{
        Delivery, Endpoint, EventData, Notification, Proof, Received, Untrusted, UntrustedReason,
    },
    payment::{Payment, PaymentState},
};
use provider_kit::signature::{Field, SignedParts};

use super::status::notified_state;
use crate::{
    client::{Account, HPay},
    dedupe_key,
    delivery::{Query, VerifiedFields, raw},
    formulas::PAYMENT_NOTIFICATION,
    misread::Misread,
};

const INFO: &str = "transaction_info";

/// The name of a pseudo-field on which a failure rests and which no proof covers.
///
/// The signed text is joined by spaces, and a buyer can write the transaction information. If the
/// error text is empty and the other fields contain no space, the text can be divided into fields
/// in one way only. With an error text, the signed text of a paid notification can be divided so
/// that it reports the failure of another order.
const FIELD_ENDS: &str = "where the fields end";

/// The fields from which the dedupe key of a payment is made.
const KEY_FIELDS: &[&str] = &["payment_id", "payment_type", "error_text"];

/// The content of a payment notification.
pub(super) struct PaymentNotice {
    pub(super) payment: Payment,
    pub(super) key: StatedKey,
}

pub(crate) fn receive(
    hpay: &HPay,
    endpoint: &Endpoint,
    delivery: &Delivery<'_>,
) -> Result<Received, Untrusted> {
    let (proof, fields) = verify(hpay, Query::of(delivery)?)?;
    Ok(match read(hpay.account(), &fields, raw(delivery)) {
        Ok(notice) => Notification::new(endpoint, proof)
            .with_event(notice.key, EventData::Payment(notice.payment), &fields.read())
            .with_raw(raw(delivery))
            .into(),
        Err(misread) => misread.into_received(proof),
    })
}

/// Returns the inputs for the signature check of a notification or a return.
pub(crate) fn signed_parts<'a>(hpay: &'a HPay, delivery: &Delivery<'a>) -> Option<SignedParts<'a>> {
    let query = Query::of(delivery).ok()?;
    let (formula, ours) = (PAYMENT_NOTIFICATION, Some(merchant(hpay)));
    Some(query.into_signed_parts(hpay.formulas.get(&formula), hpay.passcode(), ours))
}

/// Verifies the signature.
///
/// The provider's PHP library decodes the transaction information a second time before it verifies,
/// its plug-in does not. A signature over either is accepted. Only the value decoded once is used.
pub(super) fn verify<'a>(
    hpay: &HPay,
    query: Query<'a>,
) -> Result<(Proof, VerifiedFields<'a>), Untrusted> {
    let with = |info: &str| {
        let fields = query.fields(&[merchant(hpay), (INFO, info.as_bytes())]);
        let signature = query.text("secure_code");
        hpay.formulas.get(&PAYMENT_NOTIFICATION).check(&fields, signature, hpay.passcode(), None)
    };
    let once = query.text(INFO);
    let proof = match with(once) {
        Ok(proof) => proof,
        Err(untrusted) => {
            let twice = decode(once);
            if untrusted.reason != UntrustedReason::WrongSignature || twice == once {
                return Err(untrusted);
            }
            with(&twice)?
        }
    };
    let fields = query.verified(&proof);
    Ok((proof, fields))
}

/// Reads a payment notification whose signature is valid. A valid signature alone does not prove a
/// payment.
///
/// # Errors
/// Returns [`Misread`] if a field does not have a value that HPay documents, for example because
/// the signed text was divided differently.
pub(super) fn read(
    account: Account<'_>,
    fields: &VerifiedFields<'_>,
    raw: Raw,
) -> Result<PaymentNotice, Misread> {
    let order_code = fields.field("order_code");
    if order_code.contains(char::is_whitespace) {
        let detail = "the order code contains white space: the fields may be divided wrongly";
        return Err(unreadable(detail).into());
    }
    let order = OrderRef::new(order_code).map_err(|_| unreadable("the order code is not one"))?;
    let payment_id = fields.field("payment_id");
    let payment_type = fields.field("payment_type");
    for (name, value) in [("payment_id", payment_id), ("payment_type", payment_type)] {
        if value.is_empty() || !value.bytes().all(|b| b.is_ascii_digit()) {
            return Err(unreadable(format!("{name} is not a number")).into());
        }
    }
    let price = fields.field("price");
    if price.contains(char::is_whitespace) {
        let detail = "the price contains white space: the fields may be divided wrongly";
        return Err(unreadable(detail).into());
    }
    let price = Money::parse(price, account.currency)
        .map_err(|error| Misread::Field { field: "price", detail: error.to_string() })?;
    if !price.is_positive() {
        return Err(unreadable("the price is not above zero").into());
    }

    let error_text = fields.field("error_text");
    if !error_text.is_empty() {
        fields.rests_also_on(FIELD_ENDS);
    }
    let state = notified_state(payment_type, error_text);
    let name = |_| unreadable("payment_id is too long");
    let mut payment = Payment::new(order.clone(), state)
        .with_asked(price)
        .with_gateway_ref(GatewayRef::new(payment_id).map_err(name)?)
        .with_provider_state(if error_text.is_empty() { payment_type } else { error_text })
        .with_raw(raw);
    if matches!(state, PaymentState::Settled | PaymentState::Held) {
        payment = payment.with_received(price);
    }
    if state == PaymentState::Settled {
        let key = dedupe_key::paid(account.merchant_id, payment_id).map_err(name)?;
        let credit = Movement::new(key, Direction::In, price).with_order(order);
        payment = payment.with_credits(vec![credit]);
    }
    let key = dedupe_key::payment(account.merchant_id, payment_id, state).map_err(name)?;
    Ok(PaymentNotice { payment, key: key.made_of(KEY_FIELDS) })
}

/// Returns the merchant's number for the signature. The number comes from the configuration,
/// because no query contains it.
fn merchant(hpay: &HPay) -> Field<'_> {
    ("merchant_site_code", hpay.merchant_id().as_bytes())
}

/// Decodes one form-encoded value.
fn decode(text: &str) -> String {
    let query = format!("={}", text.replace('&', "%26"));
    form_urlencoded::parse(query.as_bytes()).map(|(_, value)| value).collect()
}

fn unreadable(detail: impl Into<String>) -> Untrusted {
    Untrusted::new(UntrustedReason::Unreadable, detail)
}

#[cfg(test)]
mod tests;
