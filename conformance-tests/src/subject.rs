//! A started gateway with the roles that the suite tests.

use std::fmt;
use std::future::Future;
use std::sync::{Arc, OnceLock};

use futures_util::future::{BoxFuture, FutureExt as _};
use payments_core::Role;
use provider_kit::transport::Transport;
use tokio::sync::OnceCell;

use crate::{
    Flaw, Gateway, ListsStatements, Notifies, OpensVirtualAccounts, PaysOut, TakesPayments,
    client::client, failure::ROLES, record::Record,
};

/// A started gateway and its roles. [`suite!`](crate::suite) makes it from your gateway.
#[derive(Clone)]
#[non_exhaustive]
pub struct Subject {
    /// The gateway itself.
    pub gateway: Arc<dyn Gateway>,
    /// The gateway, if its provider has the role of payments.
    pub payments: Option<Arc<dyn TakesPayments>>,
    /// The gateway, if its provider has the role of virtual accounts.
    pub virtual_accounts: Option<Arc<dyn OpensVirtualAccounts>>,
    /// The gateway, if its provider has the role of payouts.
    pub payouts: Option<Arc<dyn PaysOut>>,
    /// The gateway, if its provider has the role of statements.
    pub statements: Option<Arc<dyn ListsStatements>>,
    /// The gateway, if its provider has the role of notifications.
    pub notifications: Option<Arc<dyn Notifies>>,
    /// The instructions that the suite names as `refused` or `offline`. `None` if there is no
    /// suite.
    #[doc(hidden)]
    pub unsent: Option<Vec<(&'static str, &'static str)>>,
}

impl Subject {
    /// Creates a subject without roles.
    pub fn new(gateway: Arc<dyn Gateway>) -> Self {
        Self {
            gateway,
            payments: None,
            virtual_accounts: None,
            payouts: None,
            statements: None,
            notifications: None,
            unsent: None,
        }
    }

    /// Returns the roles of the subject.
    pub fn roles(&self) -> Vec<Role> {
        let is_there = |role: &Role| match role {
            Role::Payments => self.payments.is_some(),
            Role::VirtualAccounts => self.virtual_accounts.is_some(),
            Role::Payouts => self.payouts.is_some(),
            Role::Statements => self.statements.is_some(),
            _ => self.notifications.is_some(),
        };
        ROLES.into_iter().filter(is_there).collect()
    }
}

impl fmt::Debug for Subject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Subject").field("roles", &self.roles()).finish_non_exhaustive()
    }
}

/// Starts gateways. Every law starts a new one, so that no law sees the effects of another.
#[derive(Clone)]
pub struct Start {
    start: Arc<dyn Fn() -> BoxFuture<'static, Subject> + Send + Sync>,
    /// The HTTP client, which is shared because setting it up takes longer than starting a gateway.
    client: Arc<OnceLock<Arc<dyn Transport>>>,
    /// The record of the honest run, shared by all laws that read it.
    record: Arc<OnceCell<Result<Record, Flaw>>>,
}

impl Start {
    /// Creates a `Start` that calls `start` for each gateway.
    pub fn new<F>(start: impl Fn() -> F + Send + Sync + 'static) -> Self
    where
        F: Future<Output = Subject> + Send + 'static,
    {
        Self {
            start: Arc::new(move || start().boxed()),
            client: Arc::default(),
            record: Arc::default(),
        }
    }

    /// Returns a copy with its own HTTP client, for a test with its own runtime.
    #[doc(hidden)]
    #[must_use]
    pub fn with_a_client_of_its_own(&self) -> Self {
        Self { client: Arc::default(), ..self.clone() }
    }

    pub(crate) async fn start(&self) -> Subject {
        (self.start)().await
    }

    /// Returns the record of one honest run.
    pub(crate) async fn record(&self) -> Result<&Record, Flaw> {
        self.record.get_or_init(|| Record::make(self)).await.as_ref().map_err(Flaw::clone)
    }

    /// Returns the HTTP client of every provider that is started here.
    pub(crate) fn client(&self) -> Result<Arc<dyn Transport>, Flaw> {
        if let Some(client) = self.client.get() {
            return Ok(Arc::clone(client));
        }
        let client = client()?;
        Ok(Arc::clone(self.client.get_or_init(|| client)))
    }
}

impl fmt::Debug for Start {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Start")
    }
}
