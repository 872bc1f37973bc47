//! Orders of the payment gateway, and the actions that each state allows.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use simulator_kit::as_text;
use url::Url;

use super::{Refused, attempt::Attempt, ids};

/// How a buyer pays an order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
#[non_exhaustive]
pub enum PaymentMethod {
    /// An international card.
    Card,
    /// A transfer to an account of the merchant.
    BankTransfer,
    /// A transfer through NAPAS.
    NapasBankTransfer,
}

impl PaymentMethod {
    /// Every method, in the order in which the checkout page offers them.
    pub const ALL: [Self; 3] = [Self::BankTransfer, Self::NapasBankTransfer, Self::Card];

    /// The method's name on the wire.
    pub fn name(self) -> &'static str {
        match self {
            Self::Card => "CARD",
            Self::BankTransfer => "BANK_TRANSFER",
            Self::NapasBankTransfer => "NAPAS_BANK_TRANSFER",
        }
    }

    /// The method called `name` on the wire.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|method| method.name() == name)
    }
}

/// The purchase that a checked checkout form asks for.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Purchase {
    pub(super) purpose: Purpose,
    pub(super) method: Option<PaymentMethod>,
    pub(super) amount: u64,
    pub(super) invoice: Option<String>,
    pub(super) description: String,
    pub(super) customer_id: Option<String>,
    /// The `agreement_*` fields of the form, without that prefix.
    pub(super) agreement: BTreeMap<String, String>,
    #[serde(with = "as_text::option")]
    pub(super) success_url: Option<Url>,
    #[serde(with = "as_text::option")]
    pub(super) error_url: Option<Url>,
    #[serde(with = "as_text::option")]
    pub(super) cancel_url: Option<Url>,
}

/// The texts of a checkout form.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct OrderTexts {
    /// `order_description`.
    pub description: String,
    /// `success_url`.
    pub success_url: Option<String>,
    /// `error_url`.
    pub error_url: Option<String>,
    /// `cancel_url`.
    pub cancel_url: Option<String>,
}

impl Purchase {
    pub(super) fn texts(&self) -> OrderTexts {
        let text = |url: &Option<Url>| url.as_ref().map(Url::to_string);
        OrderTexts {
            description: self.description.clone(),
            success_url: text(&self.success_url),
            error_url: text(&self.error_url),
            cancel_url: text(&self.cancel_url),
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum Purpose {
    Purchase,
    Verify,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum OrderStatus {
    AwaitingPayment,
    Captured,
    /// Cancelled or voided. The status after a void is undocumented, and this is the only
    /// documented one that says that nothing is paid.
    Cancelled,
}

impl OrderStatus {
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::AwaitingPayment => "AUTHENTICATION_NOT_NEEDED",
            Self::Captured => "CAPTURED",
            Self::Cancelled => "CANCELLED",
        }
    }
}

/// An order, which exists from the moment that a buyer arrives with its form.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Order {
    /// The `id` of the REST API.
    pub(super) number: u64,
    /// The `id` of notifications.
    pub(super) uuid: String,
    pub(super) order_id: String,
    pub(super) purchase: Purchase,
    pub(super) status: OrderStatus,
    pub(super) user_agent: String,
    pub(super) created_at: i64,
    pub(super) updated_at: i64,
    pub(super) transactions: Vec<Attempt>,
}

impl Order {
    pub(super) fn new(number: u64, purchase: Purchase, user_agent: String, now: i64) -> Self {
        Self {
            number,
            uuid: ids::uuid("order", number),
            order_id: format!("SEPAY-{}", ids::uniqid(now, number).to_uppercase()),
            purchase,
            status: OrderStatus::AwaitingPayment,
            user_agent,
            created_at: now,
            updated_at: now,
            transactions: Vec::new(),
        }
    }

    /// Whether `key` is its invoice number or its order id: SePay's documents use the one, its own
    /// libraries the other.
    pub(super) fn is(&self, key: &str) -> bool {
        self.order_id == key || self.purchase.invoice.as_deref() == Some(key)
    }

    /// The invoice number; the order id where the merchant gave none.
    pub(super) fn reference(&self) -> &str {
        self.purchase.invoice.as_deref().unwrap_or(&self.order_id)
    }

    /// The method of an attempt made with `chosen`, or with the form's method, or else a transfer.
    pub(super) fn method_of_attempt(
        &self,
        chosen: Option<PaymentMethod>,
    ) -> Result<PaymentMethod, Refused> {
        let order = || self.reference().to_owned();
        if self.purchase.purpose == Purpose::Verify {
            return Err(Refused::NothingToPay(order()));
        }
        if self.status != OrderStatus::AwaitingPayment {
            return Err(Refused::NotPayable { order: order(), status: self.status.name() });
        }
        match (self.purchase.method, chosen) {
            (Some(fixed), Some(chosen)) if fixed != chosen => Err(Refused::OtherMethod(order())),
            (fixed, chosen) => Ok(fixed.or(chosen).unwrap_or(PaymentMethod::BankTransfer)),
        }
    }

    /// The purchase of the `number`th later payment of its agreement. SePay documents nothing about
    /// renewals; here each has an invoice number of its own, derived from the first one's.
    pub(super) fn renewal(&self, number: usize) -> Result<Purchase, Refused> {
        if self.purchase.agreement.is_empty() || self.status != OrderStatus::Captured {
            return Err(Refused::NoAgreement(self.reference().to_owned()));
        }
        let invoice = format!("{}-R{number}", self.reference());
        Ok(Purchase { invoice: Some(invoice), ..self.purchase.clone() })
    }

    pub(super) fn add(&mut self, attempt: Attempt) {
        if attempt.approved {
            self.status = OrderStatus::Captured;
        }
        self.updated_at = attempt.at;
        self.transactions.push(attempt);
    }

    /// Cancels an unpaid order by bank transfer. Any other is refused, also one whose buyer has yet
    /// to choose a method.
    pub(super) fn cancel(&mut self, now: i64) -> Result<(), Refused> {
        let by_transfer = matches!(
            self.purchase.method,
            Some(PaymentMethod::BankTransfer | PaymentMethod::NapasBankTransfer)
        );
        if !by_transfer || self.status != OrderStatus::AwaitingPayment {
            return Err(Refused::NotCancellable(self.reference().to_owned()));
        }
        self.status = OrderStatus::Cancelled;
        self.updated_at = now;
        Ok(())
    }

    /// Voids the captured card payment, if it has not settled, and returns it.
    pub(super) fn void(&mut self, now: i64) -> Result<Attempt, Refused> {
        let refused = Refused::NotVoidable(self.reference().to_owned());
        if self.status != OrderStatus::Captured {
            return Err(refused);
        }
        let payment = self.transactions.iter_mut().find(|attempt| attempt.can_be_voided(now));
        let payment = payment.ok_or(refused)?;
        payment.updated_at = now;
        self.status = OrderStatus::Cancelled;
        self.updated_at = now;
        Ok(payment.clone())
    }
}
