//! Reads HPay's responses about virtual accounts that were opened, renamed, closed or reopened.

use payments_core::{
    Raw, Submission, Uncertain, UncertainCause,
    bank::{AccountNumber, Bin},
    money::{Currency, Money},
    virtual_account::{
        OpenVirtualAccount, UpdateVirtualAccount, VirtualAccount, VirtualAccountNumber,
        VirtualAccountRef, VirtualAccountState,
    },
};
use provider_kit::transport::Unreadable;
use vietqr::VietQr;

use super::{
    account_number::is_same_account,
    status::{account_state, is_as_asked, opened_account_state},
    wire::{OpenedAccount, RenamedAccount, SwitchedAccount},
};
use crate::{banks::Banks, envelope::Literal, payout::holder_name};

/// Reads an account number in a response.
fn number(literal: &Literal) -> Result<AccountNumber, Unreadable> {
    AccountNumber::new(literal.text().as_ref()).map_err(|error| {
        Unreadable::new("HPay names an account number that is not one").with_source(error)
    })
}

/// Reads a virtual account that was opened.
pub(crate) fn opened(
    merchant_id: &str,
    banks: &Banks,
    request: &OpenVirtualAccount,
    data: &OpenedAccount,
    raw: Raw,
) -> Result<Submission<VirtualAccount>, Unreadable> {
    let printed = number(&data.va_account)?;
    if data.merchant_id.as_ref().is_some_and(|id| id.text() != merchant_id) {
        return Ok(mismatch("HPay opened an account for another merchant"));
    }
    let accepted = data.va_amount.as_ref().map(|amount| amount.money(Currency::VND));
    if let (Some(asked), Some(accepted)) = (request.amount, accepted)
        && accepted != Ok(asked)
    {
        return Ok(mismatch("HPay opened an account for another amount than was asked"));
    }
    let account = opened_number(banks, request, data, printed);
    let mut opened = VirtualAccount::new(request.order.clone(), account.state, vec![account]);
    if let Some(amount) = request.amount {
        opened = opened.with_amount(amount);
    }
    Ok(Submission::Accepted(opened.with_raw(raw)))
}

fn opened_number(
    banks: &Banks,
    request: &OpenVirtualAccount,
    data: &OpenedAccount,
    printed: AccountNumber,
) -> VirtualAccountNumber {
    // The response may contain only the short number; the QR code has the full one.
    let code = data.qr_code.as_deref().and_then(|code| Some((code, VietQr::parse(code).ok()?)));
    let code = code.filter(|(_, qr)| {
        is_same_account(qr.number(), printed.as_str())
            && qr.amount().is_none_or(|dong| request.amount == Some(Money::vnd(dong)))
    });
    let bank = match &code {
        Some((_, qr)) => Bin::new(qr.bin()).ok(),
        None => data.va_bank.as_ref().and_then(|bank| banks.bin(&bank.text())),
    };
    let full = code.as_ref().and_then(|(_, qr)| AccountNumber::new(qr.number()).ok());
    let mut account = match full {
        Some(full) if full.as_str().len() > printed.as_str().len() => {
            VirtualAccountNumber::new(full).with_short(printed)
        }
        _ => VirtualAccountNumber::new(printed),
    };
    account = account.with_state(opened_account_state(data.va_status.as_ref()));
    account = account
        .with_holder(data.va_name.as_ref().map_or(request.holder.as_str().into(), Literal::text));
    if let Some((code, _)) = code {
        account = account.with_vietqr(code);
    }
    if let Some(bank) = bank {
        account = account.with_bank(bank);
    }
    if let Some(amount) = request.amount {
        account = account.with_amount(amount);
    }
    let end = data.va_timelimit.as_ref().and_then(Literal::time).or(request.expires_at);
    if let Some(end) = end {
        account = account.with_expiry(end);
    }
    let images = [&data.qr_common_url, &data.qr_data_url, &data.qr_image];
    images
        .into_iter()
        .flatten()
        .filter(|url| !url.is_empty())
        .fold(account, VirtualAccountNumber::with_qr_image)
}

/// Reads a virtual account that was renamed.
pub(crate) fn renamed(
    request: &UpdateVirtualAccount,
    asked: &AccountNumber,
    data: &RenamedAccount,
    raw: Raw,
) -> Submission<VirtualAccount> {
    if !is_same_account(&data.va_account.text(), asked.as_str()) {
        return mismatch("HPay renamed another account than was asked");
    }
    let named = data.va_name.as_ref();
    if named.is_some_and(|name| !is_same_name(&name.text(), &request.holder)) {
        return mismatch("HPay's response reports success with another name than requested");
    }
    // An account that accepts no money is refused with code 08, so this one accepts money.
    let number = VirtualAccountNumber::new(asked.clone()).with_holder(request.holder.as_str());
    let order = request.account.order.clone();
    let account = VirtualAccount::new(order, VirtualAccountState::Open, vec![number]);
    Submission::Accepted(account.with_raw(raw))
}

/// Reads a virtual account that was closed or reopened.
pub(crate) fn switched(
    account: &VirtualAccountRef,
    asked: &AccountNumber,
    closed: bool,
    data: &SwitchedAccount,
    raw: Raw,
) -> Submission<VirtualAccount> {
    if !is_same_account(&data.account_va.text(), asked.as_str()) {
        return mismatch("HPay answered about another account than was asked");
    }
    let state = account_state(data.va_status.as_ref());
    if !is_as_asked(closed, state) {
        return mismatch("HPay's response reports success with another status than requested");
    }
    let number = VirtualAccountNumber::new(asked.clone()).with_state(state);
    let account = VirtualAccount::new(account.order.clone(), state, vec![number]);
    Submission::Accepted(account.with_raw(raw))
}

/// Returns `true` if two names are the same to a bank, which may write them without diacritics and
/// in capital letters.
pub(crate) fn is_same_name(a: &str, b: &str) -> bool {
    a == b || matches!((holder_name(a), holder_name(b)), (Ok(a), Ok(b)) if a == b)
}

fn mismatch<T>(what: &str) -> Submission<T> {
    Submission::Uncertain(Uncertain::new(UncertainCause::Mismatch, what).needing_attention())
}

#[cfg(test)]
mod tests;
