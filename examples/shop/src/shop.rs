//! The shop: orders, gateways, and the engine between them.

use std::fmt;
use std::time::Duration;

use payments::{
    Error, ErrorKind, OrderRef, Payments, PayoutRef, Result, Submission, Timestamp,
    engine::{
        AppDatabase as _, Engine, HandedOver, HandlerError, OpeningState, PaymentRecord, Period,
        ReconciliationRun, SqliteDatabase,
    },
    money::Money,
    payment::{CreatePayment, NextAction, Payment, PaymentMethod},
    payout::{Beneficiary, CreatePayout},
};

use crate::{
    Item, Order, PayoutRow, Settings,
    database::{Database, INSERT_PAYOUT},
    on_change::OnChange,
    reference,
};

/// How long to wait before the same inquiry is repeated.
const PAUSE: Duration = Duration::from_secs(10);

/// How long a buyer has to pay, if the gateway can end a payment.
const PAY_WITHIN: Duration = Duration::from_secs(60 * 60);

/// How often the bank's statements are read, in case a notification was lost.
const STATEMENTS: Duration = Duration::from_secs(10 * 60);

/// The shop: orders, gateways, and the engine between them.
pub struct Shop {
    engine: Engine,
    /// The gateways, through the engine's journal.
    payments: Payments,
    database: Database,
    /// The database for transactions in which payouts are handed over.
    transactions: SqliteDatabase,
    settings: Settings,
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

/// The buyer's next step for an order that is not paid.
#[derive(Debug)]
pub(crate) enum NextStep {
    /// Carry out one of these actions; the preferred one is first.
    Pay {
        actions: Vec<NextAction>,
        /// The end of the payment, if the gateway ends it.
        until: Option<Timestamp>,
    },
    /// Order again, unless the money is under way, because the time to pay is over.
    TimeIsOver,
    /// Order again, because nothing was opened and nothing was charged.
    StartAgain,
    /// Wait, because it is unknown whether the payment was opened; the engine inquires.
    Wait,
}

impl Shop {
    /// Starts the engine on the shop's own database, and the shop on the engine.
    ///
    /// # Errors
    /// Returns `Configuration` if the table `[engine]` is missing, or if its store is another file
    /// than the shop's. Returns `Unavailable` if the file cannot be used.
    pub async fn start(payments: &Payments, settings: &Settings) -> Result<Self> {
        let database = Database::open(&settings.database)?;
        let transactions = SqliteDatabase::new(&settings.database);
        let engine = payments
            .engine()?
            .with_handler("shop", transactions.clone(), OnChange)
            .with_statements_every(STATEMENTS)
            .start()
            .await?;
        let payments = payments.through(&engine)?;
        Ok(Self { engine, payments, database, transactions, settings: settings.clone() })
    }

    /// Stops the engine, once the work under way is done.
    pub async fn stop(&self) {
        self.engine.stop().await;
    }

    /// Returns the engine.
    pub fn engine(&self) -> &Engine {
        &self.engine
    }

    /// Returns the gateways.
    pub(crate) fn payments(&self) -> &Payments {
        &self.payments
    }

    /// Returns the settings.
    pub(crate) fn settings(&self) -> &Settings {
        &self.settings
    }

    /// Returns the ways in which this item can be paid, according to the gateways' capabilities.
    ///
    /// # Errors
    /// The system does not provide random numbers.
    pub fn ways(&self, item: &'static Item) -> Result<Vec<Way>> {
        let sample = OrderRef::new(reference::fresh()?)?;
        let mut ways = Vec::new();
        for way in Way::ALL {
            let request = self.request(&sample, item, way)?;
            if self.payments.route(&request).is_ok() {
                ways.push(way);
            }
        }
        Ok(ways)
    }

