//! From a configuration to a provider.

mod addresses;
mod settings;

use std::sync::Arc;

use base64::{Engine as _, engine::general_purpose::STANDARD};
use http::HeaderValue;
use payments_core::{
    Error, Provider,
    config::{ConfigProblem, ProviderConfig, Reader},
    notification::check::Keys,
    registry::{Context, Registration},
};

use crate::{
    checkout::Checkout,
    client::{OrderApi, SePay, UserApi},
    formula::FORMULAS,
    notification::{BankWebhook, Ipn, Notifications},
    payments::{Gateway, Payments, Transfers},
    statements::Statements,
    transfer::MemoTransfer,
};
use addresses::Addresses;
use settings::Settings;

/// This provider: kind `sepay`.
pub const REGISTRATION: Registration = Registration::new(
    "sepay",
    env!("CARGO_PKG_NAME"),
    env!("CARGO_PKG_VERSION"),
    build,
    include_str!("example.toml"),
)
.with_formulas(FORMULAS);

payments_core::register!(REGISTRATION);

/// Makes a provider of a configuration.
///
/// Its roles follow from what is configured: payments with the payment gateway's `merchant_id` and
/// `secret_key` or with an account for transfers, statements with an `api_token`, notifications
/// with the payment gateway or with a webhook's `webhook_secret` or `webhook_api_key`. Every key:
///
/// ```toml
#[doc = include_str!("example.toml")]
/// ```
///
/// # Errors
/// Every problem of the configuration.
pub fn build(config: &ProviderConfig, context: &Context) -> Result<Provider, Vec<ConfigProblem>> {
    let mut read = Reader::new(config, &context.environ);
    let settings = Settings::read(&mut read);
    let addresses = Addresses::read(&mut read, config.environment);
    let problems = read.finish();
    match (addresses, problems.is_empty()) {
        (Some(addresses), true) => assemble(config, context, settings, addresses)
            .map_err(|error| vec![ConfigProblem::new(config.path("kind"), error.to_string())]),
        _ => Err(problems),
    }
}

fn assemble(
    config: &ProviderConfig,
    context: &Context,
    settings: Settings,
    addresses: Addresses,
) -> Result<Provider, Error> {
    let mut provider = Provider::new(config.id.clone(), config.kind.clone(), config.environment);

    let statement = settings.api_token.map(|authorization| {
        UserApi::new(
            addresses.user_api,
            authorization,
            context.transport(Some(UserApi::RATE)),
            Arc::clone(&context.clock),
            settings.matching.clone(),
        )
    });
    if let Some(statement) = &statement {
        provider = provider.with_statements(Arc::new(Statements::new(statement.clone())));
    }

    let (gateway, ipn) = match settings.gateway {
        None => (None, None),
        Some(gateway) => {
            let secret = gateway.secret_key.expose();
            let basic = STANDARD.encode(format!("{}:{secret}", gateway.merchant_id));
            // Base64 always stands in a header.
            let basic = HeaderValue::try_from(format!("Basic {basic}")).map_err(|error| {
                Error::invalid("secret_key", "cannot stand in a header").with_source(error)
            })?;
            let orders = OrderApi::new(addresses.order_api, basic, context.transport(None));
            let ipn = Ipn { secret: gateway.ipn_secret };
            let checkout = Checkout {
                merchant_id: gateway.merchant_id,
                secret_key: Keys::one(gateway.secret_key),
                action: addresses.checkout,
                field_order: gateway.field_order,
                return_urls: gateway.return_urls,
            };
            (Some(Gateway { checkout, orders: orders.clone() }), Some((ipn, orders)))
        }
    };
    let orders = gateway.as_ref().map(|gateway| gateway.orders.clone());
    provider = provider.with_extension(Arc::new(SePay::new(orders)));

    let transfers = match (settings.transfers, &settings.matching, &statement) {
        (Some(transfers), Some(matching), Some(statement)) => Some(Transfers {
            memo: MemoTransfer {
                account: transfers.account,
                references: transfers.references,
                matching: Arc::clone(matching),
            },
            statement: statement.clone(),
        }),
        _ => None,
    };
    if gateway.is_some() || transfers.is_some() {
        provider = provider.with_payments(Arc::new(Payments::new(gateway, transfers)));
    }

    let bank =
        settings.webhook.map(|auth| BankWebhook { auth, matching: settings.matching.clone() });
    if ipn.is_some() || bank.is_some() {
        let notifications = Notifications::new(ipn, bank, statement)?;
        provider = provider.with_notifications(Arc::new(notifications));
    }
    Ok(provider)
}
