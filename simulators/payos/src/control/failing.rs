//! The values that fail by themselves at payOS.

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
        PayoutFate::Refused.value("the payout fails: state FAILED, errorCode BANK_REFUSED"),
        PayoutFate::Pending.value("the payout stays PROCESSING for ever"),
        PayoutFate::AnswerLost
            .value("the payout is made, and the connection closes without a response"),
        PayoutFate::RequestLost
            .value("no payout is made, and the connection closes without a response"),
        PayoutFate::Returned.value("the payout succeeds and comes back: state REVERSED"),
    ];
    let orders = vec![
        OrderFate::Short.value("the buyer transfers 1,000 less: the link is UNDERPAID"),
        OrderFate::Over.value("the buyer transfers 1,000 more"),
        OrderFate::Twice.value("the buyer transfers the amount twice, with a webhook each"),
        OrderFate::AnswerLost
            .value("the link is opened, and the connection closes without a response"),
        OrderFate::NoWebhook.value("the buyer pays, and no webhook is sent"),
    ];
    payouts
        .into_iter()
        .map(|value| {
            let curl = Some(samples::payout_line(gateway, &value.value));
            value.with_curl(curl)
        })
        .chain(orders)
        .collect()
}