    /// Stores a new order and opens a payment for it. The order is kept whatever the outcome, and
    /// the engine stores the provider before it calls it.
    ///
    /// # Errors
    /// The order was not created: nothing was stored and nothing was sent.
    pub async fn open(&self, item: &'static Item, way: Way) -> Result<OrderRef> {
        let reference = OrderRef::new(reference::fresh()?)?;
        let request = self.request(&reference, item, way)?;
        self.database.place(&Order::new(reference.clone(), item, self.payments.now()))?;
        match self.open_payment(request).await {
            Ok(Submission::Accepted(_)) => {}
            Ok(Submission::Declined(decline)) => {
                tracing::warn!(order = %reference, %decline, "the payment was not opened");
            }
            Ok(Submission::Uncertain(uncertain)) => {
                tracing::warn!(order = %reference, %uncertain, "the payment may be open");
            }
            // An error means that nothing happened.
            Err(error) => {
                tracing::warn!(order = %reference, %error, "the payment was not opened");
            }
        }
        Ok(reference)
    }

    /// Opens a payment, with an end if the preferred gateway can end payments. A gateway that
    /// cannot is tried only if nothing was opened.
    async fn open_payment(&self, request: CreatePayment) -> Result<Submission<Payment>> {
        let route = self.payments.route(&request)?;
        let preferred = route.providers.first().and_then(|provider| provider.payments().ok());
        if preferred.is_some_and(|role| role.capabilities().expiry) {
            let end = self.payments.now().plus(PAY_WITHIN);
            let with_end = request.clone().with_expiry(end);
            let opened = self.payments.open_payment(&with_end).await.map(|one| one.submission);
            let nothing_happened = match &opened {
                Err(_) => true,
                Ok(Submission::Declined(decline)) => decline.is_confirmed(),
                Ok(_) => false,
            };
            if !nothing_happened || route.providers.len() == 1 {
                return opened;
            }
        }
        self.payments.open_payment(&request).await.map(|opened| opened.submission)
    }

    /// Returns an order with the engine's record of its payment.
    ///
    /// # Errors
    /// The database cannot be read.
    pub async fn order(
        &self,
        reference: &OrderRef,
    ) -> Result<Option<(Order, Option<PaymentRecord>)>> {
        let Some(order) = self.database.order(reference)? else { return Ok(None) };
        Ok(Some((order, self.engine.payment(reference).await?)))
    }

    /// Returns the buyer's next step for an order that is not paid. Nothing is sent: an open
    /// payment is shown again.
    pub(crate) async fn next_step(&self, payment: Option<&PaymentRecord>) -> NextStep {
        let openings = payment.map(|payment| payment.openings.as_slice()).unwrap_or_default();
        let (now, mut time_is_over) = (self.payments.now(), false);
        for opening in openings.iter().filter(|opening| opening.state == OpeningState::Open) {
            let until = opening.expires_at();
            if until.is_some_and(|end| end <= now) {
                time_is_over = true;
                continue;
            }
            let (provider, request) = (&opening.provider, &opening.request);
            match self.payments.open_payment_at(provider, request).await {
                Ok(opened) => {
                    if let Submission::Accepted(payment) = opened.submission {
                        return NextStep::Pay { actions: payment.next, until };
                    }
                }
                Err(error) => tracing::warn!(%provider, %error, "cannot be shown again"),
            }
        }
        match openings.iter().any(|opening| opening.is_live()) {
            _ if time_is_over => NextStep::TimeIsOver,
            true => NextStep::Wait,
            false => NextStep::StartAgain,
        }
    }

    /// Inquires about an order's payment, but at most once in a few seconds. The engine also
    /// inquires, less often.
    ///
    /// # Errors
    /// A request failed, or its response could not be read. The state of the payment stays unknown.
    pub async fn ask(&self, reference: &OrderRef) -> Result<()> {
        let Some((order, Some(payment))) = self.order(reference).await? else { return Ok(()) };
        let is_due = order.packed_at.is_none()
            && self.database.begin_inquiry(reference, self.payments.now(), PAUSE)?;
        let asked = payment.openings.iter().filter(|opening| is_due && opening.is_live());
        for opening in asked {
            let role = self.payments.provider(&opening.provider)?.payments()?;
            // The result is booked before it is returned.
            let _ = role.find_payment(reference).await?;
        }
        Ok(())
    }

