//! The envelope of `/api/v1`.

use axum::{
    Json,
    response::{IntoResponse, Response},
};
use http::StatusCode;
use serde::Serialize;

use crate::query::{InvalidParameter, Page, Query};

/// `{status: "success", data}`.
pub(super) fn one(data: impl Serialize) -> Response {
    Json(Success { status: "success", message: None, data: Some(data), meta: None }).into_response()
}

/// `{status: "success", message, data}` after an instruction.
pub(super) fn done(status: StatusCode, message: &'static str, data: impl Serialize) -> Response {
    let body = Success { status: "success", message: Some(message), data: Some(data), meta: None };
    (status, Json(body)).into_response()
}

/// `{status: "success", data: […], meta: {pagination}}`, cut by `page` and `limit`. It has no
/// `has_more`.
pub(super) fn list<T: Serialize>(items: Vec<T>, query: &Query) -> Result<Response, Problem> {
    let page: Page<T> = Page::cut_by(items, query, "limit")?;
    let pagination = Pagination {
        total: page.total,
        per_page: page.per_page,
        current_page: page.current,
        last_page: page.last,
    };
    let meta = Some(Meta { pagination });
    Ok(Json(Success { status: "success", message: None, data: Some(page.items), meta })
        .into_response())
}

#[derive(Serialize)]
struct Success<T> {
    status: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    message: Option<&'static str>,
    data: Option<T>,
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
}

/// A response that is not a success. SePay documents codes and statuses and no body.
#[derive(Clone, Debug)]
pub(super) enum Problem {
    Unauthorized,
    Forbidden,
    NotFound,
    Invalid(String),
}

impl From<InvalidParameter> for Problem {
    fn from(parameter: InvalidParameter) -> Self {
        Self::Invalid(parameter.0.to_owned())
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        #[derive(Serialize)]
        struct Failure {
            status: &'static str,
            error: &'static str,
            message: String,
        }
        let (status, error, message) = match self {
            Self::Unauthorized => (
                StatusCode::UNAUTHORIZED,
                "unauthorized",
                "Token không hợp lệ hoặc hết hạn".to_owned(),
            ),
            Self::Forbidden => {
                (StatusCode::FORBIDDEN, "forbidden", "Không có quyền truy cập".to_owned())
            }
            Self::NotFound => (StatusCode::NOT_FOUND, "not_found", "Không tìm thấy".to_owned()),
            Self::Invalid(field) => (
                StatusCode::BAD_REQUEST,
                "validation_error",
                format!("Tham số {field} không hợp lệ"),
            ),
        };
        (status, Json(Failure { status: "error", error, message })).into_response()
    }
}
