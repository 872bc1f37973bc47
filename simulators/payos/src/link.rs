//! Payment links in the books.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use crate::civil;

/// A payment link.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Link {
    /// payOS's number of it.
    pub id: String,
    /// The merchant's number.
    pub order_code: u64,
    /// Đồng.
    pub amount: i64,
    /// The description of the request.
    pub description: String,
    /// The code by which a transfer is recognised, at the beginning of its memo.
    pub code: String,
    /// Where the buyer returns after paying.
    pub return_url: String,
    /// Where the buyer returns after calling it off.
    pub cancel_url: String,
    /// The end, in seconds since the Unix epoch.
    pub expired_at: Option<i64>,
    /// When it was made.
    pub created_at: i64,
    /// When and why it was cancelled.
    pub cancelled: Option<(i64, Option<String>)>,
    /// What reached it.
    pub transfers: Vec<LinkTransfer>,
}

/// A transfer that reached a link.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[non_exhaustive]
pub struct LinkTransfer {
    /// The bank's reference.
    pub reference: String,
    /// Đồng.
    pub amount: i64,
    /// When it arrived.
    pub at: i64,
}

impl Link {
    /// The memo of a transfer to it: payOS's code and then the description.
    pub fn memo(&self) -> String {
        format!("{} {}", self.code, self.description)
    }

    /// What reached it.
    pub fn amount_paid(&self) -> i64 {
        self.transfers.iter().map(|transfer| transfer.amount).sum()
    }

    /// Its status in payOS's word. A link that ended keeps its status although money arrives late.
    pub fn status(&self, now: i64) -> &'static str {
        if self.cancelled.is_some() {
            return "CANCELLED";
        }
        let in_time =
            |transfer: &&LinkTransfer| self.expired_at.is_none_or(|end| transfer.at < end);
        let paid: i64 = self.transfers.iter().filter(in_time).map(|transfer| transfer.amount).sum();
        if paid >= self.amount {
            "PAID"
        } else if self.expired_at.is_some_and(|end| end <= now) {
            "EXPIRED"
        } else if paid > 0 {
            "UNDERPAID"
        } else {
            "PENDING"
        }
    }

    /// `data` of a found link.
    pub(crate) fn found(&self, account: &str, virtual_account: (&str, &str), now: i64) -> Value {
        let (cancelled_at, reason) = match &self.cancelled {
            Some((at, reason)) => (Some(civil::zoned(*at)), reason.clone()),
            None => (None, None),
        };
        let transactions: Vec<Value> = self
            .transfers
            .iter()
            .map(|transfer| {
                let mut members = self.transfer_members(transfer, account, virtual_account);
                members.insert("transactionDateTime".to_owned(), json!(civil::zoned(transfer.at)));
                Value::Object(members)
            })
            .collect();
        json!({
            "id": self.id,
            "orderCode": self.order_code,
            "amount": self.amount,
            "amountPaid": self.amount_paid(),
            "amountRemaining": (self.amount - self.amount_paid()).max(0),
            "status": self.status(now),
            "createdAt": civil::zoned(self.created_at),
            "transactions": transactions,
            "cancellationReason": reason,
            "canceledAt": cancelled_at,
        })
    }

    /// `data` of a webhook about a transfer.
    pub(crate) fn news(
        &self,
        transfer: &LinkTransfer,
        account: &str,
        virtual_account: (&str, &str),
    ) -> Map<String, Value> {
        let mut members = self.transfer_members(transfer, account, virtual_account);
        members.extend([
            ("orderCode".to_owned(), json!(self.order_code)),
            ("transactionDateTime".to_owned(), json!(civil::plain(transfer.at))),
            ("currency".to_owned(), json!("VND")),
            ("paymentLinkId".to_owned(), json!(self.id)),
            ("code".to_owned(), json!("00")),
            ("desc".to_owned(), json!("success")),
        ]);
        members
    }

    /// What both have of a transfer. The payer's account is told for a few banks only.
    fn transfer_members(
        &self,
        transfer: &LinkTransfer,
        account: &str,
        (holder, number): (&str, &str),
    ) -> Map<String, Value> {
        let members = json!({
            "reference": transfer.reference,
            "amount": transfer.amount,
            "accountNumber": account,
            "description": self.memo(),
            "virtualAccountName": holder,
            "virtualAccountNumber": number,
            "counterAccountBankId": null,
            "counterAccountBankName": null,
            "counterAccountName": null,
            "counterAccountNumber": null,
        });
        match members {
            Value::Object(members) => members,
            _ => Map::new(),
        }
    }
}
