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

use crate::rules::FOR_EVER;

/// The credentials, the time and the behaviour of a [`MockGateway`](super::MockGateway).
///
/// [`Settings::test`] has a value for every setting; change those that matter:
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
    /// The key with which the merchant calls the gateway. It also signs the responses.
    pub api_key: String,
    /// The secret that signs notifications.
    pub webhook_secret: String,
    /// The seed of the names that the gateway makes up.
    pub seed: u64,
    /// The gateway's clock.
    pub clock: Arc<dyn Clock>,
    /// The opening balances that differ from the default of 100,000,000 VND and 10,000.00 USD.
    pub opening_balances: Vec<Money>,
    /// The state of a new payout.
    pub payout_start: PayoutStart,
    /// How the provider opens payments, which it declares. Offline, a link contains the order, and
    /// the gateway creates the payment when the buyer follows the link.
    pub create: CreateMode,
    /// The effect of a second payment for the same order, with the meanings of
    /// [`payout_repeat`](Self::payout_repeat). A link that is made offline is always the same.
    pub payment_repeat: Repeat,
    /// The possible behaviour of buyers, and of payers on virtual accounts.
    pub payers: Payers,
    /// The effect of a second payout with the same reference, which the provider declares.
    ///
    /// [`Repeat::Deduplicated`] returns the first payout, and refuses another amount or account
    /// with the same reference. After the time for which a reference is remembered, it pays again.
    /// [`Repeat::Refused`] refuses every second payout. [`Repeat::PaysAgain`] pays again like HPay,
    /// even another amount.
    pub payout_repeat: Repeat,
    /// When the absence of a payout is conclusive, which the provider declares. The gateway books a
    /// payout immediately or never, so every rule for instructions holds.
    pub payout_absence: AbsenceRule,
    /// Bank accounts whose holder is known. Any other account also exists, under any name.
    pub beneficiaries: Vec<Beneficiary>,
    /// The address of notifications for payments that do not set their own.
    pub notify_url: Option<String>,
    /// The place of a notification's signature.
    pub event_signature: EventSignature,
    /// The time that a caller in memory waits for a response.
    pub patience: Duration,
}

/// The possible behaviour of payers. By default everything is possible.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Payers {
    /// Whether they can pay less or more than the amount asked.
    pub any_amount: bool,
    /// Whether they can pay again after they paid.
    pub twice: bool,
    /// Whether they can pay after the payment has ended.
    pub late: bool,
}

impl Default for Payers {
    fn default() -> Self {
        Self { any_amount: true, twice: true, late: true }
    }
}

impl Payers {
    /// Payers who pay the amount asked, once and in time, apart from the behaviour that the
    /// arguments allow.
    #[must_use]
    pub fn only(any_amount: bool, twice: bool, late: bool) -> Self {
        Self { any_amount, twice, late }
    }

    /// Returns `true` if they can pay `amount`, given the amount `asked`, whether it was `paid`
    /// before, and whether it is `late`.
    pub(super) fn can(self, amount: Money, asked: Option<Money>, paid: bool, late: bool) -> bool {
        (self.any_amount || asked.is_none_or(|asked| asked == amount))
            && (self.twice || !paid)
            && (self.late || !late)
    }
}

/// The state of a new payout.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PayoutStart {
    /// The payout waits until the merchant [approves](super::MockGateway::approve_payout) it. No
    /// money has moved yet.
    AwaitingApproval,
    /// The payout waits until it is settled by hand.
    #[default]
    Pending,
    /// The payout has succeeded: the beneficiary has the money.
    Succeeded,
}

/// The place of a notification's signature, and the part that it covers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EventSignature {
    /// In a header, over the time and the whole body. Used for the endpoint `events`.
    #[default]
    InHeader,
    /// In the body, over every member of the event beside it. Used for the endpoint
    /// `signed-events`.
    InBody,
}

impl Settings {
    /// Creates settings with credentials that are for tests only, on the system's clock.
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

    /// Sets the seed of names. The same seed and clock give the same bytes.
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

    /// Sets the opening balance in one currency.
    #[must_use]
    pub fn with_opening_balance(mut self, amount: Money) -> Self {
        self.opening_balances.retain(|other| other.currency() != amount.currency());
        self.opening_balances.push(amount);
        self
    }

    /// Sets the state of new payouts.
    #[must_use]
    pub fn with_payout_start(mut self, start: PayoutStart) -> Self {
        self.payout_start = start;
        self
    }

    /// Sets how the provider opens payments, see [`create`](Self::create).
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

    /// Sets the possible behaviour of buyers and payers.
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

    /// Sets when the absence of a payout is conclusive.
    #[must_use]
    pub fn with_payout_absence(mut self, absence: AbsenceRule) -> Self {
        self.payout_absence = absence;
        self
    }

    /// Adds a bank account whose holder is known. A payout to it under another name is refused.
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

    /// Sets the place of a notification's signature.
    #[must_use]
    pub fn with_event_signature(mut self, place: EventSignature) -> Self {
        self.event_signature = place;
        self
    }

    /// Sets the time that a caller in memory waits for a response.
    #[must_use]
    pub fn with_patience(mut self, patience: Duration) -> Self {
        self.patience = patience;
        self
    }
}

impl fmt::Debug for Settings {
    /// Omits the secrets.
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
