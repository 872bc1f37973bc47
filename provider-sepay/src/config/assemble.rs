//! Builds a provider from settings, with each role that the settings allow.

use std::sync::Arc;

use base64::{Engine as _, engine::general_purpose::STANDARD};
use http::HeaderValue;
use payments_core::{Error, Provider, Result, signature::Keys};
use provider_kit::{registry::Context, signature::SignatureExplainer};

use super::{
    credentials,
    payment_gateway::GatewaySettings,
    settings::{Settings, TransferSettings},
    token::Token,
};
#[cfg(feature = "oauth")]
use crate::oauth::OAuthApp;
use crate::{
    bank::{Accounts, Matching, transfer::MemoTransfer, webhook::BankWebhook},
    client::Client,
    notifications::Notifications,
    payment_gateway::{Checkout, Gateway, Ipn, OrderApi, OrderList},
    payments::{Payments, Transfers},
    sepay::SePay,
};

pub(super) fn assemble(
    provider: Provider,
    context: &Context,
    settings: Settings,
) -> Result<Provider> {
    let provider =
        credentials::named(provider, &settings).with_departures(context.client.departs());
    let Settings {
        gateway,
        user_api: token,
        transfers,
        matching,
        webhook,
        sources,
        #[cfg(feature = "oauth")]
        oauth,
        ..
    } = settings;

    let token = token.map(|(token, settings)| Token::new(token, settings, context));
    let statement = token.as_ref().map(|token| token.statement(context, matching.clone()));
    let ipn_secret = gateway.as_ref().map(|gateway| gateway.ipn_secret.clone());
    let gateway = match gateway {
        None => None,
        Some(gateway) => {
            let (basic, spelling) = (basic(&gateway)?, gateway.spelling);
            let client = Client::new(gateway.order_api.clone(), basic, context.transport(None));
            Some(Gateway {
                checkout: Arc::new(forms(gateway)),
                orders: OrderApi::new(client.clone()),
                list: OrderList::new(client, spelling),
            })
        }
    };

    let accounts =
        statement.clone().map(|statement| Accounts::new(statement, Arc::clone(&context.clock)));
    #[cfg(feature = "oauth")]
    let app = oauth.map(|settings| {
        let (transport, clock) = (context.transport(None), Arc::clone(&context.clock));
        OAuthApp::new(settings, transport, clock, matching.clone())
    });
    #[cfg(feature = "oauth")]
    let app = app.transpose()?;

    let sepay = match &token {
        Some(token) => {
            SePay::new(gateway.clone()).with_user_api(token.v1.clone(), token.v2.clone())
        }
        None => SePay::new(gateway.clone()),
    }
    .with_accounts(accounts);
    #[cfg(feature = "oauth")]
    let sepay = sepay.with_oauth(app);
    let mut provider = provider.with_extension(Arc::new(sepay));
    if let Some((token, statement)) = token.as_ref().zip(statement.as_ref()) {
        provider = token.add_roles(provider, statement, context, matching.clone());
    }
    let ipn = ipn_secret.zip(gateway.as_ref());
    let ipn = ipn.map(|(secret, gateway)| (Ipn { secret }, gateway.orders.clone()));
    let bank = webhook.map(|auth| BankWebhook { auth, matching: matching.clone() });
    if ipn.is_some() || bank.is_some() {
        let notifications = Notifications::new(ipn, bank, statement.clone())?.with_sources(sources);
        let notifications = Arc::new(notifications);
        provider = provider
            .with_extension(SignatureExplainer::new(Arc::clone(&notifications)))
            .with_notifications(notifications);
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

/// Returns the header of Basic authentication (source: developer.sepay.vn, payment gateway, API:
/// overview).
fn basic(gateway: &GatewaySettings) -> Result<HeaderValue> {
    let pair = format!("{}:{}", gateway.merchant_id, gateway.secret_key.expose());
    HeaderValue::try_from(format!("Basic {}", STANDARD.encode(pair))).map_err(|error| {
        // Base64 is always valid in a header.
        Error::invalid("secret_key", "cannot stand in a header").with_source(error)
    })
}

fn forms(gateway: GatewaySettings) -> Checkout {
    Checkout {
        merchant_id: gateway.merchant_id,
        secret_key: Keys::one(gateway.secret_key),
        action: gateway.checkout,
        formula: gateway.formula,
        return_urls: gateway.return_urls,
    }
}

fn memo(transfers: TransferSettings, matching: Arc<Matching>) -> MemoTransfer {
    MemoTransfer {
        account: transfers.account,
        sub_accounts: transfers.sub_accounts,
        references: transfers.references,
        lead: transfers.lead,
        matching,
    }
}
