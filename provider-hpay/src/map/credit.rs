//! What HPay says about money that arrived on virtual accounts.

use std::borrow::Cow;
use std::collections::BTreeMap;

use base64::{
    Engine as _, alphabet,
    engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig},
};
use bytes::Bytes;
use payments_core::{
    Direction, Error, ErrorKind, Listed, Movement, OrderRef, Raw, Result, Timestamp, UnreadableRow,
    bank::AccountNumber,
    formula::Formula,
    money::{Currency, Money},
    notification::{Untrusted, UntrustedReason},
    payment::{Payment, PaymentState},
};
use serde_json::value::RawValue;

use super::{Code, Misread, asked_by, is_success, key};
use crate::{
    tables::Service,
    wire::{self, CreditRow, Envelope, Literal},
};

/// What a virtual account callback says.
pub(crate) enum CreditNotice {
    /// Money arrived. Neither its amount nor its account is signed.
    Credit(Box<Movement>),
    /// A buyer paid an order of the checkout page by transfer, of which `notify_url` hears too.
    /// Neither the amount nor the order is signed.
    Payment(Box<Payment>),
    /// Something else, under this code; no money is told of.
    Other { code: String },
}

/// Reads the answer about the credits on a virtual account: those of yesterday and today. A row that
/// cannot be read is reported beside the others.
///
/// # Errors
/// They could not be asked for, or the answer is not what HPay documents.
pub(crate) fn credits(
    operation: &'static str,
    merchant_id: &str,
    envelope: &Envelope<'_>,
    formula: &Formula,
    raw: &Raw,
) -> Result<Vec<Listed<Movement>>> {
    if !is_success(Service::VirtualAccount, &envelope.error_code) {
        let code = Code::of(Service::VirtualAccount, envelope);
        return Err(asked_by(operation, &code, formula));
    }
    let Some(data) = envelope.data else { return Ok(Vec::new()) };
    let malformed = || {
        Error::new(ErrorKind::Malformed, "the answer is not what HPay documents about credits")
            .with_operation(operation)
    };
    let rows: Vec<&RawValue> =
        serde_json::from_str(data.get()).map_err(|error| malformed().with_source(error))?;
    Ok(rows.into_iter().map(|row| credit(merchant_id, row, raw)).collect())
}

/// Reads one row, on its own: a malformed row hides no other.
fn credit(merchant_id: &str, json: &RawValue, raw: &Raw) -> Listed<Movement> {
    let read = serde_json::from_str::<CreditRow>(json.get())
        .map_err(|_| "a field is missing, or is of another kind")
        .and_then(|row| read_credit(merchant_id, &row, raw));
    read.map_or_else(
        |detail| {
            let bytes = Bytes::copy_from_slice(json.get().as_bytes());
            let row = UnreadableRow::new(detail)
                .with_raw(Raw::new(bytes).with_authenticity(raw.authenticity().clone()));
            Listed::Unreadable(match cashin(json) {
                Some(cashin) => row.with_id(cashin),
                None => row,
            })
        },
        Listed::Read,
    )
}

fn read_credit(merchant_id: &str, row: &CreditRow, raw: &Raw) -> Result<Movement, &'static str> {
    let amount = row
        .amount
        .money(Currency::VND)
        .ok()
        .filter(Money::is_positive)
        .ok_or("`amount` is no amount of đồng above zero")?;
    let cashin = row.cashin.text();
    if !is_number(&cashin) {
        return Err("`cashin` is not a number");
    }
    let account = AccountNumber::new(row.full_account_number.text().as_ref())
        .map_err(|_| "`full_account_number` is not an account number")?;
    let key = key::credit(merchant_id, &cashin).map_err(|_| "`cashin` is too long")?;
    let movement = Movement::new(key, Direction::In, amount)
        .with_virtual_account(account)
        .with_raw(raw.clone());
    let remark = row.remark.as_ref().map(Literal::text).unwrap_or_default();
    let at = row.time_paid.as_ref().and_then(Literal::time);
    Ok(with_details(movement, &remark, at))
}

