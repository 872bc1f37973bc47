//! The actions of buyers, banks and SePay's staff, in the vocabulary of all gateways.

use std::sync::Arc;
use std::time::Duration;

use simulator_kit::control::{Acted, Action, ActionRefused, When};

use crate::{
    Operation, PaymentMethod, Refused, RegisteredAuth, Transfer, VaOrder, VaStatus, Webhook,
    WebhookAuth,
    faults::Fault,
    gateway::{BANK_TOKEN, BANK_WEBHOOK, Gateway, IPN},
    notify::{Sending, ipn::Happening},
    virtual_account::VirtualAccount,
};

type Outcome = Result<Acted, ActionRefused>;

pub(super) fn act(gateway: &Arc<Gateway>, action: Action) -> Outcome {
    match action {
        Action::Pay { order, .. } if gateway.is_declined(&order) => fail(gateway, &order),
        Action::Pay { order, amount, method } => match va_order(gateway, &order) {
            Some(of) => pay_va(gateway, &of, amount),
            None => pay(gateway, &order, amount, method.as_deref()),
        },
        Action::PayLate { order } => pay_late(gateway, &order),
        Action::PayTwice { .. } => Err(ActionRefused::NotOffered(
            "SePay's page and virtual accounts take the amount of an order once; credit a bank \
             account twice with the same payment code instead"
                .to_owned(),
        )),
        Action::Fail { order } => fail(gateway, &order),
        Action::Hold { .. } | Action::Release { .. } => {
            Err(ActionRefused::NotOffered("SePay holds no payment back".to_owned()))
        }
        Action::Credit { account, amount, memo } => {
            let amount = positive(amount)?;
            credit(gateway, &account, amount, &memo)
        }
        Action::SettlePayout { .. } => {
            Err(ActionRefused::NotOffered("SePay makes no payouts".to_owned()))
        }
        Action::SendAgain { delivery } => send_again(gateway, &delivery),
        Action::LoseAnswer { operation, when } => lose_answer(gateway, operation.as_deref(), when),
        Action::AdvanceClock { seconds } => {
            gateway.settings.clock().advance(Duration::from_secs(seconds));
            let gateway = Arc::clone(gateway);
            tokio::spawn(async move { gateway.send_due().await });
            Ok(Acted::new(format!("The clock is {seconds} seconds ahead of before.")))
        }
        Action::RegisterWebhook { endpoint, url } => register(gateway, &endpoint, &url),
        Action::DeleteWebhook { webhook } => delete(gateway, &webhook),
        other => Err(ActionRefused::NotOffered(format!("SePay cannot do this: {other:?}"))),
    }
}

fn positive(amount: i64) -> Result<u64, ActionRefused> {
    let whole = u64::try_from(amount).ok().filter(|amount| *amount > 0);
    whole.ok_or_else(|| ActionRefused::invalid("amount", "is a whole number of đồng above zero"))
}

/// The order with virtual accounts that has this code.
fn va_order(gateway: &Gateway, order: &str) -> Option<VaOrder> {
    let books = gateway.books();
    let orders = books.virtual_accounts().orders();
    orders.iter().rev().find(|it| it.order_code == order || it.id == order).cloned()
}

fn pay(gateway: &Arc<Gateway>, order: &str, amount: Option<i64>, method: Option<&str>) -> Outcome {
    let method = match method {
        None => None,
        Some(name) => Some(PaymentMethod::named(name).ok_or_else(|| {
            ActionRefused::invalid("method", "is CARD, BANK_TRANSFER or NAPAS_BANK_TRANSFER")
        })?),
    };
    let asked = gateway.books().order(order).map(|order| order.purchase.amount);
    let asked = asked.ok_or_else(|| refused(&Refused::UnknownOrder(order.to_owned())))?;
    if amount.is_some_and(|amount| u64::try_from(amount).ok() != Some(asked)) {
        return Err(ActionRefused::NotOffered(format!(
            "SePay's page takes exactly the amount of the order, {asked}; credit a bank account with \
             the payment code in the memo instead"
        )));
    }
    let paid = gateway.books().pay(order, method, gateway.now()).map_err(|it| refused(&it))?;
    let acted =
        Acted::new(format!("Order {order} is paid.")).with_reference(&paid.attempt.transaction_id);
    let gateway = Arc::clone(gateway);
    tokio::spawn(async move { gateway.send_ipn(Happening::OrderPaid, &paid).await });
    Ok(acted)
}

