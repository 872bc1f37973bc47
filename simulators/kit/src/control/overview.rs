//! The state of a simulated gateway, as flat rows with the same words for every gateway.

use bytes::Bytes;
use http::Response;
use serde::{Deserialize, Serialize};

use crate::outbox::{About, Sent};

/// The state of a simulated gateway. Each list is sorted from the oldest to the newest.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Overview {
    /// The time of the gateway's clock, in seconds since the Unix epoch.
    pub now: i64,
    /// The orders that buyers can pay.
    pub orders: Vec<Order>,
    /// The attempts of buyers to pay an order.
    pub payments: Vec<Payment>,
    /// The payouts of the merchant.
    pub payouts: Vec<Payout>,
    /// The bank accounts of the merchant, and virtual accounts.
    pub accounts: Vec<Account>,
    /// The credits that arrived on an account by bank transfer.
    pub credits: Vec<Credit>,
    /// The webhooks that were sent, with the merchant's replies.
    pub deliveries: Vec<Delivery>,
    /// The addresses that webhooks are sent to.
    pub webhooks: Vec<Webhook>,
}

/// An order that a buyer can pay.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Order {
    /// The merchant's name for the order, which actions use.
    pub order: String,
    /// The gateway's name for the order.
    pub gateway_id: String,
    /// The status.
    pub status: OrderStatus,
    /// The gateway's own word for the status.
    pub gateway_status: String,
    /// The amount asked, in whole units of the currency (đồng for `VND`). 0 means any amount.
    pub amount: i64,
    /// The amount paid, in whole units of the currency.
    pub paid: i64,
    /// The currency by ISO 4217, in upper case.
    pub currency: String,
    /// The merchant's description.
    pub description: String,
    /// The account that a buyer can transfer to. `None` for a page that only takes cards.
    pub account: Option<String>,
    /// The memo of such a transfer. `None` if it needs none.
    pub memo: Option<String>,
    /// The page on which a buyer pays. `None` if it has no address of its own.
    pub page: Option<String>,
    /// The time of creation, in seconds since the Unix epoch.
    pub created_at: i64,
    /// The time at which the order stops accepting payments, in seconds since the Unix epoch.
    pub expires_at: Option<i64>,
}

/// The status of an order.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OrderStatus {
    /// Nothing was paid.
    #[default]
    Open,
    /// Less than the amount was paid.
    PartlyPaid,
    /// The order was paid, and the gateway holds the money back.
    Held,
    /// The amount or more was paid.
    Paid,
    /// The order was cancelled, or its payment was voided.
    Cancelled,
    /// The order expired.
    Expired,
}

/// An attempt of a buyer to pay an order.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Payment {
    /// The gateway's name for the payment.
    pub payment: String,
    /// The order, by its [`order`](Order::order).
    pub order: String,
    /// The status.
    pub status: PaymentStatus,
    /// The amount, in whole units of the currency.
    pub amount: i64,
    /// The currency by ISO 4217, in upper case.
    pub currency: String,
    /// The gateway's own word for the method.
    pub method: String,
    /// The time of the attempt, in seconds since the Unix epoch.
    pub at: i64,
}

/// The status of an attempt to pay.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PaymentStatus {
    /// The buyer paid.
    #[default]
    Paid,
    /// The buyer paid, and the gateway holds the money back.
    Held,
    /// The attempt was declined, and nothing was paid.
    Failed,
    /// The payment was made and then voided.
    Voided,
}

/// A payout of the merchant.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Payout {
    /// The merchant's name for the payout, which actions use.
    pub payout: String,
    /// The gateway's name for the payout.
    pub gateway_id: String,
    /// The status.
    pub status: PayoutStatus,
    /// The gateway's own word for the status.
    pub gateway_status: String,
    /// The amount, in whole units of the currency.
    pub amount: i64,
    /// The currency by ISO 4217, in upper case.
    pub currency: String,
    /// The beneficiary's bank, by the name that the merchant sent.
    pub bank: String,
    /// The number of the beneficiary's account.
    pub account: String,
    /// The beneficiary's name, if the gateway knows it.
    pub holder: Option<String>,
    /// The time of the payout, in seconds since the Unix epoch.
    pub at: i64,
}

/// The status of a payout.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PayoutStatus {
    /// The payout has not ended.
    #[default]
    Pending,
    /// The beneficiary has the money.
    Paid,
    /// The bank refused the payout, and the merchant has the money.
    Refused,
    /// The money came back after the payout was paid.
    Returned,
    /// The gateway's report about the payout contradicts itself.
    Unclear,
}

