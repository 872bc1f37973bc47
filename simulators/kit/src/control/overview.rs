//! What a simulated gateway knows, as flat rows with the same words for every gateway.

use bytes::Bytes;
use http::Response;
use serde::{Deserialize, Serialize};

use crate::outbox::{About, Sent};

/// Everything that a simulated gateway knows. Each list is oldest first.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Overview {
    /// The gateway's clock, in seconds since the Unix epoch.
    pub now: i64,
    /// What buyers are asked to pay.
    pub orders: Vec<Order>,
    /// Attempts of buyers to pay an order.
    pub payments: Vec<Payment>,
    /// Money that the merchant sends.
    pub payouts: Vec<Payout>,
    /// Bank accounts of the merchant, and virtual accounts.
    pub accounts: Vec<Account>,
    /// Money that arrived on an account by bank transfer.
    pub credits: Vec<Credit>,
    /// Webhooks that were sent, with the merchant's reply.
    pub deliveries: Vec<Delivery>,
    /// The addresses that webhooks are sent to.
    pub webhooks: Vec<Webhook>,
}

/// What a buyer is asked to pay.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Order {
    /// The merchant's name for it, which actions take.
    pub order: String,
    /// The gateway's name for it.
    pub gateway_id: String,
    /// The status.
    pub status: OrderStatus,
    /// The status in the gateway's own word.
    pub gateway_status: String,
    /// What it asks for, in whole units of the currency (đồng for `VND`); 0 for any amount.
    pub amount: i64,
    /// What was paid, in the same units.
    pub paid: i64,
    /// ISO 4217, in upper case.
    pub currency: String,
    /// The merchant's description.
    pub description: String,
    /// The account that a buyer can transfer to; none for a page that takes cards.
    pub account: Option<String>,
    /// The memo of such a transfer, if it needs one.
    pub memo: Option<String>,
    /// The page that a buyer pays on, where it has an address of its own.
    pub page: Option<String>,
    /// Seconds since the Unix epoch.
    pub created_at: i64,
    /// When it stops accepting payments, in seconds since the Unix epoch.
    pub expires_at: Option<i64>,
}

/// The status of an order.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OrderStatus {
    /// Nothing is paid.
    #[default]
    Open,
    /// Less than its amount is paid.
    PartlyPaid,
    /// Paid, and the gateway holds the money back.
    Held,
    /// Its amount is paid, or more.
    Paid,
    /// It was cancelled, or its payment voided.
    Cancelled,
    /// It is past its end.
    Expired,
}

/// An attempt of a buyer to pay an order.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Payment {
    /// The gateway's name for it.
    pub payment: String,
    /// The [`order`](Order::order).
    pub order: String,
    /// The status.
    pub status: PaymentStatus,
    /// The amount, in whole units of the currency.
    pub amount: i64,
    /// ISO 4217, in upper case.
    pub currency: String,
    /// The method in the gateway's own word.
    pub method: String,
    /// Seconds since the Unix epoch.
    pub at: i64,
}

/// The status of an attempt to pay.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PaymentStatus {
    /// Paid.
    #[default]
    Paid,
    /// Paid, and the gateway holds the money back.
    Held,
    /// Declined: nothing was paid.
    Failed,
    /// Paid and then voided.
    Voided,
}

/// Money that the merchant sends.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Payout {
    /// The merchant's name for it, which actions take.
    pub payout: String,
    /// The gateway's name for it.
    pub gateway_id: String,
    /// The status.
    pub status: PayoutStatus,
    /// The status in the gateway's own word.
    pub gateway_status: String,
    /// The amount, in whole units of the currency.
    pub amount: i64,
    /// ISO 4217, in upper case.
    pub currency: String,
    /// The beneficiary's bank, as the merchant named it.
    pub bank: String,
    /// The beneficiary's account.
    pub account: String,
    /// The beneficiary's name, where the gateway knows it.
    pub holder: Option<String>,
    /// Seconds since the Unix epoch.
    pub at: i64,
}

/// The status of a payout.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PayoutStatus {
    /// It has not ended.
    #[default]
    Pending,
    /// The beneficiary has the money.
    Paid,
    /// The bank refused it; the merchant has the money.
    Refused,
    /// The money came back after it was paid.
    Returned,
    /// What the gateway reports contradicts itself.
    Unclear,
}

/// A bank account of the merchant, or a virtual account.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Account {
    /// The number to transfer to, which actions take.
    pub account: String,
    /// The bank's short name.
    pub bank: String,
    /// The name on it.
    pub holder: String,
    /// Whether it is a virtual account.
    pub is_virtual: bool,
    /// The order that a virtual account belongs to, if it has one.
    pub order: Option<String>,
    /// The status.
    pub status: AccountStatus,
    /// What a virtual account asks for, in whole units of the currency; 0 for any amount.
    pub amount: i64,
    /// The balance of a bank account, or what arrived on a virtual one, in whole units.
    pub balance: i64,
    /// ISO 4217, in upper case.
    pub currency: String,
}

/// The status of an account.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AccountStatus {
    /// It is meant to be paid.
    #[default]
    Open,
    /// A virtual account that was paid and is done with.
    Paid,
    /// The merchant closed it.
    Closed,
    /// It is past its end.
    Expired,
}

/// Money that arrived on an account by bank transfer.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Credit {
    /// The gateway's name for it.
    pub credit: String,
    /// The number that it was transferred to.
    pub account: String,
    /// The amount, in whole units of the currency.
    pub amount: i64,
    /// ISO 4217, in upper case.
    pub currency: String,
    /// The memo, as the bank reports it.
    pub memo: String,
    /// The order or payment code that the gateway found for it.
    pub order: Option<String>,
    /// Seconds since the Unix epoch.
    pub at: i64,
}

/// A webhook that was sent, with the merchant's reply.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Delivery {
    /// Its number, which actions take.
    pub delivery: String,
    /// The name of the endpoint that it is for.
    pub endpoint: String,
    /// The order, account or payout that it is about.
    pub about: String,
    /// The HTTP method.
    pub method: String,
    /// The address.
    pub url: String,
    /// The body as sent; empty for a GET.
    pub body: String,
    /// The status.
    pub status: DeliveryStatus,
    /// The HTTP status of the reply.
    pub reply_status: Option<u16>,
    /// The body of the reply.
    pub reply: Option<String>,
    /// Why there is no reply.
    pub error: Option<String>,
    /// When it was sent, in seconds since the Unix epoch.
    pub at: i64,
    /// When it is sent again, if it is.
    pub next_at: Option<i64>,
}

impl Delivery {
    /// The row of a notification; `is_acknowledged` is how the gateway reads a response.
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
    /// Its number, which actions take.
    pub webhook: String,
    /// The name of the endpoint that receives there.
    pub endpoint: String,
    /// The address.
    pub url: String,
}
