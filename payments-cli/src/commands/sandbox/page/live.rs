//! The present data of a gateway, with the buttons that change it.

use maud::{Markup, html};
use payments::Timestamp;
use simulator_kit::{
    control::{
        Account, Delivery, DeliveryStatus, Order, OrderStatus, Overview, Payout, PayoutStatus,
        Webhook,
    },
    page::{Language, Text, amount},
};

use super::{Said, table, texts};

/// The number of newest rows of a list that are shown.
const SHOWN: usize = 20;

/// The gateway that is rendered.
#[derive(Clone, Copy)]
pub(super) struct Of<'a> {
    pub(super) kind: &'a str,
    pub(super) language: Language,
}

/// Renders the lists of a gateway, and the result of the last action.
pub(super) fn html(of: Of<'_>, overview: &Overview, said: Option<&Said>) -> Markup {
    let language = of.language;
    html! {
        @if let Some(said) = said {
            p.said.bad[said.is_refused] role="status" {
                strong { ({ if said.is_refused { texts::NOT_DONE } else { texts::DONE } }.to(language)) }
                ": " span lang="en" { (said.text) }
            }
        }
        (orders(of, overview))
        (payouts(of, overview))
        (accounts(of, overview))
        (credits(of, overview))
        (deliveries(of, overview))
        (webhooks(of, &overview.webhooks))
        p.note { (texts::CLOCK.to(language)) ": " (time(overview.now)) " (UTC+7)" }
    }
}

/// Renders a form with these hidden fields, and its buttons or inputs.
pub(super) fn form(of: Of<'_>, hidden: &[(&str, &str)], content: Markup) -> Markup {
    html! {
        form.act method="post" action={ "/actions/" (of.kind) } {
            @for (name, value) in hidden { input type="hidden" name=(name) value=(value); }
            (content)
        }
    }
}

/// Renders a list: its heading, and a table of its newest rows, the newest first.
fn list<T>(
    of: Of<'_>,
    name: &str,
    title: Text,
    heads: &[Text],
    rows: &[T],
    row: impl Fn(&T) -> Markup,
) -> Markup {
    let language = of.language;
    html! {
        section data-list=(name) {
            h3 { (title.to(language)) " (" (rows.len()) ")" }
            @if rows.is_empty() {
                p.note { (texts::NONE.to(language)) }
            } @else {
                (table(title, heads, language, html! {
                    @for one in rows.iter().rev().take(SHOWN) { (row(one)) }
                }))
            }
        }
    }
}

fn orders(of: Of<'_>, overview: &Overview) -> Markup {
    let heads = [texts::ORDER, texts::AMOUNT, texts::PAID_AMOUNT, texts::STATUS, texts::ACTIONS];
    list(of, "orders", texts::ORDERS, &heads, &overview.orders, |order| {
        let class = match order.status {
            OrderStatus::Paid => "good",
            OrderStatus::Cancelled | OrderStatus::Expired => "bad",
            _ => "wait",
        };
        let status = texts::order_status(order.status).to(of.language);
        html! {
            tr {
                td { code { (order.order) } br; span.note { (order.description) } }
                td { (amount(order.amount, &order.currency, of.language)) }
                td { (amount(order.paid, &order.currency, of.language)) }
                td class=(class) { (status) br; code.note { (order.gateway_status) } }
                td { (order_buttons(of, order)) }
            }
        }
    })
}

fn order_buttons(of: Of<'_>, order: &Order) -> Markup {
    let language = of.language;
    let button = |action: &str, text: Text| {
        html! { button name="action" value=(action) { (text.to(language)) } }
    };
    // Offer half of the amount, and ten thousand more than it.
    let other = |units: i64, text: Text| {
        let hidden = [("action", "pay"), ("order", &*order.order), ("amount", &units.to_string())];
        form(of, &hidden, html! { button { (text.to(language)) } })
    };
    html! {
        details data-key={ "order-" (order.order) } {
            summary { (texts::ACTIONS.to(language)) }
            div.buttons {
                (form(of, &[("order", &order.order)], html! {
                    (button("pay", texts::PAY))
                    (button("pay_twice", texts::PAY_TWICE))
                    (button("pay_late", texts::PAY_LATE))
                    (button("fail", texts::FAIL))
                    (button("hold", texts::HOLD))
                    (button("release", texts::RELEASE))
                }))
                @if order.amount > 1 {
                    (other(order.amount / 2, texts::PAY_SHORT))
                    (other(order.amount.saturating_add(10_000), texts::PAY_OVER))
                }
            }
        }
    }
}

fn payouts(of: Of<'_>, overview: &Overview) -> Markup {
    let heads = [texts::PAYOUT, texts::AMOUNT, texts::TO, texts::STATUS, texts::ACTIONS];
    list(of, "payouts", texts::PAYOUTS, &heads, &overview.payouts, |payout| {
        let class = match payout.status {
            PayoutStatus::Paid => "good",
            PayoutStatus::Pending => "wait",
            _ => "bad",
        };
        let status = texts::payout_status(payout.status).to(of.language);
        html! {
            tr {
                td { code { (payout.payout) } }
                td { (amount(payout.amount, &payout.currency, of.language)) }
                td { (payout.holder.as_deref().unwrap_or_default()) " "
                    code { (payout.account) } " " (payout.bank) }
                td class=(class) { (status) br; code.note { (payout.gateway_status) } }
                td { (payout_buttons(of, payout)) }
            }
        }
    })
}

