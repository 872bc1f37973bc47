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
    money::{Currency, Money, wire::Number},
};

pub(crate) use lenient::{Count, Deferred, Flag, Lenient};
pub(crate) use page::more;
pub(crate) use row::{row, row_key, rows};
pub(crate) use text::{Shown, Text};
pub(crate) use time::{civil, day};
pub(crate) use unclear::Unclear;

/// What a field says, unless it is null, absent or empty.
pub(crate) fn said<T: AsRef<str>>(field: &Option<T>) -> Option<&str> {
    field.as_ref().map(AsRef::as_ref).filter(|text| !text.is_empty())
}

/// The same, kept.
pub(crate) fn owned<T: AsRef<str>>(field: &Option<T>) -> Option<String> {
    said(field).map(str::to_owned)
}

/// A time of Vietnam without an offset; a time that cannot be read is not known.
pub(crate) fn time<T: AsRef<str>>(field: &Option<T>) -> Option<Timestamp> {
    said(field).and_then(|text| Timestamp::from_vietnam_civil(text).ok())
}

/// An amount in the currency of `currency`; without one it is in VND, the only currency that
/// SePay takes.
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

/// A balance, which only informs: one that is no whole amount of dong is not known. Neither is
/// zero, which SePay reports for every account at the banks that it reads by API, whatever is on it
/// (docs/unverified.md).
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

/// The amount in a field that decides.
pub(crate) fn read_amount(
    field: &'static str,
    amount: Option<&Deferred<'_, Number>>,
) -> Result<Option<Number>, Unclear> {
    match amount.map(Deferred::read) {
        None => Ok(None),
        Some(amount) => amount.map_err(|_| Unclear::in_field(field, "is no amount")),
    }
}

/// The amount, if any money moved.
pub(crate) fn moved(field: &'static str, amount: Number) -> Result<Option<Money>, Unclear> {
    let amount = dong(field, amount)?;
    if amount.is_negative() {
        return Err(Unclear::in_field(field, "is below zero"));
    }
    Ok(amount.is_positive().then_some(amount))
}

/// What a switch says, where that can be read.
pub(crate) fn on(switch: Lenient<Flag>) -> Option<bool> {
    switch.get().map(|Flag(on)| on)
}
