//! All that an IPN says, for pages and for support.

use std::fmt;

use payments_core::{GatewayRef, Raw, Result, Timestamp};
use serde::Deserialize;
use serde_json::value::RawValue;

use super::{
    order::{Order, OrderTransaction},
    wire,
};
use crate::field::{Unclear, owned, said};

/// All that an IPN of the payment gateway says (developer.sepay.vn, payment gateway, IPN).
///
/// **Nothing of it is proven.** The secret beside it covers none of its fields; what happened, the
/// order tells. Let the provider receive the delivery and confirm it, and read this for what no
/// inquiry tells: the buyer's browser, the custom data, the agreement.
///
/// Its `Debug` shows nothing of the buyer.
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
    /// When SePay says that it sent this.
    pub sent_at: Option<Timestamp>,
    /// The order that it is about, with the one transaction that it is about.
    pub order: Order,
    /// The form's custom data in JSON, as SePay gives it back; an empty array where there was none.
    pub custom_data: Option<Raw>,
    /// The buyer's browser.
    pub user_agent: Option<String>,
    /// The buyer's address on the internet.
    pub ip_address: Option<String>,
    /// The customer, where the form named one.
    pub customer: Option<IpnCustomer>,
    /// The agreement in JSON, of a shape that SePay documents nowhere.
    pub agreement: Option<Raw>,
}

/// The customer that an IPN names.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct IpnCustomer {
    /// SePay's own name for them.
    pub id: Option<GatewayRef>,
    /// The merchant's name for them.
    pub customer_id: Option<String>,
}

impl IpnContent {
    /// Reads the body of an IPN, whatever its type.
    ///
    /// # Errors
    /// It is not the JSON that SePay documents.
    pub fn read(body: &[u8]) -> Result<Self> {
        content(body).map_err(|unclear| unclear.into_error("ipn"))
    }
}

/// Reads all of it, whatever its type.
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

fn json<'a, T: Deserialize<'a>>(body: &'a [u8]) -> Result<T, Unclear> {
    serde_json::from_slice(body).map_err(|error| Unclear::json("the IPN", error))
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
