//! The operations of orders with their own virtual accounts (source: developer.sepay.vn, SePay API
//! v2: create order, order detail, list orders, cancel order, create VA, cancel VA; SePay API v1:
//! VA by order for BIDV).

use http::Method;

use crate::client::{
    Api::{self, UserApiV1, UserApiV2},
    Operation,
};

/// The six operations of one version.
#[derive(Debug)]
pub(crate) struct Operations {
    /// Lists orders, by default the newest first.
    pub(crate) list: Operation,
    /// Returns one order with its virtual accounts.
    pub(crate) detail: Operation,
    /// Creates an order with its first virtual account.
    pub(crate) create: Operation,
    /// Cancels an order with its unpaid virtual accounts.
    pub(crate) cancel: Operation,
    /// Adds a virtual account to an order.
    pub(crate) add_va: Operation,
    /// Cancels a virtual account of an order.
    pub(crate) cancel_va: Operation,
}

/// The operations of v2, for three banks.
pub(crate) static V2: Operations = Operations {
    list: Operation::inquiry(UserApiV2, "va_orders", "/v2/bank-accounts/{account}/orders"),
    detail: Operation::inquiry(UserApiV2, "va_orders", "/v2/bank-accounts/{account}/orders/{id}"),
    create: create(UserApiV2, "/v2/bank-accounts/{account}/orders"),
    cancel: cancel(UserApiV2, "/v2/bank-accounts/{account}/orders/{order}"),
    add_va: add_va(UserApiV2, "/v2/bank-accounts/{account}/orders/{order}/va"),
    cancel_va: cancel_va(UserApiV2, "/v2/bank-accounts/{account}/orders/{order}/va/{number}"),
};

/// The operations of v1, for BIDV only.
pub(crate) static V1: Operations =
    v1("/bidv/{account}/orders/{order}/va", "/bidv/{account}/orders/{order}/va/{number}");

/// The operations of v1 with the path to an order's virtual accounts in the guide for the upgrade
/// from v1; the documentation of v1 has `va`.
pub(crate) static V1_VAS: Operations =
    v1("/bidv/{account}/orders/{order}/vas", "/bidv/{account}/orders/{order}/vas/{number}");

const fn v1(va: &'static str, one_va: &'static str) -> Operations {
    Operations {
        list: Operation::inquiry(UserApiV1, "list_va_orders", "/bidv/{account}/orders"),
        detail: Operation::inquiry(UserApiV1, "va_order_detail", "/bidv/{account}/orders/{order}"),
        create: create(UserApiV1, "/bidv/{account}/orders"),
        cancel: cancel(UserApiV1, "/bidv/{account}/orders/{order}"),
        add_va: add_va(UserApiV1, va),
        cancel_va: cancel_va(UserApiV1, one_va),
    }
}

const fn create(api: Api, path: &'static str) -> Operation {
    Operation::instruction(api, "create_va_order", Method::POST, path)
}

const fn cancel(api: Api, path: &'static str) -> Operation {
    Operation::instruction(api, "cancel_va_order", Method::DELETE, path)
}

const fn add_va(api: Api, path: &'static str) -> Operation {
    Operation::instruction(api, "add_va", Method::POST, path)
}

const fn cancel_va(api: Api, path: &'static str) -> Operation {
    Operation::instruction(api, "cancel_va", Method::DELETE, path)
}

#[cfg(test)]
impl Operations {
    pub(crate) fn all(&self) -> [&Operation; 6] {
        [&self.list, &self.detail, &self.create, &self.cancel, &self.add_va, &self.cancel_va]
    }
}
