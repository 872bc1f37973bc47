//! The balance (HPay API reference 1.0.0, Account balance Inquiry).

use payments_core::{Result, payout::Balance, transport::Call};

use super::{HPay, answer};
use crate::{
    formula::{BALANCE_REQUEST, BALANCE_RESPONSE},
    map,
    request::{Body, Fields},
};

/// Asks how much there is to send.
pub(super) async fn balance(hpay: &HPay) -> Result<Balance> {
    const OPERATION: &str = "balance";
    let now = hpay.clock.now();
    let fields = Fields::new()
        .with("requestId", now.unix_seconds().to_string())
        .with("merchantId", hpay.merchant_id())
        .with("requestTime", now.vietnam_civil("%Y-%m-%d"));
    let fields = hpay.sign(fields, "signature", &BALANCE_REQUEST)?;
    let address = format!("{}/api/user/GetBalance", hpay.gateway.account);
    let request = fields.post(&address, Body::Json)?;
    let response = hpay.ask(Call::inquiry(OPERATION, request)).await?;
    let envelope = answer::inquired(OPERATION, &response)?;
    let balance = map::balance(OPERATION, &envelope, now)?;
    // The code stands in the data.
    let raw = hpay
        .weigh(&BALANCE_RESPONSE, "signature", &response)
        .map_err(|doubt| doubt.into_error(OPERATION))?;
    Ok(balance.with_raw(raw))
}
