//! The whole content of an IPN, for pages and support.

use std::fmt;

use payments_core::{GatewayRef, Raw, Result, Timestamp};
use serde_json::value::RawValue;

use super::{
    ipn::json,
    order::{Order, OrderTransaction},
    wire,
};
use crate::field::{Unclear, owned, said};

/// The whole content of an IPN of the payment gateway (source: developer.sepay.vn, payment gateway,
/// IPN).
///
/// **Nothing in an IPN is proven**, because the secret in the header covers no field; the queried
/// order shows what happened. Let the provider receive and confirm the delivery, and use this type
/// only for data that no inquiry returns: the buyer's browser, the custom data, the agreement.
///
/// Its `Debug` output shows no data of the buyer.
///
/// ```
/// use provider_sepay::IpnContent;
///
/// let body = br#"{"timestamp":1759134682,"notification_type":"ORDER_PAID",
///     "order":{"order_invoice_number":"DH-1","order_status":"CAPTURED","order_amount":"50000.00",
///     "custom_data":[],"ip_address":"14.186.39.212"},
///     "transaction":{"payment_method":"BANK_TRANSFER","card_number":null},"customer":null}"#;
/// let content = IpnContent::read(body)?;
/// assert_eq!(content.ip_address.as_deref(), Some("14.186.39.212"));
/// assert_eq!(content.order.transactions[0].card, None);
/// # Ok::<(), payments_core::Error>(())
/// ```
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct IpnContent {
    /// SePay's `notification_type`, such as `ORDER_PAID`.
    pub kind: String,
    /// The time at which SePay sent the IPN, according to the IPN.
    pub sent_at: Option<Timestamp>,
    /// The order that the IPN is about, with the one transaction that it is about.
    pub order: Order,
    /// The custom data of the form, as JSON. An empty array if the form had none.
    pub custom_data: Option<Raw>,
    /// The `User-Agent` of the buyer's browser.
    pub user_agent: Option<String>,
    /// The IP address of the buyer.
    pub ip_address: Option<String>,
    /// The customer, if the form named one.
    pub customer: Option<IpnCustomer>,
    /// The agreement, as JSON. SePay does not document its structure.
    pub agreement: Option<Raw>,
}

/// The customer that an IPN names.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct IpnCustomer {
    /// SePay's own id of the customer.
    pub id: Option<GatewayRef>,
    /// The merchant's id of the customer.
    pub customer_id: Option<String>,
}

impl IpnContent {
    /// Reads the body of an IPN of any type.
    ///
    /// # Errors
    /// Returns an error if the body is not the JSON that SePay documents.
    pub fn read(body: &[u8]) -> Result<Self> {
        content(body).map_err(|unclear| unclear.into_error("ipn"))
    }
}

/// Reads the whole content of an IPN of any type.
fn content(body: &[u8]) -> Result<IpnContent, Unclear> {
    let text = String::from_utf8_lossy(body);
    let body = text.as_bytes();
    let head: wire::IpnHead<'_> = json(body)?;
    let claim: wire::Ipn<'_> = json(body)?;
    let rest: wire::IpnRest<'_> = json(body)?;
    let mut order = Order::of(&claim.order, Raw::default())?;
    order.transactions = vec![OrderTransaction::of(&claim.transaction)?];
    let sent_at = said(&head.timestamp).and_then(|seconds| seconds.parse().ok());
    Ok(IpnContent {
        kind: said(&head.notification_type).unwrap_or_default().to_owned(),
        sent_at: sent_at.map(Timestamp::from_unix),
        order,
        custom_data: rest.order.custom_data.map(raw),
        user_agent: owned(&rest.order.user_agent),
        ip_address: owned(&rest.order.ip_address),
        customer: rest.customer.and_then(customer),
        agreement: rest.agreement.map(raw),
    })
}

fn customer(json: &RawValue) -> Option<IpnCustomer> {
    let customer: wire::IpnCustomer<'_> = serde_json::from_str(json.get()).ok()?;
    Some(IpnCustomer {
        id: said(&customer.id).and_then(|id| GatewayRef::new(id).ok()),
        customer_id: owned(&customer.customer_id),
    })
}

fn raw(json: &RawValue) -> Raw {
    Raw::new(json.get().as_bytes().to_vec())
}

impl fmt::Debug for IpnContent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("IpnContent")
            .field("kind", &self.kind)
            .field("sent_at", &self.sent_at)
            .field("order", &self.order)
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for IpnCustomer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("IpnCustomer").finish_non_exhaustive()
    }
}
