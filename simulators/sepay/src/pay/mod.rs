//! The checkout host: where the merchant's form sends the buyer's browser.

mod form;
mod page;

use std::sync::Arc;

use axum::{
    Router,
    extract::{Path, State},
    response::{IntoResponse, Redirect, Response},
    routing::post,
};
use bytes::Bytes;
use http::{HeaderMap, StatusCode, header::USER_AGENT};
use simulator_kit::page::{Language, Text, preferred_language};
use url::Url;

use super::{
    PaymentMethod, Refused,
    faults::{Operation, operation},
    gateway::Gateway,
    settings::CHECKOUT_PATH,
};

/// The other path that SePay's documents name.
const OTHER_PATH: &str = "/v1/init";

/// The host's routes. SePay's documents name two paths for the form; the routes below it are the
/// simulator's own.
pub(super) fn routes(gateway: &Arc<Gateway>) -> Router<Arc<Gateway>> {
    let init = || operation(gateway, Operation::CheckoutInit, post(arrive));
    let path = gateway.settings.checkout_path();
    let router = match [CHECKOUT_PATH, OTHER_PATH].contains(&path) {
        true => Router::new(),
        false => Router::new().route(path, init()),
    };
    router
        .route(CHECKOUT_PATH, init())
        .route(OTHER_PATH, init())
        .route("/v1/checkout/{order_id}/pay", post(pay))
        .route("/v1/checkout/{order_id}/fail", post(fail))
        .route("/v1/checkout/{order_id}/leave", post(leave))
        .fallback(unknown_page)
}

/// The language of the page for a buyer whose browser sends `headers`.
fn language(headers: &HeaderMap) -> Language {
    preferred_language(headers, Language::Vietnamese)
}

async fn unknown_page(headers: HeaderMap) -> Response {
    let words = Text::new("There is no such page", "Không tìm thấy trang");
    refuse(StatusCode::NOT_FOUND, words, &headers)
}

/// Receives the form that a buyer arrives with, and creates the order.
async fn arrive(State(gateway): State<Arc<Gateway>>, headers: HeaderMap, body: Bytes) -> Response {
    let fields = form::fields(&body);
    let purchase = match form::check(&fields, &gateway.settings) {
        Ok(purchase) => purchase,
        Err(refusal) => return refuse_form(refusal, &headers),
    };
    let user_agent = headers.get(USER_AGENT).and_then(|value| value.to_str().ok());
    let user_agent = user_agent.unwrap_or_default().to_owned();
    let opened = gateway.books().open(purchase, user_agent, gateway.now());
    match opened {
        Ok(order) => page::checkout(&order, language(&headers)).into_response(),
        Err(_) => refuse_form(form::Refusal::Field("order_invoice_number"), &headers),
    }
}

fn refuse_form(refusal: form::Refusal, headers: &HeaderMap) -> Response {
    let language = language(headers);
    (StatusCode::BAD_REQUEST, page::error(&refusal.to(language), language)).into_response()
}

fn refuse(status: StatusCode, words: Text, headers: &HeaderMap) -> Response {
    let language = language(headers);
    (status, page::error(words.to(language), language)).into_response()
}

async fn pay(
    State(gateway): State<Arc<Gateway>>,
    Path(order_id): Path<String>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    if gateway.is_declined(&order_id) {
        return fail(State(gateway), Path(order_id), headers, body).await;
    }
    match gateway.pay(&order_id, chosen_method(&body)).await {
        Ok(_) => back_to_shop(&gateway, &order_id, Way::Success, &headers),
        Err(refused) => object(&refused, &headers),
    }
}

async fn fail(
    State(gateway): State<Arc<Gateway>>,
    Path(order_id): Path<String>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    match gateway.fail(&order_id, chosen_method(&body)) {
        Ok(_) => back_to_shop(&gateway, &order_id, Way::Error, &headers),
        Err(refused) => object(&refused, &headers),
    }
}

/// Handles a buyer who goes back. The order stays open: no document says that SePay cancels it.
async fn leave(
    State(gateway): State<Arc<Gateway>>,
    Path(order_id): Path<String>,
    headers: HeaderMap,
) -> Response {
    back_to_shop(&gateway, &order_id, Way::Cancel, &headers)
}

fn chosen_method(body: &[u8]) -> Option<PaymentMethod> {
    form::fields(body)
        .iter()
        .find(|(name, _)| name == "payment_method")
        .and_then(|(_, value)| PaymentMethod::named(value))
}

#[derive(Clone, Copy)]
enum Way {
    Success,
    Error,
    Cancel,
}

/// Redirects to the merchant's address for this outcome, without a parameter: SePay documents none.
fn back_to_shop(gateway: &Gateway, order_id: &str, way: Way, headers: &HeaderMap) -> Response {
    let books = gateway.books();
    let Some(order) = books.order(order_id) else {
        return object(&Refused::UnknownOrder(order_id.to_owned()), headers);
    };
    let (address, words) = match way {
        Way::Success => (
            &order.purchase.success_url,
            Text::new("The payment succeeded", "Thanh toán thành công"),
        ),
        Way::Error => {
            (&order.purchase.error_url, Text::new("The payment failed", "Thanh toán thất bại"))
        }
        Way::Cancel => (
            &order.purchase.cancel_url,
            Text::new("You left the payment page", "Bạn đã rời trang thanh toán"),
        ),
    };
    match address.as_ref().map(Url::as_str) {
        Some(address) => Redirect::to(address).into_response(),
        None => {
            let language = language(headers);
            page::message(words.to(language), language).into_response()
        }
    }
}

/// The page for a button that cannot be used in the present state.
fn object(refused: &Refused, headers: &HeaderMap) -> Response {
    let (status, words) = match refused {
        Refused::UnknownOrder(_) => {
            (StatusCode::NOT_FOUND, Text::new("There is no such order", "Không tìm thấy đơn hàng"))
        }
        _ => (
            StatusCode::CONFLICT,
            Text::new(
                "The order cannot be paid any more",
                "Đơn hàng này không thể thanh toán được nữa",
            ),
        ),
    };
    refuse(status, words, headers)
}
