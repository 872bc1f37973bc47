//! A configured provider with its roles.

use std::any::{Any, TypeId};
use std::collections::BTreeMap;
use std::fmt;
use std::panic::Location;
use std::sync::Arc;

use serde::Serialize;

use crate::{
    Environment, Error, ProviderId, ProviderKind, Result, Secret, credential::Credential, layer,
    notification::NotificationReceiver, payment::PaymentProvider, payout::PayoutProvider,
    statement::StatementProvider, virtual_account::VirtualAccountProvider,
};

/// A configured provider: its name, its roles and its extensions.
///
/// A provider crate creates it and an app uses it. Clones share the roles.
///
/// Adding a role wraps it in tracing and checks: each call creates one span, and a request that the
/// capabilities or the provider's own `check` refuse is refused before the provider is called. A
/// provider need not repeat these checks.
#[doc(alias("connector", "adapter"))]
#[derive(Clone)]
pub struct Provider {
    id: ProviderId,
    kind: ProviderKind,
    environment: Environment,
    payments: Option<Arc<dyn PaymentProvider>>,
    virtual_accounts: Option<Arc<dyn VirtualAccountProvider>>,
    payouts: Option<Arc<dyn PayoutProvider>>,
    statements: Option<Arc<dyn StatementProvider>>,
    notifications: Option<Arc<dyn NotificationReceiver>>,
    extensions: BTreeMap<TypeId, Extension>,
    warnings: Vec<String>,
    credentials: Vec<Credential>,
    departs: bool,
    made_at: &'static Location<'static>,
}

#[derive(Clone)]
struct Extension {
    name: &'static str,
    value: Arc<dyn Any + Send + Sync>,
}

/// A role that a provider can have.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Role {
    /// The provider opens payments.
    Payments,
    /// The provider opens virtual accounts.
    VirtualAccounts,
    /// The provider pays money out.
    Payouts,
    /// The provider lists the movements of the merchant's bank accounts.
    Statements,
    /// The provider sends notifications to the app.
    Notifications,
}

impl Provider {
    /// Creates a provider without roles.
    #[track_caller]
    pub fn new(id: ProviderId, kind: ProviderKind, environment: Environment) -> Self {
        Self {
            id,
            kind,
            environment,
            payments: None,
            virtual_accounts: None,
            payouts: None,
            statements: None,
            notifications: None,
            extensions: BTreeMap::new(),
            warnings: Vec::new(),
            credentials: Vec::new(),
            departs: false,
            made_at: Location::caller(),
        }
    }

    /// Adds a warning about a part of its configuration that works but is unwise. `warning` names
    /// the key and never a value.
    #[must_use]
    pub fn with_warning(mut self, warning: impl Into<String>) -> Self {
        self.warnings.push(warning.into());
        self
    }

    /// Returns the warnings about its configuration, one line each.
    pub fn warnings(&self) -> &[String] {
        &self.warnings
    }

    /// Sets the merchant account at the gateway for which the provider acts, by its number or name
    /// there. `key` is the configuration key that gives it.
    ///
    /// A program with two providers of the same kind, environment and merchant is refused, because
    /// each would accept the gateway's deliveries to the other and money would be counted twice.
    /// Only a fingerprint of the merchant is stored.
    #[must_use]
    pub fn with_merchant(mut self, key: &'static str, merchant: &str) -> Self {
        let scope = match self.environment {
            Environment::Sandbox => "merchant in the sandbox",
            Environment::Production => "merchant in production",
        };
        let credential = Credential::new(key, &self.kind, scope, merchant.as_bytes());
        self.credentials.push(credential.of_merchant());
        self
    }

    /// Adds a secret or an API token that no other provider of its kind may have. `key` is the
    /// configuration key that gives it. For a list of secrets, call this once for each.
    ///
    /// A program in which two providers share one is refused, as with
    /// [`with_merchant`](Self::with_merchant); besides, a shared API token would be used at twice
    /// its rate. Only a fingerprint of the secret is stored.
    #[must_use]
    pub fn with_credential(mut self, key: &'static str, secret: &Secret) -> Self {
        let value = secret.expose().as_bytes();
        self.credentials.push(Credential::new(key, &self.kind, "secret", value));
        self
    }

    /// Sets whether every instruction of its roles asks the
    /// [`Departure`](crate::transport::Departure) of its call before it is sent. Pass the `departs()`
    /// of the transport that the roles were built with. Without this call the value is `false`.
    #[must_use]
    pub fn with_departures(mut self, departs: bool) -> Self {
        self.departs = departs;
        self
    }

    /// Returns whether its instructions ask the [`Departure`](crate::transport::Departure) of their
    /// call before they are sent. If `false`, a journal has to record an instruction as sent before
    /// it calls the role.
    pub fn departs(&self) -> bool {
        self.departs
    }

    /// Returns a fingerprint of the merchant account for which the provider acts, as text, or
    /// `None` if the provider crate sets no account. Two providers of one kind and environment have
    /// the same fingerprint if they act for the same account.
    pub fn merchant_fingerprint(&self) -> Option<String> {
        let merchant = self.credentials.iter().find(|credential| credential.is_merchant)?;
        Some(merchant.fingerprint.iter().take(16).map(|byte| format!("{byte:02x}")).collect())
    }

    pub(crate) fn credentials(&self) -> &[Credential] {
        &self.credentials
    }

