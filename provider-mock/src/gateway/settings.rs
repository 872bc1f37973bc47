//! Settings of a gateway.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use payments_core::{
    Clock, SystemClock,
    money::Money,
    payment::CreateMode,
    payout::Beneficiary,
    rules::{AbsenceRule, Repeat},
};
use serde::{Deserialize, Serialize};

use crate::capabilities::FOR_EVER;

/// The credentials, the time and the behaviour of a [`MockGateway`](super::MockGateway).
///
/// [`Settings::test`] is complete; change what matters:
///
/// ```
/// use std::sync::Arc;
/// use payments_core::{ManualClock, Timestamp, money::Money};
/// use provider_mock::{MockGateway, Settings};
///
/// let clock = ManualClock::at(Timestamp::from_unix(1_731_742_061));
/// let settings = Settings::test()
///     .with_clock(Arc::new(clock.clone()))
///     .with_opening_balance(Money::vnd(0));
/// let gateway = MockGateway::new(settings)?;
/// # Ok::<(), payments_core::Error>(())
/// ```
#[derive(Clone)]
#[non_exhaustive]
pub struct Settings {
    /// The key with which the merchant calls the gateway; it also signs the responses.
    pub api_key: String,
    /// The secret that signs notifications.
    pub webhook_secret: String,
    /// The seed of the gateway's own names.
    pub seed: u64,
    /// The gateway's clock.
    pub clock: Arc<dyn Clock>,
    /// The balances at the start that differ from the default of 100,000,000 VND and 10,000.00 USD.
    pub opening_balances: Vec<Money>,
    /// The state in which a payout begins.
    pub payout_start: PayoutStart,
    /// How the provider opens payments, which it declares. Offline, a link carries the order, and
    /// the gateway creates the payment when the buyer follows the link.
    pub create: CreateMode,
    /// The effect of a second payment for the same order, see
    /// [`payout_repeat`](Self::payout_repeat); a link that is made offline is always the same.
    pub payment_repeat: Repeat,
    /// The abilities of buyers, and of payers on virtual accounts.
    pub payers: Payers,
    /// The effect of a second payout with the same reference, which the provider declares.
    ///
    /// [`Repeat::Deduplicated`] returns the first one and refuses another amount or account with
    /// the same reference. [`Repeat::Refused`] refuses every second one. [`Repeat::PaysAgain`] pays
    /// again, as HPay does, also another amount, and so does a deduplicated reference whose time is
    /// over.
    pub payout_repeat: Repeat,
    /// When the absence of a payout is conclusive, which the provider declares. The gateway books a
    /// payout at once or never, so that every rule of instructions is true.
    pub payout_absence: AbsenceRule,
    /// Bank accounts whose holder is known. Any other account exists too, under any name.
    pub beneficiaries: Vec<Beneficiary>,
    /// The address of notifications, unless a payment has its own.
    pub notify_url: Option<String>,
    /// Where the signature of a notification is.
    pub event_signature: EventSignature,
    /// How long a caller in memory waits for a response.
    pub patience: Duration,
}

/// The abilities of payers. By default they can do everything.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Payers {
    /// They can pay less or more than was asked.
    pub any_amount: bool,
    /// They can pay again after they paid.
    pub twice: bool,
    /// They can pay after the end.
    pub late: bool,
}

impl Default for Payers {
    fn default() -> Self {
        Self { any_amount: true, twice: true, late: true }
    }
}

impl Payers {
    /// Payers who pay the amount asked, once and in time, except for what is allowed here.
    #[must_use]
    pub fn only(any_amount: bool, twice: bool, late: bool) -> Self {
        Self { any_amount, twice, late }
    }

    /// Whether they can pay `amount`, given the amount `asked`, whether it was `paid` before, and
    /// whether it is `late`.
    pub(super) fn can(self, amount: Money, asked: Option<Money>, paid: bool, late: bool) -> bool {
        (self.any_amount || asked.is_none_or(|asked| asked == amount))
            && (self.twice || !paid)
            && (self.late || !late)
    }
}

/// The state in which a payout begins.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PayoutStart {
    /// It waits until the merchant [approves](super::MockGateway::approve_payout) it; no money left
    /// yet.
    AwaitingApproval,
    /// It waits until it is settled by hand.
    #[default]
    Pending,
    /// The beneficiary has the money at once.
    Succeeded,
}

/// Where the signature of a notification is, and what it covers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EventSignature {
    /// In a header, over the time and the whole body: for the endpoint `events`.
    #[default]
    InHeader,
    /// In the body, over every member of the event beside it: for the endpoint `signed-events`.
    InBody,
}

