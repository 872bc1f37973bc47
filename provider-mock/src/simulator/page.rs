//! The page that a buyer pays on.

use std::sync::Arc;

use axum::{
    Form,
    extract::{Path, RawQuery, State},
    response::{Html, IntoResponse, Redirect, Response},
    routing::{MethodRouter, get},
};
use http::StatusCode;
use payments_core::money::Money;
use serde::Deserialize;

use super::World;
use crate::{
    ControlError,
    wire::{self, LINK_PAGE},
};

pub(super) fn route() -> MethodRouter<Arc<World>> {
    get(show).post(act)
}

/// A button of the page; a form that leads to the page has none.
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
    RawQuery(query): RawQuery,
) -> Response {
    if LINK_PAGE.ends_with(&format!("/{id}")) {
        return match world.gateway.open_link(&query.unwrap_or_default()) {
            Ok(id) => Redirect::to(&format!("/pay/{id}")).into_response(),
            Err(_) => notice(StatusCode::BAD_REQUEST, "The link is not signed by the merchant"),
        };
    }
    match world.gateway.payment_on_page(&id) {
        Some(payment) => payment_page(&payment),
        None => notice(StatusCode::NOT_FOUND, "There is no such payment"),
    }
}

async fn act(
    State(world): State<Arc<World>>,
    Path(id): Path<String>,
    Form(pressed): Form<Pressed>,
) -> Response {
    let Some(payment) = world.gateway.payment_on_page(&id) else {
        return notice(StatusCode::NOT_FOUND, "There is no such payment");
    };
    let Some(button) = pressed.button else { return payment_page(&payment) };
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

fn payment_page(payment: &wire::OpenPayment) -> Response {
    let amount = payment.amount.to_decimal();
    let currency = payment.amount.currency();
    page(
        StatusCode::OK,
        &format!("{amount} {currency}"),
        &format!(
            "<p>Order {}</p><p>{}</p>\
             <form method=\"post\">\
             <p><input name=\"amount\" value=\"{amount}\" aria-label=\"Amount\"> {currency}</p>\
             <button name=\"as\" value=\"pay\">Pay</button>\
             <button name=\"as\" value=\"process\">Act, and let the bank decide later</button>\
             <button name=\"as\" value=\"fail\">Fail to pay</button>\
             <button name=\"as\" value=\"cancel\">Cancel</button>\
             </form>",
            escaped(payment.order.as_str()),
            escaped(&payment.description),
        ),
    )
}

fn notice(status: StatusCode, text: &str) -> Response {
    page(status, "Mock gateway", &format!("<p>{}.</p>", escaped(text)))
}

const STYLE: &str = "body{font:16px/1.5 system-ui,sans-serif;margin:3rem auto;max-width:30rem;\
padding:0 1rem}small{color:#666}input{font:inherit;width:10rem}button{display:block;font:inherit;\
margin:.5rem 0;padding:.5rem 1rem;width:100%}";

fn page(status: StatusCode, heading: &str, body: &str) -> Response {
    let html = format!(
        "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\">\
         <meta name=\"viewport\" content=\"width=device-width\"><title>Mock gateway</title>\
         <style>{STYLE}</style></head><body><small>Mock gateway: no money moves</small>\
         <h1>{}</h1>{body}</body></html>",
        escaped(heading)
    );
    (status, Html(html)).into_response()
}

/// Escapes the merchant's text, which must not become markup.
fn escaped(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            '\'' => safe.push_str("&#39;"),
            other => safe.push(other),
        }
    }
    safe
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_of_the_merchant_is_not_markup() {
        assert_eq!(escaped("<b a='1' b=\"2\">&"), "&lt;b a=&#39;1&#39; b=&quot;2&quot;&gt;&amp;");
    }
}