fn payout_buttons(of: Of<'_>, payout: &Payout) -> Markup {
    let hidden = [("action", "settle_payout"), ("payout", &*payout.payout)];
    let outcomes = [
        ("paid", texts::SETTLE_PAID),
        ("refused", texts::SETTLE_REFUSED),
        ("returned", texts::SETTLE_RETURNED),
        ("held", texts::SETTLE_HELD),
    ];
    let buttons = html! {
        @for (outcome, text) in outcomes {
            button name="outcome" value=(outcome) { (text.to(of.language)) }
        }
    };
    html! {
        details data-key={ "payout-" (payout.payout) } {
            summary { (texts::ACTIONS.to(of.language)) }
            (form(of, &hidden, buttons))
        }
    }
}

fn accounts(of: Of<'_>, overview: &Overview) -> Markup {
    let heads = [texts::ACCOUNT, texts::BALANCE, texts::STATUS];
    list(of, "accounts", texts::ACCOUNTS, &heads, &overview.accounts, |account: &Account| {
        let status = texts::account_status(account.status).to(of.language);
        html! {
            tr {
                td { code { (account.account) } " " (account.bank) br;
                    span.note { (account.holder)
                        @if account.is_virtual { " · " (texts::VIRTUAL.to(of.language)) }
                        @if let Some(order) = &account.order { " · " (order) } } }
                td { (amount(account.balance, &account.currency, of.language)) }
                td { (status) }
            }
        }
    })
}

fn credits(of: Of<'_>, overview: &Overview) -> Markup {
    let heads = [texts::TIME, texts::ACCOUNT, texts::AMOUNT, texts::MEMO, texts::ORDER];
    list(of, "credits", texts::CREDITS, &heads, &overview.credits, |credit| {
        html! {
            tr {
                td { (time(credit.at)) }
                td { code { (credit.account) } }
                td { (amount(credit.amount, &credit.currency, of.language)) }
                td { (credit.memo) }
                td { (credit.order.as_deref().unwrap_or_default()) }
            }
        }
    })
}

fn deliveries(of: Of<'_>, overview: &Overview) -> Markup {
    let heads = [texts::TIME, texts::ABOUT, texts::STATUS, texts::REPLY, texts::ACTIONS];
    list(of, "deliveries", texts::DELIVERIES, &heads, &overview.deliveries, |delivery| {
        let class = match delivery.status {
            DeliveryStatus::Acknowledged => "good",
            DeliveryStatus::Pending => "wait",
            DeliveryStatus::NotAcknowledged => "bad",
        };
        let status = texts::delivery_status(delivery.status).to(of.language);
        let hidden = [("action", "send_again"), ("delivery", &*delivery.delivery)];
        html! {
            tr {
                td { (time(delivery.at)) }
                td { (delivery.endpoint) br; code.note { (delivery.about) } }
                td class=(class) { (status) }
                td { (reply(of, delivery)) }
                td { (form(of, &hidden, html! {
                    button { (texts::SEND_AGAIN.to(of.language)) }
                })) }
            }
        }
    })
}

fn reply(of: Of<'_>, delivery: &Delivery) -> Markup {
    html! {
        details data-key={ "delivery-" (delivery.delivery) } {
            summary {
                @if let Some(status) = delivery.reply_status { (status) }
                @else if let Some(error) = &delivery.error { span lang="en" { (error) } }
                @else { "…" }
            }
            p.note { (texts::REQUEST.to(of.language)) }
            pre tabindex="0" { (delivery.method) " " (delivery.url) "\n" (delivery.body) }
            @if let Some(reply) = &delivery.reply {
                p.note { (texts::REPLY.to(of.language)) }
                pre tabindex="0" { (reply) }
            }
        }
    }
}

fn webhooks(of: Of<'_>, webhooks: &[Webhook]) -> Markup {
    let heads = [texts::ENDPOINT, texts::ADDRESS, texts::ACTIONS];
    list(of, "webhooks", texts::WEBHOOKS, &heads, webhooks, |webhook: &Webhook| {
        let hidden = [("action", "delete_webhook"), ("webhook", &*webhook.webhook)];
        html! {
            tr {
                td { (webhook.endpoint) }
                td { code { (webhook.url) } }
                td { (form(of, &hidden, html! { button { (texts::DELETE.to(of.language)) } })) }
            }
        }
    })
}

/// Renders a moment in Vietnam, to the second.
fn time(at: i64) -> Markup {
    html! { span.time { (Timestamp::from_unix(at).vietnam_civil("%d/%m %H:%M:%S")) } }
}
