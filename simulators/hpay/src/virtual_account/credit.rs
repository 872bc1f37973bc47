//! Transfers that arrive on a virtual account.

use super::{
    account::{AccountStatus, Credit, PREFIX, VirtualAccount},
    callback::Callback,
};
use crate::{
    PayAs,
    checkout::{self, By},
    control::{Announcement, CheckoutTransfer, ControlError},
    faults::{Fault, Operation},
    gateway::{Books, Gateway},
    ledger::{BookingKind, Entry},
};

/// The remark that the bank reports if neither the payer nor the merchant gave one.
const NO_REMARK: &str = "no content";

/// Credits `amount` đồng to the account with this short or full number, and reports it.
///
/// The bank checks neither amount nor date: short, over, repeated and late transfers arrive like
/// any other, also on accounts that are paid, closed or expired.
pub(crate) async fn transfer(
    gateway: &Gateway,
    number: &str,
    amount: i64,
) -> Result<Announcement, ControlError> {
    report(gateway, record(gateway, number, amount, None)?).await
}

/// Pays an order of the checkout page by transfer and notifies `notify_url`, then `/va/callback`.
/// The payment is booked once, for the order.
pub(crate) async fn transfer_for_order(
    gateway: &Gateway,
    order_code: &str,
) -> Result<CheckoutTransfer, ControlError> {
    let notification = checkout::pay(gateway, By::OrderCode(order_code), PayAs::Now).await?;
    let callback = record_for_order(gateway, order_code, notification.transaction_id)?;
    Ok(CheckoutTransfer { notification, callback: report(gateway, callback).await? })
}

/// Reports a credit to the address that the merchant registered, if there is one.
pub(crate) async fn report(
    gateway: &Gateway,
    fields: Callback,
) -> Result<Announcement, ControlError> {
    let mut announcement = Announcement {
        transaction_id: fields.transaction_id,
        request: None,
        receipts: Vec::new(),
        return_link: None,
    };
    let Some(base) = gateway.va_callback_base() else { return Ok(announcement) };
    let is_forged = gateway.script.take(Operation::AccountCallback) == Some(Fault::ForgeSignature);
    let request = fields
        .request(&base, gateway, is_forged)
        .map_err(|_| ControlError::UnusableAddress(base))?;
    let tries = gateway.settings.callback_tries;
    announcement.receipts = gateway.notify_until_accepted(request.clone(), tries).await;
    announcement.request = Some(request);
    Ok(announcement)
}

/// Books a credit, which is still to be reported. Without a memo it has the account's remark.
pub(crate) fn record(
    gateway: &Gateway,
    number: &str,
    amount: i64,
    memo: Option<&str>,
) -> Result<Callback, ControlError> {
    if amount <= 0 {
        return Err(ControlError::ImpossibleAmount(amount));
    }
    let at = gateway.now();
    let mut books = gateway.books();
    let Books { accounts, numbers, ledger, .. } = &mut *books;
    let account = accounts
        .iter_mut()
        .find(|account| account.is_called(number))
        .ok_or_else(|| ControlError::UnknownAccount(number.to_owned()))?;
    let of_account = Some(&*account.remark).filter(|remark| !remark.is_empty());
    let remark = memo.or(of_account).unwrap_or(NO_REMARK);
    let credit = Credit {
        transaction_id: numbers.transaction(),
        cashin: numbers.cashin(),
        amount,
        remark: remark.to_owned(),
        at,
    };
    ledger.book(&Entry {
        kind: BookingKind::AccountCredit,
        reference: &account.number,
        transaction_id: credit.transaction_id,
        account: &account.full_number,
        bank: None,
        amount,
        currency: "vnd",
        at,
    });
    let fields = Callback::of(account, &credit);
    account.receive(credit);
    Ok(fields)
}

/// The account that HPay showed the buyer of an order, with the credit that paid it.
fn record_for_order(
    gateway: &Gateway,
    order_code: &str,
    transaction_id: u64,
) -> Result<Callback, ControlError> {
    let at = gateway.now();
    let mut books = gateway.books();
    let Books { accounts, numbers, orders, .. } = &mut *books;
    let order = orders
        .iter()
        .rev()
        .find(|order| order.link.order_code == order_code)
        .ok_or_else(|| ControlError::UnknownOrder(order_code.to_owned()))?;
    let number = numbers.account().to_string();
    let mut account = VirtualAccount {
        full_number: format!("{PREFIX}{number}"),
        number,
        request_id: None,
        order_id: order.order_id,
        order_code: Some(order_code.to_owned()),
        name: "HPAY".to_owned(),
        is_one_time: true,
        is_fixed: true,
        amount: order.link.total(),
        remark: String::new(),
        created_at: order.opened_at,
        time_limit: order.link.time_limit.unwrap_or(at),
        credits: Vec::new(),
        status: AccountStatus::Active,
    };
    let credit = Credit {
        transaction_id,
        cashin: numbers.cashin(),
        amount: order.link.total(),
        remark: NO_REMARK.to_owned(),
        at,
    };
    let fields = Callback::of(&account, &credit);
    account.receive(credit);
    accounts.push(account);
    Ok(fields)
}
