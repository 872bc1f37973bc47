//! The User API v1: numeric ids, amounts as text, and errors under HTTP 200.

mod bank_accounts;
mod orders;
mod response;
mod transactions;

use std::sync::Arc;

use axum::{
    Router,
    extract::{Request, State},
    middleware::{Next, from_fn_with_state},
    response::{IntoResponse, Response},
    routing::{delete, get, post},
};

use super::{is_ours, limit};
use crate::{
    V1VaPath,
    bank::BankAccount,
    faults::{Operation, operation},
    gateway::Gateway,
};
use response::Problem;

pub(super) use response::rate_limited;

/// The routes on `my.sepay.vn`.
pub(crate) fn routes(gateway: &Arc<Gateway>) -> Router<Arc<Gateway>> {
    let on = |name, route| operation(gateway, name, route);
    let va = match gateway.settings.readings().v1_va_path {
        V1VaPath::Va => "va",
        V1VaPath::Vas => "vas",
    };
    Router::new()
        .route(
            "/userapi/transactions/list",
            on(Operation::TransactionList, get(transactions::list)),
        )
        .route(
            "/userapi/transactions/details/{id}",
            on(Operation::TransactionDetail, get(transactions::show)),
        )
        .route(
            "/userapi/transactions/count",
            on(Operation::TransactionCount, get(transactions::count)),
        )
        .route(
            "/userapi/bankaccounts/list",
            on(Operation::BankAccountList, get(bank_accounts::list)),
        )
        .route(
            "/userapi/bankaccounts/details/{id}",
            on(Operation::BankAccountDetail, get(bank_accounts::show)),
        )
        .route(
            "/userapi/bankaccounts/count",
            on(Operation::BankAccountCount, get(bank_accounts::count)),
        )
        .route(
            "/userapi/bidv/{id}/orders",
            on(Operation::VaOrderList, get(orders::list))
                .merge(on(Operation::VaOrderCreate, post(orders::create))),
        )
        .route(
            "/userapi/bidv/{id}/orders/{order}",
            on(Operation::VaOrderDetail, get(orders::show))
                .merge(on(Operation::VaOrderCancel, delete(orders::cancel))),
        )
        .route(
            &format!("/userapi/bidv/{{id}}/orders/{{order}}/{va}"),
            on(Operation::VaCreate, post(orders::add_va)),
        )
        .route(
            &format!("/userapi/bidv/{{id}}/orders/{{order}}/{va}/{{va}}"),
            on(Operation::VaCancel, delete(orders::cancel_va)),
        )
        .layer(from_fn_with_state(Arc::clone(gateway), authenticate))
        .layer(from_fn_with_state(Arc::clone(gateway), limit::v1))
}

/// Checks the token. Without it the response is HTTP 200 with an empty body (source: SePay API:
/// upgrade from v1).
async fn authenticate(
    State(gateway): State<Arc<Gateway>>,
    request: Request,
    next: Next,
) -> Response {
    match is_ours(&gateway, request.headers()) {
        true => next.run(request).await,
        false => ().into_response(),
    }
}

/// The number of the `index`th bank account in v1.
pub(crate) fn account_number(index: usize, account: &BankAccount) -> u64 {
    const FIRST: u64 = 19;
    account.v1_id.unwrap_or(FIRST.saturating_add(index as u64))
}

/// The bank accounts with their numbers in v1.
fn accounts(gateway: &Gateway) -> Vec<(u64, BankAccount)> {
    let books = gateway.books();
    let numbered = books.accounts().iter().cloned().enumerate();
    numbered.map(|(index, account)| (account_number(index, &account), account)).collect()
}

fn account(gateway: &Gateway, id: &str) -> Result<(u64, BankAccount), Problem> {
    let known = accounts(gateway).into_iter().find(|(number, _)| number.to_string() == id);
    known.ok_or(Problem::NotFound)
}

/// Formats an amount as v1 does.
fn amount(dong: u64) -> String {
    format!("{dong}.00")
}
