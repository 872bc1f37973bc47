//! The actions of a buyer.

use std::sync::Arc;

use axum::{
    Form,
    extract::{Path, State},
    http::StatusCode,
    response::{IntoResponse, Redirect, Response},
};
use payments::OrderRef;
use serde::Deserialize;

use crate::{Order, Shop, Way, catalogue, pages};

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
    // A browser that disconnects drops this future. The task continues, so that the response to an
    // instruction is not lost.
    let opening = tokio::spawn(async move { shop.open(item, choice.way).await });
    match opening.await {
        Ok(Ok(order)) => Redirect::to(&format!("/orders/{order}")).into_response(),
        Ok(Err(error)) => {
            tracing::error!(%error, "no order was placed");
            pages::trouble(StatusCode::SERVICE_UNAVAILABLE)
        }
        Err(error) => {
            tracing::error!(%error, "opening a payment broke off");
            pages::trouble(StatusCode::INTERNAL_SERVER_ERROR)
        }
    }
}

/// Shows an order and, while it is not paid, the buyer's next step.
pub(super) async fn show(
    State(shop): State<Arc<Shop>>,
    Path(reference): Path<OrderRef>,
) -> Response {
    shown(&shop, &reference, pages::order)
}

/// The page to which a gateway sends the buyer back. It only displays and settles nothing: anybody
/// can type its address, and its query is not read.
pub(super) async fn thank(
    State(shop): State<Arc<Shop>>,
    Path(reference): Path<OrderRef>,
) -> Response {
    shown(&shop, &reference, pages::thanks)
}

/// Asks the gateway on the buyer's request.
pub(super) async fn ask(
    State(shop): State<Arc<Shop>>,
    Path(reference): Path<OrderRef>,
) -> Response {
    if let Err(error) = shop.ask(&reference).await {
        tracing::warn!(order = %reference, %error, "could not ask");
    }
    Redirect::to(&format!("/thanks/{reference}")).into_response()
}

fn shown(shop: &Shop, reference: &OrderRef, page: fn(&Order) -> Response) -> Response {
    match shop.orders().get(reference) {
        Some(order) => page(&order),
        None => pages::missing(),
    }
}
