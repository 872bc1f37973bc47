//! Payments and refunds on the wire.

use payments_core::{
    OrderRef, RefundRef, Timestamp, bank::Bin, money::Money, payment::PaymentMethod,
};
use serde::{Deserialize, Serialize};

use super::Movement;

/// `POST /v1/payments`.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct OpenPayment {
    pub(crate) order: OrderRef,
    pub(crate) amount: Money,
    pub(crate) method: Option<PaymentMethod>,
    pub(crate) description: String,
    pub(crate) expires_at: Option<Timestamp>,
    pub(crate) return_url: Option<String>,
    pub(crate) cancel_url: Option<String>,
    pub(crate) notify_url: Option<String>,
}

/// A payment in the gateway's form.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Payment {
    pub(crate) id: String,
    pub(crate) order: OrderRef,
    pub(crate) status: String,
    /// The amount asked.
    pub(crate) amount: Money,
    /// The total that arrived, without deducting refunds.
    pub(crate) received: Money,
    pub(crate) method: Option<PaymentMethod>,
    pub(crate) expires_at: Option<Timestamp>,
    /// The next actions, the preferred one first.
    pub(crate) next: Vec<Next>,
    pub(crate) credits: Vec<Movement>,
}

/// `GET /v1/payments/{order}`: the payment, and those that were opened later for the order, which
/// exist only at a gateway that opens repeated payments.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct FoundPayment {
    #[serde(flatten)]
    pub(crate) payment: Payment,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) again: Vec<Payment>,
}

/// A next action of the buyer.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub(crate) enum Next {
    Redirect {
        url: String,
    },
    Form {
        action: String,
        fields: Vec<(String, String)>,
    },
    Transfer {
        bank: Bin,
        number: String,
        holder: String,
        memo: Option<String>,
        vietqr: Option<String>,
    },
    #[serde(other)]
    Unknown,
}

/// `POST /v1/refunds`.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct GiveBack {
    pub(crate) refund: RefundRef,
    pub(crate) order: OrderRef,
    /// The amount to refund. `None` means everything that is left.
    pub(crate) amount: Option<Money>,
    pub(crate) reason: Option<String>,
}

/// A refund in the gateway's form.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Refund {
    pub(crate) id: String,
    pub(crate) refund: RefundRef,
    pub(crate) order: OrderRef,
    pub(crate) status: String,
    pub(crate) amount: Money,
    pub(crate) at: Timestamp,
}
