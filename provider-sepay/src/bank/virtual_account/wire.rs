//! Orders with their own virtual accounts, with SePay's field names (source: developer.sepay.vn,
//! SePay API v2: create order, order detail, list orders, create VA; SePay API v1: VA by order for
//! BIDV).

use provider_kit::wire::Number;
use serde::{Deserialize, Serialize};

use serde_json::value::RawValue;

use crate::field::{Shown, Text};

/// The body of `POST …/orders`.
#[derive(Default, Serialize)]
pub(crate) struct NewOrder<'a> {
    pub(crate) order_code: &'a str,
    /// For any amount, v1 requires a null and v2 a missing field.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) amount: Option<Option<i64>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) va_holder_name: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) duration: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) va_prefix: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) tid: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) with_qrcode: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) qrcode_template: Option<&'static str>,
}

/// The body of `POST …/orders/{id}/va`.
#[derive(Default, Serialize)]
pub(crate) struct NewVa<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) amount: Option<Option<i64>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) va_holder_name: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) duration: Option<u64>,
}

/// The response to an instruction that was carried out.
#[derive(Deserialize)]
pub(crate) struct Instructed<'a, T> {
    #[serde(borrow)]
    pub(crate) status: Option<Text<'a>>,
    pub(crate) data: Option<T>,
}

/// A newly created order, with its first virtual account.
#[derive(Deserialize)]
pub(crate) struct CreatedOrder<'a> {
    #[serde(borrow)]
    pub(crate) id: Option<Text<'a>>,
    /// The name of the id in responses of v1.
    pub(crate) order_id: Option<Text<'a>>,
    pub(crate) order_code: Option<Text<'a>>,
    pub(crate) va_number: Option<Text<'a>>,
    pub(crate) va_holder_name: Option<Shown<'a>>,
    pub(crate) amount: Option<Number>,
    pub(crate) status: Option<Text<'a>>,
    pub(crate) bank_name: Option<Shown<'a>>,
    pub(crate) account_holder_name: Option<Shown<'a>>,
    pub(crate) account_number: Option<Text<'a>>,
    pub(crate) expired_at: Option<Shown<'a>>,
    pub(crate) qr_code: Option<Shown<'a>>,
    pub(crate) qr_code_url: Option<Shown<'a>>,
}

/// The names of an order, which are read even if the rest of it cannot be.
#[derive(Deserialize)]
pub(crate) struct VaOrderHead<'a> {
    #[serde(borrow)]
    pub(crate) order_code: Option<Shown<'a>>,
}

#[derive(Deserialize)]
pub(crate) struct VaOrder<'a> {
    #[serde(borrow)]
    pub(crate) id: Option<Text<'a>>,
    pub(crate) order_code: Option<Text<'a>>,
    pub(crate) amount: Option<Number>,
    pub(crate) paid_amount: Option<Number>,
    pub(crate) status: Option<Text<'a>>,
    pub(crate) bank_name: Option<Shown<'a>>,
    pub(crate) account_number: Option<Shown<'a>>,
    pub(crate) created_at: Option<Shown<'a>>,
    pub(crate) updated_at: Option<Shown<'a>>,
    pub(crate) va: Option<Vec<OrderVa<'a>>>,
}

#[derive(Deserialize)]
pub(crate) struct OrderVa<'a> {
    #[serde(borrow)]
    pub(crate) va_number: Option<Text<'a>>,
    pub(crate) va_holder_name: Option<Shown<'a>>,
    pub(crate) amount: Option<Number>,
    pub(crate) status: Option<Text<'a>>,
    pub(crate) paid_at: Option<Shown<'a>>,
    pub(crate) expired_at: Option<Shown<'a>>,
}

/// `{status: "success", data: {orders: […]}}`.
#[derive(Deserialize)]
pub(crate) struct V1Orders<'a> {
    #[serde(borrow)]
    pub(crate) status: Option<Text<'a>>,
    #[serde(borrow)]
    pub(crate) data: V1OrderList<'a>,
}

#[derive(Deserialize)]
pub(crate) struct V1OrderList<'a> {
    #[serde(borrow)]
    pub(crate) orders: Vec<&'a RawValue>,
}

/// `{status: "success", data: {…}}`.
#[derive(Deserialize)]
pub(crate) struct V1Order<'a> {
    #[serde(borrow)]
    pub(crate) status: Option<Text<'a>>,
    #[serde(borrow)]
    pub(crate) data: VaOrder<'a>,
}
