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
use url::Url;

use super::{
    PaymentMethod, Refused,
    faults::{Operation, operation},
    gateway::Gateway,
};

/// The host's routes. SePay's documents name two paths for the form; the routes below it are the
/// simulator's own.
pub(super) fn routes(gateway: &Arc<Gateway>) -> Router<Arc<Gateway>> {
    let init = || operation(gateway, Operation::CheckoutInit, post(arrive));
    Router::new()
        .route("/v1/checkout/init", init())
        .route("/v1/init", init())
        .route("/v1/checkout/{order_id}/pay", post(pay))
        .route("/v1/checkout/{order_id}/fail", post(fail))
        .route("/v1/checkout/{order_id}/leave", post(leave))
        .fallback(|| async { (StatusCode::NOT_FOUND, page::error("Không tìm thấy trang")) })
}

/// Receives the form that a buyer arrives with, and creates the order.
async fn arrive(State(gateway): State<Arc<Gateway>>, headers: HeaderMap, body: Bytes) -> Response {
    let fields = form::fields(&body);
    let purchase = match form::check(&fields, &gateway.settings) {
        Ok(purchase) => purchase,
        Err(refusal) => return refuse(refusal),
    };
    let user_agent = headers.get(USER_AGENT).and_then(|value| value.to_str().ok());
    let user_agent = user_agent.unwrap_or_default().to_owned();
    let opened = gateway.books().open(purchase, user_agent, gateway.now());
    match opened {
        Ok(order) => page::checkout(&order).into_response(),
        Err(_) => refuse(form::Refusal::Field("order_invoice_number")),
    }
}

fn refuse(refusal: form::Refusal) -> Response {
    (StatusCode::BAD_REQUEST, page::error(&refusal.to_string())).into_response()
}

async fn pay(
    State(gateway): State<Arc<Gateway>>,
    Path(order_id): Path<String>,
    body: Bytes,
) -> Result<Response, Objection> {
    gateway.pay(&order_id, chosen_method(&body)).await?;
    Ok(back_to_shop(&gateway, &order_id, Way::Success))
}

async fn fail(
    State(gateway): State<Arc<Gateway>>,
    Path(order_id): Path<String>,
    body: Bytes,
) -> Result<Response, Objection> {
    gateway.fail(&order_id, chosen_method(&body))?;
    Ok(back_to_shop(&gateway, &order_id, Way::Error))
}

/// Handles a buyer who goes back. The order stays open: no document says that SePay cancels it.
async fn leave(State(gateway): State<Arc<Gateway>>, Path(order_id): Path<String>) -> Response {
    back_to_shop(&gateway, &order_id, Way::Cancel)
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
fn back_to_shop(gateway: &Gateway, order_id: &str, way: Way) -> Response {
    let books = gateway.books();
    let Some(order) = books.order(order_id) else {
        return Objection(Refused::UnknownOrder(order_id.to_owned())).into_response();
    };
    let (address, words) = match way {
        Way::Success => (&order.purchase.success_url, "Thanh toán thành công"),
        Way::Error => (&order.purchase.error_url, "Thanh toán thất bại"),
        Way::Cancel => (&order.purchase.cancel_url, "Bạn đã rời trang thanh toán"),
    };
    match address.as_ref().map(Url::as_str) {
        Some(address) => Redirect::to(address).into_response(),
        None => page::message(words).into_response(),
    }
}

/// The page for a button that cannot be used in the present state.
struct Objection(Refused);

impl From<Refused> for Objection {
    fn from(refused: Refused) -> Self {
        Self(refused)
    }
}

impl IntoResponse for Objection {
    fn into_response(self) -> Response {
        let (status, words) = match self.0 {
            Refused::UnknownOrder(_) => (StatusCode::NOT_FOUND, "Không tìm thấy đơn hàng"),
            _ => (StatusCode::CONFLICT, "Đơn hàng không còn chờ thanh toán"),
        };
        (status, page::error(words)).into_response()
    }
}
