//! The shop's pages: plain HTML without scripts.

mod admin;
mod markup;
mod next_step;

use std::fmt::Write as _;

use axum::{
    http::{HeaderValue, StatusCode, header},
    response::{Html, IntoResponse, Response},
};
use payments::{engine::PaymentRecord, payment::Funding};

use crate::{Item, Order, Way, shop::NextStep};
pub(crate) use admin::{Admin, admin};
use markup::Text;

/// The front page: the items and the ways to pay.
pub(crate) fn front(shelf: &[(&Item, Vec<Way>)]) -> Response {
    let mut body = String::new();
    for (item, ways) in shelf {
        let _ = write!(
            body,
            "<form method=\"post\" action=\"/orders\"><h2>{}</h2><p>{}</p>\
             <input type=\"hidden\" name=\"item\" value=\"{}\">",
            Text(item.name),
            item.price,
            Text(item.id)
        );
        for way in ways {
            let (value, label) = match way {
                Way::Page => ("page", "Pay online"),
                Way::Transfer => ("transfer", "Pay by bank transfer"),
            };
            let _ = write!(body, "<button name=\"way\" value=\"{value}\">{label}</button>");
        }
        if ways.is_empty() {
            body.push_str("<p>It cannot be paid for at the moment.</p>");
        }
        body.push_str("</form>");
    }
    page(StatusCode::OK, "The shop", &body)
}

/// The page of an order: its status and, while it is not paid, what the buyer can do.
pub(crate) fn order(order: &Order, payment: Option<&PaymentRecord>, next: &NextStep) -> Response {
    let mut body = standing(order, payment);
    if !is_paid(order, payment) {
        match next {
            NextStep::Pay(actions) => body.push_str(&next_step::html(actions)),
            NextStep::StartAgain => body.push_str(
                "<p>The payment could not be opened and nothing was charged. \
                 <a href=\"/\">Start again</a></p>",
            ),
            NextStep::Wait => body.push_str(
                "<p>We do not know yet whether your payment could be opened. \
                 We are asking; please do not pay twice.</p>",
            ),
        }
    }
    body.push_str(&look_again(order, payment));
    page(StatusCode::OK, order.item.name, &body)
}

/// The page to which a gateway sends the buyer back.
pub(crate) fn thanks(order: &Order, payment: Option<&PaymentRecord>) -> Response {
    let mut body = standing(order, payment);
    body.push_str(&look_again(order, payment));
    page(StatusCode::OK, "Thank you", &body)
}

/// The page for an unknown address.
pub(crate) fn missing() -> Response {
    page(StatusCode::NOT_FOUND, "Not found", "<p><a href=\"/\">To the shop</a></p>")
}

/// The page for an error.
pub(crate) fn trouble(status: StatusCode) -> Response {
    let body = "<p>Nothing was ordered and nothing was charged. <a href=\"/\">Try again</a></p>";
    page(status, "That did not work", body)
}

/// The page for a database that cannot be read.
pub(crate) fn unreadable() -> Response {
    let body = "<p>Your order is safe, and cannot be shown at the moment.</p>";
    page(StatusCode::SERVICE_UNAVAILABLE, "Please look again in a minute", body)
}

fn is_paid(order: &Order, payment: Option<&PaymentRecord>) -> bool {
    order.packed_at.is_some() || payment.is_some_and(PaymentRecord::may_ship)
}

/// The status of an order by the shop's own books and the engine's.
fn standing(order: &Order, payment: Option<&PaymentRecord>) -> String {
    let standing = match (is_paid(order, payment), payment.and_then(PaymentRecord::funding)) {
        (true, Some(Funding::Over { excess })) => {
            format!("Paid, and {excess} too much. We will give it back.")
        }
        (true, _) => "Paid. We are packing it.".to_owned(),
        (false, Some(Funding::Short { missing })) => {
            format!("Some of the money is here; {missing} is missing.")
        }
        (false, _) => "Not paid yet, as far as we know. We are checking.".to_owned(),
    };
    format!(
        "<p>Order {}: {}, {}</p><p id=\"standing\">{standing}</p>",
        Text(order.reference.as_str()),
        Text(order.item.name),
        order.asked
    )
}

fn look_again(order: &Order, payment: Option<&PaymentRecord>) -> String {
    let is_live = |payment: &PaymentRecord| payment.openings.iter().any(|one| one.is_live());
    if is_paid(order, payment) || !payment.is_some_and(is_live) {
        return String::new();
    }
    format!(
        "<form method=\"post\" action=\"/orders/{}/ask\"><button>Look again</button></form>",
        Text(order.reference.as_str())
    )
}

const STYLE: &str = "body{font:16px/1.5 system-ui,sans-serif;margin:3rem auto;max-width:60rem;\
padding:0 1rem}button{font:inherit;margin:.5rem .5rem .5rem 0;padding:.5rem 1rem}dt{color:#666}\
dd{margin:0 0 .5rem}svg{max-width:16rem}table{border-collapse:collapse}\
td,th{border-bottom:1px solid #ccc;padding:.3rem .8rem .3rem 0;text-align:left;\
vertical-align:top}label{display:block;margin:.3rem 0}";

/// A page with security headers. It may contain a signed link or form, so that it must not be
/// cached, framed or sent as a referrer.
fn page(status: StatusCode, title: &str, body: &str) -> Response {
    let html = format!(
        "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\">\
         <meta name=\"viewport\" content=\"width=device-width\"><title>{0}</title>\
         <style>{STYLE}</style></head><body><h1>{0}</h1>{body}</body></html>",
        Text(title)
    );
    let mut response = (status, Html(html)).into_response();
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
