//! An order: the link that a buyer opened, and the attempts to pay it.

use serde::{Deserialize, Serialize};

use super::link::Link;
use crate::{gateway::Books, sign};

/// An order that a buyer opened. Until then nothing exists at the gateway.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Order {
    /// HPay's number of the order.
    pub order_id: u64,
    /// `token_omipay`: the number, and 32 hexadecimal digits.
    pub token: String,
    /// When a buyer first opened the link, in seconds since the Unix epoch.
    pub opened_at: i64,
    /// The parameters of the link when it was last opened.
    pub link: Link,
    /// Each time the buyer paid or tried to, oldest first.
    pub attempts: Vec<Attempt>,
}

/// One time that a buyer paid or tried to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Attempt {
    /// `payment_id` of the notification and `transaction_id` of the inquiry.
    pub transaction_id: u64,
    /// Its outcome.
    pub outcome: PayAs,
    /// When, in seconds since the Unix epoch.
    pub at: i64,
}

/// How a buyer's attempt ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PayAs {
    /// Paid, and the merchant has the money (`payment_type` 1).
    Now,
    /// Paid, and HPay holds the money (`payment_type` 2).
    Held,
    /// Not paid: the notification has an `error_text` and a valid code.
    Failed,
}

impl Order {
    /// The attempt that decides the order's state: a paid one, else a held one.
    ///
    /// `None` while the order is unpaid.
    pub fn paying_attempt(&self) -> Option<&Attempt> {
        let with = |outcome| self.attempts.iter().find(move |attempt| attempt.outcome == outcome);
        with(PayAs::Now).or_else(|| with(PayAs::Held))
    }

    /// `transaction_status` of the inquiry: 00 paid, 01 held, 02 not paid.
    pub(crate) fn status(attempt: Option<&Attempt>) -> &'static str {
        match attempt.map(|attempt| attempt.outcome) {
            Some(PayAs::Now) => "00",
            Some(PayAs::Held) => "01",
            Some(PayAs::Failed) | None => "02",
        }
    }
}

impl Books {
    /// The order behind a link that a buyer opens.
    ///
    /// Opening it again shows the same order, also when that is paid, and takes over what the
    /// buyer may have changed in it. The same code at another price is another order.
    pub(super) fn open_order(&mut self, link: Link, now: i64) -> Order {
        let known = self.orders.iter_mut().find(|order| {
            order.link.order_code == link.order_code
                && order.link.total() == link.total()
                && order.link.currency == link.currency
        });
        if let Some(order) = known {
            order.link = link;
            return order.clone();
        }
        let order_id = self.numbers.order();
        let digits = sign::filler(&["order", &link.order_code, &order_id.to_string()]);
        let order = Order {
            order_id,
            token: format!("{order_id}-{digits}"),
            opened_at: now,
            link,
            attempts: Vec::new(),
        };
        self.orders.push(order.clone());
        order
    }
}
