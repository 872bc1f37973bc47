//! The actions of buyers, banks and payOS's staff, in the vocabulary of all gateways.

use std::sync::Arc;
use std::time::Duration;

use simulator_kit::{
    Outgoing, Schedule,
    control::{Acted, Action, ActionRefused, PayoutOutcome, When},
};

use super::ControlError;
use crate::{
    Fault, Operation, TransactionState,
    gateway::{Gateway, WEBHOOK},
};

type Outcome = Result<Acted, ActionRefused>;

pub(super) fn act(gateway: &Arc<Gateway>, action: Action) -> Outcome {
    match action {
        Action::Pay { method: Some(_), .. } => {
            Err(ActionRefused::invalid("method", "payOS takes bank transfers only: leave it out"))
        }
        Action::Pay { order, amount, method: None } => pay(gateway, &order, amount),
        Action::PayTwice { order } => {
            let amount = amount_of(gateway, &order)?;
            pay(gateway, &order, Some(amount))?;
            pay(gateway, &order, Some(amount))
        }
        Action::PayLate { order } => pay_late(gateway, &order),
        Action::Credit { account, amount, memo } => credit(gateway, &account, amount, &memo),
        Action::SettlePayout { payout, outcome } => settle(gateway, &payout, outcome),
        Action::SendAgain { delivery } => send_again(gateway, &delivery),
        Action::LoseAnswer { operation, when } => lose_answer(gateway, operation.as_deref(), when),
        Action::AdvanceClock { seconds } => {
            gateway.settings.clock.advance(Duration::from_secs(seconds));
            Ok(Acted::new(format!("The clock is {seconds} seconds ahead of before.")))
        }
        Action::RegisterWebhook { endpoint, url } => register(gateway, &endpoint, &url),
        Action::DeleteWebhook { webhook } => delete(gateway, &webhook),
        Action::Fail { .. } => Err(ActionRefused::NotOffered(
            "payOS takes bank transfers only: there is no card that could be declined".to_owned(),
        )),
        Action::Hold { .. } | Action::Release { .. } => Err(ActionRefused::NotOffered(
            "payOS holds no payment back: the money arrives on the merchant's account".to_owned(),
        )),
        other => Err(ActionRefused::NotOffered(format!("payOS cannot do this: {other:?}"))),
    }
}

fn amount_of(gateway: &Gateway, order: &str) -> Result<i64, ActionRefused> {
    let amount = gateway.books().link(order).map(|link| link.amount);
    amount.ok_or_else(|| refused(ControlError::UnknownLink))
}

/// Pays a link: what is missing, or its whole amount if nothing is, unless an amount is given.
fn pay(gateway: &Arc<Gateway>, order: &str, amount: Option<i64>) -> Outcome {
    let missing = gateway.books().link(order).map(|link| match link.amount - link.amount_paid() {
        missing if missing > 0 => missing,
        _ => link.amount,
    });
    let missing = missing.ok_or_else(|| refused(ControlError::UnknownLink))?;
    let asked = amount_of(gateway, order)?;
    let mut transfers = match amount {
        Some(amount) => vec![amount],
        None => gateway.buyers_transfers(asked, missing),
    };
    let last = transfers.pop().unwrap_or(missing);
    for amount in transfers {
        transfer(gateway, order, amount)?;
    }
    transfer(gateway, order, last)
}

fn transfer(gateway: &Arc<Gateway>, order: &str, amount: i64) -> Outcome {
    let (link, transfer) = gateway.book_transfer(order, amount).map_err(refused)?;
    let acted = Acted::new(format!("{amount} VND arrived for order {}.", link.order_code))
        .with_reference(&transfer.reference);
    let gateway = Arc::clone(gateway);
    tokio::spawn(async move { gateway.tell(&link, &transfer).await });
    Ok(acted)
}

