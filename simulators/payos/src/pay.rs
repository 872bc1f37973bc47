//! The pages where buyers pay.

use std::sync::Arc;

use axum::{
    Form, Router,
    extract::{Path, State},
    response::{Html, IntoResponse, Redirect, Response},
    routing::get,
};
use http::StatusCode;
use serde::Deserialize;

use crate::{gateway::Gateway, link::Link};

pub(crate) fn routes() -> Router<Arc<Gateway>> {
    Router::new().route("/web/{id}", get(show).post(press))
}

async fn show(State(gateway): State<Arc<Gateway>>, Path(id): Path<String>) -> Response {
    let books = gateway.books();
    let Some(link) = books.links.iter().find(|link| link.id == id) else {
        return StatusCode::NOT_FOUND.into_response();
    };
    let (status, account) = (link.status(gateway.now()), &gateway.settings.account);
    Html(format!(
        "<!doctype html><title>payOS, simulated</title>\
         <h1>Order {}: {} VND</h1><p>{status}</p>\
         <p>Transfer to {} at {}, memo <code>{}</code></p>\
         <form method=post>\
         <button name=do value=pay>Pay</button> <button name=do value=cancel>Cancel</button></form>",
        link.order_code,
        link.amount,
        gateway.settings.virtual_account,
        account.bank,
        escaped(&link.memo()),
    ))
    .into_response()
}

#[derive(Deserialize)]
struct Pressed {
    r#do: String,
}

/// Pays the amount, or cancels, and sends the buyer back to the merchant.
async fn press(
    State(gateway): State<Arc<Gateway>>,
    Path(id): Path<String>,
    Form(pressed): Form<Pressed>,
) -> Response {
    let now = gateway.now();
    let amount = {
        let mut books = gateway.books();
        let Some(link) = books.links.iter_mut().find(|link| link.id == id) else {
            return StatusCode::NOT_FOUND.into_response();
        };
        if link.status(now) != "PENDING" {
            return (StatusCode::CONFLICT, "There is nothing to pay.").into_response();
        }
        match pressed.r#do.as_str() {
            "cancel" => link.cancelled = Some((now, None)),
            "pay" => {}
            _ => return StatusCode::BAD_REQUEST.into_response(),
        }
        link.amount
    };
    if pressed.r#do == "pay" && gateway.transfer(&id, amount).await.is_err() {
        return StatusCode::CONFLICT.into_response();
    }
    let back = gateway.books().link(&id).and_then(|link| return_link(link, gateway.now()));
    match back {
        Some(back) => Redirect::to(&back).into_response(),
        None => "Done.".into_response(),
    }
}

/// Where the buyer's browser goes: the merchant's address with payOS's parameters, which nobody signs
/// (payos.vn/docs, return URL).
pub(crate) fn return_link(link: &Link, now: i64) -> Option<String> {
    let (is_cancelled, status) = match link.status(now) {
        "CANCELLED" => (true, "CANCELLED"),
        "PAID" => (false, "PAID"),
        _ => (false, "PENDING"),
    };
    let url = if is_cancelled { &link.cancel_url } else { &link.return_url };
    let query = form_urlencoded::Serializer::new(String::new())
        .append_pair("code", "00")
        .append_pair("id", &link.id)
        .append_pair("cancel", if is_cancelled { "true" } else { "false" })
        .append_pair("status", status)
        .append_pair("orderCode", &link.order_code.to_string())
        .finish();
    let (address, fragment) = match url.split_once('#') {
        Some((address, fragment)) => (address, Some(fragment)),
        None => (url.as_str(), None),
    };
    let joint = if address.contains('?') { '&' } else { '?' };
    let back = format!("{address}{joint}{query}");
    Some(match fragment {
        Some(fragment) => format!("{back}#{fragment}"),
        None => back,
    })
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;")
}
