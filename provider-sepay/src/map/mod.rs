//! From SePay's words to the core's: total functions over data, and the only place where a status
//! or a code is read.

mod account;
mod answer;
mod card;
mod confirmation;
mod instruction;
mod ipn;
mod ipn_content;
pub(crate) mod key;
mod movement;
pub(crate) mod oauth;
mod order;
mod page;
mod payment;
pub(crate) mod user_api;
pub(crate) mod v1;
mod va_instruction;
mod va_order;

use std::borrow::Cow;

use payments_core::{
    Error, ErrorKind, Timestamp,
    money::{Currency, Money, wire::Number},
    notification::{Untrusted, UntrustedReason},
};
use serde_json::error::Category;

pub(crate) use account::account;
pub(crate) use answer::{RETRY_AFTER, RETRY_AFTER_V1, RETRY_AFTER_V2, known, read, read_one};
pub(crate) use confirmation::{movement_told, payment_told};
pub(crate) use instruction::{can_ask_after, cancelled, is_not_cancelled, is_not_voided, voided};
pub(crate) use ipn::{claim, kind};
pub(crate) use ipn_content::content as ipn_content;
use movement::moved;
pub(crate) use movement::{is_of, moved_by, told};
pub(crate) use order::order;
pub(crate) use page::more;
pub(crate) use payment::{join, payment, transferred};
pub(crate) use va_instruction::{Asked, cancelled as va_cancelled, order_created, va_created};
pub(crate) use va_order::{found_account, opened_account, va_order};

use crate::wire::Text;

/// What is missing in, or wrong with, something that SePay said.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Unclear(Cow<'static, str>);

impl Unclear {
    pub(crate) fn new(what: impl Into<Cow<'static, str>>) -> Self {
        Self(what.into())
    }

    /// A text that is not the JSON that it should be. The text itself is not repeated: it may hold
    /// personal data.
    pub(crate) fn json(what: &str, error: &serde_json::Error) -> Self {
        let (line, column) = (error.line(), error.column());
        Self::new(match error.classify() {
            Category::Data => format!(
                "{what} lacks a field or has one of another kind (line {line}, column {column})"
            ),
            _ => format!("{what} is not JSON (line {line}, column {column})"),
        })
    }

    /// As the end of an inquiry.
    pub(crate) fn into_error(self, operation: &'static str) -> Error {
        let message = format!("SePay's answer is not what it documents: {}", self.0);
        Error::new(ErrorKind::Malformed, message).with_operation(operation)
    }
}

/// As the verdict on a delivery. SePay repeats what is not acknowledged, so that nothing is lost by
/// refusing what cannot be read.
impl From<Unclear> for Untrusted {
    fn from(unclear: Unclear) -> Self {
        Self::new(UntrustedReason::Unreadable, unclear.0)
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
            .map_err(|_| Unclear::new(format!("{field} is in no currency known here")))?,
    };
    exactly(field, amount, currency).map(Some)
}

fn dong(field: &'static str, amount: Number) -> Result<Money, Unclear> {
    exactly(field, amount, Currency::VND)
}

fn exactly(field: &'static str, amount: Number, currency: Currency) -> Result<Money, Unclear> {
    amount.money(currency).map_err(|error| Unclear::new(format!("{field}: {error}")))
}
