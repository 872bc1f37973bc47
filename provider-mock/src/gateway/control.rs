//! The control methods: actions of buyers, payers and banks, scripted outcomes, and the state for
//! tests.

use bytes::Bytes;
use http::Request;
use payments_core::{
    money::{Currency, Money},
    payment::NextAction,
};
use provider_kit::signature::{CheckingKeys, Keys, SigningKeys};

use super::{
    Booking, EventSignature, LoggedRequest, MockGateway, PayoutOutcome, PayoutStart, Scripted,
    books::address, event::Unsigned,
};
use crate::{
    formula::{BODY, LINK, RETURN},
    wire::{
        LINK_PAGE, LINK_SIGNATURE, ORDER, Operation, RETURN_SIGNATURE, STAMP, STATE, TERMS, TEST,
    },
};

/// The reason why the gateway cannot carry out a control method in its present state.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ControlError {
    /// No payment was opened for this order.
    #[error("there is no payment for order {0:?}: open one first")]
    UnknownOrder(String),
    /// No account with this number was opened.
    #[error("there is no virtual account {0:?}")]
    UnknownAccount(String),
    /// No payout was sent under this reference.
    #[error("there is no payout {0:?}")]
    UnknownPayout(String),
    /// No notification has this id.
    #[error("there is no notification {0:?}")]
    UnknownNotification(String),
    /// This amount cannot be transferred to the account: it is not above zero, has another currency
    /// than the account, or is larger than the balance allows.
    #[error("{0} cannot be transferred there")]
    ImpossibleAmount(Money),
    /// A notification cannot be sent to this address.
    #[error("{0:?} is not an address that a notification can be sent to")]
    UnusableAddress(String),
    /// The present state does not allow the action.
    #[error("it is {0}, and that does not allow this")]
    WrongState(&'static str),
    /// The outcome makes no sense for the operation.
    #[error("{outcome:?} cannot happen to {operation:?}")]
    ImpossibleOutcome {
        /// The operation for which it was scripted.
        operation: Operation,
        /// The scripted outcome.
        outcome: Scripted,
    },
}

/// What the gateway knows.
#[cfg(feature = "simulator")]
pub(crate) struct Shown {
    pub(crate) payments: Vec<ShownPayment>,
    pub(crate) virtual_accounts: Vec<crate::wire::VirtualAccount>,
    pub(crate) payouts: Vec<crate::wire::Payout>,
    pub(crate) own: Vec<OwnRow>,
    pub(crate) bookings: Vec<Booking>,
    /// The address of notifications that have none of their own.
    pub(crate) notify_url: Option<String>,
}

/// A payment with what the protocol does not show of it.
#[cfg(feature = "simulator")]
pub(crate) struct ShownPayment {
    pub(crate) payment: crate::wire::Payment,
    pub(crate) description: String,
    pub(crate) opened_at: payments_core::Timestamp,
}

/// One of the merchant's bank accounts.
#[cfg(feature = "simulator")]
pub(crate) struct OwnRow {
    pub(crate) number: String,
    pub(crate) bank: String,
    pub(crate) holder: String,
    pub(crate) balance: Money,
}

fn unknown_page() -> ControlError {
    ControlError::UnknownOrder("of a page that there is not".to_owned())
}

/// # Money that moves
impl MockGateway {
    /// Pays for an order as a buyer does. Any amount is possible, at any time and any number of
    /// times: short, over, repeated and late credits are each booked as they are.
    ///
    /// # Errors
    /// Returns an error if there is no such order, or the amount is impossible.
    pub fn pay(&self, order: impl AsRef<str>, amount: Money) -> Result<Booking, ControlError> {
        self.books().pay(order.as_ref(), amount, self.now())
    }

    /// Transfers to the number of a virtual account, or of an order that has one. Any amount is
    /// possible, at any time and any number of times.
    ///
    /// # Errors
    /// Returns an error if there is no such number, or the amount is impossible.
    pub fn credit(&self, number: impl AsRef<str>, amount: Money) -> Result<Booking, ControlError> {
        self.books().credit(number.as_ref(), amount, self.now())
    }

    /// Transfers to the merchant's own account with a memo. A memo with the payment code of exactly
    /// one order pays that order; any other memo leaves an unmatched credit.
    ///
    /// # Errors
    /// Returns an error if the amount is impossible.
    pub fn deposit(&self, amount: Money, memo: impl AsRef<str>) -> Result<Booking, ControlError> {
        self.books().deposit(amount, memo.as_ref(), self.now())
    }

    /// Makes the statement return an empty page before each page with entries.
    pub fn give_empty_pages(&self) {
        self.books().gives_empty_pages = true;
    }

