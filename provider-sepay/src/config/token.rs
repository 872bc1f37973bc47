//! The settings that depend on the API token: both versions of the User API, and the roles that use
//! them.

use std::sync::Arc;

use http::HeaderValue;
use payments_core::Provider;
use provider_kit::registry::Context;

use super::{UserApiVersion, user_api::UserApiSettings};
use crate::{
    bank::{
        Matching, UserApiV1, UserApiV2,
        statement::{Source, StatementV1, StatementV2, Statements},
        virtual_account::{Api, VirtualAccounts},
    },
    client::Client,
};

/// Both versions of the User API, each with one transport, so that one rate limit applies to every
/// use of the token.
pub(super) struct Token {
    settings: UserApiSettings,
    pub(super) v1: UserApiV1,
    pub(super) v2: UserApiV2,
}

impl Token {
    pub(super) fn new(token: HeaderValue, settings: UserApiSettings, context: &Context) -> Self {
        let v1 = UserApiV1::new(
            Client::new(
                settings.url_v1.clone(),
                token.clone(),
                context.transport(settings.rate_v1),
            ),
            settings.v1_orders,
        );
        let transport = context.transport(settings.rate_v2);
        let v2 = UserApiV2::new(Client::new(settings.url_v2.clone(), token, transport));
        Self { settings, v1, v2 }
    }

    /// Returns the statement in which transfers and notifications are looked up.
    pub(super) fn statement(
        &self,
        context: &Context,
        matching: Option<Arc<Matching>>,
    ) -> StatementV2 {
        self.v2.statement(Arc::clone(&context.clock), matching)
    }

    pub(super) fn add_roles(
        &self,
        mut provider: Provider,
        statement: &StatementV2,
        context: &Context,
        matching: Option<Arc<Matching>>,
    ) -> Provider {
        let clock = || Arc::clone(&context.clock);
        let source = match self.settings.statements {
            UserApiVersion::V1 => {
                Source::V1(Box::new(StatementV1::new(self.v1.clone(), clock(), matching)))
            }
            UserApiVersion::V2 => Source::V2(statement.clone()),
        };
        provider = provider.with_statements(Arc::new(Statements::new(source)));
        if let Some((version, settings)) = &self.settings.virtual_accounts {
            let api = match version {
                UserApiVersion::V1 => Api::V1(self.v1.clone()),
                UserApiVersion::V2 => Api::V2(self.v2.clone()),
            };
            let role = VirtualAccounts::new(api, statement.clone(), settings.clone(), clock());
            provider = provider.with_virtual_accounts(Arc::new(role));
        }
        provider
    }
}
