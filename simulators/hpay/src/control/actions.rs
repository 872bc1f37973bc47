//! The actions of buyers, banks and HPay's staff, in the vocabulary of all gateways.

use std::sync::Arc;
use std::time::Duration;

use simulator_kit::{
    Outgoing, Schedule,
    control::{Acted, Action, ActionRefused, PayoutOutcome, When},
};

use super::ControlError;
use crate::{
    Fault, Operation, PayAs, PayoutState,
    checkout::{self, By},
    gateway::{Gateway, NOTIFY, VA_CALLBACK},
    payout,
    virtual_account::{self, CALLBACK_PATH},
};

type Outcome = Result<Acted, ActionRefused>;

pub(super) fn act(gateway: &Arc<Gateway>, action: Action) -> Outcome {
    match action {
        Action::Pay { method: Some(_), .. } => Err(ActionRefused::invalid(
            "method",
            "the link says how the buyer pays: leave it out, or open a link with payment_method_id",
        )),
        Action::Pay { order, amount, method: None } => {
            check_amount(gateway, &order, amount)?;
            attempt(gateway, &order, PayAs::Now)
        }
        Action::PayTwice { order } => {
            attempt(gateway, &order, PayAs::Now)?;
            attempt(gateway, &order, PayAs::Now)
        }
        Action::PayLate { .. } => Err(ActionRefused::NotOffered(
            "HPay's page takes nothing after the time limit; advance the clock and credit a virtual \
             account after its end instead"
                .to_owned(),
        )),
        Action::Fail { order } => attempt(gateway, &order, PayAs::Failed),
        Action::Hold { order } => attempt(gateway, &order, PayAs::Held),
        Action::Release { order } => {
            checkout::release_held(gateway, &order).map_err(|error| refused(&error))?;
            Ok(Acted::new(format!("The money of order {order} is the merchant's.")))
        }
        Action::Credit { account, amount, memo } => credit(gateway, &account, amount, &memo),
        Action::SettlePayout { payout, outcome } => settle(gateway, &payout, outcome),
        Action::SendAgain { delivery } => send_again(gateway, &delivery),
        Action::LoseAnswer { operation, when } => lose_answer(gateway, operation.as_deref(), when),
        Action::AdvanceClock { seconds } => {
            gateway.settings.clock.advance(Duration::from_secs(seconds));
            Ok(Acted::new(format!("The clock is {seconds} seconds ahead of before.")))
        }
        Action::RegisterWebhook { endpoint, url } => register(gateway, &endpoint, url),
        Action::DeleteWebhook { webhook } => delete(gateway, &webhook),
        other => Err(ActionRefused::NotOffered(format!("HPay cannot do this: {other:?}"))),
    }
}

/// Refuses another amount than the page takes.
fn check_amount(gateway: &Gateway, order: &str, amount: Option<i64>) -> Result<(), ActionRefused> {
    let Some(amount) = amount else { return Ok(()) };
    let books = gateway.books();
    let total = books.orders.iter().rev().find(|it| it.link.order_code == order);
    match total.map(|it| it.link.total()) {
        Some(total) if total != amount => Err(ActionRefused::NotOffered(format!(
            "HPay's page takes exactly the amount of the order, {total}; credit a virtual account \
             with another amount instead"
        ))),
        _ => Ok(()),
    }
}

fn attempt(gateway: &Arc<Gateway>, order: &str, outcome: PayAs) -> Outcome {
    let booked = checkout::record(gateway, By::OrderCode(order), outcome)
        .map_err(|error| refused(&error))?;
    let outcome = booked.1.outcome;
    let payment = booked.1.transaction_id.to_string();
    let gateway = Arc::clone(gateway);
    tokio::spawn(async move { checkout::report(&gateway, &booked).await });
    let message = match outcome {
        PayAs::Now => format!("Order {order} is paid."),
        PayAs::Held => format!("Order {order} is paid, and HPay holds the money."),
        PayAs::Failed => format!("The attempt to pay order {order} failed."),
    };
    Ok(Acted::new(message).with_reference(payment))
}

