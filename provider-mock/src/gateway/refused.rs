//! The reasons why the gateway refuses a call.

use payments_core::{Error, money::MoneyError};

use crate::wire::RefusalCode;

/// A refusal before it is encoded. The call had no effect.
#[derive(Debug)]
pub(super) struct Refused {
    pub(super) code: RefusalCode,
    pub(super) message: String,
    pub(super) field: Option<String>,
}

impl Refused {
    pub(super) fn new(code: RefusalCode, message: impl Into<String>) -> Self {
        Self { code, message: message.into(), field: None }
    }

    pub(super) fn invalid(field: &str, message: impl Into<String>) -> Self {
        Self {
            code: RefusalCode::InvalidRequest,
            message: message.into(),
            field: Some(field.to_owned()),
        }
    }

    pub(super) fn unknown(what: &str, name: &str) -> Self {
        Self::new(RefusalCode::NotFound, format!("there is no {what} {name:?}"))
    }

    pub(super) fn used(reference: &str) -> Self {
        Self::new(
            RefusalCode::ReferenceUsed,
            format!("{reference:?} was used before, for something else"),
        )
    }
}

impl From<Error> for Refused {
    /// Converts the error of a request that breaks a rule of the capabilities, which the gateway
    /// also applies.
    fn from(error: Error) -> Self {
        let code = match error.field() {
            Some("amount") => RefusalCode::Limit,
            _ => RefusalCode::InvalidRequest,
        };
        Self { code, message: error.to_string(), field: error.field().map(str::to_owned) }
    }
}

impl From<MoneyError> for Refused {
    fn from(error: MoneyError) -> Self {
        Self {
            code: RefusalCode::Limit,
            message: error.to_string(),
            field: Some("amount".to_owned()),
        }
    }
}
