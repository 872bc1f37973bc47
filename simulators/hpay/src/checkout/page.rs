//! The page at the end of a checkout link.

use axum::response::{IntoResponse, Response};
use maud::{Markup, html};
use simulator_kit::page::{Language, Text, amount, buyer_page, facts};

use super::{
    link::{Link, Page},
    order::Order,
    token::Card,
};
use crate::{
    civil_time, faults::Fault, fields::Fields, gateway::Gateway, response::HandlerResult,
    tables::Service,
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
    // The reference leaves open what an absent language means; the gateway is Vietnamese.
    let language = Language::from_tag(fields.text("lang")).unwrap_or(Language::Vietnamese);
    let order = gateway.books().open_order(link, gateway.now());
    Ok(payment_page(&order, language))
}

/// The page that a broken link leads to.
pub(crate) fn error_page(code: &str) -> Response {
    let meaning = Service::Checkout.meaning(code).unwrap_or("not in HPay's table");
    page(
        Language::Vietnamese,
        "Không thể thanh toán bằng link này",
        html! { p.bad role="alert" { "Mã lỗi " strong { (code) } ": " span lang="en" { (meaning) "." } } },
    )
}

/// The page that a button which no longer works leads to.
pub(super) fn notice(text: &str) -> Response {
    let body = html! { p.bad role="alert" lang="en" { (text) "." } };
    page(Language::Vietnamese, "Chưa thực hiện được", body)
}

fn payment_page(order: &Order, language: Language) -> Response {
    const HEADING: Text = Text::new("Pay for your order", "Thanh toán đơn hàng");
    const PAID: Text = Text::new(
        "This order is paid. Paying again would charge the buyer twice.",
        "Đơn hàng này đã được thanh toán. Nếu thanh toán lại, người mua bị trừ tiền hai lần.",
    );
    const PAY: Text = Text::new("Pay", "Thanh toán");
    const HOLD: Text =
        Text::new("Pay, and let HPay hold the money", "Thanh toán, HPay tạm giữ tiền");
    const FAIL: Text = Text::new("Let the payment fail", "Cho thanh toán thất bại");
    const CANCEL: Text = Text::new("Cancel", "Hủy thanh toán");
    let link = &order.link;
    let body = html! {
        p.total { (amount(link.total(), &link.currency, language)) }
        (order_facts(link, language))
        @if order.paying_attempt().is_some() { p.wait { (PAID.to(language)) } }
        form method="post" action={ "/_buyer/" (order.token) } {
            button.main name="as" value="now" { (PAY.to(language)) }
            button name="as" value="held" { (HOLD.to(language)) }
            button name="as" value="failed" { (FAIL.to(language)) }
        }
        @if !link.cancel_url.is_empty() { p { a href=(link.cancel_url) { (CANCEL.to(language)) } } }
    };
    page(language, HEADING.to(language), body)
}

fn order_facts(link: &Link, language: Language) -> Markup {
    let shown_code = if link.sub_order.is_empty() { &link.order_code } else { &link.sub_order };
    let limit = link.time_limit.map(civil_time::readable).unwrap_or_default();
    let instalments = if link.by_instalments { Text::new("yes", "có").to(language) } else { "" };
    let rows = [
        (Text::new("Order", "Đơn hàng"), shown_code.as_str()),
        (Text::new("Description", "Nội dung"), &link.order_description),
        (Text::new("Buyer", "Người mua"), &link.buyer_info),
        (Text::new("Test card", "Thẻ thử nghiệm"), link.instrument.card_number()),
        (Text::new("Instalments", "Trả góp"), instalments),
        (Text::new("Pay until (UTC+7)", "Hạn thanh toán (UTC+7)"), &limit),
    ];
    facts(rows.map(|(label, value)| (label.to(language), html! { (value) })))
}

/// The page at the end of a link that revokes a token.
pub(super) fn revocation_page(card: &Card) -> Response {
    let body = html! {
        p { "Thẻ " (card.number) }
        form method="post" action={ "/_buyer/cards/" (card.token) } {
            button.main { "Xóa thẻ" }
        }
    };
    page(Language::Vietnamese, "Xóa thẻ đã lưu", body)
}

fn page(language: Language, heading: &str, body: Markup) -> Response {
    buyer_page("HPay", language, heading, body).into_response()
}
