//! The overview of the gateway, in the vocabulary of all gateways.

use simulator_kit::{
    Receipt, Sent,
    control::{
        Account, AccountStatus, Credit, Delivery, DeliveryStatus, Order, OrderStatus, Overview,
        Payment, PaymentStatus, Webhook,
    },
};

use crate::{
    BankAccount, Delivered, VaOrder, VaStatus,
    attempt::Attempt,
    bank::{BankTransaction, Direction},
    gateway::{BANK_TOKEN, BANK_WEBHOOK, Gateway, IPN},
    notify::Sending,
    order,
    virtual_account::{OrderStatus as VaOrderStatus, VirtualAccount},
};

const CURRENCY: &str = "VND";

pub(super) fn of(gateway: &Gateway) -> Overview {
    let now = gateway.now();
    let webhooks = webhooks(gateway);
    let deliveries = gateway.sent().iter().map(|sent| delivery(gateway, sent)).collect();
    let books = gateway.books();
    let va_orders = books.virtual_accounts().orders();
    Overview {
        now,
        orders: books
            .orders()
            .iter()
            .map(checkout_order)
            .chain(va_orders.iter().map(|order| va_order(order, now)))
            .collect(),
        payments: books
            .orders()
            .iter()
            .flat_map(|order| order.transactions.iter().map(move |it| payment(order, it)))
            .collect(),
        payouts: Vec::new(),
        accounts: books
            .accounts()
            .iter()
            .map(bank_account)
            .chain(va_orders.iter().flat_map(|order| {
                let bank = books.accounts().iter().find(|it| it.id == order.bank_account_id);
                order.va.iter().map(move |va| virtual_account(order, va, bank, now))
            }))
            .collect(),
        credits: books
            .transactions()
            .iter()
            .filter(|transaction| transaction.direction == Direction::In)
            .map(credit)
            .collect(),
        deliveries,
        webhooks,
    }
}

fn webhooks(gateway: &Gateway) -> Vec<Webhook> {
    let dashboard = gateway.dashboard();
    let row = |webhook: String, endpoint: &str, url: String| Webhook {
        webhook,
        endpoint: endpoint.to_owned(),
        url,
    };
    let ipn = dashboard.ipn_url.iter().map(|url| row(IPN.to_owned(), IPN, url.to_string()));
    let token = dashboard.token_url.iter();
    let token = token.map(|url| row(BANK_TOKEN.to_owned(), BANK_TOKEN, url.to_string()));
    let bank = dashboard
        .webhooks()
        .iter()
        .map(|webhook| row(webhook.id.to_string(), BANK_WEBHOOK, webhook.url.to_string()));
    ipn.chain(token).chain(bank).collect()
}

fn delivery(gateway: &Gateway, sent: &Sent) -> Delivery {
    let needed = gateway.settings.acknowledgement();
    let acknowledged = |answer: &_| {
        let receipt = Receipt { request: sent.request.clone(), answer: Ok(Clone::clone(answer)) };
        Delivered::new(receipt, needed).acknowledged
    };
    let row = Delivery::of(sent, acknowledged);
    let sending: Option<&Sending> = sent.request.extensions().get();
    let next_at = sending.and_then(|sending| gateway.next_sending_of(sending));
    Delivery { next_at: next_at.filter(|_| row.status == DeliveryStatus::NotAcknowledged), ..row }
}

fn amount(dong: u64) -> i64 {
    i64::try_from(dong).unwrap_or(i64::MAX)
}

fn checkout_order(order: &order::Order) -> Order {
    let paid = order.transactions.iter().filter(|it| it.approved).map(|it| amount(it.amount)).sum();
    let (status, paid) = match order.status {
        order::OrderStatus::AwaitingPayment => (OrderStatus::Open, paid),
        order::OrderStatus::Captured => (OrderStatus::Paid, paid),
        order::OrderStatus::Cancelled => (OrderStatus::Cancelled, 0),
    };
    Order {
        order: order.reference().to_owned(),
        gateway_id: order.order_id.clone(),
        status,
        gateway_status: order.status.name().to_owned(),
        amount: amount(order.purchase.amount),
        paid,
        currency: CURRENCY.to_owned(),
        description: order.purchase.description.clone(),
        created_at: order.created_at,
        ..Order::default()
    }
}

fn va_order(order: &VaOrder, now: i64) -> Order {
    let open = order.va.iter().find(|va| va.status == VaStatus::Unpaid).or(order.va.first());
    let end = open.and_then(|va| va.expired_at);
    let status = match order.status {
        VaOrderStatus::Pending if end.is_some_and(|end| end <= now) => OrderStatus::Expired,
        VaOrderStatus::Pending => OrderStatus::Open,
        VaOrderStatus::Partially => OrderStatus::PartlyPaid,
        VaOrderStatus::Paid => OrderStatus::Paid,
        VaOrderStatus::Cancelled => OrderStatus::Cancelled,
    };
    Order {
        order: order.order_code.clone(),
        gateway_id: order.id.clone(),
        status,
        gateway_status: format!("{:?}", order.status),
        amount: order.amount.map_or(0, amount),
        paid: amount(order.paid_amount),
        currency: CURRENCY.to_owned(),
        account: open.map(|va| va.va_number.clone()),
        created_at: order.created_at,
        expires_at: end,
        ..Order::default()
    }
}

fn payment(order: &order::Order, attempt: &Attempt) -> Payment {
    Payment {
        payment: attempt.transaction_id.clone(),
        order: order.reference().to_owned(),
        status: match (attempt.approved, order.status) {
            (false, _) => PaymentStatus::Failed,
            (true, order::OrderStatus::Cancelled) => PaymentStatus::Voided,
            (true, _) => PaymentStatus::Paid,
        },
        amount: amount(attempt.amount),
        currency: CURRENCY.to_owned(),
        method: attempt.method.name().to_owned(),
        at: attempt.at,
    }
}

fn bank_account(account: &BankAccount) -> Account {
    Account {
        account: account.number.clone(),
        bank: account.bank.short_name.to_owned(),
        holder: account.holder.clone(),
        balance: amount(account.balance),
        currency: CURRENCY.to_owned(),
        ..Account::default()
    }
}

fn virtual_account(
    order: &VaOrder,
    va: &VirtualAccount,
    bank: Option<&BankAccount>,
    now: i64,
) -> Account {
    Account {
        account: va.va_number.clone(),
        bank: bank.map(|it| it.bank.short_name).unwrap_or_default().to_owned(),
        holder: va.va_holder_name.clone(),
        is_virtual: true,
        order: Some(order.order_code.clone()),
        status: match va.status {
            VaStatus::Unpaid if va.expired_at.is_some_and(|end| end <= now) => {
                AccountStatus::Expired
            }
            VaStatus::Unpaid => AccountStatus::Open,
            VaStatus::Paid => AccountStatus::Paid,
            VaStatus::Cancelled => AccountStatus::Closed,
        },
        amount: va.amount.map_or(0, amount),
        // SePay counts what arrived for an order, not for each of its accounts.
        balance: if order.va.len() == 1 { amount(order.paid_amount) } else { 0 },
        currency: CURRENCY.to_owned(),
    }
}

fn credit(transaction: &BankTransaction) -> Credit {
    Credit {
        credit: transaction.webhook_id.to_string(),
        account: transaction.va_number().unwrap_or(&transaction.account_number).to_owned(),
        amount: amount(transaction.amount),
        currency: CURRENCY.to_owned(),
        memo: transaction.content.clone(),
        order: transaction.code.clone(),
        at: transaction.at,
    }
}
