//! Confirms an event by inquiry.

use payments_core::{
    Error, ErrorKind, Lookup, Movement, Result,
    notification::{Confirmation, Event, EventData},
    payment::{Payment, PaymentState},
    step::Step,
};

use crate::{
    checkout::api::CONFIRM_PAYMENT, client::HPay, dedupe_key, limits::SOON,
    virtual_account::account_number::is_same_account,
};

pub(super) async fn confirm(hpay: &HPay, event: &Event) -> Result<Confirmation> {
    match event.data() {
        EventData::Payment(payment) => confirm_payment(hpay, payment).await,
        EventData::Movement(movement) => confirm_credit(hpay, movement).await,
        _ => Err(Error::unsupported("HPay has no inquiry for this kind of event")
            .with_operation(CONFIRM_PAYMENT.name)),
    }
}

/// Compares the states: if the inquiry's state is later than the claim's, the claim is confirmed;
/// if it is earlier, it may still change. The amount is always the inquiry's.
///
/// A failure is reported about one attempt, after which the buyer may try again, so the inquiry's
/// state of the order is the result.
async fn confirm_payment(hpay: &HPay, claimed: &Payment) -> Result<Confirmation> {
    let found = match find(hpay, claimed).await? {
        Lookup::Found(found) => found,
        Lookup::Several(_) | Lookup::Absent(_) => return Ok(not_yet()),
    };
    let step = match claimed.state {
        PaymentState::Failed => Step::Advance(found.state),
        state => state.step(found.state),
    };
    Ok(match step {
        Step::Same | Step::Advance(_) => Confirmation::Confirmed(inquired(hpay, found)?),
        Step::Stale => not_yet(),
        Step::Conflict { known, seen } => Confirmation::Contradicted {
            claimed: format!("{} is {known:?}", claimed.order),
            found: format!("{} is {seen:?}", claimed.order),
        },
    })
}

/// Queries the attempt that the claim names, so that an order that was paid twice gives each
/// payment under its own number. Queries the order instead if the claim names no attempt, reports a
/// failure, or names an attempt that HPay does not know.
async fn find(hpay: &HPay, claimed: &Payment) -> Result<Lookup<Payment>> {
    if let Some(attempt) = claimed.gateway_ref.as_ref()
        && claimed.state != PaymentState::Failed
        && let found @ Lookup::Found(_) =
            hpay.find_order(&CONFIRM_PAYMENT, &claimed.order, Some(attempt)).await?
    {
        return Ok(found);
    }
    hpay.find_order(&CONFIRM_PAYMENT, &claimed.order, None).await
}

/// Returns the payment of the inquiry as an event, under the key of the payment's notification.
fn inquired(hpay: &HPay, found: Payment) -> Result<Event> {
    let key = dedupe_key::inquired(hpay.merchant_id(), &found)?;
    Ok(Event::inquired(key, EventData::Payment(found)))
}

/// Finds the credit by its number on the account that was named. The event has the amount and the
/// account of the inquiry, whatever the callback claims.
async fn confirm_credit(hpay: &HPay, claimed: &Movement) -> Result<Confirmation> {
    let account = claimed.virtual_account.as_ref().ok_or_else(|| {
        Error::invalid("virtual_account", "is needed to ask about a credit")
            .with_operation(CONFIRM_PAYMENT.name)
    })?;
    let claim = || format!("{} on the account {account:?}", claimed.key);
    let credits = match hpay.credits(CONFIRM_PAYMENT.name, account).await {
        Ok(credits) => credits,
        Err(error) if error.kind() == ErrorKind::NotFound => {
            return Ok(Confirmation::Contradicted {
                claimed: claim(),
                found: "HPay knows no such account of ours".to_owned(),
            });
        }
        Err(error) => return Err(error),
    };
    // An unreadable row confirms nothing.
    let mut readable = credits.into_iter().filter_map(|credit| credit.into_result().ok());
    let Some(found) = readable.find(|credit| credit.key == claimed.key) else {
        return Ok(not_yet());
    };
    let on = found.virtual_account.as_ref();
    Ok(match on {
        Some(number) if is_same_account(number.as_str(), account.as_str()) => {
            Confirmation::Confirmed(Event::inquired(found.key.clone(), EventData::Movement(found)))
        }
        _ => Confirmation::Contradicted {
            claimed: claim(),
            found: format!("{} on the account {on:?}", found.key),
        },
    })
}

fn not_yet() -> Confirmation {
    Confirmation::NotYet { retry_after: Some(SOON) }
}
