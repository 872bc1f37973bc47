//! The User API: bank accounts, their transactions, and orders with virtual accounts.

mod bank_accounts;
mod body;
mod limit;
mod orders;
mod prefixes;
mod response;
mod shape;
mod transactions;
mod v1;
mod virtual_accounts;

use std::sync::Arc;

use axum::{
    Router,
    extract::{Request, State},
    middleware::{Next, from_fn, from_fn_with_state},
    response::Response,
    routing::{delete, get, post},
};
use http::{HeaderMap, header::AUTHORIZATION};

use super::{
    bank::BankAccount,
    faults::{Operation, operation},
    gateway::Gateway,
};
use response::Problem;

pub(super) use limit::RateLimit;
pub(super) use v1::{account_number as v1_account_number, routes as v1_routes};

/// The routes of v2. The rate limit comes before authentication, as SePay documents.
pub(super) fn routes(gateway: &Arc<Gateway>) -> Router<Arc<Gateway>> {
    let on = |name, route| operation(gateway, name, route);
    Router::new()
        .route("/v2/transactions", on(Operation::TransactionList, get(transactions::list)))
        .route("/v2/transactions/{uuid}", on(Operation::TransactionDetail, get(transactions::show)))
        .route("/v2/bank-accounts", on(Operation::BankAccountList, get(bank_accounts::list)))
        .route(
            "/v2/bank-accounts/{uuid}",
            on(Operation::BankAccountDetail, get(bank_accounts::show)),
        )
        .route(
            "/v2/bank-accounts/{uuid}/va",
            on(Operation::VirtualAccountList, get(virtual_accounts::list)),
        )
        .route(
            "/v2/bank-accounts/{uuid}/va/{va}",
            on(Operation::VirtualAccountDetail, get(virtual_accounts::show)),
        )
        .route(
            "/v2/bank-accounts/{uuid}/orders",
            on(Operation::VaOrderList, get(orders::list))
                .merge(on(Operation::VaOrderCreate, post(orders::create))),
        )
        .route(
            "/v2/bank-accounts/{uuid}/orders/{order}",
            on(Operation::VaOrderDetail, get(orders::show))
                .merge(on(Operation::VaOrderCancel, delete(orders::cancel))),
        )
        .route(
            "/v2/bank-accounts/{uuid}/orders/{order}/va",
            on(Operation::VaCreate, post(orders::add_va)),
        )
        .route(
            "/v2/bank-accounts/{uuid}/orders/{order}/va/{va}",
            on(Operation::VaCancel, delete(orders::cancel_va)),
        )
        .route("/v2/bank-accounts/{uuid}/prefixes", on(Operation::PrefixList, get(prefixes::list)))
        .route(
            "/v2/bank-accounts/{uuid}/prefixes/{prefix}",
            on(Operation::PrefixDetail, get(prefixes::show)),
        )
        .route(
            "/v2/bank-accounts/{uuid}/terminals",
            on(Operation::TerminalList, get(prefixes::terminals)),
        )
        .fallback(|| async { Problem::NotFound })
        .layer(from_fn(shape::shaped))
        .layer(from_fn_with_state(Arc::clone(gateway), authenticate))
        .layer(from_fn_with_state(Arc::clone(gateway), limit::v2))
}

async fn authenticate(
    State(gateway): State<Arc<Gateway>>,
    request: Request,
    next: Next,
) -> Result<Response, Problem> {
    if is_ours(&gateway, request.headers()) {
        Ok(next.run(request).await)
    } else {
        Err(Problem::Unauthorized)
    }
}

/// Whether the request carries the merchant's token.
fn is_ours(gateway: &Gateway, headers: &HeaderMap) -> bool {
    let token = headers.get(AUTHORIZATION).and_then(|value| value.to_str().ok());
    token.and_then(|value| value.strip_prefix("Bearer ")) == Some(gateway.settings.api_token())
}

/// The merchant's bank account with this UUID.
fn account(gateway: &Gateway, uuid: &str) -> Result<BankAccount, Problem> {
    let books = gateway.books();
    let found = books.accounts().iter().find(|account| account.id == uuid);
    found.cloned().ok_or(Problem::NotFound)
}