impl Settings {
    /// A merchant with credentials that are for tests only, on the system's clock.
    pub fn test() -> Self {
        Self {
            api_key: "TEST-ONLY-mock-api-key-0001".into(),
            webhook_secret: "TEST-ONLY-mock-webhook-secret-0001".into(),
            seed: 0,
            clock: Arc::new(SystemClock),
            opening_balances: Vec::new(),
            payout_start: PayoutStart::default(),
            create: CreateMode::Networked,
            payment_repeat: FOR_EVER,
            payers: Payers::default(),
            payout_repeat: FOR_EVER,
            payout_absence: AbsenceRule::Never,
            beneficiaries: Vec::new(),
            notify_url: None,
            event_signature: EventSignature::default(),
            patience: Duration::from_secs(60),
        }
    }

    /// Sets the API key.
    #[must_use]
    pub fn with_api_key(mut self, key: impl Into<String>) -> Self {
        self.api_key = key.into();
        self
    }

    /// Sets the secret of notifications.
    #[must_use]
    pub fn with_webhook_secret(mut self, secret: impl Into<String>) -> Self {
        self.webhook_secret = secret.into();
        self
    }

    /// Sets the seed of names: the same seed and clock give the same bytes.
    #[must_use]
    pub fn with_seed(mut self, seed: u64) -> Self {
        self.seed = seed;
        self
    }

    /// Sets the clock.
    #[must_use]
    pub fn with_clock(mut self, clock: Arc<dyn Clock>) -> Self {
        self.clock = clock;
        self
    }

    /// Sets the balance at the start, in one currency.
    #[must_use]
    pub fn with_opening_balance(mut self, amount: Money) -> Self {
        self.opening_balances.retain(|other| other.currency() != amount.currency());
        self.opening_balances.push(amount);
        self
    }

    /// The state in which a payout begins.
    #[must_use]
    pub fn with_payout_start(mut self, start: PayoutStart) -> Self {
        self.payout_start = start;
        self
    }

    /// How the provider opens payments, see [`create`](Self::create).
    #[must_use]
    pub fn with_create(mut self, create: CreateMode) -> Self {
        self.create = create;
        self
    }

    /// Sets the effect of a second payment for the same order.
    #[must_use]
    pub fn with_payment_repeat(mut self, repeat: Repeat) -> Self {
        self.payment_repeat = repeat;
        self
    }

    /// Sets the abilities of buyers and payers.
    #[must_use]
    pub fn with_payers(mut self, payers: Payers) -> Self {
        self.payers = payers;
        self
    }

    /// Sets the effect of a second payout with the same reference, see
    /// [`payout_repeat`](Self::payout_repeat).
    #[must_use]
    pub fn with_payout_repeat(mut self, repeat: Repeat) -> Self {
        self.payout_repeat = repeat;
        self
    }

    /// When the absence of a payout is conclusive.
    #[must_use]
    pub fn with_payout_absence(mut self, absence: AbsenceRule) -> Self {
        self.payout_absence = absence;
        self
    }

    /// Adds a bank account whose holder is known: a payout to it under another name is refused.
    #[must_use]
    pub fn with_beneficiary(mut self, beneficiary: Beneficiary) -> Self {
        self.beneficiaries.push(beneficiary);
        self
    }

    /// Sets the address of notifications.
    #[must_use]
    pub fn with_notify_url(mut self, url: impl Into<String>) -> Self {
        self.notify_url = Some(url.into());
        self
    }

    /// Where the signature of a notification is.
    #[must_use]
    pub fn with_event_signature(mut self, place: EventSignature) -> Self {
        self.event_signature = place;
        self
    }

    /// How long a caller in memory waits for a response.
    #[must_use]
    pub fn with_patience(mut self, patience: Duration) -> Self {
        self.patience = patience;
        self
    }
}

impl fmt::Debug for Settings {
    /// Leaves out the secrets.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Settings")
            .field("seed", &self.seed)
            .field("now", &self.clock.now())
            .field("opening_balances", &self.opening_balances)
            .field("create", &self.create)
            .field("payment_repeat", &self.payment_repeat)
            .field("payers", &self.payers)
            .field("payout_start", &self.payout_start)
            .field("payout_repeat", &self.payout_repeat)
            .field("payout_absence", &self.payout_absence)
            .field("beneficiaries", &self.beneficiaries)
            .field("notify_url", &self.notify_url)
            .field("event_signature", &self.event_signature)
            .field("patience", &self.patience)
            .finish_non_exhaustive()
    }
}
