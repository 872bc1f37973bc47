//! From settings to a provider: each role that the settings allow.

use std::sync::Arc;

use base64::{Engine as _, engine::general_purpose::STANDARD};
use http::HeaderValue;
use payments_core::{
    Error, Provider, Result, config::ProviderConfig, notification::check::Keys, registry::Context,
};

use super::{
    addresses::Addresses,
    payment_gateway::GatewaySettings,
    settings::{Settings, TransferSettings},
};
use crate::{
    checkout::Checkout,
    client::{Gateway, OrderApi, SePay, UserApi},
    matching::Matching,
    notification::{BankWebhook, Ipn, Notifications},
    payments::{Payments, Transfers},
    statements::Statements,
    transfer::MemoTransfer,
};

pub(super) fn assemble(
    config: &ProviderConfig,
    context: &Context,
    settings: Settings,
    addresses: Addresses,
) -> Result<Provider> {
    let Settings { gateway, api_token, transfers, matching, webhook, sources } = settings;
    let Addresses { checkout, order_api, user_api } = addresses;

    let statement = api_token.map(|token| {
        // One transport, so that one limit holds for everything that the token is used for.
        let transport = context.transport(Some(UserApi::RATE));
        UserApi::new(user_api, token, transport, Arc::clone(&context.clock), matching.clone())
    });
    let ipn_secret = gateway.as_ref().map(|gateway| gateway.ipn_secret.clone());
    let gateway = match gateway {
        None => None,
        Some(gateway) => {
            let (basic, spelling) = (basic(&gateway)?, gateway.spelling);
            let orders = OrderApi::new(order_api, basic, context.transport(None), spelling);
            Some(Gateway { checkout: Arc::new(forms(gateway, checkout)), orders })
        }
    };

    let mut provider = Provider::new(config.id.clone(), config.kind.clone(), config.environment)
        .with_extension(Arc::new(SePay::new(gateway.clone())));
    if let Some(statement) = &statement {
        provider = provider.with_statements(Arc::new(Statements::new(statement.clone())));
    }
    let ipn = ipn_secret.zip(gateway.as_ref());
    let ipn = ipn.map(|(secret, gateway)| (Ipn { secret }, gateway.orders.clone()));
    let bank = webhook.map(|auth| BankWebhook { auth, matching: matching.clone() });
    if ipn.is_some() || bank.is_some() {
        let notifications = Notifications::new(ipn, bank, statement.clone())?.with_sources(sources);
        provider = provider.with_notifications(Arc::new(notifications));
    }
    let transfers =
        transfers.zip(matching).zip(statement).map(|((transfers, matching), statement)| {
            Transfers { memo: memo(transfers, matching), statement }
        });
    if gateway.is_some() || transfers.is_some() {
        provider = provider.with_payments(Arc::new(Payments::new(gateway, transfers)));
    }
    Ok(provider)
}

/// Basic authentication (developer.sepay.vn, payment gateway, API: overview).
fn basic(gateway: &GatewaySettings) -> Result<HeaderValue> {
    let pair = format!("{}:{}", gateway.merchant_id, gateway.secret_key.expose());
    HeaderValue::try_from(format!("Basic {}", STANDARD.encode(pair))).map_err(|error| {
        // Base64 always stands in a header.
        Error::invalid("secret_key", "cannot stand in a header").with_source(error)
    })
}

fn forms(gateway: GatewaySettings, action: String) -> Checkout {
    Checkout {
        merchant_id: gateway.merchant_id,
        secret_key: Keys::one(gateway.secret_key),
        action,
        field_order: gateway.field_order,
        return_urls: gateway.return_urls,
    }
}

fn memo(transfers: TransferSettings, matching: Arc<Matching>) -> MemoTransfer {
    MemoTransfer { account: transfers.account, references: transfers.references, matching }
}