    /// Pays as a buyer who knows only the provider's next action: on the page of a link or a form,
    /// or by transfer to the account with the memo.
    ///
    /// # Errors
    /// Returns an error if the gateway has no such page or account, or the amount is impossible.
    pub fn pay_as_shown(&self, shown: &NextAction, amount: Money) -> Result<Booking, ControlError> {
        let unknown = |text: &str| ControlError::UnknownAccount(text.to_owned());
        match shown {
            NextAction::Redirect { url } => self.pay_on_page(url, amount),
            NextAction::PostForm(form) => self.pay_on_page(&form.action, amount),
            NextAction::Transfer(transfer) => {
                let (to, now) = (&transfer.account, self.now());
                let mut books = self.books();
                let mut own = books.ledger.accounts().iter();
                match own.find(|own| own.number == to.number).map(|own| own.bank) {
                    Some(bank) if bank == to.bin => {
                        books.deposit(amount, transfer.memo.as_deref().unwrap_or_default(), now)
                    }
                    Some(_) => Err(unknown(to.number.as_str())),
                    None => books.credit(to.number.as_str(), amount, now),
                }
            }
            _ => Err(unknown("of a kind that buyers here do not know")),
        }
    }

    fn pay_on_page(&self, url: &str, amount: Money) -> Result<Booking, ControlError> {
        let id = self.page_at(url)?;
        self.books().pay_for(&id, amount, None, self.now())
    }

    /// Returns the gateway's name of the payment behind an address from a next action.
    fn page_at(&self, url: &str) -> Result<String, ControlError> {
        if let Some((_, link)) = url.split_once(LINK_PAGE) {
            return self.open_link(link.strip_prefix('?').unwrap_or(link));
        }
        let books = self.books();
        let page = url.strip_prefix(&format!("{}/pay/", books.site)).ok_or_else(unknown_page)?;
        let id = page.split('?').next().unwrap_or_default();
        books.orders.on_page(id).map(|_| id.to_owned()).ok_or_else(unknown_page)
    }

    /// Opens the payment in the query of a provider's link, which is signed with the API key.
    /// Returns the gateway's name of the payment.
    pub(crate) fn open_link(&self, query: &str) -> Result<String, ControlError> {
        let pairs: Vec<_> = form_urlencoded::parse(query.as_bytes()).collect();
        let value = |name: &str| pairs.iter().find(|(key, _)| key == name).map(|(_, value)| value);
        let (Some(terms), Some(signature)) = (value(TERMS), value(LINK_SIGNATURE)) else {
            return Err(unknown_page());
        };
        let keys = CheckingKeys { secrets: Some(&self.inner.api_key), public: &[] };
        LINK.check(&[(BODY, terms.as_bytes())], signature, keys, None)
            .map_err(|_| unknown_page())?;
        let terms = serde_json::from_str(terms).map_err(|_| unknown_page())?;
        let opened = self.books().open_by_link(terms, self.now()).map_err(|_| unknown_page())?;
        Ok(opened.id)
    }

    /// Ends a payout that is pending or undecided, or returns the money of one that succeeded.
    ///
    /// # Errors
    /// Returns an error if there is no such payout, or if it cannot end with this outcome.
    pub fn settle_payout(
        &self,
        payout: impl AsRef<str>,
        outcome: PayoutOutcome,
    ) -> Result<(), ControlError> {
        self.books().settle_payout(payout.as_ref(), outcome, self.now())
    }

    /// Approves or refuses a payout that awaits approval, as a person at the merchant would. An
    /// approved payout becomes pending, and a refused one failed.
    ///
    /// # Errors
    /// Returns an error if there is no such payout, or if it does not await approval.
    pub fn approve_payout(
        &self,
        payout: impl AsRef<str>,
        is_approved: bool,
    ) -> Result<(), ControlError> {
        self.books().approve_payout(payout.as_ref(), is_approved, self.now())
    }

    /// Sends a signed test notification, which reports no event, to the merchant's address.
    pub fn send_test(&self) {
        self.books().announce(TEST, &serde_json::Map::new(), None, self.now());
    }

    /// Sets the state in which later payouts begin.
    pub fn start_payouts(&self, start: PayoutStart) {
        self.books().payout_start = start;
    }
}

/// # Buyers who do not pay
impl MockGateway {
    /// Makes the payment processing, as if the buyer had acted and the money had not arrived yet.
    ///
    /// # Errors
    /// Returns an error if there is no such order, or if it is not open.
    pub fn process(&self, order: impl AsRef<str>) -> Result<(), ControlError> {
        self.books().process(order.as_ref(), self.now())
    }