/// A bank account of the merchant, or a virtual account.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Account {
    /// The number to transfer to, which actions use.
    pub account: String,
    /// The bank's short name.
    pub bank: String,
    /// The name of the account's holder.
    pub holder: String,
    /// Whether the account is virtual.
    pub is_virtual: bool,
    /// The order that a virtual account belongs to. `None` if it belongs to none.
    pub order: Option<String>,
    /// The status.
    pub status: AccountStatus,
    /// The amount that a virtual account asks for, in whole units of the currency. 0 means any
    /// amount.
    pub amount: i64,
    /// The balance of a bank account, or the sum that arrived on a virtual account, in whole units.
    pub balance: i64,
    /// The currency by ISO 4217, in upper case.
    pub currency: String,
}

/// The status of an account.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AccountStatus {
    /// The account accepts money.
    #[default]
    Open,
    /// A virtual account that was paid and accepts no more money.
    Paid,
    /// The merchant closed the account.
    Closed,
    /// The account expired.
    Expired,
}

/// A credit that arrived on an account by bank transfer.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Credit {
    /// The gateway's name for the credit.
    pub credit: String,
    /// The number of the account that received it.
    pub account: String,
    /// The amount, in whole units of the currency.
    pub amount: i64,
    /// The currency by ISO 4217, in upper case.
    pub currency: String,
    /// The memo, as the bank reports it.
    pub memo: String,
    /// The order or payment code that the gateway found for the credit.
    pub order: Option<String>,
    /// The time of the credit, in seconds since the Unix epoch.
    pub at: i64,
}

/// A webhook that was sent, with the merchant's reply.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Delivery {
    /// The number of the delivery, which actions use.
    pub delivery: String,
    /// The name of the endpoint that the delivery is for.
    pub endpoint: String,
    /// The order, account or payout that the delivery is about.
    pub about: String,
    /// The HTTP method.
    pub method: String,
    /// The address that it was sent to.
    pub url: String,
    /// The body as sent. Empty for a GET.
    pub body: String,
    /// The status.
    pub status: DeliveryStatus,
    /// The HTTP status of the reply.
    pub reply_status: Option<u16>,
    /// The body of the reply.
    pub reply: Option<String>,
    /// The reason why there is no reply.
    pub error: Option<String>,
    /// The time of sending, in seconds since the Unix epoch.
    pub at: i64,
    /// The time at which it is sent again, in seconds since the Unix epoch. `None` if it is not.
    pub next_at: Option<i64>,
}

impl Delivery {
    /// Creates the row of a sent notification. `is_acknowledged` decides whether the gateway
    /// accepts a response as an acknowledgement.
    pub fn of(sent: &Sent, is_acknowledged: impl FnOnce(&Response<Bytes>) -> bool) -> Self {
        let About { endpoint, subject } = sent.about();
        let (status, reply, error) = match &sent.answer {
            None => (DeliveryStatus::Pending, None, None),
            Some(Ok(reply)) if is_acknowledged(reply) => {
                (DeliveryStatus::Acknowledged, Some(reply), None)
            }
            Some(Ok(reply)) => (DeliveryStatus::NotAcknowledged, Some(reply), None),
            Some(Err(why)) => (DeliveryStatus::NotAcknowledged, None, Some(why.clone())),
        };
        Self {
            delivery: sent.id.to_string(),
            endpoint,
            about: subject,
            method: sent.request.method().to_string(),
            url: sent.request.uri().to_string(),
            body: String::from_utf8_lossy(sent.request.body()).into_owned(),
            status,
            reply_status: reply.map(|reply| reply.status().as_u16()),
            reply: reply.map(|reply| String::from_utf8_lossy(reply.body()).into_owned()),
            error,
            at: sent.at,
            next_at: None,
        }
    }
}

/// The status of a delivery.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DeliveryStatus {
    /// The merchant has not replied yet.
    #[default]
    Pending,
    /// The reply acknowledges it: it is not sent again.
    Acknowledged,
    /// The reply does not acknowledge it, or there was none.
    NotAcknowledged,
}

/// An address that webhooks are sent to.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Webhook {
    /// The number of the webhook, which actions use.
    pub webhook: String,
    /// The name of the endpoint at the address.
    pub endpoint: String,
    /// The address.
    pub url: String,
}
