//! From SePay's words to the core's: total functions over data, and the only place where a status
//! or a code is read.

mod account;
mod answer;
mod card;
mod confirmation;
mod heading;
mod instruction;
mod ipn;
mod ipn_content;
pub(crate) mod key;
mod movement;
pub(crate) mod oauth;
mod order;
mod page;
mod payment;
mod row;
pub(crate) mod user_api;
pub(crate) mod v1;
mod va_instruction;
mod va_order;

use std::borrow::Cow;
use std::fmt;

use payments_core::{
    Error, ErrorKind, Timestamp,
    json::{JsonError, JsonErrorKind},
    money::{Currency, Money, wire::Number},
    notification::{Proof, UnreadableDelivery, Untrusted, UntrustedReason},
};

pub(crate) use account::account;
pub(crate) use answer::{RETRY_AFTER, RETRY_AFTER_V1, RETRY_AFTER_V2, known, read, read_one};
pub(crate) use confirmation::{movement_told, payment_told};
pub(crate) use heading::{Heading, readable};
pub(crate) use instruction::{can_ask_after, cancelled, is_not_cancelled, is_not_voided, voided};
pub(crate) use ipn::{claim, kind};
pub(crate) use ipn_content::content as ipn_content;
use movement::{direction, moved, read_amount};
pub(crate) use movement::{moved_by, told};
pub(crate) use order::order;
pub(crate) use page::more;
pub(crate) use payment::{join, payment, transferred};
pub(crate) use row::{row, row_key, rows};
pub(crate) use va_instruction::{Asked, cancelled as va_cancelled, order_created, va_created};
pub(crate) use va_order::{found_account, opened_account, va_order};

use crate::wire::{Lenient, Text};

/// What is missing in, or wrong with, something that SePay said.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Unclear {
    what: Cow<'static, str>,
    field: Option<Cow<'static, str>>,
}

impl Unclear {
    pub(crate) fn new(what: impl Into<Cow<'static, str>>) -> Self {
        Self { what: what.into(), field: None }
    }

    /// The same, in a field as SePay spells it.
    pub(crate) fn in_field(
        field: impl Into<Cow<'static, str>>,
        what: impl Into<Cow<'static, str>>,
    ) -> Self {
        Self { what: what.into(), field: Some(field.into()) }
    }

    /// A text that is not the JSON that it should be. The text itself is not repeated: it may hold
    /// personal data.
    pub(crate) fn json(what: &str, error: impl Into<JsonError>) -> Self {
        let error = error.into();
        let (line, column) = (error.line(), error.column());
        let what = match error.kind() {
            JsonErrorKind::Content => format!(
                "{what} lacks a field or has one of another kind (line {line}, column {column})"
            ),
            _ => format!("{what} is not JSON (line {line}, column {column})"),
        };
        Self { what: what.into(), field: error.member().map(|name| name.to_owned().into()) }
    }

    /// As the end of an inquiry.
    pub(crate) fn into_error(self, operation: &'static str) -> Error {
        let message = format!("SePay's answer is not what it documents: {self}");
        Error::new(ErrorKind::Malformed, message).with_operation(operation)
    }

    /// As the end of a delivery that passed its check: it may report money, so that SePay is asked
    /// to send it again.
    pub(crate) fn into_delivery(self, proof: Proof) -> UnreadableDelivery {
        let field = self.field.unwrap_or(Cow::Borrowed(UnreadableDelivery::BODY));
        UnreadableDelivery::new(proof, field, self.what)
    }
}

impl fmt::Display for Unclear {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.field {
            Some(field) => write!(f, "{field}: {}", self.what),
            None => f.write_str(&self.what),
        }
    }
}

/// As the verdict on a delivery that cannot be checked.
impl From<Unclear> for Untrusted {
    fn from(unclear: Unclear) -> Self {
        Self::new(UntrustedReason::Unreadable, unclear.to_string())
    }
}

/// What a field says, unless it is null, absent or empty.
fn said<T: AsRef<str>>(field: &Option<T>) -> Option<&str> {
    field.as_ref().map(AsRef::as_ref).filter(|text| !text.is_empty())
}

/// The same, kept.
fn owned<T: AsRef<str>>(field: &Option<T>) -> Option<String> {
    said(field).map(str::to_owned)
}

/// A time of Vietnam without an offset; a time that cannot be read is not known.
fn time<T: AsRef<str>>(field: &Option<T>) -> Option<Timestamp> {
    said(field).and_then(|text| Timestamp::from_vietnam_civil(text).ok())
}

/// An amount in the currency of `currency`; without one it is in VND, the only currency that
/// SePay takes.
fn money(
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

/// A balance, which only informs: one that is no whole amount of dong is not known. Neither is zero,
/// which SePay reports for every account at the banks that it reads by API, whatever is on it
/// (docs/unverified.md).
fn balance(accumulated: Lenient<Number>) -> Option<Money> {
    let amount = accumulated.get()?.money(Currency::VND).ok()?;
    Some(amount).filter(|amount| *amount != Money::vnd(0))
}

fn dong(field: &'static str, amount: Number) -> Result<Money, Unclear> {
    exactly(field, amount, Currency::VND)
}

fn exactly(field: &'static str, amount: Number, currency: Currency) -> Result<Money, Unclear> {
    amount.money(currency).map_err(|error| Unclear::in_field(field, error.to_string()))
}
