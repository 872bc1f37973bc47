//! The merchant's side: the roles of the core over the protocol of [`wire`](crate::wire).
//!
//! A call goes from its role through [`client`] to the transport, and its response comes back
//! through [`response`] and [`map`].

mod client;
mod map;
mod notifications;
mod payments;
mod payouts;
mod response;
mod statements;
mod virtual_accounts;

use std::sync::Arc;

use payments_core::{
    Clock, Environment, Provider, ProviderId, ProviderKind, Result,
    payment::CreateMode,
    rules::{AbsenceRule, Repeat},
    signature::Keys,
};
use provider_kit::{signature::SignatureExplainer, transport::Transport};

use client::Client;
use notifications::Notifications;
use payments::Payments;
use payouts::Payouts;
use statements::Statements;
use virtual_accounts::VirtualAccounts;

use crate::registration::KIND;

/// The parts of a provider, for a gateway in memory or over HTTP.
pub(crate) struct Parts {
    pub(crate) id: ProviderId,
    pub(crate) environment: Environment,
    /// The gateway's address, without a trailing slash.
    pub(crate) base: String,
    pub(crate) api_key: Keys,
    pub(crate) webhook_keys: Keys,
    pub(crate) transport: Arc<dyn Transport>,
    pub(crate) clock: Arc<dyn Clock>,
    /// The way in which payments are opened.
    pub(crate) create: CreateMode,
    /// The effect of a second payment for one order.
    pub(crate) payment_repeat: Repeat,
    /// The effect of a second payout with one reference.
    pub(crate) payout_repeat: Repeat,
    /// When the absence of a payout is conclusive.
    pub(crate) payout_absence: AbsenceRule,
}

impl Parts {
    /// Builds a provider with every role.
    ///
    /// # Errors
    /// Returns a `Configuration` error if the API key cannot be sent in a header.
    pub(crate) fn assemble(self) -> Result<Provider> {
        let provider = Provider::new(self.id, ProviderKind::new(KIND)?, self.environment);
        let api_keys = self.api_key.iter();
        let provider =
            api_keys.fold(provider, |provider, key| provider.with_credential("api_key", key));
        let webhook_keys = self.webhook_keys.iter();
        let provider = webhook_keys
            .fold(provider, |provider, key| provider.with_credential("webhook_secret", key));
        let provider = provider.with_departures(self.transport.departs());
        let client = Client::new(self.base, self.api_key, self.transport, self.clock)?;
        let client = Arc::new(client);
        let payments = Payments::new(Arc::clone(&client), self.create, self.payment_repeat);
        let payouts = Payouts::new(Arc::clone(&client), self.payout_repeat, self.payout_absence);
        let notifications = Arc::new(Notifications::new(Arc::clone(&client), self.webhook_keys)?);
        Ok(provider
            .with_extension(SignatureExplainer::new(Arc::clone(&notifications)))
            .with_payments(Arc::new(payments))
            .with_virtual_accounts(Arc::new(VirtualAccounts::new(Arc::clone(&client))))
            .with_payouts(Arc::new(payouts))
            .with_statements(Arc::new(Statements::new(client)))
            .with_notifications(notifications))
    }
}
