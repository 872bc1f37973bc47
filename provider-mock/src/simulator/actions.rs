//! The actions of buyers, banks and the gateway's staff, in the vocabulary of all gateways.

use std::sync::Arc;
use std::time::Duration;

use payments_core::money::{Currency, Money};
use simulator_kit::control::{Acted, Action, ActionRefused, PayoutOutcome, When};

use super::{World, notifier::ENDPOINT, overview};
use crate::{ControlError, Operation, Scripted};

type Outcome = Result<Acted, ActionRefused>;

pub(super) fn act(world: &Arc<World>, action: Action) -> Outcome {
    let acted = match action {
        Action::Pay { method: Some(_), .. } => {
            Err(ActionRefused::invalid("method", "the merchant chooses it: leave it out"))
        }
        Action::Pay { order, amount, method: None } => pay(world, &order, amount),
        Action::PayTwice { order } => {
            let amount = asked(world, &order)?.0;
            pay(world, &order, Some(amount))?;
            pay(world, &order, Some(amount))
        }
        Action::PayLate { order } => pay_late(world, &order),
        Action::Fail { order } => {
            world.gateway.fail(&order).map_err(refused)?;
            Ok(Acted::new(format!("The payment of order {order} failed.")))
        }
        Action::Credit { account, amount, memo } => credit(world, &account, amount, &memo),
        Action::SettlePayout { payout, outcome } => settle(world, &payout, outcome),
        Action::SendAgain { delivery } => send_again(world, &delivery),
        Action::LoseAnswer { operation, when } => lose_answer(world, operation.as_deref(), when),
        Action::AdvanceClock { seconds } => {
            world.clock.advance(Duration::from_secs(seconds));
            Ok(Acted::new(format!("The clock is {seconds} seconds ahead of before.")))
        }
        Action::RegisterWebhook { endpoint, url } => register(world, &endpoint, &url),
        Action::DeleteWebhook { webhook } => delete(world, &webhook),
        Action::Hold { .. } | Action::Release { .. } => {
            Err(ActionRefused::NotOffered("the mock holds no payment back".to_owned()))
        }
        other => Err(ActionRefused::NotOffered(format!("the mock cannot do this: {other:?}"))),
    }?;
    let world = Arc::clone(world);
    tokio::spawn(async move { world.notifier.deliver().await });
    Ok(acted)
}

/// What an order asks for, in whole units, its currency, and what is missing.
fn asked(world: &World, order: &str) -> Result<(i64, Currency, i64), ActionRefused> {
    let overview = world.gateway.shown();
    let found = overview.payments.iter().rev().find(|it| it.payment.order.as_str() == order);
    let found = found.ok_or_else(|| refused(ControlError::UnknownOrder(order.to_owned())))?;
    let (amount, received) = (found.payment.amount, found.payment.received);
    let whole = overview::whole(amount);
    let missing = whole.saturating_sub(overview::whole(received));
    Ok((whole, amount.currency(), if missing > 0 { missing } else { whole }))
}

fn money(amount: i64, currency: Currency) -> Result<Money, ActionRefused> {
    Money::parse(&amount.to_string(), currency)
        .map_err(|error| ActionRefused::invalid("amount", error.to_string()))
}

/// Pays what is missing, unless an amount is given.
fn pay(world: &World, order: &str, amount: Option<i64>) -> Outcome {
    let (_, currency, missing) = asked(world, order)?;
    let amount = amount.unwrap_or(missing);
    let booking = world.gateway.pay(order, money(amount, currency)?).map_err(refused)?;
    Ok(Acted::new(format!("{amount} {currency} arrived for order {order}."))
        .with_reference(booking.transaction))
}

fn pay_late(world: &World, order: &str) -> Outcome {
    let shown = world.gateway.shown();
    let found = shown.payments.iter().rev().find(|it| it.payment.order.as_str() == order);
    let found = found.ok_or_else(|| refused(ControlError::UnknownOrder(order.to_owned())))?;
    let end = found.payment.expires_at.ok_or_else(|| {
        ActionRefused::Impossible(format!(
            "order {order} has no end: open it with expires_at, then pay it late"
        ))
    })?;
    let ahead = end.unix_seconds().saturating_add(1).saturating_sub(world.clock.unix_seconds());
    world.clock.advance(Duration::from_secs(u64::try_from(ahead).unwrap_or(0)));
    pay(world, order, None)
}

