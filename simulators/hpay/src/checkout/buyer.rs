//! The buttons of the payment page.

use std::sync::Arc;

use axum::{
    Form, Router,
    extract::{Path, State},
    response::{IntoResponse, Redirect, Response},
    routing::post,
};
use serde::Deserialize;

use super::{
    order::PayAs,
    page,
    payment::{By, pay},
    token,
};
use crate::{
    control::{Announcement, ControlError},
    gateway::Gateway,
};

/// Routes of the simulator's own, because HPay does not document where its pages post to.
pub(crate) fn router() -> Router<Arc<Gateway>> {
    Router::new()
        .route("/_buyer/{token}", post(press))
        .route("/_buyer/cards/{token}", post(remove_card))
}

#[derive(Deserialize)]
struct Pressed {
    #[serde(rename = "as")]
    outcome: PayAs,
}

/// Ends the attempt, reports it, and sends the browser back to the merchant.
async fn press(
    State(gateway): State<Arc<Gateway>>,
    Path(token): Path<String>,
    Form(pressed): Form<Pressed>,
) -> Response {
    back(pay(&gateway, By::Token(&token), pressed.outcome).await)
}

/// Removes the card, reports it, and sends the browser back to the merchant.
async fn remove_card(State(gateway): State<Arc<Gateway>>, Path(token): Path<String>) -> Response {
    back(token::remove(&gateway, &token).await)
}

fn back(done: Result<Announcement, ControlError>) -> Response {
    match done {
        Ok(announcement) => match announcement.return_link {
            Some(link) => Redirect::to(&link).into_response(),
            None => page::notice("The order has no return address"),
        },
        Err(error) => page::notice(&error.to_string()),
    }
}
