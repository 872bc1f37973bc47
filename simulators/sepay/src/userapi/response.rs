//! The envelope of the User API v2.

use axum::{
    Json,
    response::{IntoResponse, Response},
};
use http::StatusCode;
use serde::Serialize;

use crate::{
    query::{InvalidParameter, Page},
    virtual_account::VaRefused,
};

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

/// A response that is not a success.
#[derive(Clone, Copy, Debug)]
pub(super) enum Problem {
    Unauthorized,
    NotFound,
    Invalid(InvalidParameter),
    RateLimited,
    /// A refused instruction about an order.
    Order(VaRefused),
}

impl Problem {
    pub(super) fn invalid(field: &'static str) -> Self {
        Self::Invalid(InvalidParameter(field))
    }
}

impl From<VaRefused> for Problem {
    fn from(refused: VaRefused) -> Self {
        match refused {
            VaRefused::Unknown => Self::NotFound,
            VaRefused::Field(name) => Self::invalid(name),
            other => Self::Order(other),
        }
    }
}

impl From<InvalidParameter> for Problem {
    fn from(parameter: InvalidParameter) -> Self {
        Self::Invalid(parameter)
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let (status, error_code, message) = self.words();
        (status, Json(Failure { status: "error", message, error_code })).into_response()
    }
}

impl Problem {
    /// Of the codes, SePay documents `unauthorized`, `rate_limited`, `invalid_tid_format`,
    /// `invalid_tid`, `invalid_state` and `vcb_cancel_not_allowed`; the others are invented.
    pub(super) fn words(self) -> (StatusCode, &'static str, String) {
        const UNPROCESSABLE: StatusCode = StatusCode::UNPROCESSABLE_ENTITY;
        let (status, code, message) = match self {
            Self::Unauthorized => {
                (StatusCode::UNAUTHORIZED, "unauthorized", "API token không hợp lệ")
            }
            Self::NotFound => (StatusCode::NOT_FOUND, "not_found", "Không tìm thấy dữ liệu"),
            Self::Invalid(InvalidParameter(name)) => {
                let message = format!("Tham số {name} không hợp lệ");
                return (UNPROCESSABLE, "validation_error", message);
            }
            Self::RateLimited => {
                (StatusCode::TOO_MANY_REQUESTS, "rate_limited", "Quá nhiều yêu cầu")
            }
            Self::Order(refused) => match refused {
                VaRefused::TerminalFormat => {
                    (UNPROCESSABLE, "invalid_tid_format", "tid không đúng định dạng")
                }
                VaRefused::Terminal => {
                    (UNPROCESSABLE, "invalid_tid", "tid không thuộc tài khoản ngân hàng")
                }
                VaRefused::State => (UNPROCESSABLE, "invalid_state", "Trạng thái không hợp lệ"),
                VaRefused::VietcombankState => (
                    StatusCode::FORBIDDEN,
                    "vcb_cancel_not_allowed",
                    "Hóa đơn đã thanh toán hoặc đã hủy",
                ),
                VaRefused::Bank => {
                    (UNPROCESSABLE, "unsupported_bank", "Ngân hàng không hỗ trợ VA theo đơn hàng")
                }
                VaRefused::Unknown | VaRefused::Field(_) => {
                    (UNPROCESSABLE, "validation_error", "Yêu cầu không hợp lệ")
                }
            },
        };
        (status, code, message.to_owned())
    }
}

#[derive(Serialize)]
struct Failure {
    status: &'static str,
    message: String,
    error_code: &'static str,
}
