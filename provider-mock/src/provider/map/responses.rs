//! Conversion of whole responses. An invalid name or account number makes a response unreadable.

use payments_core::{
    AccountId, Direction, GatewayRef, Listed, Movement, Raw, UnreadableRow,
    bank::{AccountNumber, BankAccount},
    money::Money,
    payment::{NextAction, Payment, PostForm, Refund, Transfer},
    payout::{Balance, Beneficiary, Payout, PayoutFailure},
    statement::{Cursor, Page, StatementAccount},
    virtual_account::{VirtualAccount, VirtualAccountNumber},
};
use provider_kit::transport::Unreadable;
use serde::Deserialize;
use serde_json::value::RawValue;

use super::{
    keys,
    status::{failure_reason, payment_state, payout_state, refund_state, virtual_account_state},
};
use crate::wire::{self, Next, Way};

type Read<T> = Result<T, Unreadable>;

pub(in crate::provider) fn payment(decoded: wire::Payment, raw: Raw) -> Read<Payment> {
    let credits = decoded.credits.into_iter().map(movement).collect::<Read<Vec<_>>>()?;
    if credits.iter().any(|credit| credit.order.as_ref() != Some(&decoded.order)) {
        return Err(Unreadable::new("the response lists a credit of another order"));
    }
    let mut payment = Payment::new(decoded.order, payment_state(&decoded.status))
        .with_asked(decoded.amount)
        .with_received(decoded.received)
        .with_gateway_ref(gateway_ref(&decoded.id)?)
        .with_credits(credits)
        .with_provider_state(decoded.status)
        .with_raw(raw);
    payment.method = decoded.method;
    payment.expires_at = decoded.expires_at;
    let next = decoded.next.into_iter().map(|next| next_action(next, decoded.amount));
    payment.next = next.filter_map(Result::transpose).collect::<Read<_>>()?;
    Ok(payment)
}

pub(in crate::provider) fn refund(decoded: wire::Refund, raw: Raw) -> Read<Refund> {
    let state = refund_state(&decoded.status);
    Ok(Refund::new(decoded.refund, decoded.order, decoded.amount, state)
        .with_gateway_ref(gateway_ref(&decoded.id)?)
        .with_raw(raw))
}

pub(in crate::provider) fn virtual_account(
    decoded: wire::VirtualAccount,
    raw: Raw,
) -> Read<VirtualAccount> {
    let state = virtual_account_state(&decoded.status);
    let mut number = VirtualAccountNumber::new(account_number(&decoded.number)?)
        .with_bank(decoded.bank)
        .with_holder(decoded.holder)
        .with_state(state);
    number.amount = decoded.amount;
    number.expires_at = decoded.expires_at;
    number.vietqr = decoded.vietqr;
    let mut account = VirtualAccount::new(decoded.order, state, vec![number])
        .with_received(decoded.received)
        .with_account(decoded.account)
        .with_gateway_ref(gateway_ref(&decoded.id)?)
        .with_raw(raw);
    account.amount = decoded.amount;
    Ok(account)
}

pub(in crate::provider) fn payout(decoded: wire::Payout, raw: Raw) -> Read<Payout> {
    let mut payout = Payout::new(decoded.payout, decoded.amount, payout_state(&decoded.status))
        .with_bank(decoded.bank)
        .with_account(decoded.account)
        .with_gateway_ref(gateway_ref(&decoded.id)?)
        .with_time(decoded.at)
        .with_provider_state(decoded.status)
        .with_raw(raw);
    payout.holder = decoded.holder;
    payout.failure = decoded.failure.map(|wire::Failure { code, message }| {
        PayoutFailure::new(failure_reason(&code)).with_code(code).with_message(message)
    });
    Ok(payout)
}

pub(in crate::provider) fn holder(decoded: wire::Holder) -> Read<Beneficiary> {
    let account = BankAccount::new(decoded.bank, decoded.account).with_holder(decoded.name.clone());
    Beneficiary::new(account, decoded.name).map_err(unreadable)
}

