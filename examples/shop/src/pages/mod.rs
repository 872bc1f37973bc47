//! The shop's pages: plain HTML without scripts.

mod markup;
mod next_step;

use std::fmt::Write as _;

use axum::{
    http::{HeaderValue, StatusCode, header},
    response::{Html, IntoResponse, Response},
};
use payments::payment::Funding;

use crate::{Item, Opening, Order, Way};
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

/// The page of an order: its status and, while it is not paid, the buyer's next action.
pub(crate) fn order(order: &Order) -> Response {
    let mut body = standing(order);
    if order.paid_at.is_none() {
        match &order.opening {
            Opening::Accepted(next) => body.push_str(&next_step::html(next)),
            Opening::Refused => body.push_str(
                "<p>The payment could not be opened and nothing was charged. \
                 <a href=\"/\">Start again</a></p>",
            ),
            Opening::Prepared | Opening::Uncertain => body.push_str(
                "<p>We do not know yet whether your payment could be opened. \
                 We are asking; please do not pay twice.</p>",
            ),
        }
    }
    body.push_str(&look_again(order));
    page(StatusCode::OK, order.item.name, &body)
}

/// The page to which a gateway sends the buyer back.
pub(crate) fn thanks(order: &Order) -> Response {
    let mut body = standing(order);
    body.push_str(&look_again(order));
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

/// The status of an order by the shop's own books.
fn standing(order: &Order) -> String {
    let standing = match (order.paid_at, order.funding()) {
        (Some(_), Funding::Over { excess }) => {
            format!("Paid, and {excess} too much. We will give it back.")
        }
        (Some(_), _) => "Paid. We are packing it.".to_owned(),
        (None, Funding::Short { missing }) => {
            format!("Some of the money is here; {missing} is missing.")
        }
        (None, _) => "Not paid yet, as far as we know. We are checking.".to_owned(),
    };
    format!(
        "<p>Order {}: {}, {}</p><p id=\"standing\">{standing}</p>",
        Text(order.reference.as_str()),
        Text(order.item.name),
        order.asked
    )
}

fn look_again(order: &Order) -> String {
    if !order.is_waiting() {
        return String::new();
    }
    format!(
        "<form method=\"post\" action=\"/orders/{}/ask\"><button>Look again</button></form>",
        Text(order.reference.as_str())
    )
}

const STYLE: &str = "body{font:16px/1.5 system-ui,sans-serif;margin:3rem auto;max-width:32rem;\
padding:0 1rem}button{font:inherit;margin:.5rem .5rem .5rem 0;padding:.5rem 1rem}dt{color:#666}\
dd{margin:0 0 .5rem}svg{max-width:16rem}";

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
