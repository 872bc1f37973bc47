//! The merchant's side: the roles of the core over the protocol of [`wire`](crate::wire).
//!
//! A call goes from its role through [`client`] to the transport, and its answer through
//! [`answer`] and [`map`] back.

mod answer;
mod client;
mod map;
mod notifications;
mod payments;
mod payouts;
mod statements;
mod virtual_accounts;

use std::sync::Arc;

use payments_core::{
    Clock, Environment, Provider, ProviderId, ProviderKind, Result,
    payment::CreateMode,
    rules::{AbsenceRule, Repeat},
    signature::Keys,
    transport::Transport,
};

use client::Client;
use notifications::Notifications;
use payments::Payments;
use payouts::Payouts;
use statements::Statements;
use virtual_accounts::VirtualAccounts;

use crate::{capabilities, registration::KIND};

/// What a provider is made of, wherever its gateway is.
pub(crate) struct Parts {
    pub(crate) id: ProviderId,
    pub(crate) environment: Environment,
    /// The gateway's address, without a slash at the end.
    pub(crate) base: String,
    pub(crate) api_key: Keys,
    pub(crate) webhook_keys: Keys,
    pub(crate) transport: Arc<dyn Transport>,
    pub(crate) clock: Arc<dyn Clock>,
    /// How payments are opened.
    pub(crate) create: CreateMode,
    /// What the gateway does with a second payment for one order.
    pub(crate) payment_repeat: Repeat,
    /// What the gateway does with a second payout under one reference.
    pub(crate) payout_repeat: Repeat,
    /// When it is conclusive that the gateway does not know a payout.
    pub(crate) payout_absence: AbsenceRule,
}

impl Parts {
    /// A provider with every role.
    ///
    /// # Errors
    /// `Configuration` if the API key cannot stand in a header.
    pub(crate) fn assemble(self) -> Result<Provider> {
        let provider = Provider::new(self.id, ProviderKind::new(KIND)?, self.environment);
        let api_keys = self.api_key.iter();
        let provider =
            api_keys.fold(provider, |provider, key| provider.with_credential("api_key", key));
        let webhook_keys = self.webhook_keys.iter();
        let provider = webhook_keys
            .fold(provider, |provider, key| provider.with_credential("webhook_secret", key));
        let payouts = capabilities::payouts(self.payout_repeat, self.payout_absence);
        let capabilities = capabilities::payments(self.create, self.payment_repeat);
        let provider = provider.with_departures(self.transport.departs());
        let client = Client::new(self.base, self.api_key, self.transport, self.clock)?;
        let client = Arc::new(client);
        Ok(provider
            .with_payments(Arc::new(Payments::new(Arc::clone(&client), capabilities)))
            .with_virtual_accounts(Arc::new(VirtualAccounts::new(Arc::clone(&client))))
            .with_payouts(Arc::new(Payouts::new(Arc::clone(&client), payouts)))
            .with_statements(Arc::new(Statements::new(Arc::clone(&client))))
            .with_notifications(Arc::new(Notifications::new(client, self.webhook_keys)?)))
    }
}