/// Transfers to the first virtual account of an order that accepts money.
fn pay_va(gateway: &Arc<Gateway>, order: &VaOrder, amount: Option<i64>) -> Outcome {
    let is_open = |va: &&VirtualAccount| va.status == VaStatus::Unpaid;
    let va = order.va.iter().find(is_open).ok_or_else(|| {
        let code = &order.order_code;
        ActionRefused::Impossible(format!("order {code} has no virtual account that takes money"))
    })?;
    let missing = order.amount.map(|whole| whole.saturating_sub(order.paid_amount));
    let amount = match amount {
        Some(amount) => positive(amount)?,
        None => va.amount.or(missing).ok_or_else(|| {
            ActionRefused::invalid("amount", "is missing: the order accepts any amount")
        })?,
    };
    credit(gateway, &va.va_number, amount, &order.order_code)
}

fn pay_late(gateway: &Arc<Gateway>, order: &str) -> Outcome {
    let no_end = || {
        ActionRefused::Impossible(format!(
            "order {order} has no end: only virtual accounts opened with a duration have one"
        ))
    };
    let order = va_order(gateway, order).ok_or_else(no_end)?;
    let end = order.va.iter().find_map(|va| va.expired_at).ok_or_else(no_end)?;
    let ahead = end.saturating_add(1).saturating_sub(gateway.now());
    gateway.settings.clock().advance(Duration::from_secs(u64::try_from(ahead).unwrap_or(0)));
    pay_va(gateway, &order, None)
}

/// Declines the buyer's card; of an order by transfer, the transfer is never made.
fn fail(gateway: &Gateway, order: &str) -> Outcome {
    let method = gateway.books().order(order).and_then(|order| order.purchase.method);
    let method = method.unwrap_or(PaymentMethod::Card);
    gateway.fail(order, Some(method)).map_err(|it| refused(&it))?;
    Ok(Acted::new(match method {
        PaymentMethod::Card => format!("The card for order {order} is declined."),
        _ => format!("The transfer for order {order} is never made: SePay shows no trace of it."),
    }))
}

fn credit(gateway: &Arc<Gateway>, account: &str, amount: u64, memo: &str) -> Outcome {
    let transfer = Transfer::into_account(account, amount, memo);
    let transaction =
        gateway.books().transfer(&transfer, gateway.now()).map_err(|it| refused(&it))?;
    let found = match &transaction.code {
        Some(code) => format!("with the payment code {code}"),
        None => "without a payment code".to_owned(),
    };
    let acted = Acted::new(format!("{amount} VND arrived on account {account} {found}."))
        .with_reference(transaction.webhook_id.to_string());
    let gateway = Arc::clone(gateway);
    tokio::spawn(async move { gateway.send_webhooks(&transaction).await });
    Ok(acted)
}

fn send_again(gateway: &Arc<Gateway>, delivery: &str) -> Outcome {
    let unknown = || ActionRefused::Unknown(format!("there is no delivery {delivery}"));
    let sent = gateway.find_sent(delivery).ok_or_else(unknown)?;
    let sending: &Sending = sent.request.extensions().get().ok_or_else(unknown)?;
    let sending = sending.only_once(gateway.now());
    let gateway = Arc::clone(gateway);
    tokio::spawn(async move { gateway.send(vec![sending]).await });
    Ok(Acted::new(format!("Delivery {delivery} is sent again, signed anew.")))
}