pub(in crate::provider) fn own_account(decoded: wire::OwnAccount) -> StatementAccount {
    let account = BankAccount::new(decoded.bank, decoded.number).with_holder(decoded.holder);
    StatementAccount::new(decoded.id)
        .with_account(account)
        .with_balance(Balance::new(decoded.balance, decoded.at))
        .with_label(decoded.label)
}

/// Reads a page of the statement of every account, or only of `account`.
pub(in crate::provider) fn page(decoded: &wire::ReadPage, account: Option<&AccountId>) -> Page {
    let of_account = |json: &RawValue| match (account, serde_json::from_str(json.get())) {
        (Some(account), Ok(OwnAccount { own_account })) if own_account != account.as_str() => {
            Listed::Unreadable(UnreadableRow::new("it is of another account"))
        }
        _ => listed(json),
    };
    let entries = decoded.entries.iter().map(|json| of_account(json)).collect();
    let next = decoded.next.as_deref().map_or_else(Cursor::start, Cursor::at);
    Page::new(entries, next, decoded.more)
}

/// Reads one row of a list, independently of the others.
pub(in crate::provider) fn listed(json: &RawValue) -> Listed<Movement> {
    let unreadable = |detail: &str| {
        let row = UnreadableRow::new(detail).with_raw(Raw::new(json.get().to_owned()));
        let head = serde_json::from_str::<Head>(json.get());
        Listed::Unreadable(match head {
            Ok(Head { id }) => row.with_id(id),
            Err(_) => row,
        })
    };
    match serde_json::from_str(json.get()).map(movement) {
        Ok(Ok(movement)) => Listed::Read(movement),
        Ok(Err(_)) => unreadable("it contains an invalid name or number"),
        Err(_) => unreadable("a field is missing, or is of another kind"),
    }
}

/// The members that identify a row.
#[derive(Deserialize)]
struct Head {
    id: String,
}

/// The member of a row with the merchant's account.
#[derive(Deserialize)]
struct OwnAccount {
    own_account: String,
}

pub(in crate::provider) fn movement(decoded: wire::Movement) -> Read<Movement> {
    let direction = match decoded.direction {
        Way::In => Direction::In,
        Way::Out => Direction::Out,
    };
    let key = keys::transaction(&decoded.id)?;
    let mut movement = Movement::new(key, direction, decoded.amount)
        .with_account(decoded.account)
        .with_time(decoded.at)
        .with_bank_reference(decoded.bank_reference)
        .with_balance(decoded.balance);
    movement.virtual_account =
        decoded.virtual_account.as_deref().map(account_number).transpose()?;
    movement.memo = decoded.memo;
    movement.code = decoded.code;
    movement.order = decoded.order;
    Ok(movement)
}

/// Converts a next action. An unknown kind is omitted, because the payment is open nevertheless.
fn next_action(decoded: Next, amount: Money) -> Read<Option<NextAction>> {
    Ok(Some(match decoded {
        Next::Redirect { url } => NextAction::Redirect { url },
        Next::Form { action, fields } => NextAction::PostForm(PostForm::new(action, fields)),
        Next::Transfer { bank, number, holder, memo, vietqr } => {
            let account = BankAccount::new(bank, account_number(&number)?).with_holder(holder);
            let mut transfer = Transfer::new(account).with_amount(amount);
            transfer.memo = memo;
            transfer.vietqr = vietqr;
            NextAction::Transfer(transfer)
        }
        Next::Unknown => return Ok(None),
    }))
}

fn gateway_ref(text: &str) -> Read<GatewayRef> {
    GatewayRef::new(text).map_err(unreadable)
}

fn account_number(text: &str) -> Read<AccountNumber> {
    AccountNumber::new(text).map_err(unreadable)
}

pub(super) fn unreadable(error: impl std::error::Error + Send + Sync + 'static) -> Unreadable {
    Unreadable::new("the response contains an invalid name or number").with_source(error)
}
