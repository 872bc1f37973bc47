//! Reads a webhook, whose signature covers every member of its `data`.

use payments_core::{
    Direction, Movement, Raw, StatedKey,
    money::Currency,
    notification::{
        Delivery, Endpoint, EventData, Notification, Proof, Received, UnreadableDelivery,
        Untrusted, UntrustedReason,
    },
};
use provider_kit::signature::SignedParts;

use super::{
    sample_delivery::{self, KNOWN_BY},
    status, wire,
};
use crate::{
    channel::Channel,
    dedupe_key::{self, KEY_FIELDS},
    members,
    payment_link::payment::Details,
};

/// The members from which a credit is read.
const RESTS_ON: &[&str] = &[
    "orderCode",
    "amount",
    "description",
    "accountNumber",
    "reference",
    "transactionDateTime",
    "currency",
    "paymentLinkId",
    "data/code",
    "virtualAccountNumber",
];

/// The members of `data` that the envelope also has, where they are not signed.
const BESIDE: &[&str] = &["code", "desc"];

/// A delivery, read as far as the check of its signature needs.
struct Signed<'a> {
    data: &'a str,
    texts: Vec<(String, String)>,
    signature: String,
}

impl<'a> Signed<'a> {
    fn of(channel: &Channel, delivery: &Delivery<'a>) -> Result<Self, Untrusted> {
        let webhook: wire::Delivery<'a> =
            payments_core::json::read(delivery.body()).map_err(unreadable)?;
        let data = webhook.data.get();
        let texts = members::texts(&channel.formulas.data, data.as_bytes()).map_err(unreadable)?;
        Ok(Self { data, texts, signature: webhook.signature.unwrap_or_default() })
    }

    fn check(&self, channel: &Channel) -> Result<Proof, Untrusted> {
        let fields = members::fields(&self.texts);
        channel.formulas.data.check(&fields, &self.signature, channel.checking(), None)
    }

    /// Returns those of the named members that are present. A missing member is known to be
    /// missing, because every member is signed.
    fn among(&self, names: &[&'static str]) -> Vec<&'static str> {
        let is_there = |name: &&'static str| {
            let member = name.strip_prefix("data/").unwrap_or(name);
            self.texts.iter().any(|(known, _)| known == member)
        };
        names.iter().copied().filter(is_there).collect()
    }
}

pub(super) fn receive(
    channel: &Channel,
    endpoint: &Endpoint,
    delivery: &Delivery<'_>,
) -> Result<Received, Untrusted> {
    let signed = Signed::of(channel, delivery)?;
    let proof = signed.check(channel)?.within("data", BESIDE);
    let raw = Raw::new(delivery.body().to_vec());
    let transfer: wire::Transfer = match payments_core::json::read(signed.data.as_bytes()) {
        Ok(transfer) => transfer,
        Err(error) => {
            let field = error.member().unwrap_or(UnreadableDelivery::BODY).to_owned();
            return Ok(UnreadableDelivery::new(proof, field, error.to_string()).into());
        }
    };
    // If a value contains `&`, the signature would also be valid for other members, so none is
    // covered.
    let known_by = signed.among(KNOWN_BY);
    if sample_delivery::is_sample(&transfer) && known_by.iter().all(|name| proof.covers(name)) {
        return Ok(Notification::new(endpoint, proof).with_test(&known_by).with_raw(raw).into());
    }
    let rests_on = signed.among(RESTS_ON);
    if !status::is_money(&transfer.code) {
        let name = format!("code {}", transfer.code);
        let notification = Notification::new(endpoint, proof).with_unrecognised(name, &rests_on);
        return Ok(notification.with_raw(raw).into());
    }
    Ok(match credit(&transfer) {
        Ok((key, credit)) => Notification::new(endpoint, proof)
            .with_event(key, EventData::Movement(credit), &rests_on)
            .with_raw(raw)
            .into(),
        Err((field, detail)) => UnreadableDelivery::new(proof, field, detail).into(),
    })
}

/// Returns the inputs for the signature check of a delivery.
pub(super) fn signed_parts<'a>(
    channel: &'a Channel,
    delivery: &Delivery<'a>,
) -> Option<SignedParts<'a>> {
    let signed = Signed::of(channel, delivery).ok()?;
    let parts =
        SignedParts::new(channel.formulas.data.clone(), signed.signature, channel.checking());
    Some(
        signed
            .texts
            .into_iter()
            .fold(parts, |parts, (name, text)| parts.with_field(name, text.into_bytes())),
    )
}

/// Reads the credit that a delivery reports, with its key. On failure, returns the field that
/// cannot be read and the reason.
fn credit(transfer: &wire::Transfer) -> Result<(StatedKey, Movement), (&'static str, String)> {
    // The signed text has empty texts and nulls in the same form.
    let currency = transfer.currency.as_deref().filter(|currency| !currency.is_empty());
    if currency.is_some_and(|currency| currency != "VND") {
        return Err(("currency", "is not VND".to_owned()));
    }
    let amount =
        transfer.amount.money(Currency::VND).map_err(|error| ("amount", error.to_string()))?;
    if !amount.is_positive() {
        return Err(("amount", "is not above zero".to_owned()));
    }
    let key = dedupe_key::transfer(&transfer.payment_link_id, &transfer.reference)
        .map_err(|error| ("reference", error.to_string()))?;
    let order = transfer.order_code.order().map_err(|error| ("orderCode", error.to_string()))?;
    let credit = Movement::new(key.clone(), Direction::In, amount)
        .with_order(order)
        .with_bank_reference(&transfer.reference);
    let details = Details {
        account: transfer.account_number.as_deref(),
        virtual_account: transfer.virtual_account_number.as_deref(),
        time: transfer.transaction_date_time.as_deref(),
        memo: transfer.description.as_deref(),
    };
    Ok((key.made_of(KEY_FIELDS), details.add_to(credit)))
}

fn unreadable(error: payments_core::json::JsonError) -> Untrusted {
    Untrusted::new(UntrustedReason::Unreadable, error.to_string())
}
