//! A started gateway with what it can show the suite.

use std::fmt;
use std::future::Future;
use std::sync::{Arc, OnceLock};

use futures_util::future::{BoxFuture, FutureExt as _};
use payments_core::{OrderRef, PayoutRef, RefundRef, Role, transport::Transport};

use crate::{
    Flaw, Gateway, ListsStatements, Notifies, OpensVirtualAccounts, PaysOut, TakesPayments,
    client::client,
};

/// A started gateway and the roles that it can show: what [`suite!`](crate::suite) makes of yours.
#[derive(Clone)]
pub struct Subject {
    pub(crate) gateway: Arc<dyn Gateway>,
    pub(crate) payments: Option<Arc<dyn TakesPayments>>,
    pub(crate) virtual_accounts: Option<Arc<dyn OpensVirtualAccounts>>,
    pub(crate) payouts: Option<Arc<dyn PaysOut>>,
    pub(crate) statements: Option<Arc<dyn ListsStatements>>,
    pub(crate) notifications: Option<Arc<dyn Notifies>>,
    /// The instructions that the suite names as `refused` or `offline`, if a suite was written.
    pub(crate) unsent: Option<Vec<(&'static str, &'static str)>>,
}

impl Subject {
    /// A gateway without roles.
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

    /// Its provider takes payments.
    #[must_use]
    pub fn payments(mut self, gateway: Arc<dyn TakesPayments>) -> Self {
        self.payments = Some(gateway);
        self
    }

    /// Its provider opens virtual accounts.
    #[must_use]
    pub fn virtual_accounts(mut self, gateway: Arc<dyn OpensVirtualAccounts>) -> Self {
        self.virtual_accounts = Some(gateway);
        self
    }

    /// Its provider sends money.
    #[must_use]
    pub fn payouts(mut self, gateway: Arc<dyn PaysOut>) -> Self {
        self.payouts = Some(gateway);
        self
    }

    /// Its provider lists statements.
    #[must_use]
    pub fn statements(mut self, gateway: Arc<dyn ListsStatements>) -> Self {
        self.statements = Some(gateway);
        self
    }

    /// Its provider receives notifications.
    #[must_use]
    pub fn notifications(mut self, gateway: Arc<dyn Notifies>) -> Self {
        self.notifications = Some(gateway);
        self
    }

    pub(crate) fn order(&self, number: u32) -> Result<OrderRef, Flaw> {
        self.reference(number, OrderRef::new)
    }

    pub(crate) fn payout(&self, number: u32) -> Result<PayoutRef, Flaw> {
        self.reference(number, PayoutRef::new)
    }

    pub(crate) fn refund(&self, number: u32) -> Result<RefundRef, Flaw> {
        self.reference(number, RefundRef::new)
    }

    fn reference<T>(
        &self,
        number: u32,
        new: impl FnOnce(String) -> payments_core::Result<T>,
    ) -> Result<T, Flaw> {
        let text = self.gateway.reference(number);
        new(text).map_err(|error| Flaw::new("`Gateway::reference` gives a reference", error))
    }

    /// The roles that the suite was told of.
    pub fn roles(&self) -> Vec<Role> {
        [
            (Role::Payments, self.payments.is_some()),
            (Role::VirtualAccounts, self.virtual_accounts.is_some()),
            (Role::Payouts, self.payouts.is_some()),
            (Role::Statements, self.statements.is_some()),
            (Role::Notifications, self.notifications.is_some()),
        ]
        .into_iter()
        .filter_map(|(role, has)| has.then_some(role))
        .collect()
    }
}

/// What [`suite!`](crate::suite) names the roles by: a method for each, so that the compiler
/// points at the role whose trait is missing.
#[doc(hidden)]
#[derive(Debug)]
pub struct Roles<G> {
    gateway: Arc<G>,
    subject: Subject,
}

impl<G> Roles<G> {
    #[doc(hidden)]
    pub fn of(gateway: G) -> Self
    where
        G: Gateway,
    {
        let gateway = Arc::new(gateway);
        Self { subject: Subject::new(gateway.clone()), gateway }
    }

    #[doc(hidden)]
    #[must_use]
    pub fn payments(mut self) -> Self
    where
        G: TakesPayments,
    {
        self.subject = self.subject.payments(self.gateway.clone());
        self
    }

    #[doc(hidden)]
    #[must_use]
    pub fn virtual_accounts(mut self) -> Self
    where
        G: OpensVirtualAccounts,
    {
        self.subject = self.subject.virtual_accounts(self.gateway.clone());
        self
    }

    #[doc(hidden)]
    #[must_use]
    pub fn payouts(mut self) -> Self
    where
        G: PaysOut,
    {
        self.subject = self.subject.payouts(self.gateway.clone());
        self
    }

    #[doc(hidden)]
    #[must_use]
    pub fn statements(mut self) -> Self
    where
        G: ListsStatements,
    {
        self.subject = self.subject.statements(self.gateway.clone());
        self
    }

    #[doc(hidden)]
    #[must_use]
    pub fn notifications(mut self) -> Self
    where
        G: Notifies,
    {
        self.subject = self.subject.notifications(self.gateway.clone());
        self
    }

    /// The subject, with the instructions that its suite names as never sent, and why.
    #[doc(hidden)]
    #[must_use]
    pub fn named(mut self, unsent: &[(&'static str, &'static str)]) -> Subject {
        self.subject.unsent = Some(unsent.to_vec());
        self.subject
    }
}

impl fmt::Debug for Subject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Subject").field("roles", &self.roles()).finish_non_exhaustive()
    }
}

/// How a gateway is started, anew for every law: no law sees what another one did.
#[derive(Clone)]
pub struct Start {
    start: Arc<dyn Fn() -> BoxFuture<'static, Subject> + Send + Sync>,
    /// Setting up a client takes longer than starting a gateway.
    client: Arc<OnceLock<Arc<dyn Transport>>>,
}

impl Start {
    /// Starts by `start`.
    pub fn new<F>(start: impl Fn() -> F + Send + Sync + 'static) -> Self
    where
        F: Future<Output = Subject> + Send + 'static,
    {
        Self { start: Arc::new(move || start().boxed()), client: Arc::default() }
    }

    pub(crate) async fn start(&self) -> Subject {
        (self.start)().await
    }

    /// The HTTP client of every provider that is started here.
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