    /// Makes the payment failed, as if the buyer's bank had refused it.
    ///
    /// # Errors
    /// Returns an error if there is no such order, or if it is already paid or ended.
    pub fn fail(&self, order: impl AsRef<str>) -> Result<(), ControlError> {
        self.books().fail(order.as_ref(), self.now())
    }

    /// Cancels the payment as the buyer would.
    ///
    /// # Errors
    /// Returns an error if there is no such order, or if it is already paid or ended.
    pub fn cancel(&self, order: impl AsRef<str>) -> Result<(), ControlError> {
        self.books().cancel(order.as_ref(), self.now())
    }
}

/// # Outcomes, each for one call
impl MockGateway {
    /// Sets the outcome of the next call of `operation`. Several outcomes of one operation apply to
    /// one call after another.
    ///
    /// # Errors
    /// Returns an error if the operation cannot have this outcome.
    pub fn script(&self, operation: Operation, outcome: Scripted) -> Result<(), ControlError> {
        self.inner.script.add(operation, outcome)
    }

    /// Sets the outcome of the next payment that is opened.
    ///
    /// # Errors
    /// Returns an error if the outcome is an HTTP status that does not exist.
    pub fn next_payment(&self, outcome: Scripted) -> Result<(), ControlError> {
        self.script(Operation::CreatePayment, outcome)
    }

    /// Sets the outcome of the next refund.
    ///
    /// # Errors
    /// Returns an error if the outcome is an HTTP status that does not exist.
    pub fn next_refund(&self, outcome: Scripted) -> Result<(), ControlError> {
        self.script(Operation::RefundPayment, outcome)
    }

    /// Sets the outcome of the next virtual account that is opened.
    ///
    /// # Errors
    /// Returns an error if the outcome is an HTTP status that does not exist.
    pub fn next_virtual_account(&self, outcome: Scripted) -> Result<(), ControlError> {
        self.script(Operation::OpenVirtualAccount, outcome)
    }

    /// Sets the outcome of the next payout.
    ///
    /// # Errors
    /// Returns an error if the outcome is an HTTP status that does not exist.
    pub fn next_payout(&self, outcome: Scripted) -> Result<(), ControlError> {
        self.script(Operation::CreatePayout, outcome)
    }
}

/// # Notifications
impl MockGateway {
    /// Removes and returns the notifications that are still to be sent, oldest first, signed now.
    ///
    /// Each is the request that the merchant's endpoint would receive. Convert it with
    /// [`Delivery::of`](payments_core::notification::Delivery::of).
    pub fn take_notifications(&self) -> Vec<Request<Bytes>> {
        let waiting = self.books().events.take();
        waiting.into_iter().map(|one| self.signed(one)).collect()
    }

    /// Repeats a notification with the same body, a new time and a new signature. `id` is the id in
    /// its body.
    ///
    /// # Errors
    /// Returns an error if there is no such notification.
    pub fn redeliver(&self, id: impl AsRef<str>) -> Result<Request<Bytes>, ControlError> {
        let again = self.books().events.again(id.as_ref());
        let again =
            again.ok_or_else(|| ControlError::UnknownNotification(id.as_ref().to_owned()))?;
        Ok(self.signed(again))
    }

    /// Creates a notification with the given body, such as an event of an unknown kind, and signs
    /// it.
    pub fn notification(&self, body: impl Into<Bytes>) -> Request<Bytes> {
        let unsigned = Unsigned::new(body.into(), &self.books().events);
        self.signed(unsigned)
    }

    /// Returns the link by which the buyer's browser returns to the merchant, signed now. `None` if
    /// there is no such order, or if it was opened without a `return_url`.
    pub fn return_link(&self, order: impl AsRef<str>) -> Option<String> {
        let now = self.now();
        let mut books = self.books();
        let (to, status) = books.return_of(order.as_ref(), now)?;
        let stamp = now.unix_seconds().to_string();
        let fields = [
            (ORDER, order.as_ref().as_bytes()),
            (STATE, status.as_bytes()),
            (STAMP, stamp.as_bytes()),
        ];
        let keys = SigningKeys { secret: Some(self.webhook_key()), signer: None };
        let signature = RETURN.sign(&fields, keys).ok()?;
        let query = form_urlencoded::Serializer::new(String::new())
            .extend_pairs([(ORDER, order.as_ref()), (STATE, status), (STAMP, stamp.as_str())])
            .append_pair(RETURN_SIGNATURE, &signature)
            .finish();
        let separator = if to.contains('?') { '&' } else { '?' };
        Some(format!("{to}{separator}{query}"))
    }

