//! What the gateway knows, in the vocabulary of all gateways.

use payments_core::{Timestamp, money::Money};
use simulator_kit::control::{
    Account, AccountStatus, Credit, Delivery, Order, OrderStatus, Overview, Payment, PaymentStatus,
    Payout, PayoutStatus, Webhook,
};

use super::{World, notifier::ENDPOINT};
use crate::{
    Booking, BookingKind,
    gateway::{OwnRow, Shown, ShownPayment},
    wire::{self, Next},
};

pub(super) fn of(world: &World) -> Overview {
    let shown = world.gateway.shown();
    let Shown { payments, virtual_accounts, payouts, own, bookings, notify_url } = &shown;
    let webhook = |url: &String| Webhook {
        webhook: ENDPOINT.to_owned(),
        endpoint: ENDPOINT.to_owned(),
        url: url.clone(),
    };
    let of_kind = |kinds: &'static [BookingKind]| {
        bookings.iter().filter(move |booking| kinds.contains(&booking.kind))
    };
    Overview {
        now: world.clock.unix_seconds(),
        orders: payments.iter().map(|it| order(world, it)).collect(),
        payments: of_kind(&[BookingKind::Payment]).map(payment).collect(),
        payouts: payouts.iter().map(payout).collect(),
        accounts: own.iter().map(account).chain(virtual_accounts.iter().map(va)).collect(),
        credits: of_kind(&[BookingKind::AccountCredit, BookingKind::UnmatchedCredit])
            .map(credit)
            .collect(),
        deliveries: world
            .notifier
            .sent()
            .iter()
            .map(|sent| Delivery::of(sent, |response| response.status().is_success()))
            .collect(),
        webhooks: notify_url.iter().map(webhook).collect(),
    }
}

/// An amount in whole units of its currency.
pub(super) fn whole(amount: Money) -> i64 {
    let unit = 10_i64.checked_pow(u32::from(amount.currency().exponent())).unwrap_or(1);
    amount.minor().checked_div(unit).unwrap_or_default()
}

fn code(amount: Money) -> String {
    amount.currency().to_string()
}

fn order(world: &World, ShownPayment { payment, description, opened_at }: &ShownPayment) -> Order {
    let transfer = payment.next.iter().find_map(|next| match next {
        Next::Transfer { number, memo, .. } => Some((number.clone(), memo.clone())),
        _ => None,
    });
    let (account, memo) = transfer.unzip();
    Order {
        order: payment.order.to_string(),
        gateway_id: payment.id.clone(),
        status: match payment.status.as_str() {
            "short" => OrderStatus::PartlyPaid,
            "settled" | "over" => OrderStatus::Paid,
            "expired" => OrderStatus::Expired,
            "cancelled" | "failed" | "refunded" => OrderStatus::Cancelled,
            _ => OrderStatus::Open,
        },
        gateway_status: payment.status.clone(),
        amount: whole(payment.amount),
        paid: whole(payment.received),
        currency: code(payment.amount),
        description: description.clone(),
        account,
        memo: memo.flatten(),
        page: Some(format!("{}/pay/{}", world.url(), payment.id)),
        created_at: opened_at.unix_seconds(),
        expires_at: payment.expires_at.map(Timestamp::unix_seconds),
    }
}

fn payment(booking: &Booking) -> Payment {
    Payment {
        payment: booking.transaction.clone(),
        order: booking.order.as_ref().map(ToString::to_string).unwrap_or_default(),
        status: PaymentStatus::Paid,
        amount: whole(booking.amount),
        currency: code(booking.amount),
        method: "transfer".to_owned(),
        at: booking.at.unix_seconds(),
    }
}

fn payout(payout: &wire::Payout) -> Payout {
    Payout {
        payout: payout.payout.to_string(),
        gateway_id: payout.id.clone(),
        status: match payout.status.as_str() {
            "succeeded" => PayoutStatus::Paid,
            "failed" | "refused" => PayoutStatus::Refused,
            "reversed" => PayoutStatus::Returned,
            "undecided" | "uncertain" => PayoutStatus::Unclear,
            _ => PayoutStatus::Pending,
        },
        gateway_status: payout.status.clone(),
        amount: whole(payout.amount),
        currency: code(payout.amount),
        bank: payout.bank.to_string(),
        account: payout.account.to_string(),
        holder: payout.holder.clone(),
        at: payout.at.unix_seconds(),
    }
}

fn account(own: &OwnRow) -> Account {
    Account {
        account: own.number.clone(),
        bank: own.bank.clone(),
        holder: own.holder.clone(),
        is_virtual: false,
        order: None,
        status: AccountStatus::Open,
        amount: 0,
        balance: whole(own.balance),
        currency: code(own.balance),
    }
}

fn va(account: &wire::VirtualAccount) -> Account {
    Account {
        account: account.number.clone(),
        bank: account.bank.to_string(),
        holder: account.holder.clone(),
        is_virtual: true,
        order: Some(account.order.to_string()),
        status: match account.status.as_str() {
            "paid" => AccountStatus::Paid,
            "closed" => AccountStatus::Closed,
            "expired" => AccountStatus::Expired,
            _ => AccountStatus::Open,
        },
        amount: account.amount.map(whole).unwrap_or_default(),
        balance: whole(account.received),
        currency: code(account.received),
    }
}

fn credit(booking: &Booking) -> Credit {
    Credit {
        credit: booking.transaction.clone(),
        account: booking.account.clone().unwrap_or_else(|| booking.own_account.to_string()),
        amount: whole(booking.amount),
        currency: code(booking.amount),
        memo: booking.memo.clone().unwrap_or_default(),
        order: booking.order.as_ref().map(ToString::to_string),
        at: booking.at.unix_seconds(),
    }
}