fn credit(world: &World, account: &str, amount: i64, memo: &str) -> Outcome {
    let shown = world.gateway.shown();
    let own = shown.own.iter().find(|own| own.number == account);
    let booked = match own {
        Some(own) => world.gateway.deposit(money(amount, own.balance.currency())?, memo),
        None => {
            let known = shown.virtual_accounts.iter().find(|it| it.number == account);
            let currency = known.map_or(Currency::VND, |it| it.received.currency());
            world.gateway.credit(account, money(amount, currency)?)
        }
    };
    let booking = booked.map_err(refused)?;
    let found = match &booking.order {
        Some(order) => format!("for order {order}"),
        None => "for no order".to_owned(),
    };
    Ok(Acted::new(format!("{amount} arrived on account {account} {found}."))
        .with_reference(booking.transaction))
}

fn settle(world: &World, payout: &str, outcome: PayoutOutcome) -> Outcome {
    let outcome = match outcome {
        PayoutOutcome::Paid => crate::PayoutOutcome::Succeeded,
        PayoutOutcome::Refused => crate::PayoutOutcome::Failed,
        PayoutOutcome::Returned => crate::PayoutOutcome::Reversed,
        _ => {
            return Err(ActionRefused::NotOffered(
                "a payout of the mock stays pending until it is settled".to_owned(),
            ));
        }
    };
    world.gateway.settle_payout(payout, outcome).map_err(refused)?;
    Ok(Acted::new(format!("Payout {payout} is settled: {outcome:?}.")))
}

fn send_again(world: &Arc<World>, delivery: &str) -> Outcome {
    let unknown = || ActionRefused::Unknown(format!("there is no delivery {delivery}"));
    let sent = world.notifier.find(delivery).ok_or_else(unknown)?;
    let body: serde_json::Value =
        serde_json::from_slice(sent.request.body()).map_err(|_| unknown())?;
    let id = body.get("id").and_then(serde_json::Value::as_str).ok_or_else(unknown)?;
    let request = world.gateway.redeliver(id).map_err(refused)?;
    let world = Arc::clone(world);
    tokio::spawn(async move { world.notifier.send(request).await });
    Ok(Acted::new(format!("Delivery {delivery} is sent again, signed anew.")))
}

fn lose_answer(world: &World, operation: Option<&str>, when: When) -> Outcome {
    let outcome = match when {
        When::BeforeBooking => Scripted::lost_before_booking(),
        When::AfterBooking => Scripted::lost_after_booking(),
    };
    match operation {
        None => world.gateway.lose_next_instruction(outcome),
        Some(name) => {
            let mut all = Operation::ALL.into_iter();
            let operation = all.find(|operation| operation.name() == name).ok_or_else(|| {
                ActionRefused::invalid(
                    "operation",
                    "name one of the operations of the samples, such as create_payout",
                )
            })?;
            world.gateway.script(operation, outcome).map_err(refused)?;
        }
    }
    Ok(Acted::new("The next response is lost."))
}

fn register(world: &World, endpoint: &str, url: &str) -> Outcome {
    if endpoint != ENDPOINT {
        return Err(ActionRefused::invalid("endpoint", format!("the mock has only {ENDPOINT}")));
    }
    world
        .destinations
        .check(url)
        .map_err(|unusable| ActionRefused::invalid("url", unusable.to_string()))?;
    world.gateway.send_notifications_to(Some(url)).map_err(refused)?;
    Ok(Acted::new(format!("Notifications go to {url}.")).with_reference(ENDPOINT))
}

fn delete(world: &World, webhook: &str) -> Outcome {
    if webhook != ENDPOINT || world.gateway.shown().notify_url.is_none() {
        return Err(ActionRefused::Unknown(format!("there is no webhook {webhook}")));
    }
    world.gateway.send_notifications_to(None).map_err(refused)?;
    Ok(Acted::new("Notifications of orders without an address of their own are kept."))
}

fn refused(error: ControlError) -> ActionRefused {
    let why = error.to_string();
    match error {
        ControlError::UnknownOrder(_)
        | ControlError::UnknownAccount(_)
        | ControlError::UnknownPayout(_)
        | ControlError::UnknownNotification(_) => ActionRefused::Unknown(why),
        ControlError::ImpossibleAmount(_) => {
            ActionRefused::Invalid { field: "amount", reason: why }
        }
        ControlError::UnusableAddress(_) => ActionRefused::Invalid { field: "url", reason: why },
        _ => ActionRefused::Impossible(why),
    }
}
