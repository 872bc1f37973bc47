//! The shop's pages: plain HTML without scripts.

mod admin;
mod next_step;
mod reconciliation;

use axum::{
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use maud::{DOCTYPE, Markup, PreEscaped, html};
use payments::{
    Timestamp,
    engine::PaymentRecord,
    money::{Language, Money},
    payment::Funding,
};

use crate::{Item, Order, Way, shop::NextStep};
pub(crate) use admin::{Admin, admin};
pub(crate) use reconciliation::reconciliation;

/// Renders the front page: the items, and the ways to pay for each.
pub(crate) fn front(shelf: &[(&Item, Vec<Way>)]) -> Response {
    let body = html! {
        @for (item, ways) in shelf {
            form.item method="post" action="/orders" {
                h2 { (item.name) }
                p.amount { (read(item.price)) }
                input type="hidden" name="item" value=(item.id);
                @for way in ways {
                    @let (value, label) = match way {
                        Way::Page => ("page", "Pay online"),
                        Way::Transfer => ("transfer", "Pay by bank transfer"),
                    };
                    button name="way" value=(value) { (label) }
                }
                @if ways.is_empty() { p { "It cannot be paid for at the moment." } }
            }
        }
    };
    page(StatusCode::OK, "The shop", body)
}

/// Renders the page of an order: its status and, while it is not paid, the buyer's next step.
pub(crate) fn order(order: &Order, payment: Option<&PaymentRecord>, next: &NextStep) -> Response {
    let body = html! {
        (status(order, payment))
        @if !is_here(order, payment) {
            @match next {
                NextStep::Pay { actions, until } => {
                    (next_step::html(actions, missing(payment)))
                    @if let Some(end) = until { p #until.note { "Please pay before " (in_vietnam(*end)) "." } }
                },
                NextStep::TimeIsOver => p #over {
                    "The time to pay is over. If you have paid, your money will be found: please do "
                    "not pay twice. If not, " a href="/" { "start again" } "."
                },
                NextStep::StartAgain => p {
                    "The payment could not be opened and nothing was charged. "
                    a href="/" { "Start again" }
                },
                NextStep::Wait => p {
                    "We do not know yet whether your payment could be opened. "
                    "We are asking; please do not pay twice."
                },
            }
        }
        (look_again(order, payment))
    };
    page(StatusCode::OK, order.item.name, body)
}

/// Renders the page to which a gateway sends the buyer back.
pub(crate) fn thanks(order: &Order, payment: Option<&PaymentRecord>) -> Response {
    let body = html! { (status(order, payment)) (look_again(order, payment)) };
    page(StatusCode::OK, "Thank you", body)
}

/// Renders the page for an unknown address.
pub(crate) fn unknown() -> Response {
    page(StatusCode::NOT_FOUND, "Not found", html! { p { a href="/" { "To the shop" } } })
}

/// Renders the page for an error.
pub(crate) fn trouble(status: StatusCode) -> Response {
    let body = html! {
        p { "Nothing was ordered and nothing was charged. " a href="/" { "Try again" } }
    };
    page(status, "That did not work", body)
}

/// Renders the page for a database that cannot be read.
pub(crate) fn unreadable() -> Response {
    let body = html! { p { "Your order is safe, and cannot be shown at the moment." } };
    page(StatusCode::SERVICE_UNAVAILABLE, "Please look again in a minute", body)
}

fn is_paid(order: &Order, payment: Option<&PaymentRecord>) -> bool {
    order.packed_at.is_some() || payment.is_some_and(PaymentRecord::may_ship)
}

/// Returns whether all the money arrived, even if a person has to look at it before the order is
/// packed.
fn is_here(order: &Order, payment: Option<&PaymentRecord>) -> bool {
    let funding = payment.and_then(PaymentRecord::funding);
    is_paid(order, payment) || matches!(funding, Some(Funding::Exact | Funding::Over { .. }))
}

/// Returns the missing amount of an order for which some money arrived.
fn missing(payment: Option<&PaymentRecord>) -> Option<Money> {
    match payment.and_then(PaymentRecord::funding) {
        Some(Funding::Short { missing }) => Some(missing),
        _ => None,
    }
}

/// Renders the status of an order according to the shop's database and the engine's record.
fn status(order: &Order, payment: Option<&PaymentRecord>) -> Markup {
    let (kind, text) = match (is_paid(order, payment), payment.and_then(PaymentRecord::funding)) {
        (true, Some(Funding::Over { excess })) => {
            ("good", format!("Paid, and {} too much. We will give it back.", read(excess)))
        }
        (true, _) => ("good", "Paid. We are packing it.".to_owned()),
        (false, Some(Funding::Short { missing })) => {
            ("wait", format!("Some of the money is here; {} is missing.", read(missing)))
        }
        (false, Some(Funding::Exact | Funding::Over { .. })) => (
            "wait",
            "Your money is here, and we are looking at it. Please do not pay again.".to_owned(),
        ),
        (false, _) => ("wait", "Not paid yet, as far as we know. We are checking.".to_owned()),
    };
    html! {
        p { "Order " (order.reference.as_str()) ": " (order.item.name) ", "
            span.amount { (read(order.asked)) } }
        p class={ "status " (kind) } id="standing" { (text) }
    }
}

fn look_again(order: &Order, payment: Option<&PaymentRecord>) -> Markup {
    let is_live = |payment: &PaymentRecord| payment.openings.iter().any(|one| one.is_live());
    html! {
        @if !is_paid(order, payment) && payment.is_some_and(is_live) {
            form method="post" action={ "/orders/" (order.reference.as_str()) "/ask" } {
                button { "Look again" }
            }
        }
    }
}

/// The language of the pages.
const LANGUAGE: Language = Language::English;

/// Formats an amount for the readers of the shop's pages.
fn read(amount: Money) -> String {
    amount.localized(LANGUAGE)
}

/// Formats a moment in the time of Vietnam, to the minute.
fn in_vietnam(at: Timestamp) -> Markup {
    html! { time datetime=(at) { (at.vietnam_civil("%H:%M, %d/%m/%Y")) } " (Vietnam)" }
}

/// Formats a moment, to the second.
fn moment(at: Timestamp) -> Markup {
    let text = at.to_string();
    html! { time datetime=(text) { (text) } }
}

const STYLE: &str = "\
:root{color-scheme:light dark;--text:#1b1f24;--soft:#59636e;--line:#d1d9e0;--page:#fff;\
--accent:#0b57d0;--on-accent:#fff;--good:#1a7f37;--wait:#8a5a00}\
@media(prefers-color-scheme:dark){:root{--text:#e6edf3;--soft:#9da7b3;--line:#3d444d;\
--page:#0d1117;--accent:#8ab4f8;--on-accent:#0d1117;--good:#56d364;--wait:#e3b341}}\
*{box-sizing:border-box}\
body{margin:0 auto;max-width:64rem;padding:1rem;background:var(--page);color:var(--text);\
font:16px/1.5 system-ui,-apple-system,'Segoe UI','Noto Sans',sans-serif}\
h1{line-height:1.25}h2{margin:2rem 0 .5rem}a{color:var(--accent)}\
button,.button{font:inherit;margin:.25rem .5rem .25rem 0;padding:.5rem 1rem;cursor:pointer;\
border:1px solid var(--accent);border-radius:.5rem;background:var(--accent);\
color:var(--on-accent);text-decoration:none;display:inline-block}\
input,select{font:inherit;display:block;width:100%;max-width:24rem;padding:.4rem .6rem;\
border:1px solid var(--soft);border-radius:.4rem;background:transparent;color:inherit}\
option{color:var(--text);background:var(--page)}\
:focus-visible{outline:3px solid var(--accent);outline-offset:2px}\
.item,.case{border:1px solid var(--line);border-radius:.75rem;padding:0 1rem 1rem;margin:1rem 0}\
.item h2{margin-top:1rem}.amount{white-space:nowrap}td.amount,th.amount{text-align:right;padding-right:1.5rem}\
.status{padding:.75rem 1rem;border-left:4px solid}.good{color:var(--good)}.wait{color:var(--wait)}\
dt,.note{color:var(--soft);font-size:.9rem}dd{margin:0 0 .6rem;overflow-wrap:anywhere}\
svg{width:16rem;max-width:100%;height:auto}label{display:block;margin:.6rem 0}\
.table{overflow-x:auto}table{border-collapse:collapse;width:100%}\
td,th{border-bottom:1px solid var(--line);padding:.4rem .8rem .4rem 0;text-align:left;\
vertical-align:top}th{font-weight:600;font-size:.9rem}time{white-space:nowrap}";

/// Returns a page with security headers. It may contain a signed link or form, so it must not be
/// cached, framed or sent as a referrer.
fn page(status: StatusCode, title: &str, body: Markup) -> Response {
    let page = html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                title { (title) }
                style { (PreEscaped(STYLE)) }
            }
            body { main { h1 { (title) } (body) } }
        }
    };
    let mut response = (status, page).into_response();
    for (name, value) in [
        (header::CACHE_CONTROL, "no-store"),
        (header::REFERRER_POLICY, "no-referrer"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (
            header::CONTENT_SECURITY_POLICY,
            "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; \
             frame-ancestors 'none'",
        ),
    ] {
        response.headers_mut().insert(name, HeaderValue::from_static(value));
    }
    response
}
