//! `/api/v1`: the API for apps that a merchant authorised.

mod accounts;
mod company;
mod fields;
mod response;
mod webhooks;

use std::collections::BTreeSet;
use std::sync::Arc;

use axum::{
    Router,
    extract::{Request, State},
    middleware::{Next, from_fn_with_state},
    response::Response,
    routing::{get, patch},
};
use http::header::AUTHORIZATION;

use super::super::{
    bank::BankAccount,
    faults::{Operation, operation},
    gateway::Gateway,
};
use response::Problem;

pub(crate) use company::Company;

pub(super) fn routes(gateway: &Arc<Gateway>) -> Router<Arc<Gateway>> {
    let on = |name, route| operation(gateway, name, route);
    Router::new()
        .route("/api/v1/bank-accounts", get(accounts::list))
        .route("/api/v1/bank-accounts/{id}", get(accounts::show))
        .route("/api/v1/bank-accounts/{id}/sub-accounts", get(accounts::sub_accounts))
        .route("/api/v1/transactions", get(accounts::transactions))
        .route("/api/v1/me", get(company::me))
        .route("/api/v1/company", get(company::show))
        .route(
            "/api/v1/company/configurations",
            on(Operation::CompanyConfigure, patch(company::configure)),
        )
        .route(
            "/api/v1/webhooks",
            get(webhooks::list)
                .merge(on(Operation::WebhookCreate, axum::routing::post(webhooks::create))),
        )
        .route(
            "/api/v1/webhooks/{id}",
            get(webhooks::show)
                .merge(on(Operation::WebhookUpdate, patch(webhooks::update)))
                .merge(on(Operation::WebhookDelete, axum::routing::delete(webhooks::delete))),
        )
        .layer(from_fn_with_state(Arc::clone(gateway), authenticate))
}

/// The scopes of a request's access token.
#[derive(Clone)]
struct Allowed(BTreeSet<String>);

impl Allowed {
    fn to(&self, scope: &str) -> Result<(), Problem> {
        if self.0.contains(scope) { Ok(()) } else { Err(Problem::Forbidden) }
    }
}

async fn authenticate(
    State(gateway): State<Arc<Gateway>>,
    mut request: Request,
    next: Next,
) -> Result<Response, Problem> {
    let token = request.headers().get(AUTHORIZATION).and_then(|value| value.to_str().ok());
    let token = token.and_then(|value| value.strip_prefix("Bearer ")).unwrap_or_default();
    let scopes = gateway.grants().scopes(token, gateway.now()).cloned();
    request.extensions_mut().insert(Allowed(scopes.ok_or(Problem::Unauthorized)?));
    Ok(next.run(request).await)
}

/// The bank accounts with their numbers: the same as in the User API v1.
fn accounts(gateway: &Gateway) -> Vec<(u64, BankAccount)> {
    const FIRST: u64 = 19;
    let books = gateway.books();
    (FIRST..).zip(books.accounts().iter().cloned()).collect()
}

fn account(gateway: &Gateway, id: u64) -> Result<BankAccount, Problem> {
    let known = accounts(gateway).into_iter().find(|(number, _)| *number == id);
    known.map(|(_, account)| account).ok_or(Problem::NotFound)
}