fn lose_answer(gateway: &Gateway, operation: Option<&str>, when: When) -> Outcome {
    let named = |name: &str| {
        Operation::named(name).ok_or_else(|| {
            ActionRefused::invalid(
                "operation",
                "name one of the operations of the samples, such as order.cancel",
            )
        })
    };
    let when = match when {
        When::BeforeBooking => crate::When::BeforeBooking,
        When::AfterBooking => crate::When::AfterBooking,
    };
    gateway.faults.script(operation.map(named).transpose()?, Fault::LoseAnswer(when));
    Ok(Acted::new("The next response is lost."))
}

fn register(gateway: &Gateway, endpoint: &str, url: &str) -> Outcome {
    let url = gateway
        .settings
        .destinations()
        .check(url)
        .map_err(|unusable| ActionRefused::invalid("url", unusable.to_string()))?;
    match endpoint {
        IPN => {
            gateway.dashboard().ipn_url = Some(url.clone());
            Ok(Acted::new(format!("IPNs go to {url}.")).with_reference(IPN))
        }
        BANK_WEBHOOK => {
            let webhook = Webhook::new(url.clone(), registered_auth(gateway)?);
            let id = gateway.dashboard().add(webhook, gateway.now());
            Ok(Acted::new(format!("Bank transactions are reported to {url}."))
                .with_reference(id.to_string()))
        }
        BANK_TOKEN
            if matches!(gateway.settings.registered_auth(), RegisteredAuth::OAuth2 { .. }) =>
        {
            gateway.dashboard().token_url = Some(url.clone());
            Ok(Acted::new(format!("Tokens are fetched at {url}.")).with_reference(BANK_TOKEN))
        }
        BANK_TOKEN => {
            let reason = format!("{BANK_TOKEN} is for webhooks with webhook_client_id");
            Err(ActionRefused::Invalid { field: "endpoint", reason })
        }
        _ => {
            let reason = format!("SePay has {IPN} and {BANK_WEBHOOK}");
            Err(ActionRefused::Invalid { field: "endpoint", reason })
        }
    }
}

/// How a webhook that is registered now is authenticated.
fn registered_auth(gateway: &Gateway) -> Result<WebhookAuth, ActionRefused> {
    Ok(match gateway.settings.registered_auth() {
        RegisteredAuth::Nothing => WebhookAuth::None,
        RegisteredAuth::ApiKey(key) => WebhookAuth::ApiKey { key: key.0.clone() },
        RegisteredAuth::OAuth2 { client_id, client_secret } => {
            let token_url = gateway.dashboard().token_url.clone().ok_or_else(|| {
                ActionRefused::Impossible(format!(
                    "such a webhook carries a token: register the endpoint {BANK_TOKEN} first, where \
                     SePay fetches it"
                ))
            })?;
            let (client_id, client_secret) = (client_id.clone(), client_secret.0.clone());
            WebhookAuth::OAuth2 { token_url, client_id, client_secret }
        }
        RegisteredAuth::Signature => {
            WebhookAuth::HmacSha256 { secret: gateway.settings.webhook_secret().to_owned() }
        }
    })
}

fn delete(gateway: &Gateway, webhook: &str) -> Outcome {
    let mut dashboard = gateway.dashboard();
    let is_deleted = match webhook {
        IPN => dashboard.ipn_url.take().is_some(),
        BANK_TOKEN => dashboard.token_url.take().is_some(),
        number => number.parse().is_ok_and(|id| dashboard.remove(id)),
    };
    match is_deleted {
        true => Ok(Acted::new(format!("Webhook {webhook} is deleted."))),
        false => Err(ActionRefused::Unknown(format!("there is no webhook {webhook}"))),
    }
}

fn refused(refused: &Refused) -> ActionRefused {
    let why = refused.to_string();
    match refused {
        Refused::UnknownOrder(_) | Refused::UnknownAccount(_) | Refused::UnknownTransaction(_) => {
            ActionRefused::Unknown(why)
        }
        Refused::Amount(_) | Refused::OtherAmount(_) => {
            ActionRefused::Invalid { field: "amount", reason: why }
        }
        _ => ActionRefused::Impossible(why),
    }
}
