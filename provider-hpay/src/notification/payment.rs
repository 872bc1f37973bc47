//! Payment notifications and buyers' returns (HPay API reference 1.0.0, Return_url and
//! Notify_url).

use payments_core::{
    Raw,
    formula::{CheckingKeys, Field},
    notification::{
        Delivery, Endpoint, EventData, Notification, Proof, Received, SignedParts, Untrusted,
        UntrustedReason,
    },
};

use super::query::{Query, raw};
use crate::{HPay, formula::PAYMENT_NOTIFICATION, map, wire};

const INFO: &str = "transaction_info";

pub(super) fn receive(
    hpay: &HPay,
    endpoint: &Endpoint,
    delivery: &Delivery<'_>,
) -> Result<Received, Untrusted> {
    let (proof, read) = read(hpay, &Query::of(delivery)?, raw(delivery))?;
    Ok(match read {
        Ok(read) => Notification::new(endpoint, proof)
            .with_event(read.key, EventData::Payment(read.payment), read.rests_on)
            .with_raw(raw(delivery))
            .into(),
        Err(misread) => misread.into_received(proof),
    })
}

/// The proof of a notification whose code is right, and what its fields say.
pub(super) fn read(
    hpay: &HPay,
    query: &Query<'_>,
    raw: Raw,
) -> Result<(Proof, Result<map::PaymentNotice, map::Misread>), Untrusted> {
    let proof = check(hpay, query)?;
    let notice = wire::PaymentNotice {
        order_code: query.text("order_code"),
        price: query.text("price"),
        payment_id: query.text("payment_id"),
        payment_type: query.text("payment_type"),
        error_text: query.text("error_text"),
    };
    Ok((proof, map::payment_notice(hpay.account(), notice, raw)))
}

/// The provider's PHP library decodes the transaction information a second time before it
/// checks, its plug-in does not: either is good. Only the value decoded once is used.
fn check(hpay: &HPay, query: &Query<'_>) -> Result<Proof, Untrusted> {
    let with = |info: &str| {
        let fields = query.fields(&[merchant(hpay), (INFO, info.as_bytes())]);
        let keys = CheckingKeys { secrets: Some(&hpay.merchant.passcode), public: &[] };
        hpay.formulas.get(&PAYMENT_NOTIFICATION).check(
            &fields,
            query.text("secure_code"),
            keys,
            None,
        )
    };
    let once = query.text(INFO);
    let untrusted = match with(once) {
        Ok(proof) => return Ok(proof),
        Err(untrusted) => untrusted,
    };
    let twice = decode(once);
    if untrusted.reason != UntrustedReason::WrongSignature || twice == once {
        return Err(untrusted);
    }
    with(&twice)
}

/// What the code of a notification or a return is made of.
pub(super) fn signed_parts<'a>(hpay: &'a HPay, delivery: &Delivery<'a>) -> Option<SignedParts<'a>> {
    let query = Query::of(delivery).ok()?;
    let keys = CheckingKeys { secrets: Some(&hpay.merchant.passcode), public: &[] };
    Some(query.into_signed_parts(
        hpay.formulas.get(&PAYMENT_NOTIFICATION),
        keys,
        Some(merchant(hpay)),
    ))
}

/// The merchant in the code: ours, which no query carries.
fn merchant(hpay: &HPay) -> Field<'_> {
    ("merchant_site_code", hpay.merchant_id().as_bytes())
}

/// Form-decodes one value.
fn decode(text: &str) -> String {
    let query = format!("={}", text.replace('&', "%26"));
    form_urlencoded::parse(query.as_bytes()).map(|(_, value)| value).collect()
}