    /// Sets the address of notifications for payments that do not set their own. With `None`,
    /// notifications are kept for [`take_notifications`](Self::take_notifications).
    ///
    /// # Errors
    /// Returns an error if `url` is not an absolute web address.
    pub fn send_notifications_to(&self, url: Option<&str>) -> Result<(), ControlError> {
        let uri = address(url)
            .map_err(|_| ControlError::UnusableAddress(url.unwrap_or_default().to_owned()))?;
        self.books().events.usual = uri;
        Ok(())
    }

    /// Removes and returns the queued notifications that have an address.
    #[cfg(feature = "simulator")]
    pub(crate) fn take_addressed(&self) -> Vec<Request<Bytes>> {
        let ready = self.books().events.take_addressed();
        ready.into_iter().map(|one| self.signed(one)).collect()
    }

    fn signed(&self, unsigned: Unsigned) -> Request<Bytes> {
        match self.inner.settings.event_signature {
            EventSignature::InHeader => unsigned.sign(self.webhook_key(), self.now()),
            EventSignature::InBody => unsigned.sign_in_body(self.webhook_key()),
        }
    }

    fn webhook_key(&self) -> &Keys {
        &self.inner.webhook_key
    }
}

/// # What the gateway knows
impl MockGateway {
    /// Returns every movement of money, oldest first. No entry is ever removed.
    pub fn bookings(&self) -> Vec<Booking> {
        self.books().ledger.bookings().to_vec()
    }

    /// Returns how often an instruction had an effect for an order, payout or refund. A repeated
    /// instruction with the same reference has none.
    pub fn carried_out(&self, operation: Operation, reference: impl AsRef<str>) -> usize {
        self.books().times_carried_out(operation, reference.as_ref())
    }

    /// Returns the body, as it arrived, of the latest accepted instruction for an order, payout or
    /// refund. Null if there is none.
    pub fn received(&self, operation: Operation, reference: impl AsRef<str>) -> serde_json::Value {
        self.books().received(operation, reference.as_ref()).cloned().unwrap_or_default()
    }

    /// Returns the merchant's balance in one currency. `None` if there is no account in that
    /// currency.
    pub fn balance(&self, currency: Currency) -> Option<Money> {
        self.books().ledger.account_in(currency).map(|own| own.balance)
    }

    /// Returns every request to the gateway, oldest first, whether it got a response or not.
    pub fn requests(&self) -> Vec<LoggedRequest> {
        self.inner.log.all()
    }

    /// Returns every secret that a client has and must never print.
    pub fn secrets(&self) -> Vec<String> {
        let keys = [&self.inner.api_key, &self.inner.webhook_key];
        let secrets = keys.into_iter().filter_map(Keys::newest);
        secrets.map(|secret| secret.expose().to_owned()).collect()
    }

    /// What the gateway knows, for the overview in the vocabulary of all gateways.
    #[cfg(feature = "simulator")]
    pub(crate) fn shown(&self) -> Shown {
        let now = self.now();
        let books = self.books();
        let own = books.ledger.accounts().iter().map(|own| OwnRow {
            number: own.number.to_string(),
            bank: own.bank.to_string(),
            holder: own.holder.clone(),
            balance: own.balance,
        });
        Shown {
            payments: books.orders.shown_with_terms(&books.ledger),
            virtual_accounts: books.shown_accounts(now),
            payouts: books.shown_payouts(),
            own: own.collect(),
            bookings: books.ledger.bookings().to_vec(),
            notify_url: books.events.usual.as_ref().map(ToString::to_string),
        }
    }

    /// Loses the response to the next instruction, whatever it is.
    #[cfg(feature = "simulator")]
    pub(crate) fn lose_next_instruction(&self, outcome: Scripted) {
        self.inner.script.add_any(outcome);
    }

    /// Returns the whole state, for a page or a terminal.
    #[cfg(feature = "simulator")]
    pub(crate) fn snapshot(&self) -> serde_json::Value {
        let now = self.now();
        let books = self.books();
        serde_json::json!({
            "now": now,
            "accounts": books.own_accounts(now).accounts,
            "bookings": books.ledger.bookings(),
            "payments": books.orders.shown(&books.ledger),
            "virtual_accounts": books.shown_accounts(now),
            "payouts": books.shown_payouts(),
        })
    }

    /// Returns the payment behind a page of the gateway.
    #[cfg(feature = "simulator")]
    pub(crate) fn payment_on_page(&self, id: &str) -> Option<crate::wire::OpenPayment> {
        self.books().orders.on_page(id).cloned()
    }
}
