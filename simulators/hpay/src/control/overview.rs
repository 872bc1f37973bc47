//! The overview of the gateway, in the vocabulary of all gateways.

use simulator_kit::control::{
    self, AccountStatus, Delivery, OrderStatus, Overview, PaymentStatus, PayoutStatus, Webhook,
};

use crate::{
    Attempt, Order, PayAs, Payout, PayoutState, VirtualAccount,
    gateway::{Gateway, NOTIFY, VA_CALLBACK},
    virtual_account::BANK,
};

pub(super) fn of(gateway: &Gateway) -> Overview {
    let now = gateway.now();
    let webhooks = [(NOTIFY, gateway.notify_url()), (VA_CALLBACK, gateway.va_callback_base())];
    let sent = gateway.outbox.sent();
    let books = gateway.books();
    Overview {
        now,
        orders: books.orders.iter().map(|it| order(it, now)).collect(),
        payments: books
            .orders
            .iter()
            .flat_map(|order| order.attempts.iter().map(move |attempt| payment(order, attempt)))
            .collect(),
        payouts: books.payouts.iter().map(payout).collect(),
        accounts: std::iter::once(own_account(gateway, books.balance()))
            .chain(books.accounts.iter().map(|it| account(it, now)))
            .collect(),
        credits: books.accounts.iter().flat_map(credits).collect(),
        deliveries: sent
            .iter()
            .map(|sent| {
                Delivery::of(sent, |reply| gateway.acknowledges(&sent.about().endpoint, reply))
            })
            .collect(),
        webhooks: webhooks
            .into_iter()
            .filter_map(|(endpoint, url)| {
                let (webhook, endpoint) = (endpoint.to_owned(), endpoint.to_owned());
                Some(Webhook { webhook, endpoint, url: url? })
            })
            .collect(),
    }
}

fn order(order: &Order, now: i64) -> control::Order {
    let link = &order.link;
    let attempt = order.paying_attempt();
    let status = match attempt.map(|attempt| attempt.outcome) {
        Some(PayAs::Now) => OrderStatus::Paid,
        Some(PayAs::Held) => OrderStatus::Held,
        _ if link.time_limit.is_some_and(|limit| now > limit) => OrderStatus::Expired,
        _ => OrderStatus::Open,
    };
    let paying = order.attempts.iter().filter(|attempt| attempt.outcome != PayAs::Failed).count();
    let paying = i64::try_from(paying).unwrap_or(i64::MAX);
    control::Order {
        order: link.order_code.clone(),
        gateway_id: order.token.clone(),
        status,
        gateway_status: Order::status(attempt).to_owned(),
        amount: link.total(),
        paid: link.total().saturating_mul(paying),
        currency: link.currency.to_uppercase(),
        description: link.order_description.clone(),
        account: None,
        memo: None,
        page: None,
        created_at: order.opened_at,
        expires_at: link.time_limit,
    }
}

fn payment(order: &Order, attempt: &Attempt) -> control::Payment {
    control::Payment {
        payment: attempt.transaction_id.to_string(),
        order: order.link.order_code.clone(),
        status: match attempt.outcome {
            PayAs::Now => PaymentStatus::Paid,
            PayAs::Held => PaymentStatus::Held,
            PayAs::Failed => PaymentStatus::Failed,
        },
        amount: order.link.total(),
        currency: order.link.currency.to_uppercase(),
        method: order.link.instrument.bank_code().to_owned(),
        at: attempt.at,
    }
}

fn payout(payout: &Payout) -> control::Payout {
    let state = payout.state;
    control::Payout {
        payout: payout.request_id.clone(),
        gateway_id: payout.transaction_id.to_string(),
        status: match state {
            PayoutState::Processing => PayoutStatus::Pending,
            PayoutState::Succeeded => PayoutStatus::Paid,
            PayoutState::Failed => PayoutStatus::Refused,
            PayoutState::Refunded | PayoutState::Reversed => PayoutStatus::Returned,
            PayoutState::Stranded | PayoutState::Contradictory => PayoutStatus::Unclear,
        },
        gateway_status: format!(
            "transaction_status {}, cashout_status {}",
            state.transaction_status(),
            state.cashout_status()
        ),
        amount: payout.amount,
        currency: "VND".to_owned(),
        bank: payout.bank.clone(),
        account: payout.number.clone(),
        holder: Some(payout.name.clone()),
        at: payout.at,
    }
}

/// The merchant's account at HPay, which has no number.
fn own_account(gateway: &Gateway, balance: i64) -> control::Account {
    control::Account {
        account: gateway.settings.merchant_id.clone(),
        bank: "HPay".to_owned(),
        holder: gateway.settings.merchant_email.clone(),
        balance,
        currency: "VND".to_owned(),
        ..control::Account::default()
    }
}

fn account(account: &VirtualAccount, now: i64) -> control::Account {
    use crate::AccountStatus as Of;
    control::Account {
        account: account.full_number.clone(),
        bank: BANK.to_owned(),
        holder: account.name.clone(),
        is_virtual: true,
        order: account.order_code.clone(),
        status: match account.status_at(now) {
            Of::Active => AccountStatus::Open,
            Of::Paid => AccountStatus::Paid,
            Of::Closed => AccountStatus::Closed,
            Of::Expired => AccountStatus::Expired,
        },
        amount: if account.is_fixed { account.amount } else { 0 },
        balance: account.credits.iter().map(|credit| credit.amount).sum(),
        currency: "VND".to_owned(),
    }
}

fn credits(account: &VirtualAccount) -> impl Iterator<Item = control::Credit> {
    account.credits.iter().map(|credit| control::Credit {
        credit: credit.cashin.to_string(),
        account: account.full_number.clone(),
        amount: credit.amount,
        currency: "VND".to_owned(),
        memo: credit.remark.clone(),
        order: account.order_code.clone(),
        at: credit.at,
    })
}
