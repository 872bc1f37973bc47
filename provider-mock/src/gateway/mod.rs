//! The imaginary gateway itself: state machines and a ledger, without HTTP.

mod books;
mod control;
mod event;
mod ids;
mod ledger;
mod next_step;
mod order;
mod payment;
mod payout;
mod refund;
mod refused;
mod request_log;
mod response;
mod script;
mod serve;
mod settings;
mod statement;
mod virtual_account;

use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use bytes::Bytes;
use payments_core::{
    Environment, Error, ErrorKind, Provider, ProviderId, Result, Secret, Timestamp, signature::Keys,
};
use provider_kit::{registry::Context, transport::Transport};
use serde::Serialize;

use books::Books;
use request_log::RequestLog;
use script::Script;

#[cfg(feature = "simulator")]
pub(crate) use control::{OwnRow, Shown, ShownPayment};
#[cfg(feature = "seeded-bugs")]
pub(crate) use event::code_of;

pub use control::ControlError;
pub use ledger::{Booking, BookingKind};
pub use payout::PayoutOutcome;
pub use request_log::LoggedRequest;
pub use script::{Scripted, When};
pub use settings::{EventSignature, Payers, PayoutStart, Settings};

pub(crate) use serve::Reaction;

use crate::{memory::InMemory, provider};

/// The address of the gateway's pages while no server is running: a host that never exists.
pub(crate) const NOWHERE: &str = "https://mock.invalid";

/// A gateway that exists in memory only. Clones share its state.
///
/// Its methods act as buyers, payers and banks; the merchant's program uses
/// [`provider`](Self::provider).
#[derive(Clone)]
pub struct MockGateway {
    inner: Arc<Inner>,
}

struct Inner {
    api_key: Keys,
    webhook_key: Keys,
    settings: Settings,
    script: Script,
    log: RequestLog,
    books: Mutex<Books>,
}

impl MockGateway {
    /// Creates a gateway with an empty ledger.
    ///
    /// # Errors
    /// Returns a [`Configuration`](payments_core::ErrorKind::Configuration) error if a secret is
    /// empty, or if another setting cannot be used.
    pub fn new(settings: Settings) -> Result<Self> {
        let books = Books::new(&settings, NOWHERE)?;
        let inner = Inner {
            api_key: key("api_key", &settings.api_key)?,
            webhook_key: key("webhook_secret", &settings.webhook_secret)?,
            settings,
            script: Script::default(),
            log: RequestLog::default(),
            books: Mutex::new(books),
        };
        Ok(Self { inner: Arc::new(inner) })
    }

    /// Returns a provider with every role that reaches this gateway in memory, through the same
    /// client as over HTTP. The gateway is its [extension](Provider::extension).
    ///
    /// # Errors
    /// Returns an error if `id` is not a valid provider id.
    pub fn provider(&self, id: &str) -> Result<Provider> {
        let settings = &self.inner.settings;
        let context = Context::new(self.transport()).with_clock(Arc::clone(&settings.clock));
        let parts = provider::Parts {
            id: ProviderId::new(id)?,
            environment: Environment::Sandbox,
            base: NOWHERE.to_owned(),
            api_key: self.inner.api_key.clone(),
            webhook_keys: self.inner.webhook_key.clone(),
            transport: context.transport(None),
            clock: context.clock,
            create: settings.create,
            payment_repeat: settings.payment_repeat,
            payout_repeat: settings.payout_repeat,
            payout_absence: settings.payout_absence,
        };
        Ok(parts.assemble()?.with_extension(Arc::new(self.clone())))
    }

    /// Returns a transport to this gateway that needs no socket. Pass it to a [`Context`] instead
    /// of an HTTP client.
    pub fn transport(&self) -> Arc<dyn Transport> {
        Arc::new(InMemory::new(self.clone(), self.inner.settings.patience))
    }

    /// Returns the settings that the gateway was created with.
    pub fn settings(&self) -> &Settings {
        &self.inner.settings
    }

    /// Returns the current time, by the gateway's clock.
    pub fn now(&self) -> Timestamp {
        self.inner.settings.clock.now()
    }

    /// Sets the address of the gateway's pages, once a server listens.
    #[cfg(feature = "simulator")]
    pub(crate) fn listens_at(&self, url: &str) {
        self.books().site = url.to_owned();
    }

    fn books(&self) -> MutexGuard<'_, Books> {
        self.inner.books.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for MockGateway {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MockGateway")
            .field("settings", &self.inner.settings)
            .field("bookings", &self.books().ledger.bookings().len())
            .finish_non_exhaustive()
    }
}

fn key(field: &'static str, text: &str) -> Result<Keys> {
    let secret = Secret::new(text).map_err(|empty| {
        Error::new(ErrorKind::Configuration, empty.to_string()).with_field(field)
    })?;
    Ok(Keys::one(secret))
}

/// Serialises a value as JSON. Structs of names, texts and numbers always have a JSON form.
fn json<T: Serialize>(value: &T) -> Bytes {
    serde_json::to_vec(value).map(Bytes::from).unwrap_or_default()
}
