//! What a virtual account callback of the newer OpenAPI says.

use payments_core::{
    Direction, Movement, Raw,
    bank::AccountNumber,
    money::{Currency, Money},
};

use super::key;
use crate::wire;

/// Reads a callback whose code is right: the credit, without what the code does not cover.
///
/// # Errors
/// The field that cannot be read, and what is wrong with it. Money may have arrived all the same.
pub(crate) fn openapi_credit(
    merchant_id: &str,
    notice: wire::OpenapiCreditNotice<'_>,
    raw: Raw,
) -> Result<Movement, (&'static str, String)> {
    if notice.cashin_id.is_empty() || !notice.cashin_id.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(("cashin_id", "is not a number".to_owned()));
    }
    let key = key::credit(merchant_id, notice.cashin_id)
        .map_err(|error| ("cashin_id", error.to_string()))?;
    let account =
        AccountNumber::new(notice.va_account).map_err(|error| ("va_account", error.to_string()))?;
    let amount = Money::parse(notice.amount, Currency::VND)
        .map_err(|error| ("amount", error.to_string()))?;
    if !amount.is_positive() {
        return Err(("amount", format!("{amount} is not above zero")));
    }
    Ok(Movement::new(key, Direction::In, amount).with_virtual_account(account).with_raw(raw))
}