/// HPay's number of a row, where that can be read although the rest cannot.
fn cashin(json: &RawValue) -> Option<String> {
    let fields: BTreeMap<Cow<'_, str>, &RawValue> = serde_json::from_str(json.get()).ok()?;
    let cashin: Literal = serde_json::from_str(fields.get("cashin")?.get()).ok()?;
    Some(cashin.text().into_owned()).filter(|cashin| !cashin.is_empty())
}

/// Reads a virtual account callback whose signature is good.
///
/// # Errors
/// A field is not what HPay puts there.
pub(crate) fn credit_notice(
    merchant_id: &str,
    notice: wire::CreditNotice<'_>,
    raw: Raw,
) -> Result<CreditNotice, Misread> {
    if !is_number(notice.cashin) {
        return Err(unreadable("the cashin number is not a number").into());
    }
    // It is signed next to the cashin number, joined by a pipe.
    if notice.order_id.contains('|') {
        return Err(unreadable("order_id holds the separator of the signed text").into());
    }
    if !matches!(notice.error_code, "" | "0" | "00") {
        return Ok(CreditNotice::Other { code: notice.error_code.to_owned() });
    }
    let number = match notice.full_account_number {
        "" => notice.va_account,
        full => full,
    };
    let number =
        AccountNumber::new(number).map_err(|_| unreadable("the account number is not one"))?;
    let amount = Money::parse(notice.amount, Currency::VND)
        .map_err(|error| Misread::Amount { field: "amount", detail: error.to_string() })?;
    if !amount.is_positive() {
        return Err(unreadable("the amount is not above zero").into());
    }
    let key = key::credit(merchant_id, notice.cashin)
        .map_err(|_| unreadable("the cashin number is too long"))?;
    if !notice.order_code.is_empty() {
        return Ok(paid_order(&notice, amount, raw)?);
    }
    let movement =
        Movement::new(key, Direction::In, amount).with_virtual_account(number).with_raw(raw);
    let at = Literal::Text(notice.time_paid.to_owned()).time();
    Ok(CreditNotice::Credit(Box::new(with_details(movement, notice.remark, at))))
}

/// The order's own inquiry says under which number it was paid, which is that of the
/// notification: both tell of one payment.
fn paid_order(
    notice: &wire::CreditNotice<'_>,
    amount: Money,
    raw: Raw,
) -> Result<CreditNotice, Untrusted> {
    let order =
        OrderRef::new(notice.order_code).map_err(|_| unreadable("the order code is not one"))?;
    let payment = Payment::new(order, PaymentState::Settled).with_received(amount).with_raw(raw);
    Ok(CreditNotice::Payment(Box::new(payment)))
}

fn with_details(mut movement: Movement, remark: &str, at: Option<Timestamp>) -> Movement {
    let memo = decoded(remark);
    if !memo.is_empty() {
        movement = movement.with_memo(memo);
    }
    match at {
        Some(at) => movement.with_time(at),
        None => movement,
    }
}

/// A remark is base64 of UTF-8, and arrives with its plus signs turned into spaces, with or
/// without padding. What is not base64 is kept as it is.
pub(super) fn decoded(remark: &str) -> String {
    const TOLERANT: GeneralPurpose = GeneralPurpose::new(
        &alphabet::STANDARD,
        GeneralPurposeConfig::new()
            .with_decode_padding_mode(DecodePaddingMode::Indifferent)
            .with_decode_allow_trailing_bits(true),
    );
    let standard: String = remark
        .chars()
        .map(|character| match character {
            ' ' | '-' => '+',
            '_' => '/',
            other => other,
        })
        .collect();
    let text = TOLERANT.decode(standard).ok().and_then(|bytes| String::from_utf8(bytes).ok());
    text.unwrap_or_else(|| remark.to_owned())
}

fn is_number(cashin: &str) -> bool {
    !cashin.is_empty() && cashin.bytes().all(|b| b.is_ascii_digit())
}

fn unreadable(detail: &'static str) -> Untrusted {
    Untrusted::new(UntrustedReason::Unreadable, detail)
}
