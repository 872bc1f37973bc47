//! The pages where buyers pay.

use std::sync::Arc;

use axum::{
    Form, Router,
    extract::{Path, State},
    response::{IntoResponse, Redirect, Response},
    routing::{get, post},
};
use http::{HeaderMap, StatusCode};
use maud::{Markup, PreEscaped, html};
use serde::Deserialize;
use serde_json::Value;
use simulator_kit::page::{Language, Text, amount, buyer_page, facts, preferred_language, qr_svg};

use crate::{api::links, control::samples, gateway::Gateway, link::Link, qr};

pub(crate) fn routes() -> Router<Arc<Gateway>> {
    Router::new().route("/web/{id}", get(show).post(press)).route(samples::NEW_ORDER, post(open))
}

/// Opens a link as the merchant's server would, and sends the browser to its page.
async fn open(State(gateway): State<Arc<Gateway>>) -> Response {
    let order = samples::free_order_code(&gateway.books());
    let body = Value::Object(samples::new_link(&gateway, order)).to_string();
    if let Err(refusal) = links::open(&gateway, body.as_bytes()) {
        return refusal.into_response();
    }
    let page = gateway.books().link(&order.to_string()).map(|link| format!("/web/{}", link.id));
    Redirect::to(&page.unwrap_or_default()).into_response()
}

/// The language of the page for a buyer whose browser sends `headers`.
fn language(headers: &HeaderMap) -> Language {
    preferred_language(headers, Language::Vietnamese)
}

fn page(language: Language, heading: Text, body: Markup) -> Markup {
    buyer_page("payOS", language, heading.to(language), body)
}

fn unknown(language: Language) -> Response {
    let heading = Text::new("There is no such payment link", "Không tìm thấy link thanh toán");
    (StatusCode::NOT_FOUND, page(language, heading, html! {})).into_response()
}

async fn show(
    State(gateway): State<Arc<Gateway>>,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> Response {
    let (language, now) = (language(&headers), gateway.now());
    match gateway.books().links.iter().find(|link| link.id == id) {
        Some(link) => payment_page(&gateway, link, language, now).into_response(),
        None => unknown(language),
    }
}

fn payment_page(gateway: &Gateway, link: &Link, language: Language, now: i64) -> Markup {
    const HEADING: Text = Text::new("Pay for your order", "Thanh toán đơn hàng");
    const SCAN: Text = Text::new(
        "Scan the code with your bank's app, or transfer:",
        "Quét mã bằng ứng dụng ngân hàng hoặc chuyển khoản:",
    );
    const PAY: Text = Text::new("Pay", "Thanh toán");
    const CANCEL: Text = Text::new("Cancel", "Hủy thanh toán");
    let account = &gateway.settings.account;
    let (number, memo) = (&gateway.settings.virtual_account, link.memo());
    let can_be_paid = link.status(now) == "PENDING";
    let missing = amount(link.amount.saturating_sub(link.amount_paid()), "VND", language);
    let code = qr_svg(&qr::of(&account.bin, number, link.amount, &memo));
    let rows = [
        (Text::new("Order", "Đơn hàng"), html! { (link.order_code) }),
        (
            Text::new("Status", "Trạng thái"),
            html! { strong { (status(link.status(now)).to(language)) } },
        ),
        (Text::new("Bank", "Ngân hàng"), html! { (account.bank) }),
        (Text::new("Account", "Số tài khoản"), html! { code { (number) } }),
        (Text::new("In the name of", "Chủ tài khoản"), html! { (account.holder) }),
        (Text::new("Amount", "Số tiền"), missing),
        (
            Text::new("Memo, exactly", "Nội dung chuyển khoản (giữ nguyên)"),
            html! { code { (memo) } },
        ),
    ];
    let body = html! {
        p.total { (amount(link.amount, "VND", language)) }
        @if let (true, Some(code)) = (can_be_paid, code) {
            p { (SCAN.to(language)) }
            div.qr { (PreEscaped(code)) }
        }
        (facts(rows.map(|(label, value)| (label.to(language), value))))
        @if can_be_paid {
            form method="post" {
                button.main name="do" value="pay" { (PAY.to(language)) }
                button name="do" value="cancel" { (CANCEL.to(language)) }
            }
        }
    };
    page(language, HEADING, body)
}

/// The status of a link for a buyer.
fn status(word: &str) -> Text {
    match word {
        "PAID" => Text::new("paid", "đã thanh toán"),
        "UNDERPAID" => Text::new("partly paid", "trả thiếu"),
        "CANCELLED" => Text::new("cancelled", "đã hủy"),
        "EXPIRED" => Text::new("expired", "đã hết hạn"),
        _ => Text::new("waiting for the transfer", "đang chờ chuyển khoản"),
    }
}

#[derive(Deserialize)]
struct Pressed {
    r#do: String,
}

/// Pays the amount, or cancels, and sends the buyer back to the merchant.
async fn press(
    State(gateway): State<Arc<Gateway>>,
    Path(id): Path<String>,
    headers: HeaderMap,
    Form(pressed): Form<Pressed>,
) -> Response {
    const NOT_PAYABLE: Text = Text::new("There is nothing to pay", "Không còn gì để thanh toán");
    let (language, now) = (language(&headers), gateway.now());
    let conflict = || (StatusCode::CONFLICT, page(language, NOT_PAYABLE, html! {})).into_response();
    let transfers = {
        let mut books = gateway.books();
        let Some(link) = books.links.iter_mut().find(|link| link.id == id) else {
            return unknown(language);
        };
        if link.status(now) != "PENDING" {
            return conflict();
        }
        match pressed.r#do.as_str() {
            "cancel" => link.cancelled = Some((now, None)),
            "pay" => {}
            _ => return StatusCode::BAD_REQUEST.into_response(),
        }
        gateway.buyers_transfers(link.amount, link.amount)
    };
    if pressed.r#do == "pay" {
        for amount in transfers {
            if gateway.transfer(&id, amount).await.is_err() {
                return conflict();
            }
        }
    }
    let back = gateway.books().link(&id).and_then(|link| return_link(link, gateway.now()));
    match back {
        Some(back) => Redirect::to(&back).into_response(),
        None => page(language, Text::new("Done", "Đã xong"), html! {}).into_response(),
    }
}

/// Where the buyer's browser goes: the merchant's address with payOS's parameters, which nobody
/// signs (source: payos.vn/docs, return URL).
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
