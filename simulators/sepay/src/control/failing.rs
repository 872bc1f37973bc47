//! The values that fail by themselves at SePay, which makes no payouts.

use simulator_kit::{control::FailingValue, failing::OrderFate};

use crate::gateway::Gateway;

/// The values; none if they are off.
pub(super) fn values(gateway: &Gateway) -> Vec<FailingValue> {
    if !gateway.settings.failing_values() {
        return Vec::new();
    }
    vec![
        OrderFate::Declined.value("the buyer's card is declined on the page; SePay sends no IPN of it"),
        OrderFate::AnswerLost.value("an order with a virtual account is opened, and the connection closes without a response"),
        OrderFate::NoWebhook.value("the buyer pays or transfers, and no IPN or webhook is sent"),
    ]
}