    /// Pays out through the preferred gateway that can. The shop's row and the engine's record are
    /// written in one transaction, and the engine sends the payout after the commit. Repeating the
    /// call with the same reference makes no second payout.
    ///
    /// # Errors
    /// Returns `Conflict` if the reference belongs to another payout. Nothing was written, and
    /// nothing will be sent, except that after `Unavailable` this may be unknown: the owner's page
    /// shows whether there is a row.
    pub async fn pay_out(
        &self,
        reference: PayoutRef,
        beneficiary: Beneficiary,
        amount: Money,
    ) -> Result<PayoutRef> {
        let name = beneficiary.name.clone();
        let request = CreatePayout::new(reference.clone(), amount, beneficiary)?;
        let route = self.payments.route_payout(&request)?;
        let provider = route.providers.first().map(|provider| provider.id().clone());
        let provider = provider.ok_or_else(|| Error::unsupported("no gateway sends money"))?;
        let mut transaction = self.transactions.begin().await.map_err(not_written)?;
        let (made_at, state) = (self.payments.now().unix_seconds(), "prepared");
        let row = (reference.as_str(), provider.as_str(), amount.minor(), name, made_at, state);
        let written = transaction.execute(INSERT_PAYOUT, row).map_err(HandlerError::from);
        let handed_over = match written {
            Ok(_) => self.engine.submit_in(&mut transaction, provider.as_str(), &request).await,
            Err(error) => Err(not_written(error)),
        };
        match handed_over {
            Ok(HandedOver::Recorded(_)) => {
                if let Err(error) = self.transactions.commit(transaction).await
                    && self.engine.payout(&reference).await?.is_none()
                {
                    return Err(not_written(error));
                }
                self.engine.wake();
                Ok(reference)
            }
            Ok(HandedOver::Failed(record)) => {
                self.transactions.discard(transaction).await;
                let message = format!(
                    "the payout {reference} is {}: pay under another reference",
                    record.state
                );
                Err(Error::new(ErrorKind::Conflict, message).with_field("payout"))
            }
            Ok(HandedOver::Unknown { why }) => {
                self.transactions.discard(transaction).await;
                Err(Error::new(ErrorKind::Unavailable, why))
            }
            Err(error) => {
                self.transactions.discard(transaction).await;
                Err(error)
            }
        }
    }

    /// Compares a provider's statement of the last days with the records. Missing records are
    /// booked, and a case is opened for each decision that a person has to make.
    ///
    /// # Errors
    /// The provider does not exist, it does not have statements, or a request to it failed. After a
    /// failed request, the run is marked as interrupted.
    pub(crate) async fn reconcile(&self, provider: &str, days: u16) -> Result<ReconciliationRun> {
        let until = self.payments.now();
        let seconds = i64::from(days) * 24 * 60 * 60;
        let from = Timestamp::from_unix(until.unix_seconds() - seconds);
        self.engine.reconcile(provider, &Period::new(from, until)?).await
    }

    /// Returns the newest orders and payouts, and the parcels to pack.
    ///
    /// # Errors
    /// The database cannot be read.
    pub fn books(&self) -> Result<Books> {
        let (orders, payouts) = (self.database.orders()?, self.database.payouts()?);
        Ok(Books { orders, payouts, parcels: self.database.parcels()? })
    }

    fn request(
        &self,
        reference: &OrderRef,
        item: &'static Item,
        way: Way,
    ) -> Result<CreatePayment> {
        let request = CreatePayment::new(reference.clone(), item.price)?
            .with_description(item.name)
            .with_return_url(format!("{}/thanks/{reference}", self.settings.url))?;
        Ok(match way.method() {
            Some(method) => request.with_method(method),
            None => request,
        })
    }
}

/// The shop's data, the newest first.
#[derive(Debug)]
#[non_exhaustive]
pub struct Books {
    /// Orders.
    pub orders: Vec<Order>,
    /// Payouts that the owner made.
    pub payouts: Vec<PayoutRow>,
    /// The references of orders to be packed.
    pub parcels: Vec<String>,
}

fn not_written(error: HandlerError) -> Error {
    Error::new(ErrorKind::Unavailable, format!("the payout was not written: {error}"))
}

impl fmt::Debug for Shop {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Shop").field("payments", &self.payments).finish_non_exhaustive()
    }
}