fn credit(gateway: &Arc<Gateway>, account: &str, amount: i64, memo: &str) -> Outcome {
    let memo = Some(memo).filter(|memo| !memo.is_empty());
    let credit =
        virtual_account::record(gateway, account, amount, memo).map_err(|error| refused(&error))?;
    let acted = Acted::new(format!("{amount} VND arrived on account {account}."))
        .with_reference(credit.transaction_id.to_string());
    let gateway = Arc::clone(gateway);
    tokio::spawn(async move { virtual_account::report(&gateway, credit).await });
    Ok(acted)
}

fn settle(gateway: &Gateway, payout: &str, outcome: PayoutOutcome) -> Outcome {
    let state = match outcome {
        PayoutOutcome::Paid => PayoutState::Succeeded,
        PayoutOutcome::Refused => PayoutState::Failed,
        PayoutOutcome::Returned => PayoutState::Reversed,
        PayoutOutcome::Held => PayoutState::Processing,
        other => return Err(ActionRefused::invalid("outcome", format!("HPay has no {other:?}"))),
    };
    payout::settle(gateway, payout, state).map_err(|error| refused(&error))?;
    Ok(Acted::new(format!("Payout {payout} is settled: {outcome:?}.")))
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
                "name one of the operations of the samples, such as create_payout",
            )
        })
    };
    let when = match when {
        When::BeforeBooking => crate::When::BeforeBooking,
        When::AfterBooking => crate::When::AfterBooking,
    };
    let fault = Fault::LoseAnswer { when };
    match operation.map(named).transpose()? {
        Some(operation) => {
            gateway.add_fault(operation, fault).map_err(|error| refused(&error))?;
        }
        None => gateway.script.add(None, fault),
    }
    Ok(Acted::new("The next response is lost."))
}

fn register(gateway: &Gateway, endpoint: &str, url: String) -> Outcome {
    gateway
        .settings
        .destinations
        .check(&url)
        .map_err(|unusable| ActionRefused::invalid("url", unusable.to_string()))?;
    let message = match endpoint {
        NOTIFY => {
            gateway.register_notify_url(Some(url.clone()));
            format!("Payments of links without a notify_url are reported to {url}.")
        }
        VA_CALLBACK => {
            let base = url.trim_end_matches('/').trim_end_matches(CALLBACK_PATH).to_owned();
            let message = format!("Credits are reported to {base}{CALLBACK_PATH}.");
            gateway.register_va_callback(Some(base));
            message
        }
        _ => {
            let reason = format!("HPay has {NOTIFY} and {VA_CALLBACK}");
            return Err(ActionRefused::Invalid { field: "endpoint", reason });
        }
    };
    Ok(Acted::new(message).with_reference(endpoint))
}

fn delete(gateway: &Gateway, webhook: &str) -> Outcome {
    match webhook {
        NOTIFY if gateway.notify_url().is_some() => gateway.register_notify_url(None),
        VA_CALLBACK if gateway.va_callback_base().is_some() => gateway.register_va_callback(None),
        _ => return Err(ActionRefused::Unknown(format!("there is no webhook {webhook}"))),
    }
    Ok(Acted::new(format!("Webhook {webhook} is deleted.")))
}

fn refused(error: &ControlError) -> ActionRefused {
    let why = error.to_string();
    match error {
        ControlError::UnknownOrder(_)
        | ControlError::UnknownCard(_)
        | ControlError::UnknownAccount(_)
        | ControlError::UnknownPayout(_) => ActionRefused::Unknown(why),
        ControlError::ImpossibleAmount(_) => {
            ActionRefused::Invalid { field: "amount", reason: why }
        }
        ControlError::OrderExpired(_)
        | ControlError::NothingHeld(_)
        | ControlError::PayoutReturned(_)
        | ControlError::UnusableAddress(_)
        | ControlError::ImpossibleFault { .. } => ActionRefused::Impossible(why),
    }
}
