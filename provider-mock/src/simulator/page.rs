//! The page on which a buyer pays.

use std::sync::Arc;

use axum::{
    Form,
    extract::{Path, RawQuery, State},
    response::{Html, IntoResponse, Redirect, Response},
    routing::{MethodRouter, get},
};
use http::{HeaderMap, StatusCode};
use maud::{Markup, html};
use payments_core::money::{Language, Money};
use serde::Deserialize;
use simulator_kit::page::{Text, buyer_page, facts, preferred_language};

use super::World;
use crate::{
    ControlError,
    wire::{self, LINK_PAGE},
};

pub(super) fn route() -> MethodRouter<Arc<World>> {
    get(show).post(act)
}

/// The values that a button of the page sends. A form that only leads to the page has none.
#[derive(Deserialize)]
struct Pressed {
    #[serde(rename = "as")]
    button: Option<Button>,
    amount: Option<String>,
}

#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Button {
    Pay,
    Process,
    Fail,
    Cancel,
}

async fn show(
    State(world): State<Arc<World>>,
    Path(id): Path<String>,
    headers: HeaderMap,
    RawQuery(query): RawQuery,
) -> Response {
    if LINK_PAGE.ends_with(&format!("/{id}")) {
        return match world.gateway.open_link(&query.unwrap_or_default()) {
            Ok(id) => Redirect::to(&format!("/pay/{id}")).into_response(),
            Err(_) => notice(StatusCode::BAD_REQUEST, "The link is not signed by the merchant"),
        };
    }
    match world.gateway.payment_on_page(&id) {
        Some(payment) => payment_page(&payment, preferred_language(&headers, Language::English)),
        None => notice(StatusCode::NOT_FOUND, "There is no such payment"),
    }
}

async fn act(
    State(world): State<Arc<World>>,
    Path(id): Path<String>,
    headers: HeaderMap,
    Form(pressed): Form<Pressed>,
) -> Response {
    let Some(payment) = world.gateway.payment_on_page(&id) else {
        return notice(StatusCode::NOT_FOUND, "There is no such payment");
    };
    let Some(button) = pressed.button else {
        return payment_page(&payment, preferred_language(&headers, Language::English));
    };
    let order = payment.order.as_str();
    let done = match button {
        Button::Pay => pay(&world, &payment, pressed.amount.as_deref().unwrap_or_default()),
        Button::Process => world.gateway.process(order).map_err(|error| error.to_string()),
        Button::Fail => world.gateway.fail(order).map_err(|error| error.to_string()),
        Button::Cancel => world.gateway.cancel(order).map_err(|error| error.to_string()),
    };
    if let Err(why) = done {
        return notice(StatusCode::CONFLICT, &format!("Nothing happened: {why}"));
    }
    world.notifier.deliver().await;
    let back = || world.gateway.return_link(order);
    let onwards = match button {
        Button::Cancel => payment.cancel_url.clone().or_else(back),
        Button::Pay | Button::Process | Button::Fail => back(),
    };
    match onwards {
        Some(url) => Redirect::to(&url).into_response(),
        None => notice(StatusCode::OK, "Done. The merchant was notified"),
    }
}

fn pay(world: &World, payment: &wire::OpenPayment, amount: &str) -> Result<(), String> {
    let amount =
        Money::parse(amount, payment.amount.currency()).map_err(|error| error.to_string())?;
    let paid = world.gateway.pay(payment.order.as_str(), amount);
    paid.map(drop).map_err(|error: ControlError| error.to_string())
}

fn payment_page(payment: &wire::OpenPayment, language: Language) -> Response {
    const AMOUNT: Text = Text::new("Amount", "Số tiền");
    const PAY: Text = Text::new("Pay", "Thanh toán");
    const PROCESS: Text =
        Text::new("Pay, and let the bank decide later", "Thanh toán, để ngân hàng quyết định sau");
    const FAIL: Text = Text::new("Fail to pay", "Cho thanh toán thất bại");
    const CANCEL: Text = Text::new("Cancel", "Hủy thanh toán");
    let currency = payment.amount.currency();
    let rows = [
        (Text::new("Order", "Đơn hàng"), payment.order.as_str()),
        (Text::new("Description", "Nội dung"), &payment.description),
    ];
    let body = html! {
        (facts(rows.map(|(label, value)| (label.to(language), html! { (value) }))))
        form method="post" {
            p {
                input name="amount" value=(payment.amount.to_decimal())
                    aria-label=(AMOUNT.to(language));
                " " (currency)
            }
            button.main name="as" value="pay" { (PAY.to(language)) }
            button name="as" value="process" { (PROCESS.to(language)) }
            button name="as" value="fail" { (FAIL.to(language)) }
            button name="as" value="cancel" { (CANCEL.to(language)) }
        }
    };
    page(StatusCode::OK, language, &payment.amount.localized(language), body)
}

fn notice(status: StatusCode, text: &str) -> Response {
    page(status, Language::English, "Payment", html! { p { (text) "." } })
}

fn page(status: StatusCode, language: Language, heading: &str, body: Markup) -> Response {
    let page = buyer_page("Mock gateway", language, heading, body);
    (status, Html(page.into_string())).into_response()
}
