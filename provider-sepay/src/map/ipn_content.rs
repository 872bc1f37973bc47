//! All that a notification of the payment gateway says.

use payments_core::{GatewayRef, Raw, Timestamp};
use serde::Deserialize;
use serde_json::value::RawValue;

use super::{Unclear, order, order::transaction, owned, said};
use crate::{
    ipn::{IpnContent, IpnCustomer},
    wire,
};

/// Reads all of it, whatever its type.
pub(crate) fn content(body: &[u8]) -> Result<IpnContent, Unclear> {
    let text = String::from_utf8_lossy(body);
    let body = text.as_bytes();
    let head: wire::IpnHead<'_> = json(body)?;
    let claim: wire::Ipn<'_> = json(body)?;
    let rest: wire::IpnRest<'_> = json(body)?;
    let mut order = order(&claim.order, Raw::default())?;
    order.transactions = vec![transaction(&claim.transaction)?];
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
