//! The User API v2: bank accounts and their transactions.

mod answer;
mod bank_accounts;
mod limit;
mod transactions;

use std::sync::Arc;

use axum::{
    Router,
    extract::{Request, State},
    middleware::{Next, from_fn_with_state},
    response::Response,
    routing::get,
};
use http::header::AUTHORIZATION;

use super::{
    faults::{Operation, operation},
    gateway::Gateway,
};
use answer::Problem;

pub(super) use limit::RateLimit;

/// The host's routes. The rate limit comes before authentication, as SePay documents.
pub(super) fn routes(gateway: &Arc<Gateway>) -> Router<Arc<Gateway>> {
    let list_transactions = get(transactions::list);
    let show_transaction = get(transactions::show);
    let list_accounts = get(bank_accounts::list);
    let show_account = get(bank_accounts::show);
    Router::new()
        .route(
            "/v2/transactions",
            operation(gateway, Operation::TransactionList, list_transactions),
        )
        .route(
            "/v2/transactions/{uuid}",
            operation(gateway, Operation::TransactionDetail, show_transaction),
        )
        .route("/v2/bank-accounts", operation(gateway, Operation::BankAccountList, list_accounts))
        .route(
            "/v2/bank-accounts/{uuid}",
            operation(gateway, Operation::BankAccountDetail, show_account),
        )
        .fallback(|| async { Problem::NotFound })
        .layer(from_fn_with_state(Arc::clone(gateway), authenticate))
        .layer(from_fn_with_state(Arc::clone(gateway), limit::apply))
}

async fn authenticate(
    State(gateway): State<Arc<Gateway>>,
    request: Request,
    next: Next,
) -> Result<Response, Problem> {
    let token = request.headers().get(AUTHORIZATION).and_then(|value| value.to_str().ok());
    let token = token.and_then(|value| value.strip_prefix("Bearer "));
    if token == Some(gateway.settings.api_token()) {
        Ok(next.run(request).await)
    } else {
        Err(Problem::Unauthorized)
    }
}