    /// Adds the role of taking payments, with tracing and checks.
    #[must_use]
    pub fn with_payments(mut self, role: Arc<dyn PaymentProvider>) -> Self {
        self.payments = Some(layer::payments(&self.id, role));
        self
    }

    /// Adds the role of opening virtual accounts, with tracing and checks.
    #[must_use]
    pub fn with_virtual_accounts(mut self, role: Arc<dyn VirtualAccountProvider>) -> Self {
        self.virtual_accounts = Some(layer::virtual_accounts(&self.id, role));
        self
    }

    /// Adds the role of paying money out, with tracing and checks.
    #[must_use]
    pub fn with_payouts(mut self, role: Arc<dyn PayoutProvider>) -> Self {
        self.payouts = Some(layer::payouts(&self.id, role));
        self
    }

    /// Adds the role of listing statements, with tracing.
    #[must_use]
    pub fn with_statements(mut self, role: Arc<dyn StatementProvider>) -> Self {
        self.statements = Some(layer::statements(&self.id, role));
        self
    }

    /// Adds the role of receiving notifications, with limits on the cost of confirmations (see
    /// [`NotificationReceiver::confirm`]).
    #[must_use]
    pub fn with_notifications(mut self, role: Arc<dyn NotificationReceiver>) -> Self {
        self.notifications = Some(layer::notifications(&self.id, role));
        self
    }

    /// Adds a value that only this provider has, such as its client.
    #[must_use]
    pub fn with_extension<T: Any + Send + Sync>(mut self, value: Arc<T>) -> Self {
        let name = std::any::type_name::<T>();
        self.extensions.insert(TypeId::of::<T>(), Extension { name, value });
        self
    }

    /// Returns the name of the provider in the configuration, such as `acme-main`.
    pub fn id(&self) -> &ProviderId {
        &self.id
    }

    /// Returns the kind of the provider, such as `acme`.
    pub fn kind(&self) -> &ProviderKind {
        &self.kind
    }

    /// Returns whether the provider runs in the sandbox or in production.
    pub fn environment(&self) -> Environment {
        self.environment
    }

    /// Returns the line of source that created the provider, so that tests can point to it.
    pub fn made_at(&self) -> &'static Location<'static> {
        self.made_at
    }

    /// Returns the roles that the provider has.
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

    /// Returns the role of taking payments.
    ///
    /// # Errors
    /// Returns [`Unsupported`](crate::ErrorKind::Unsupported) if the provider does not have the
    /// role.
    pub fn payments(&self) -> Result<&Arc<dyn PaymentProvider>> {
        self.payments.as_ref().ok_or_else(|| self.lacks("take payments"))
    }

    /// Returns the role of opening virtual accounts.
    ///
    /// # Errors
    /// Returns [`Unsupported`](crate::ErrorKind::Unsupported) if the provider does not have the
    /// role.
    pub fn virtual_accounts(&self) -> Result<&Arc<dyn VirtualAccountProvider>> {
        self.virtual_accounts.as_ref().ok_or_else(|| self.lacks("open virtual accounts"))
    }

    /// Returns the role of paying money out.
    ///
    /// # Errors
    /// Returns [`Unsupported`](crate::ErrorKind::Unsupported) if the provider does not have the
    /// role.
    pub fn payouts(&self) -> Result<&Arc<dyn PayoutProvider>> {
        self.payouts.as_ref().ok_or_else(|| self.lacks("send money"))
    }

    /// Returns the role of listing statements.
    ///
    /// # Errors
    /// Returns [`Unsupported`](crate::ErrorKind::Unsupported) if the provider does not have the
    /// role.
    pub fn statements(&self) -> Result<&Arc<dyn StatementProvider>> {
        self.statements.as_ref().ok_or_else(|| self.lacks("list statements"))
    }

    /// Returns the role of receiving notifications.
    ///
    /// # Errors
    /// Returns [`Unsupported`](crate::ErrorKind::Unsupported) if the provider does not have the
    /// role.
    pub fn notifications(&self) -> Result<&Arc<dyn NotificationReceiver>> {
        self.notifications.as_ref().ok_or_else(|| self.lacks("send notifications"))
    }

    /// Returns the extension of type `T`, a value that only this provider has.
    ///
    /// # Errors
    /// Returns [`Unsupported`](crate::ErrorKind::Unsupported), listing the extensions of the
    /// provider, if `T` is not one of them.
    pub fn extension<T: Any + Send + Sync>(&self) -> Result<&T> {
        self.extensions
            .get(&TypeId::of::<T>())
            .and_then(|extension| extension.value.downcast_ref())
            .ok_or_else(|| {
                let there: Vec<_> =
                    self.extensions.values().map(|extension| extension.name).collect();
                let there = if there.is_empty() { "nothing".to_owned() } else { there.join(", ") };
                Error::unsupported(format!(
                    "{} has no extension {}; its extensions: {there}",
                    self.id,
                    std::any::type_name::<T>()
                ))
            })
    }

    fn lacks(&self, what: &str) -> Error {
        Error::unsupported(format!("{} does not {what}", self.id))
    }
}

impl fmt::Debug for Provider {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Provider")
            .field("id", &self.id)
            .field("kind", &self.kind)
            .field("environment", &self.environment)
            .field("roles", &self.roles())
            .finish_non_exhaustive()
    }
}
