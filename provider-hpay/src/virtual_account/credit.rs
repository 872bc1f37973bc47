//! Credits of virtual accounts: the rows of an inquiry, and what they share with callbacks.

use std::borrow::Cow;
use std::collections::BTreeMap;

use bytes::Bytes;
use payments_core::{
    Direction, Error, ErrorKind, Listed, Movement, Raw, Result, Timestamp, UnreadableRow,
    bank::AccountNumber,
    money::{Currency, Money},
    signature::Formula,
};
use serde_json::value::RawValue;

use super::{remark::decoded, status::CODES, wire::CreditRow};
use crate::{
    dedupe_key,
    envelope::{Envelope, Literal},
    error_codes::Code,
};

/// Reads the response about the credits on a virtual account: those of yesterday and today. A row that
/// cannot be read is reported beside the others.
///
/// # Errors
/// They could not be asked for, or the response is not what HPay documents.
pub(super) fn credits(
    operation: &'static str,
    merchant_id: &str,
    envelope: &Envelope<'_>,
    formula: &Formula,
    raw: &Raw,
) -> Result<Vec<Listed<Movement>>> {
    if !CODES.is_success(&envelope.error_code) {
        return Err(Code::of(&CODES, envelope).failed_inquiry(operation, formula));
    }
    let Some(data) = envelope.data else { return Ok(Vec::new()) };
    let malformed = || {
        Error::new(ErrorKind::Malformed, "the response is not what HPay documents about credits")
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
    let key = dedupe_key::credit(merchant_id, &cashin).map_err(|_| "`cashin` is too long")?;
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

pub(super) fn with_details(
    mut movement: Movement,
    remark: &str,
    at: Option<Timestamp>,
) -> Movement {
    let memo = decoded(remark);
    if !memo.is_empty() {
        movement = movement.with_memo(memo);
    }
    match at {
        Some(at) => movement.with_time(at),
        None => movement,
    }
}

pub(super) fn is_number(cashin: &str) -> bool {
    !cashin.is_empty() && cashin.bytes().all(|b| b.is_ascii_digit())
}

#[cfg(test)]
mod tests;
