//! The list of all virtual accounts of the merchant. An account is found in it by its number or, if
//! the number is not known, by the `requestId` that it was opened with.

use payments_core::{
    Absence, Error, ErrorKind, Lookup, Raw, Result,
    bank::AccountNumber,
    money::{Currency, Money},
    virtual_account::{VirtualAccount, VirtualAccountNumber, VirtualAccountRef},
};
use serde_json::value::RawValue;

use crate::{
    banks::Banks,
    envelope::Literal,
    virtual_account::{
        account_number::is_same_account, status::account_state, wire::OpenedAccount,
    },
};

use super::wire;

/// Finds an account in the data of the list.
///
/// # Errors
/// Returns an error if the data are not a list, or if no row is the account and a row cannot be
/// read.
pub(super) fn find(
    operation: &'static str,
    banks: &Banks,
    account: &VirtualAccountRef,
    data: Option<&RawValue>,
    raw: &Raw,
) -> Result<Lookup<VirtualAccount>> {
    let malformed =
        |message: &'static str| Error::new(ErrorKind::Malformed, message).with_operation(operation);
    let rows: Vec<&RawValue> = match data {
        None => Vec::new(),
        Some(data) => serde_json::from_str(data.get()).map_err(|error| {
            malformed("the response is not a list of virtual accounts").with_source(error)
        })?,
    };
    let (mut found, mut unreadable) = (Vec::new(), None);
    for row in rows {
        match serde_json::from_str::<wire::Account>(row.get()) {
            Ok(row) if is_asked(account, &row) => {
                let row = listed(banks, account, &row.into(), raw);
                found.push(row.ok_or_else(|| malformed("HPay lists an impossible account"))?);
            }
            Ok(_) => {}
            Err(error) => unreadable = Some(error),
        }
    }
    match unreadable {
        Some(error) if found.is_empty() => {
            let message = "a row of the list cannot be read, and may be the account";
            Err(malformed(message).with_source(error))
        }
        _ => Ok(Lookup::from_vec(
            found,
            Absence::inconclusive(
                "HPay's list does not show whether it is complete, and may be out of date",
            ),
        )),
    }
}

fn is_asked(account: &VirtualAccountRef, row: &wire::Account) -> bool {
    match account.numbers.first() {
        Some(number) => is_same_account(&row.va_account.text(), number.as_str()),
        None => row.request_id.as_ref().is_some_and(|id| id.text() == account.order.as_str()),
    }
}

/// Reads an account from a row of the list. `None` if its number or amount is invalid.
fn listed(
    banks: &Banks,
    account: &VirtualAccountRef,
    row: &OpenedAccount,
    raw: &Raw,
) -> Option<VirtualAccount> {
    let state = account_state(row.va_status.as_ref());
    let number = AccountNumber::new(row.va_account.text().as_ref()).ok()?;
    let mut number = VirtualAccountNumber::new(number).with_state(state);
    if let Some(holder) = row.va_name.as_ref().map(Literal::text).filter(|name| !name.is_empty()) {
        number = number.with_holder(holder);
    }
    if let Some(bank) = row.va_bank.as_ref().and_then(|bank| banks.bin(&bank.text())) {
        number = number.with_bank(bank);
    }
    if let Some(end) = row.va_timelimit.as_ref().and_then(Literal::time) {
        number = number.with_expiry(end);
    }
    // An account for any amount has the amount 0 or no amount.
    let amount =
        row.va_amount.as_ref().map(|amount| amount.money(Currency::VND)).transpose().ok()?;
    let amount = amount.filter(Money::is_positive);
    if let Some(amount) = amount {
        number = number.with_amount(amount);
    }
    let found = VirtualAccount::new(account.order.clone(), state, vec![number]);
    let found = match amount {
        Some(amount) => found.with_amount(amount),
        None => found,
    };
    Some(found.with_raw(raw.clone()))
}
