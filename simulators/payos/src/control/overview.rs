//! The overview of the gateway, in the vocabulary of all gateways.

use simulator_kit::control::{
    Account, Credit, Delivery, Order, OrderStatus, Overview, Payment, Payout, PayoutStatus, Webhook,
};

use crate::{
    gateway::{Gateway, WEBHOOK},
    link::{Link, LinkTransfer},
    payout::{PayoutTransaction, TransactionState},
};

const CURRENCY: &str = "VND";

pub(super) fn of(gateway: &Gateway) -> Overview {
    let now = gateway.now();
    let webhooks = gateway.webhook_url().clone().into_iter().map(|url| Webhook {
        webhook: WEBHOOK.to_owned(),
        endpoint: WEBHOOK.to_owned(),
        url,
    });
    let sent = gateway.outbox.sent();
    let books = gateway.books();
    let transfers = || {
        books
            .links
            .iter()
            .flat_map(|link| link.transfers.iter().map(move |transfer| (link, transfer)))
    };
    Overview {
        now,
        orders: books.links.iter().map(|link| order(gateway, link, now)).collect(),
        payments: transfers().map(|(link, transfer)| payment(link, transfer)).collect(),
        payouts: books.payouts.iter().flat_map(|payout| &payout.transactions).map(payout).collect(),
        accounts: accounts(
            gateway,
            books.balance,
            transfers().map(|(_, transfer)| transfer.amount).sum(),
        ),
        credits: transfers().map(|(link, transfer)| credit(gateway, link, transfer)).collect(),
        deliveries: sent
            .iter()
            .map(|sent| Delivery::of(sent, |it| gateway.acknowledges(it)))
            .collect(),
        webhooks: webhooks.collect(),
    }
}

fn order(gateway: &Gateway, link: &Link, now: i64) -> Order {
    let word = link.status(now);
    Order {
        order: link.order_code.to_string(),
        gateway_id: link.id.clone(),
        status: match word {
            "PAID" => OrderStatus::Paid,
            "UNDERPAID" => OrderStatus::PartlyPaid,
            "CANCELLED" => OrderStatus::Cancelled,
            "EXPIRED" => OrderStatus::Expired,
            _ => OrderStatus::Open,
        },
        gateway_status: word.to_owned(),
        amount: link.amount,
        paid: link.amount_paid(),
        currency: CURRENCY.to_owned(),
        description: link.description.clone(),
        account: Some(gateway.settings.virtual_account.clone()),
        memo: Some(link.memo()),
        page: Some(format!("{}/web/{}", gateway.pay_url(), link.id)),
        created_at: link.created_at,
        expires_at: link.expired_at,
    }
}

fn payment(link: &Link, transfer: &LinkTransfer) -> Payment {
    Payment {
        payment: transfer.reference.clone(),
        order: link.order_code.to_string(),
        amount: transfer.amount,
        currency: CURRENCY.to_owned(),
        method: "bank transfer".to_owned(),
        at: transfer.at,
        ..Payment::default()
    }
}

fn credit(gateway: &Gateway, link: &Link, transfer: &LinkTransfer) -> Credit {
    Credit {
        credit: transfer.reference.clone(),
        account: gateway.settings.virtual_account.clone(),
        amount: transfer.amount,
        currency: CURRENCY.to_owned(),
        memo: link.memo(),
        order: Some(link.order_code.to_string()),
        at: transfer.at,
    }
}

fn payout(transaction: &PayoutTransaction) -> Payout {
    Payout {
        payout: transaction.reference_id.clone(),
        gateway_id: transaction.id.clone(),
        status: match transaction.state {
            TransactionState::Received
            | TransactionState::Processing
            | TransactionState::OnHold => PayoutStatus::Pending,
            TransactionState::Succeeded => PayoutStatus::Paid,
            TransactionState::Failed | TransactionState::Cancelled => PayoutStatus::Refused,
            TransactionState::Reversed => PayoutStatus::Returned,
        },
        gateway_status: transaction.state.word().to_owned(),
        amount: transaction.amount,
        currency: CURRENCY.to_owned(),
        bank: transaction.to_bin.clone(),
        account: transaction.to_account_number.clone(),
        holder: transaction.to_account_name.clone(),
        at: transaction.at,
    }
}

/// The account that pays out, and the virtual account that buyers transfer to.
fn accounts(gateway: &Gateway, balance: i64, arrived: i64) -> Vec<Account> {
    let own = &gateway.settings.account;
    let row = |number: &str, is_virtual, balance| Account {
        account: number.to_owned(),
        bank: own.bank.clone(),
        holder: own.holder.clone(),
        is_virtual,
        balance,
        currency: CURRENCY.to_owned(),
        ..Account::default()
    };
    vec![row(&own.number, false, balance), row(&gateway.settings.virtual_account, true, arrived)]
}