fn pay_late(gateway: &Arc<Gateway>, order: &str) -> Outcome {
    let end = gateway.books().link(order).map(|link| link.expired_at);
    let end = end.ok_or_else(|| refused(ControlError::UnknownLink))?.ok_or_else(|| {
        ActionRefused::Impossible(format!(
            "order {order} has no end: create it with expiredAt, then pay it late"
        ))
    })?;
    let ahead = end.saturating_add(1).saturating_sub(gateway.now());
    gateway.settings.clock.advance(Duration::from_secs(u64::try_from(ahead).unwrap_or(0)));
    pay(gateway, order, None)
}

fn credit(gateway: &Arc<Gateway>, account: &str, amount: i64, memo: &str) -> Outcome {
    let settings = &gateway.settings;
    if account != settings.virtual_account {
        return Err(ActionRefused::Unknown(format!(
            "there is no account {account}: buyers transfer to {}",
            settings.virtual_account
        )));
    }
    let link = gateway.books().link_of_memo(memo).map(|link| link.id.clone());
    let link = link.ok_or_else(|| {
        ActionRefused::Unknown(format!(
            "no order has a code of the memo {memo:?}: use the memo of an order, such as CS000000001"
        ))
    })?;
    pay(gateway, &link, Some(amount))
}

fn settle(gateway: &Gateway, payout: &str, outcome: PayoutOutcome) -> Outcome {
    let state = match outcome {
        PayoutOutcome::Paid => TransactionState::Succeeded,
        PayoutOutcome::Refused => TransactionState::Failed,
        PayoutOutcome::Returned => TransactionState::Reversed,
        PayoutOutcome::Held => TransactionState::OnHold,
        other => return Err(ActionRefused::invalid("outcome", format!("payOS has no {other:?}"))),
    };
    gateway.books().settle(payout, state, gateway.now()).map_err(refused)?;
    Ok(Acted::new(format!("Payout {payout} is {}.", state.word())))
}

fn send_again(gateway: &Gateway, delivery: &str) -> Outcome {
    let sent = gateway
        .outbox
        .find(delivery)
        .ok_or_else(|| ActionRefused::Unknown(format!("there is no delivery {delivery}")))?;
    let outbox = gateway.outbox.clone();
    let outgoing = Outgoing { request: sent.request, schedule: Schedule::Once };
    tokio::spawn(async move { outbox.send(outgoing).await });
    Ok(Acted::new(format!("Delivery {delivery} is sent again.")))
}

fn lose_answer(gateway: &Gateway, operation: Option<&str>, when: When) -> Outcome {
    let named = |name: &str| {
        Operation::named(name).ok_or_else(|| {
            ActionRefused::invalid(
                "operation",
                "create_link, find_link, cancel_link, create_payout, create_batch or find_payouts",
            )
        })
    };
    let operation = operation.map(named).transpose()?;
    let when = match when {
        When::BeforeBooking => crate::When::BeforeBooking,
        When::AfterBooking => crate::When::AfterBooking,
    };
    gateway.faults.add(operation, Fault::LoseAnswer { when });
    Ok(Acted::new("The next response is lost."))
}

fn register(gateway: &Gateway, endpoint: &str, url: &str) -> Outcome {
    if endpoint != WEBHOOK {
        return Err(ActionRefused::invalid("endpoint", format!("payOS has only {WEBHOOK}")));
    }
    gateway
        .settings
        .destinations
        .check(url)
        .map_err(|unusable| ActionRefused::invalid("url", unusable.to_string()))?;
    *gateway.webhook_url() = Some(url.to_owned());
    Ok(Acted::new(format!("Webhooks go to {url}.")).with_reference(WEBHOOK))
}

fn delete(gateway: &Gateway, webhook: &str) -> Outcome {
    let mut url = gateway.webhook_url();
    if webhook != WEBHOOK || url.is_none() {
        return Err(ActionRefused::Unknown(format!("there is no webhook {webhook}")));
    }
    *url = None;
    Ok(Acted::new("No webhooks are sent."))
}

fn refused(error: ControlError) -> ActionRefused {
    let why = error.to_string();
    match error {
        ControlError::UnknownLink | ControlError::UnknownPayout => ActionRefused::Unknown(why),
        ControlError::NoAmount => ActionRefused::Invalid { field: "amount", reason: why },
        ControlError::Impossible => ActionRefused::Impossible(why),
    }
}
