//! The operations of the order API (source: developer.sepay.vn, payment gateway, API: overview).

use http::Method;

use crate::client::{Api::PaymentGateway, Operation};

/// Lists one page of orders (order list).
pub(crate) static LIST_ORDERS: Operation =
    Operation::inquiry(PaymentGateway, "list_orders", "/v1/order");

/// Returns one order with its transactions (order detail).
///
/// The documentation calls the parameter `order_id`; SePay's libraries and its command line send
/// the merchant's invoice number.
pub(crate) static ORDER_DETAIL: Operation =
    Operation::inquiry(PaymentGateway, "order_detail", "/v1/order/detail/{order}");

/// Cancels an order that is not paid (cancel order).
pub(crate) static CANCEL_ORDER: Operation =
    Operation::instruction(PaymentGateway, "cancel_order", Method::POST, "/v1/order/cancel");

/// Voids a card payment that is not settled (void transaction).
pub(crate) static VOID_TRANSACTION: Operation = Operation::instruction(
    PaymentGateway,
    "void_transaction",
    Method::POST,
    "/v1/order/voidTransaction",
);

/// Every operation of the order API.
#[cfg(test)]
pub(crate) static OPERATIONS: [&Operation; 4] =
    [&LIST_ORDERS, &ORDER_DETAIL, &CANCEL_ORDER, &VOID_TRANSACTION];
