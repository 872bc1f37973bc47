//! Credits of virtual accounts: the rows of an inquiry, and the parts that rows and callbacks have
//! in common.

use std::borrow::Cow;
use std::collections::BTreeMap;

use bytes::Bytes;
use payments_core::{
    Direction, Error, ErrorKind, Listed, Movement, Raw, Result, Timestamp, UnreadableRow,
    bank::AccountNumber,
    money::{Currency, Money},
};
use serde_json::value::RawValue;

use super::{remark::decoded, wire::CreditRow};
use crate::{dedupe_key, envelope::Literal};

/// The credits on a virtual account, as listed in a response.
pub(crate) struct CreditRows<'a> {
    pub(crate) operation: &'static str,
    pub(crate) merchant_id: &'a str,
    /// The member of a row with HPay's number of the credit.
    pub(crate) number: &'static str,
}

impl CreditRows<'_> {
    /// Reads the data of a response, row by row. A row that `row` cannot read is reported in its
    /// place.
    ///
    /// # Errors
    /// Returns an error if the response is not as HPay documents it.
    pub(crate) fn read(
        &self,
        data: Option<&RawValue>,
        raw: &Raw,
        row: impl Fn(&str) -> serde_json::Result<CreditRow>,
    ) -> Result<Vec<Listed<Movement>>> {
        let Some(data) = data else { return Ok(Vec::new()) };
        let malformed = || {
            let message = "the response is not what HPay documents about credits";
            Error::new(ErrorKind::Malformed, message).with_operation(self.operation)
        };
        let rows: Vec<&RawValue> =
            serde_json::from_str(data.get()).map_err(|error| malformed().with_source(error))?;
        Ok(rows.into_iter().map(|json| self.listed(json, row(json.get()), raw)).collect())
    }

    fn listed(
        &self,
        json: &RawValue,
        row: serde_json::Result<CreditRow>,
        raw: &Raw,
    ) -> Listed<Movement> {
        let read = row
            .map_err(|_| "a field is missing, or is of another kind")
            .and_then(|row| read_credit(self.merchant_id, &row, raw));
        read.map_or_else(
            |detail| {
                let bytes = Bytes::copy_from_slice(json.get().as_bytes());
                let row = UnreadableRow::new(detail)
                    .with_raw(Raw::new(bytes).with_authenticity(raw.authenticity().clone()));
                Listed::Unreadable(match number(json, self.number) {
                    Some(number) => row.with_id(number),
                    None => row,
                })
            },
            Listed::Read,
        )
    }
}

fn read_credit(merchant_id: &str, row: &CreditRow, raw: &Raw) -> Result<Movement, &'static str> {
    let amount = row
        .amount
        .money(Currency::VND)
        .ok()
        .filter(Money::is_positive)
        .ok_or("`amount` is not an amount of đồng above zero")?;
    let cashin = row.cashin.text();
    if !is_number(&cashin) {
        return Err("HPay's number of the credit is not one");
    }
    let account = AccountNumber::new(row.full_account_number.text().as_ref())
        .map_err(|_| "the account number is not one")?;
    let key = dedupe_key::credit(merchant_id, &cashin)
        .map_err(|_| "HPay's number of the credit is too long")?;
    let movement = Movement::new(key, Direction::In, amount)
        .with_virtual_account(account)
        .with_raw(raw.clone());
    let remark = row.remark.as_ref().map(Literal::text).unwrap_or_default();
    let at = row.time_paid.as_ref().and_then(Literal::time);
    Ok(with_details(movement, &remark, at))
}

/// Returns HPay's number of a row if it can be read, even if the rest of the row cannot.
fn number(json: &RawValue, name: &str) -> Option<String> {
    let fields: BTreeMap<Cow<'_, str>, &RawValue> = serde_json::from_str(json.get()).ok()?;
    let number: Literal = serde_json::from_str(fields.get(name)?.get()).ok()?;
    Some(number.text().into_owned()).filter(|number| !number.is_empty())
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
