//! Whole answers. What is not a name or an account number makes an answer unreadable.

use payments_core::{
    AccountId, Direction, GatewayRef, Listed, Movement, Raw, UnreadableRow,
    bank::{AccountNumber, BankAccount},
    money::Money,
    payment::{NextAction, Payment, PostForm, Refund, Transfer},
    payout::{Balance, Beneficiary, Payout, PayoutFailure},
    statement::{Cursor, Page, StatementAccount},
    transport::Unreadable,
    virtual_account::{VirtualAccount, VirtualAccountNumber},
};
use serde::Deserialize;
use serde_json::value::RawValue;

use super::{
    keys,
    words::{failure_reason, payment_state, payout_state, refund_state, virtual_account_state},
};
use crate::wire::{self, Next, Way};

type Read<T> = Result<T, Unreadable>;

pub(in crate::provider) fn payment(told: wire::Payment, raw: Raw) -> Read<Payment> {
    let credits = told.credits.into_iter().map(movement).collect::<Read<Vec<_>>>()?;
    if credits.iter().any(|credit| credit.order.as_ref() != Some(&told.order)) {
        return Err(Unreadable::new("the answer lists a credit of another order"));
    }
    let mut payment = Payment::new(told.order, payment_state(&told.status))
        .with_asked(told.amount)
        .with_received(told.received)
        .with_gateway_ref(gateway_ref(&told.id)?)
        .with_credits(credits)
        .with_provider_state(told.status)
        .with_raw(raw);
    payment.method = told.method;
    payment.expires_at = told.expires_at;
    let next = told.next.into_iter().map(|next| next_action(next, told.amount));
    payment.next = next.filter_map(Result::transpose).collect::<Read<_>>()?;
    Ok(payment)
}

pub(in crate::provider) fn refund(told: wire::Refund, raw: Raw) -> Read<Refund> {
    let state = refund_state(&told.status);
    Ok(Refund::new(told.refund, told.order, told.amount, state)
        .with_gateway_ref(gateway_ref(&told.id)?)
        .with_raw(raw))
}

pub(in crate::provider) fn virtual_account(
    told: wire::VirtualAccount,
    raw: Raw,
) -> Read<VirtualAccount> {
    let state = virtual_account_state(&told.status);
    let mut number = VirtualAccountNumber::new(account_number(&told.number)?)
        .with_bank(told.bank)
        .with_holder(told.holder)
        .with_state(state);
    number.amount = told.amount;
    number.expires_at = told.expires_at;
    number.vietqr = told.vietqr;
    let mut account = VirtualAccount::new(told.order, state, vec![number])
        .with_received(told.received)
        .with_account(told.account)
        .with_gateway_ref(gateway_ref(&told.id)?)
        .with_raw(raw);
    account.amount = told.amount;
    Ok(account)
}

pub(in crate::provider) fn payout(told: wire::Payout, raw: Raw) -> Read<Payout> {
    let mut payout = Payout::new(told.payout, told.amount, payout_state(&told.status))
        .with_bank(told.bank)
        .with_account(told.account)
        .with_gateway_ref(gateway_ref(&told.id)?)
        .with_time(told.at)
        .with_provider_state(told.status)
        .with_raw(raw);
    payout.holder = told.holder;
    payout.failure = told.failure.map(|wire::Failure { code, message }| {
        PayoutFailure::new(failure_reason(&code)).with_code(code).with_message(message)
    });
    Ok(payout)
}

pub(in crate::provider) fn holder(told: wire::Holder) -> Read<Beneficiary> {
    let account = BankAccount::new(told.bank, told.account).with_holder(told.name.clone());
    Beneficiary::new(account, told.name).map_err(unreadable)
}

pub(in crate::provider) fn own_account(told: wire::OwnAccount) -> StatementAccount {
    let account = BankAccount::new(told.bank, told.number).with_holder(told.holder);
    StatementAccount::new(told.id)
        .with_account(account)
        .with_balance(Balance::new(told.balance, told.at))
        .with_label(told.label)
}

/// A page of the statement of every account, or of the one that was asked about.
pub(in crate::provider) fn page(told: &wire::ReadPage, account: Option<&AccountId>) -> Page {
    let of_account = |json: &RawValue| match (account, serde_json::from_str(json.get())) {
        (Some(account), Ok(OwnAccount { own_account })) if own_account != account.as_str() => {
            Listed::Unreadable(UnreadableRow::new("it is of another account"))
        }
        _ => listed(json),
    };
    let entries = told.entries.iter().map(|json| of_account(json)).collect();
    let next = told.next.as_deref().map_or_else(Cursor::start, Cursor::at);
    Page::new(entries, next, told.more)
}

/// One row of a list, read on its own.
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
        Ok(Err(_)) => unreadable("it holds a name or number that cannot be one"),
        Err(_) => unreadable("a field is missing, or is of another kind"),
    }
}

/// What identifies a row.
#[derive(Deserialize)]
struct Head {
    id: String,
}

/// On which of our accounts a row is.
#[derive(Deserialize)]
struct OwnAccount {
    own_account: String,
}

pub(in crate::provider) fn movement(told: wire::Movement) -> Read<Movement> {
    let direction = match told.direction {
        Way::In => Direction::In,
        Way::Out => Direction::Out,
    };
    let key = keys::transaction(&told.id)?;
    let mut movement = Movement::new(key, direction, told.amount)
        .with_account(told.account)
        .with_time(told.at)
        .with_bank_reference(told.bank_reference)
        .with_balance(told.balance);
    movement.virtual_account = told.virtual_account.as_deref().map(account_number).transpose()?;
    movement.memo = told.memo;
    movement.code = told.code;
    movement.order = told.order;
    Ok(movement)
}

/// A kind of step that is not known here is left out: the payment is no less open for it.
fn next_action(told: Next, amount: Money) -> Read<Option<NextAction>> {
    Ok(Some(match told {
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
    Unreadable::new("the answer holds a name or number that cannot be one").with_source(error)
}
