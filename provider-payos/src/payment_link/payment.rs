//! Reads a payment from payOS's data about a link.

use payments_core::{
    Direction, GatewayRef, Movement, OrderRef, Raw, Submission, Timestamp, Uncertain,
    UncertainCause,
    bank::{AccountNumber, BankAccount, Bin},
    check_web_address,
    money::{Currency, Money},
    payment::{CreatePayment, NextAction, Payment, PaymentMethod, PaymentState, Transfer},
};
use provider_kit::{transport::Unreadable, wire::Number};

use super::{status, wire};
use crate::{civil_time, dedupe_key, hosts};

/// Reads the payment that a response opened, and compares it with the request.
///
/// # Errors
/// Returns an error if the response is not as payOS documents it.
pub(super) fn created(
    request: &CreatePayment,
    link: &wire::CreatedLink,
    raw: Raw,
) -> Result<Submission<Payment>, Unreadable> {
    let asked = money("amount", link.amount)?;
    let order = order(link.order_code)?;
    if order != request.order || asked != request.amount || link.currency != "VND" {
        let message = "payOS's response names another order, amount or currency than we sent";
        let uncertain = Uncertain::new(UncertainCause::Mismatch, message).needing_attention();
        return Ok(Submission::Uncertain(uncertain));
    }
    check_web_address(&link.checkout_url).map_err(|problem| odd("checkoutUrl", problem))?;
    let state = status::state(&link.status, asked, Money::vnd(0));
    if state == PaymentState::Uncertain {
        let message = "payOS opened the link in a status that it documents nowhere";
        let uncertain = Uncertain::new(UncertainCause::UnknownCode, message);
        return Ok(Submission::Uncertain(uncertain));
    }
    let page = NextAction::Redirect { url: link.checkout_url.clone() };
    let transfer = transfer(link, asked).map(NextAction::Transfer);
    // Both lead to the same money; the requested method decides which one comes first.
    let (first, second) = match request.method {
        Some(PaymentMethod::BankTransfer) => (transfer, Some(page)),
        _ => (Some(page), transfer),
    };
    let mut payment = Payment::new(order, state)
        .with_asked(asked)
        .with_gateway_ref(gateway_ref("paymentLinkId", &link.payment_link_id)?)
        .with_provider_state(&link.status)
        .with_raw(raw);
    if state == PaymentState::Open {
        payment = first.into_iter().chain(second).fold(payment, Payment::with_next);
    }
    if let Some(method) = request.method {
        payment = payment.with_method(method);
    }
    let end = link.expired_at.map(Timestamp::from_unix).or(request.expires_at);
    Ok(Submission::Accepted(match end {
        Some(end) => payment.with_expiry(end),
        None => payment,
    }))
}

/// Returns the transfer that pays a link, with payOS's memo unchanged. `None` if the response has
/// no account number that a transfer can use.
fn transfer(link: &wire::CreatedLink, amount: Money) -> Option<Transfer> {
    let bin = Bin::new(link.bin.as_deref()?).ok()?;
    let number = AccountNumber::new(link.account_number.as_deref()?).ok()?;
    let account = match &link.account_name {
        Some(holder) => BankAccount::new(bin, number).with_holder(holder),
        None => BankAccount::new(bin, number),
    };
    let transfer = Transfer::new(account).with_amount(amount).with_memo(link.description.as_ref()?);
    Some(match &link.qr_code {
        Some(qr) => transfer.with_vietqr(qr),
        None => transfer,
    })
}

/// Reads a payment that payOS found. The page is part of it while the link is open; payOS does not
/// return the account again.
///
/// # Errors
/// Returns an error if the response is not as payOS documents it.
pub(super) fn found(link: &wire::Link, pay: &str, raw: Raw) -> Result<Payment, Unreadable> {
    let asked = money("amount", link.amount)?;
    let received = money("amountPaid", link.amount_paid)?;
    let order = order(link.order_code)?;
    let state = status::state(&link.status, asked, received);
    let credits: Result<Vec<_>, Unreadable> =
        link.transactions.iter().map(|transaction| credit(link, transaction, &order)).collect();
    let payment = Payment::new(order, state)
        .with_asked(asked)
        .with_received(received)
        .with_credits(credits?)
        .with_method(PaymentMethod::BankTransfer)
        .with_gateway_ref(gateway_ref("id", &link.id)?)
        .with_provider_state(&link.status)
        .with_raw(raw);
    Ok(match state {
        PaymentState::Open => {
            payment.with_next(NextAction::Redirect { url: hosts::page(pay, &link.id) })
        }
        _ => payment,
    })
}

/// Reads a transfer that arrived for the link.
fn credit(
    link: &wire::Link,
    transaction: &wire::LinkTransaction,
    order: &OrderRef,
) -> Result<Movement, Unreadable> {
    let amount = money("transactions.amount", transaction.amount)?;
    let key = dedupe_key::transfer(&link.id, &transaction.reference)
        .map_err(|error| odd("transactions.reference", error))?;
    let credit = Movement::new(key, Direction::In, amount)
        .with_order(order.clone())
        .with_bank_reference(&transaction.reference);
    Ok(Details {
        account: transaction.account_number.as_deref(),
        virtual_account: transaction.virtual_account_number.as_deref(),
        time: transaction.transaction_date_time.as_deref(),
        memo: transaction.description.as_deref(),
    }
    .add_to(credit))
}

/// Fields of a credit that are for information only and may be missing. Webhooks have them as well.
#[derive(Clone, Copy)]
pub(crate) struct Details<'a> {
    pub(crate) account: Option<&'a str>,
    pub(crate) virtual_account: Option<&'a str>,
    pub(crate) time: Option<&'a str>,
    pub(crate) memo: Option<&'a str>,
}

impl Details<'_> {
    /// Adds these details to a credit. A detail that is empty or cannot be read is omitted, because
    /// the money counts without it.
    pub(crate) fn add_to(self, mut credit: Movement) -> Movement {
        let number = |text: Option<&str>| text.and_then(|text| AccountNumber::new(text).ok());
        if let Some(account) = number(self.account) {
            credit = credit.with_account(account);
        }
        if let Some(account) = number(self.virtual_account) {
            credit = credit.with_virtual_account(account);
        }
        if let Some(time) = self.time.and_then(civil_time::read) {
            credit = credit.with_time(time);
        }
        match self.memo.filter(|memo| !memo.is_empty()) {
            Some(memo) => credit.with_memo(memo),
            None => credit,
        }
    }
}

fn order(code: crate::order_code::OrderCode) -> Result<OrderRef, Unreadable> {
    code.order().map_err(|error| odd("orderCode", error))
}

fn gateway_ref(field: &str, id: &str) -> Result<GatewayRef, Unreadable> {
    let is_one =
        !id.is_empty() && id.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
    match GatewayRef::new(id) {
        Ok(reference) if is_one => Ok(reference),
        _ => Err(Unreadable::new(format!("`{field}` is not a number of a link"))),
    }
}

fn money(field: &str, amount: Number) -> Result<Money, Unreadable> {
    match amount.money(Currency::VND) {
        Ok(money) if money.minor() >= 0 => Ok(money),
        Ok(_) => Err(Unreadable::new(format!("`{field}` is below zero"))),
        Err(error) => Err(odd(field, error)),
    }
}

fn odd(field: &str, error: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Unreadable {
    Unreadable::new(format!("`{field}` is not what payOS documents")).with_source(error)
}
