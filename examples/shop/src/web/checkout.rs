//! The actions of a buyer.

use std::sync::Arc;

use axum::{
    Form,
    extract::{Path, State},
    http::StatusCode,
    response::{IntoResponse, Redirect, Response},
};
use payments::{Error, OrderRef};
use serde::Deserialize;

use crate::{Shop, Way, catalogue, pages};

#[derive(Deserialize)]
pub(super) struct Choice {
    item: String,
    way: Way,
}

/// Places an order and opens its payment.
pub(super) async fn place(State(shop): State<Arc<Shop>>, Form(choice): Form<Choice>) -> Response {
    let Some(item) = catalogue::find(&choice.item) else {
        return pages::trouble(StatusCode::UNPROCESSABLE_ENTITY);
    };
    // If the browser disconnects, this future is dropped; the engine still records the outcome.
    match shop.open(item, choice.way).await {
        Ok(order) => Redirect::to(&format!("/orders/{order}")).into_response(),
        Err(error) => {
            tracing::error!(%error, "no order was placed");
            pages::trouble(StatusCode::SERVICE_UNAVAILABLE)
        }
    }
}

/// Shows an order and, while it is not paid, the buyer's next step.
pub(super) async fn show(
    State(shop): State<Arc<Shop>>,
    Path(reference): Path<OrderRef>,
) -> Response {
    match shop.order(&reference).await {
        Ok(Some((order, payment))) => {
            let next = shop.next_step(payment.as_ref()).await;
            pages::order(&order, payment.as_ref(), &next)
        }
        Ok(None) => pages::unknown(),
        Err(error) => unreadable(&error),
    }
}

/// Shows the page to which a gateway sends the buyer back. It changes nothing: anybody can type its
/// address, and its query is not read.
pub(super) async fn thank(
    State(shop): State<Arc<Shop>>,
    Path(reference): Path<OrderRef>,
) -> Response {
    match shop.order(&reference).await {
        Ok(Some((order, payment))) => pages::thanks(&order, payment.as_ref()),
        Ok(None) => pages::unknown(),
        Err(error) => unreadable(&error),
    }
}

/// Inquires at the gateway on the buyer's request.
pub(super) async fn ask(
    State(shop): State<Arc<Shop>>,
    Path(reference): Path<OrderRef>,
) -> Response {
    if let Err(error) = shop.ask(&reference).await {
        tracing::warn!(order = %reference, %error, "could not ask");
    }
    Redirect::to(&format!("/thanks/{reference}")).into_response()
}

fn unreadable(error: &Error) -> Response {
    tracing::error!(%error, "an order cannot be shown");
    pages::unreadable()
}
