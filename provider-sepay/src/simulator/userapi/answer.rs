//! The envelope of the User API v2.

use axum::{
    Json,
    response::{IntoResponse, Response},
};
use http::StatusCode;
use serde::Serialize;

use crate::simulator::query::{InvalidParameter, Page};

/// `{status: "success", data}`.
pub(super) fn one(data: impl Serialize) -> Response {
    Json(Success { status: "success", data, meta: None }).into_response()
}

/// `{status: "success", data: […], meta: {pagination}}`.
pub(super) fn page<T: Serialize>(page: Page<T>) -> Response {
    let pagination = Pagination {
        total: page.total,
        per_page: page.per_page,
        current_page: page.current,
        last_page: page.last,
        has_more: page.has_more(),
    };
    let meta = Some(Meta { pagination });
    Json(Success { status: "success", data: page.items, meta }).into_response()
}

#[derive(Serialize)]
struct Success<T> {
    status: &'static str,
    data: T,
    #[serde(skip_serializing_if = "Option::is_none")]
    meta: Option<Meta>,
}

#[derive(Serialize)]
struct Meta {
    pagination: Pagination,
}

#[derive(Serialize)]
struct Pagination {
    total: usize,
    per_page: usize,
    current_page: usize,
    last_page: usize,
    has_more: bool,
}

/// An answer that is not a success.
#[derive(Clone, Copy, Debug)]
pub(super) enum Problem {
    Unauthorized,
    NotFound,
    Invalid(InvalidParameter),
    RateLimited,
}

impl From<InvalidParameter> for Problem {
    fn from(parameter: InvalidParameter) -> Self {
        Self::Invalid(parameter)
    }
}

impl IntoResponse for Problem {
    /// SePay documents the codes `unauthorized` and `rate_limited`; the other two are made up.
    fn into_response(self) -> Response {
        let (status, error_code, message) = match self {
            Self::Unauthorized => {
                (StatusCode::UNAUTHORIZED, "unauthorized", "API token không hợp lệ".to_owned())
            }
            Self::NotFound => {
                (StatusCode::NOT_FOUND, "not_found", "Không tìm thấy dữ liệu".to_owned())
            }
            Self::Invalid(InvalidParameter(name)) => (
                StatusCode::UNPROCESSABLE_ENTITY,
                "validation_error",
                format!("Tham số {name} không hợp lệ"),
            ),
            Self::RateLimited => {
                (StatusCode::TOO_MANY_REQUESTS, "rate_limited", "Quá nhiều yêu cầu".to_owned())
            }
        };
        (status, Json(Failure { status: "error", message, error_code })).into_response()
    }
}

#[derive(Serialize)]
struct Failure {
    status: &'static str,
    message: String,
    error_code: &'static str,
}
