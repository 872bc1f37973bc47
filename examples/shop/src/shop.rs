//! The shop: orders on one side, gateways on the other.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use payments::{
    Clock, Doubt, Error, ErrorKind, OrderRef, Payments, Result, Submission, SystemClock,
    notification::{Delivery, EventData, Outcome},
    payment::{CreatePayment, PaymentMethod},
};

use crate::{Item, Note, Opening, Order, Orders, Settings, reference};

/// How long a buyer has to pay.
const TIME_TO_PAY: Duration = Duration::from_secs(24 * 60 * 60);

/// How long to wait before the same inquiry is repeated.
const PAUSE: Duration = Duration::from_secs(10);

/// Orders on one side, gateways on the other.
pub struct Shop {
    payments: Payments,
    orders: Orders,
    clock: Arc<dyn Clock>,
    url: String,
}

/// How a buyer wants to pay.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Way {
    /// On the gateway's page.
    Page,
    /// By transfer to the shop's bank account, with a code in the memo.
    Transfer,
}

impl Way {
    /// Every way.
    pub const ALL: [Self; 2] = [Self::Page, Self::Transfer];

    fn method(self) -> Option<PaymentMethod> {
        match self {
            Self::Page => None,
            Self::Transfer => Some(PaymentMethod::BankTransfer),
        }
    }
}

impl Shop {
    /// A shop on the gateways that `config` names: the text of a `payments.toml`.
    ///
    /// # Errors
    /// `Configuration`: every problem at once.
    pub fn new(config: &str, settings: &Settings) -> Result<Self> {
        Ok(Self {
            payments: Payments::from_toml(config)?,
            orders: Orders::default(),
            clock: Arc::new(SystemClock),
            url: settings.url.clone(),
        })
    }

    /// The orders.
    pub fn orders(&self) -> &Orders {
        &self.orders
    }

    /// The ways in which this item can be paid: what the gateways' capabilities allow.
    ///
    /// # Errors
    /// The system has no random numbers.
    pub fn ways(&self, item: &'static Item) -> Result<Vec<Way>> {
        let sample = reference::fresh()?;
        let mut ways = Vec::new();
        for way in Way::ALL {
            let request = self.request(&sample, item, way)?;
            if self.payments.route(&request).is_ok() {
                ways.push(way);
            }
        }
        Ok(ways)
    }

    /// Stores a new order and opens a payment for it. The order is kept whatever the outcome.
    ///
    /// Dropping the future loses the response that was under way: run it in a task of its own.
    ///
    /// # Errors
    /// There is no order: nothing was stored and nothing was sent.
    pub async fn open(&self, item: &'static Item, way: Way) -> Result<OrderRef> {
        let reference = reference::fresh()?;
        let request = self.request(&reference, item, way)?;
        let order = Order::new(reference.clone(), item, self.clock.now().plus(TIME_TO_PAY));
        if !self.orders.place(order) {
            return Err(Error::new(ErrorKind::Conflict, "the reference was given before"));
        }
        let (gateway, opening) = match self.payments.open_payment(&request).await {
            Ok(opened) => match opened.submission {
                Submission::Accepted(payment) => {
                    (Some(opened.provider), Opening::Accepted(payment.next))
                }
                Submission::Declined(decline) => {
                    tracing::warn!(order = %reference, %decline, "the payment was not opened");
                    // An unconfirmed refusal may be a mistake: the order is asked about first.
                    let opening =
                        if decline.is_confirmed() { Opening::Refused } else { Opening::Uncertain };
                    (Some(opened.provider), opening)
                }
                Submission::Uncertain(uncertain) => {
                    tracing::warn!(order = %reference, %uncertain, "the payment may be open");
                    (Some(opened.provider), Opening::Uncertain)
                }
            },
            // An error means that nothing happened.
            Err(error) => {
                tracing::warn!(order = %reference, %error, "the payment was not opened");
                (None, Opening::Refused)
            }
        };
        self.orders.change(&reference, |order| {
            order.gateway = gateway;
            order.opening = opening;
        });
        Ok(reference)
    }

    /// Asks the gateway what became of an order's payment, but not twice in a few seconds.
    ///
    /// # Errors
    /// The gateway could not be asked; that says nothing about the payment.
    pub async fn ask(&self, reference: &OrderRef) -> Result<()> {
        let now = self.clock.now();
        let gateway = self.orders.change(reference, |order| {
            order.start_inquiry(now, PAUSE).then(|| order.gateway.clone()).flatten()
        });
        let Some(gateway) = gateway.flatten() else { return Ok(()) };
        let role = self.payments.provider(&gateway)?.payments()?;
        let lookup = role.find_payment(reference).await?;
        self.orders.change(reference, |order| order.apply_lookup(&lookup, self.clock.now()));
        Ok(())
    }

    /// Asks about every order that waits, one after another.
    pub async fn ask_about_all(&self) {
        for reference in self.orders.waiting() {
            if let Err(error) = self.ask(&reference).await {
                tracing::warn!(order = %reference, %error, "could not ask");
            }
        }
    }

    /// Receives a delivery, and returns the reply.
    ///
    /// # Errors
    /// There is no such provider, or it sends no notifications.
    pub(crate) async fn receive(
        &self,
        provider: &str,
        endpoint: &str,
        delivery: &Delivery<'_>,
    ) -> Result<http::Response<axum::body::Bytes>> {
        let provider = self.payments.provider(provider)?.id().clone();
        let intake = self.payments.receive(provider.as_str(), endpoint, delivery).await?;
        if let Some(untrusted) = intake.untrusted() {
            tracing::warn!(%provider, endpoint, reason = ?untrusted.reason, "not believed");
        }
        for doubtful in &intake.doubts {
            if let Doubt::Contradicted { .. } = doubtful.doubt {
                tracing::warn!(%provider, endpoint, "contradicted by the gateway");
                self.contradicted(doubtful.event.data());
            }
        }
        // Events that are not confirmed yet, or came through the buyer's browser, are not among
        // these.
        let handled = self.orders.handle(&provider, &intake.events, self.clock.now());
        let outcome = match intake.outcome() {
            Outcome::Handled => handled,
            outcome => outcome,
        };
        Ok(intake.reply(outcome))
    }

    fn contradicted(&self, data: &EventData) {
        let order = match data {
            EventData::Payment(payment) => Some(&payment.order),
            EventData::Movement(movement) => movement.order.as_ref(),
            _ => None,
        };
        if let Some(order) = order {
            self.orders.change(order, |order| order.note(Note::Contradicted));
        }
    }

    fn request(
        &self,
        reference: &OrderRef,
        item: &'static Item,
        way: Way,
    ) -> Result<CreatePayment> {
        let request = CreatePayment::new(reference.clone(), item.price)?
            .with_description(item.name)
            .with_return_url(format!("{}/thanks/{reference}", self.url))?;
        Ok(match way.method() {
            Some(method) => request.with_method(method),
            None => request,
        })
    }
}

impl fmt::Debug for Shop {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Shop").field("payments", &self.payments).finish_non_exhaustive()
    }
}
