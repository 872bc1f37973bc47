//! Notifications of the payment gateway (developer.sepay.vn, payment gateway, IPN).

use payments_core::money::wire::Number;
use serde::Deserialize;

use super::Text;

/// What tells a known notification from an unknown one, whatever else that holds.
#[derive(Deserialize)]
pub(crate) struct IpnHead<'a> {
    #[serde(borrow)]
    pub(crate) notification_type: Option<Text<'a>>,
    pub(crate) timestamp: Option<Text<'a>>,
}

#[derive(Deserialize)]
pub(crate) struct Ipn<'a> {
    #[serde(borrow)]
    pub(crate) order: IpnOrder<'a>,
    pub(crate) transaction: IpnTransaction<'a>,
}

#[derive(Deserialize)]
pub(crate) struct IpnOrder<'a> {
    #[serde(borrow)]
    pub(crate) order_id: Option<Text<'a>>,
    pub(crate) order_status: Option<Text<'a>>,
    pub(crate) order_currency: Option<Text<'a>>,
    pub(crate) order_amount: Option<Number>,
    pub(crate) order_invoice_number: Option<Text<'a>>,
}

#[derive(Deserialize)]
pub(crate) struct IpnTransaction<'a> {
    #[serde(borrow)]
    pub(crate) id: Option<Text<'a>>,
    pub(crate) payment_method: Option<Text<'a>>,
    pub(crate) transaction_id: Option<Text<'a>>,
    pub(crate) transaction_type: Option<Text<'a>>,
    pub(crate) transaction_status: Option<Text<'a>>,
    pub(crate) transaction_amount: Option<Number>,
    pub(crate) transaction_currency: Option<Text<'a>>,
}
