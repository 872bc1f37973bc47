//! The order API of the payment gateway.

mod body;
mod list;

use std::sync::Arc;

use axum::{
    Json, Router,
    extract::{Path, RawQuery, Request, State},
    middleware::{Next, from_fn_with_state},
    response::{IntoResponse, Response},
    routing::{get, post},
};
use base64::{Engine, engine::general_purpose::STANDARD};
use bytes::Bytes;
use http::{StatusCode, header::AUTHORIZATION};
use serde::Deserialize;

use super::{
    Refused,
    faults::{Operation, operation},
    gateway::Gateway,
    query::{InvalidParameter, Query},
};
use body::{Message, OrderBody};

/// The host's routes.
pub(super) fn routes(gateway: &Arc<Gateway>) -> Router<Arc<Gateway>> {
    Router::new()
        .route("/v1/order", operation(gateway, Operation::OrderList, get(list_orders)))
        .route("/v1/order/detail/{id}", operation(gateway, Operation::OrderDetail, get(detail)))
        .route("/v1/order/cancel", operation(gateway, Operation::OrderCancel, post(cancel)))
        .route("/v1/order/voidTransaction", operation(gateway, Operation::OrderVoid, post(void)))
        .fallback(|| async { Problem::NotFound })
        .layer(from_fn_with_state(Arc::clone(gateway), authenticate))
}

async fn authenticate(
    State(gateway): State<Arc<Gateway>>,
    request: Request,
    next: Next,
) -> Result<Response, Problem> {
    let pair = format!("{}:{}", gateway.settings.merchant_id(), gateway.settings.secret_key());
    let given = request.headers().get(AUTHORIZATION).and_then(|value| value.to_str().ok());
    if given.and_then(|value| value.strip_prefix("Basic ")) == Some(&STANDARD.encode(pair)) {
        Ok(next.run(request).await)
    } else {
        Err(Problem::Unauthorized)
    }
}

async fn list_orders(
    State(gateway): State<Arc<Gateway>>,
    RawQuery(query): RawQuery,
) -> Result<Response, Problem> {
    let query = Query::parse(query.as_deref());
    let page =
        list::select(gateway.books().orders(), &query, gateway.settings.readings().order_list)?;
    Ok(Json(body::List::from(page)).into_response())
}

async fn detail(
    State(gateway): State<Arc<Gateway>>,
    Path(id): Path<String>,
) -> Result<Response, Problem> {
    let books = gateway.books();
    let order = books.order(&id).ok_or(Problem::NotFound)?;
    Ok(Json(body::One { data: OrderBody::with_transactions(order) }).into_response())
}

async fn cancel(
    State(gateway): State<Arc<Gateway>>,
    body: Bytes,
) -> Result<Json<Message>, Problem> {
    gateway.cancel(&Named::read(&body)?)?;
    Ok(Json(Message::new("Đã hủy đơn hàng thành công")))
}

async fn void(State(gateway): State<Arc<Gateway>>, body: Bytes) -> Result<Json<Message>, Problem> {
    gateway.void(&Named::read(&body)?).await?;
    Ok(Json(Message::new("Đã hủy giao dịch thành công")))
}

/// The body of both instructions.
#[derive(Deserialize)]
struct Named {
    order_invoice_number: Option<String>,
}

impl Named {
    fn read(body: &[u8]) -> Result<String, Problem> {
        let named: Self = serde_json::from_slice(body).map_err(|_| Problem::NotJson)?;
        let invoice = named.order_invoice_number.filter(|invoice| !invoice.is_empty());
        invoice.ok_or(Problem::Invalid(InvalidParameter("order_invoice_number")))
    }
}

/// A response that is not a success. SePay documents the statuses, not the texts.
#[derive(Clone, Copy, Debug)]
enum Problem {
    NotJson,
    Unauthorized,
    NotFound,
    NotNow,
    Invalid(InvalidParameter),
}

impl From<InvalidParameter> for Problem {
    fn from(parameter: InvalidParameter) -> Self {
        Self::Invalid(parameter)
    }
}

impl From<Refused> for Problem {
    fn from(refused: Refused) -> Self {
        match refused {
            Refused::UnknownOrder(_) => Self::NotFound,
            _ => Self::NotNow,
        }
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let (status, message) = match self {
            Self::NotJson => (StatusCode::BAD_REQUEST, "Dữ liệu không hợp lệ".to_owned()),
            Self::Unauthorized => {
                (StatusCode::UNAUTHORIZED, "Thông tin xác thực không hợp lệ".to_owned())
            }
            Self::NotFound => (StatusCode::NOT_FOUND, "Không tìm thấy đơn hàng".to_owned()),
            Self::NotNow => (
                StatusCode::UNPROCESSABLE_ENTITY,
                "Đơn hàng không ở trạng thái cho phép thao tác này".to_owned(),
            ),
            Self::Invalid(InvalidParameter(name)) => {
                (StatusCode::UNPROCESSABLE_ENTITY, format!("Trường {name} không hợp lệ"))
            }
        };
        (status, Json(Message::new(message))).into_response()
    }
}
