//! The order API of the payment gateway and its notifications, with SePay's field names (source:
//! developer.sepay.vn, payment gateway, API: order detail, order list, cancel order, void
//! transaction; IPN).

use provider_kit::wire::Number;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use crate::field::{Count, Flag, Lenient, Shown, Text};

/// The body of `POST /v1/order/cancel` and `POST /v1/order/voidTransaction`.
#[derive(Serialize)]
pub(crate) struct Named<'a> {
    pub(crate) order_invoice_number: &'a str,
}

/// The response to both calls, and the body of errors of this API as far as they were seen.
#[derive(Deserialize)]
pub(crate) struct Message {
    pub(crate) message: String,
}

/// The response to `GET /v1/order/detail/{id}`.
#[derive(Deserialize)]
pub(crate) struct OrderDetail<'a> {
    #[serde(borrow)]
    pub(crate) data: Order<'a>,
}

/// The response to `GET /v1/order`.
#[derive(Deserialize)]
pub(crate) struct OrderList<'a> {
    #[serde(borrow)]
    pub(crate) data: Vec<&'a RawValue>,
    #[serde(default)]
    pub(crate) meta: Lenient<Meta>,
}

#[derive(Clone, Copy, Deserialize)]
pub(crate) struct Meta {
    #[serde(default)]
    pub(crate) has_more: Lenient<Flag>,
    #[serde(default)]
    pub(crate) total: Lenient<Count>,
}

/// An order in the list, in the detail and, with additional fields, in notifications.
#[derive(Deserialize)]
pub(crate) struct Order<'a> {
    #[serde(borrow)]
    pub(crate) id: Option<Shown<'a>>,
    pub(crate) order_id: Option<Shown<'a>>,
    pub(crate) order_invoice_number: Option<Text<'a>>,
    pub(crate) order_status: Option<Text<'a>>,
    pub(crate) order_amount: Option<Number>,
    pub(crate) order_currency: Option<Text<'a>>,
    pub(crate) order_description: Option<Shown<'a>>,
    pub(crate) customer_id: Option<Shown<'a>>,
    pub(crate) authentication_status: Option<Shown<'a>>,
    pub(crate) created_at: Option<Shown<'a>>,
    pub(crate) updated_at: Option<Shown<'a>>,
    /// Only in the detail.
    pub(crate) transactions: Option<Vec<OrderTransaction<'a>>>,
}

/// A transaction in the detail and in notifications.
#[derive(Deserialize)]
pub(crate) struct OrderTransaction<'a> {
    #[serde(borrow)]
    pub(crate) id: Option<Shown<'a>>,
    /// Only in notifications.
    pub(crate) transaction_id: Option<Shown<'a>>,
    pub(crate) payment_method: Option<Shown<'a>>,
    pub(crate) transaction_type: Option<Text<'a>>,
    pub(crate) transaction_amount: Option<Number>,
    pub(crate) transaction_currency: Option<Text<'a>>,
    pub(crate) transaction_status: Option<Text<'a>>,
    pub(crate) authentication_status: Option<Shown<'a>>,
    pub(crate) card_number: Option<Shown<'a>>,
    pub(crate) card_holder_name: Option<Shown<'a>>,
    pub(crate) card_expiry: Option<Shown<'a>>,
    pub(crate) card_funding_method: Option<Shown<'a>>,
    pub(crate) card_brand: Option<Shown<'a>>,
    pub(crate) transaction_date: Option<Shown<'a>>,
    /// Only in the detail.
    pub(crate) transaction_last_updated_date: Option<Shown<'a>>,
}
#[derive(Deserialize)]
pub(crate) struct IpnHead<'a> {
    #[serde(borrow)]
    pub(crate) notification_type: Option<Text<'a>>,
    pub(crate) timestamp: Option<Shown<'a>>,
}

/// The fields with the claim of a notification of a known type.
#[derive(Deserialize)]
pub(crate) struct Ipn<'a> {
    #[serde(borrow)]
    pub(crate) order: Order<'a>,
    pub(crate) transaction: OrderTransaction<'a>,
}

/// The fields of a notification apart from its claim.
#[derive(Deserialize)]
pub(crate) struct IpnRest<'a> {
    #[serde(borrow)]
    pub(crate) order: IpnOrderRest<'a>,
    /// Null if there is none. PHP may write an empty list instead.
    pub(crate) customer: Option<&'a RawValue>,
    /// The structure is not documented.
    pub(crate) agreement: Option<&'a RawValue>,
}

#[derive(Deserialize)]
pub(crate) struct IpnOrderRest<'a> {
    /// An array in the samples. The structure of a value that is set is not documented.
    #[serde(borrow)]
    pub(crate) custom_data: Option<&'a RawValue>,
    pub(crate) user_agent: Option<Shown<'a>>,
    pub(crate) ip_address: Option<Shown<'a>>,
}

#[derive(Deserialize)]
pub(crate) struct IpnCustomer<'a> {
    #[serde(borrow)]
    pub(crate) id: Option<Shown<'a>>,
    pub(crate) customer_id: Option<Shown<'a>>,
}
