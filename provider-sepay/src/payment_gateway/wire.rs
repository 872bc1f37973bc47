//! The order API of the payment gateway and its notifications, with SePay's field names
//! (developer.sepay.vn, payment gateway, API: order detail, order list, cancel order, void
//! transaction; IPN).

use payments_core::money::wire::Number;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use crate::field::{Count, Flag, Lenient, Shown, Text};

/// The body of `POST /v1/order/cancel` and `POST /v1/order/voidTransaction`.
#[derive(Serialize)]
pub(crate) struct Named<'a> {
    pub(crate) order_invoice_number: &'a str,
}

/// The answer to both, and what errors of this API are seen to hold.
#[derive(Deserialize)]
pub(crate) struct Message {
    pub(crate) message: String,
}

/// The answer to `GET /v1/order/detail/{id}`.
#[derive(Deserialize)]
pub(crate) struct OrderDetail<'a> {
    #[serde(borrow)]
    pub(crate) data: Order<'a>,
}

/// The answer to `GET /v1/order`.
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

/// As the list, the detail and, with other fields beside these, notifications have it.
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
    /// In the detail only.
    pub(crate) transactions: Option<Vec<OrderTransaction<'a>>>,
}

/// As the detail and notifications have it.
#[derive(Deserialize)]
pub(crate) struct OrderTransaction<'a> {
    #[serde(borrow)]
    pub(crate) id: Option<Shown<'a>>,
    /// In notifications only.
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
    /// In the detail only.
    pub(crate) transaction_last_updated_date: Option<Shown<'a>>,
}
#[derive(Deserialize)]
pub(crate) struct IpnHead<'a> {
    #[serde(borrow)]
    pub(crate) notification_type: Option<Text<'a>>,
    pub(crate) timestamp: Option<Shown<'a>>,
}

/// What a known notification claims.
#[derive(Deserialize)]
pub(crate) struct Ipn<'a> {
    #[serde(borrow)]
    pub(crate) order: Order<'a>,
    pub(crate) transaction: OrderTransaction<'a>,
}

/// What a notification says beside its claim.
#[derive(Deserialize)]
pub(crate) struct IpnRest<'a> {
    #[serde(borrow)]
    pub(crate) order: IpnOrderRest<'a>,
    /// Null without one; PHP may write an empty list for it.
    pub(crate) customer: Option<&'a RawValue>,
    /// Of a shape that no page shows.
    pub(crate) agreement: Option<&'a RawValue>,
}

#[derive(Deserialize)]
pub(crate) struct IpnOrderRest<'a> {
    /// An array in the samples; of a shape that no page shows once it is set.
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
