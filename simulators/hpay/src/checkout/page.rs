//! The page at the end of a checkout link.

use axum::response::{Html, IntoResponse, Response};

use super::{
    link::{Link, Page},
    order::Order,
    token::Card,
};
use crate::{
    amount::with_commas, civil_time, faults::Fault, fields::Fields, gateway::Gateway,
    response::HandlerResult, tables::Service,
};

/// `GET /v1/checkout.php`: a buyer's browser arrives, and the order begins to exist.
pub(crate) fn open(gateway: &Gateway, fields: &Fields, _fault: Option<&Fault>) -> HandlerResult {
    open_page(gateway, fields, Page::V1)
}

/// `GET /checkout.php`: the same for instalments, frames and tokens of domestic cards.
pub(crate) fn open_advanced(
    gateway: &Gateway,
    fields: &Fields,
    _fault: Option<&Fault>,
) -> HandlerResult {
    open_page(gateway, fields, Page::Advanced)
}

fn open_page(gateway: &Gateway, fields: &Fields, page: Page) -> HandlerResult {
    let link = Link::read(gateway, fields, page)?;
    let order = gateway.books().open_order(link, gateway.now());
    Ok(payment_page(&order))
}

/// The page that a broken link leads to.
pub(crate) fn error_page(code: &str) -> Response {
    let meaning = Service::Checkout.meaning(code).unwrap_or("not in HPay's table");
    page(
        "This link cannot be paid",
        &format!("<p>Code <strong>{}</strong>: {}.</p>", escaped(code), escaped(meaning)),
    )
}

/// The page that a button which no longer works leads to.
pub(super) fn notice(text: &str) -> Response {
    page("Nothing happened", &format!("<p>{}.</p>", escaped(text)))
}

fn payment_page(order: &Order) -> Response {
    let link = &order.link;
    let shown_code = if link.sub_order.is_empty() { &link.order_code } else { &link.sub_order };
    let limit = link.time_limit.map(civil_time::readable).unwrap_or_default();
    let currency = link.currency.to_uppercase();
    let mut body = String::from("<dl>");
    for (label, value) in [
        ("Order", shown_code.as_str()),
        ("Description", &link.order_description),
        ("Buyer", &link.buyer_info),
        ("Test card", link.instrument.card_number()),
        ("Instalments", if link.by_instalments { "yes" } else { "" }),
        ("Pay until (UTC+7)", &limit),
    ] {
        if !value.is_empty() {
            body.push_str(&format!("<dt>{label}</dt><dd>{}</dd>", escaped(value)));
        }
    }
    body.push_str("</dl>");
    if order.paying_attempt().is_some() {
        body.push_str("<p>This order is paid. Paying again would charge the buyer twice.</p>");
    }
    body.push_str(&format!(
        "<form method=\"post\" action=\"/_buyer/{}\">\
         <button name=\"as\" value=\"now\">Pay</button>\
         <button name=\"as\" value=\"held\">Pay, and let HPay hold the money</button>\
         <button name=\"as\" value=\"failed\">Fail to pay</button>\
         </form>",
        escaped(&order.token)
    ));
    if !link.cancel_url.is_empty() {
        body.push_str(&format!("<p><a href=\"{}\">Cancel</a></p>", escaped(&link.cancel_url)));
    }
    page(&format!("{} {currency}", with_commas(link.total())), &body)
}

/// The page at the end of a link that revokes a token.
pub(super) fn revocation_page(card: &Card) -> Response {
    let body = format!(
        "<p>Card {}</p><form method=\"post\" action=\"/_buyer/cards/{}\">\
         <button>Remove the card</button></form>",
        escaped(card.number),
        escaped(&card.token)
    );
    page("Remove a card", &body)
}

const STYLE: &str = "body{font:16px/1.5 system-ui,sans-serif;margin:3rem auto;max-width:32rem;\
padding:0 1rem}small{color:#666}dt{color:#666}dd{margin:0 0 .5rem}button{display:block;\
font:inherit;margin:.5rem 0;padding:.5rem 1rem;width:100%}";

fn page(heading: &str, body: &str) -> Response {
    Html(format!(
        "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\">\
         <meta name=\"viewport\" content=\"width=device-width\"><title>HPay simulator</title>\
         <style>{STYLE}</style></head><body><small>HPay simulator: no money moves</small>\
         <h1>{}</h1>{body}</body></html>",
        escaped(heading)
    ))
    .into_response()
}

/// Text of a link is the buyer's and the merchant's: it must not become markup.
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
    fn text_from_a_link_is_not_markup() {
        assert_eq!(escaped("<b a='1' b=\"2\">&"), "&lt;b a=&#39;1&#39; b=&quot;2&quot;&gt;&amp;");
    }
}
