//! Notifications of the payment gateway (developer.sepay.vn, payment gateway, IPN).

use serde::Deserialize;
use serde_json::value::RawValue;

use super::{Order, OrderTransaction, Shown, Text};

/// What tells a known notification from an unknown one, whatever else that holds.
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
