//! The values that fail by themselves at HPay.

use simulator_kit::{
    control::FailingValue,
    failing::{OrderFate, PayoutFate},
};

use super::samples;
use crate::gateway::Gateway;

/// The values; none if they are off.
pub(crate) fn values(gateway: &Gateway) -> Vec<FailingValue> {
    if !gateway.settings.failing_values {
        return Vec::new();
    }
    let payouts = vec![
        PayoutFate::Refused.value("the payout is refused with code 120, recipient invalid"),
        PayoutFate::Pending.value("the payout is accepted and stays in process for ever"),
        PayoutFate::AnswerLost
            .value("the payout is made, and the connection closes without a response"),
        PayoutFate::RequestLost
            .value("no payout is made, and the connection closes without a response"),
        PayoutFate::Returned.value("the payout succeeds and comes back: refund_status 2"),
    ];
    let orders = vec![
        OrderFate::Declined.value("the buyer's card is declined: the notification has an error_text"),
        OrderFate::Held.value("the buyer pays, and HPay holds the money: payment_type 2"),
        OrderFate::AnswerLost.value("a virtual account that asks for it is opened, and the connection closes without a response"),
        OrderFate::NoWebhook.value("the buyer pays, and no notification is sent"),
    ];
    payouts
        .into_iter()
        .map(|value| {
            let curl = samples::payout_line(gateway, &value.value);
            value.with_curl(curl)
        })
        .chain(orders)
        .collect()
}
