//! Fields as SePay writes them, which all of its APIs share: text, numbers, times, rows of lists.
//!
//! Nearly every field is optional, because SePay publishes samples instead of schemas, and its
//! pages disagree on which fields are null or absent. A required field that is missing results in
//! an [`Unclear`].

mod lenient;
mod page;
mod row;
mod text;
mod time;
mod unclear;

use payments_core::{
    Timestamp,
    money::{Currency, Money},
};
use provider_kit::wire::Number;

pub(crate) use lenient::{Count, Deferred, Flag, Lenient};
pub(crate) use page::more;
pub(crate) use row::{row, row_key, rows};
pub(crate) use text::{Shown, Text};
pub(crate) use time::{civil, day};
pub(crate) use unclear::Unclear;

/// Returns the text of a field, or `None` if the field is null, missing or empty.
pub(crate) fn said<T: AsRef<str>>(field: &Option<T>) -> Option<&str> {
    field.as_ref().map(AsRef::as_ref).filter(|text| !text.is_empty())
}

/// Returns the text of a field as a `String`, or `None` if the field is null, missing or empty.
pub(crate) fn owned<T: AsRef<str>>(field: &Option<T>) -> Option<String> {
    said(field).map(str::to_owned)
}

/// Reads a time in Vietnamese time without an offset. `None` if it cannot be read.
pub(crate) fn time<T: AsRef<str>>(field: &Option<T>) -> Option<Timestamp> {
    said(field).and_then(|text| Timestamp::from_vietnam_civil(text).ok())
}

/// Reads an amount in the currency of `currency`. Without a currency it is in VND, the only one
/// that SePay accepts.
pub(crate) fn money(
    field: &'static str,
    amount: Option<Number>,
    currency: &Option<Text<'_>>,
) -> Result<Option<Money>, Unclear> {
    let Some(amount) = amount else { return Ok(None) };
    let currency = match said(currency) {
        None => Currency::VND,
        Some(code) => Currency::from_code(code)
            .map_err(|_| Unclear::in_field(field, "is in no currency known here"))?,
    };
    exactly(field, amount, currency).map(Some)
}

/// Reads a balance, which is for information only. `None` if it is not a whole amount of đồng, and
/// also if it is zero, because SePay reports zero for every account at the banks that it reads by
/// API, whatever the actual balance is (docs/unverified.md).
pub(crate) fn balance(accumulated: Lenient<Number>) -> Option<Money> {
    let amount = accumulated.get()?.money(Currency::VND).ok()?;
    Some(amount).filter(|amount| *amount != Money::vnd(0))
}

pub(crate) fn dong(field: &'static str, amount: Number) -> Result<Money, Unclear> {
    exactly(field, amount, Currency::VND)
}

fn exactly(field: &'static str, amount: Number, currency: Currency) -> Result<Money, Unclear> {
    amount.money(currency).map_err(|error| Unclear::in_field(field, error.to_string()))
}

/// Reads the amount in a field that matters.
pub(crate) fn read_amount(
    field: &'static str,
    amount: Option<&Deferred<'_, Number>>,
) -> Result<Option<Number>, Unclear> {
    match amount.map(Deferred::read) {
        None => Ok(None),
        Some(amount) => amount.map_err(|_| Unclear::in_field(field, "is no amount")),
    }
}

/// Returns the amount. `None` if no money moved.
pub(crate) fn moved(field: &'static str, amount: Number) -> Result<Option<Money>, Unclear> {
    let amount = dong(field, amount)?;
    if amount.is_negative() {
        return Err(Unclear::in_field(field, "is below zero"));
    }
    Ok(amount.is_positive().then_some(amount))
}

/// Returns the value of a switch. `None` if it cannot be read.
pub(crate) fn on(switch: Lenient<Flag>) -> Option<bool> {
    switch.get().map(|Flag(on)| on)
}
