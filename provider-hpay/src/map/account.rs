//! What HPay says about virtual accounts.

use payments_core::{
    Raw, Submission, Uncertain, UncertainCause,
    bank::AccountNumber,
    money::Currency,
    transport::Unreadable,
    vietqr::VietQr,
    virtual_account::{
        OpenVirtualAccount, UpdateVirtualAccount, VirtualAccount, VirtualAccountNumber,
        VirtualAccountRef, VirtualAccountState,
    },
};

use crate::{
    tables::Banks,
    wire::{Literal, OpenedAccount, RenamedAccount, SwitchedAccount},
};

/// The fewest characters by which the end of a full number is taken for a short one.
const SHORTEST: usize = 10;

/// Whether two numbers are one account of this merchant: a full number is the bank's prefix and
/// the short number, and some messages carry the one, some the other.
pub(crate) fn is_same_account(one: &str, other: &str) -> bool {
    let (long, short) = if one.len() < other.len() { (other, one) } else { (one, other) };
    long == short || (short.len() >= SHORTEST && long.ends_with(short))
}

/// An account number in an answer.
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
    let taken = data.va_amount.as_ref().map(|amount| amount.money(Currency::VND));
    if let (Some(asked), Some(taken)) = (request.amount, taken)
        && taken != Ok(asked)
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
    // The answer may print the short number only; the QR code has the full one.
    let code = data.qr_code.as_deref().and_then(|code| Some((code, VietQr::parse(code).ok()?)));
    let code = code.filter(|(_, qr)| {
        is_same_account(qr.number().as_str(), printed.as_str())
            && qr.amount().is_none_or(|amount| request.amount == Some(amount))
    });
    let bank = match &code {
        Some((_, qr)) => Some(qr.bin()),
        None => data.va_bank.as_ref().and_then(|bank| banks.bin(&bank.text())),
    };
    let mut account = match &code {
        Some((_, qr)) if qr.number().as_str().len() > printed.as_str().len() => {
            VirtualAccountNumber::new(qr.number().clone()).with_short(printed)
        }
        _ => VirtualAccountNumber::new(printed),
    };
    account = account.with_state(match &data.va_status {
        // The reference prints 3, closed, for an account that it has just opened.
        Some(status) if status.text() == "3" => VirtualAccountState::Uncertain,
        status => state(status.as_ref()),
    });
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
    let holder = data.va_name.as_ref().map_or(request.holder.as_str().into(), Literal::text);
    // An account that takes no money is refused with code 08, so this one does.
    let number = VirtualAccountNumber::new(asked.clone()).with_holder(holder);
    let order = request.account.order.clone();
    let account = VirtualAccount::new(order, VirtualAccountState::Open, vec![number]);
    Submission::Accepted(account.with_raw(raw))
}

/// Reads a virtual account that was closed or opened again.
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
    let state = state(data.va_status.as_ref());
    // The reference calls 3 and 4 alike: "expired".
    let is_over = matches!(state, VirtualAccountState::Closed | VirtualAccountState::Expired);
    let is_as_asked =
        if closed { is_over } else { !is_over && state != VirtualAccountState::Locked };
    if !is_as_asked {
        return mismatch("HPay answered with success and a status that is not what was asked for");
    }
    let number = VirtualAccountNumber::new(asked.clone()).with_state(state);
    let account = VirtualAccount::new(account.order.clone(), state, vec![number]);
    Submission::Accepted(account.with_raw(raw))
}

/// The states of a virtual account. The reference has 1, 2 and "3, 4 expired"; the rest is from
/// the dictionaries of the provider's merchant portal (`htpgroup/web-htpgroup`, June 2022).
pub(super) fn state(status: Option<&Literal>) -> VirtualAccountState {
    match status.map(Literal::text).as_deref() {
        Some("0") => VirtualAccountState::Locked,
        Some("1") => VirtualAccountState::Open,
        Some("2") => VirtualAccountState::Paid,
        Some("3") => VirtualAccountState::Closed,
        Some("4") => VirtualAccountState::Expired,
        _ => VirtualAccountState::Uncertain,
    }
}

fn mismatch<T>(what: &str) -> Submission<T> {
    Submission::Uncertain(Uncertain::new(UncertainCause::Mismatch, what).needing_attention())
}
