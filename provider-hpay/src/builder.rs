//! Builds a provider from a configuration, or reports every problem of the configuration.

use std::sync::Arc;

use http::HeaderValue;
use payments_core::{Provider, check_web_address, money::Currency};
use provider_kit::{
    config::{ConfigProblem, ProviderConfig, Reader},
    registry::Context,
    signature::{
        Algorithm, SignatureExplainer,
        rsa::{PublicKey, RsaError, SignerKind},
    },
};

use crate::{
    api::Api,
    banks::Banks,
    checkout::Payments,
    client::{HPay, Merchant, RsaKeys},
    compat::Compat,
    config::{AccountCurrency, Config, PayoutEndpoint, Signer},
    formulas::Formulas,
    hosts::{Host, Hosts},
    notification::Notifications,
    openapi, operations,
    payout::Payouts,
    virtual_account::VirtualAccounts,
};

/// The warning of a configuration without `notify_url`.
const NO_NOTIFICATIONS: &str = "notify_url: is missing, so HPay reports a payment only if its own \
    request has one: set it to the address at which the app accepts the endpoint notify";

/// Builds a provider with this identity. `read` has the problems that were found before.
pub(crate) fn provider(
    config: &Config,
    identity: &ProviderConfig,
    mut read: Reader<'_>,
    context: &Context,
) -> Result<Provider, Vec<ConfigProblem>> {
    let merchant = merchant(&mut read, config);
    // HPay's signatures are an MD5 over a text and the passcode, so whoever sees one message can
    // test guesses of the passcode on it.
    if let Some(newest) = merchant.as_ref().and_then(|merchant| merchant.passcode.newest()) {
        let advice = "have HPay set a long random one";
        read.warn_if_short("passcode", newest, "one link or notification", advice);
    }
    let hosts = hosts(&mut read, config);
    check_paths(&mut read, &config.compat);
    let rsa = rsa_keys(&mut read, config);
    let openapi = openapi_credentials(&mut read, config);
    let formulas = formulas(&mut read, config, rsa.is_some());
    let banks = banks(&mut read, config);
    let problems = read.finish();
    let (Some(merchant), Some(hosts), Some(banks), true) =
        (merchant, hosts, banks, problems.is_empty())
    else {
        return Err(problems);
    };
    let transport = context.transport(None);
    let clock = Arc::clone(&context.clock);
    let openapi_secret = openapi.as_ref().map(|openapi| openapi.client_secret.clone());
    let openapi_tokens = openapi.map(|credentials| {
        let (transport, clock) = (Arc::clone(&transport), Arc::clone(&clock));
        openapi::Tokens::new(hosts.openapi.clone(), credentials, transport, clock)
    });
    let hpay = Arc::new(HPay {
        merchant,
        formulas,
        hosts,
        apis: config.api,
        openapi_tokens,
        compat: config.compat.clone(),
        payout_endpoint: config.payout_endpoint,
        banks,
        unverified_answers: config.unverified_answers,
        rsa,
        transport,
        clock,
    });
    let notifications = Notifications::new(Arc::clone(&hpay))
        .map(Arc::new)
        .map_err(|error| vec![ConfigProblem::new(identity.path("kind"), error.to_string())])?;
    let (id, kind) = (identity.id.clone(), identity.kind.clone());
    let provider = Provider::new(id, kind, identity.environment)
        .with_departures(hpay.transport.departs())
        .with_payments(Arc::new(Payments::new(Arc::clone(&hpay))))
        .with_virtual_accounts(Arc::new(VirtualAccounts::new(Arc::clone(&hpay))))
        .with_extension(SignatureExplainer::new(Arc::clone(&notifications)))
        .with_notifications(notifications)
        .with_merchant("merchant_id", hpay.merchant_id())
        .with_extension(Arc::clone(&hpay));
    let provider = hpay
        .merchant
        .passcode
        .iter()
        .fold(provider, |provider, passcode| provider.with_credential("passcode", passcode));
    let provider = openapi_secret.iter().fold(provider, |provider, secret| {
        provider.with_credential("openapi_client_secret", secret)
    });
    let provider = hpay.formulas.warnings().into_iter().fold(provider, Provider::with_warning);
    let provider = match hpay.merchant.notify_url {
        Some(_) => provider,
        None => provider.with_warning(NO_NOTIFICATIONS),
    };
    Ok(match hpay.rsa {
        Some(_) => provider.with_payouts(Arc::new(Payouts::new(hpay))),
        None => provider,
    })
}

fn merchant(read: &mut Reader<'_>, config: &Config) -> Option<Merchant> {
    if let Err(problem) = check_signed_text(&config.merchant_id) {
        read.problem("merchant_id", problem);
    }
    if !config.receiver.contains('@') {
        read.problem("receiver", "is not an e-mail address");
    } else if let Err(problem) = check_signed_text(&config.receiver) {
        read.problem("receiver", problem);
    }
    let passcode = read.given_keys("passcode", &config.passcode);
    for (key, url) in [("return_url", &config.return_url), ("notify_url", &config.notify_url)] {
        if let Some(Err(problem)) = url.as_deref().map(check_web_address) {
            read.problem(key, problem);
        }
    }
    Some(Merchant {
        id: config.merchant_id.clone(),
        receiver: config.receiver.clone(),
        passcode: passcode?,
        currency: match config.currency {
            AccountCurrency::Vnd => Currency::VND,
            AccountCurrency::Usd => Currency::USD,
        },
        return_url: config.return_url.clone(),
        notify_url: config.notify_url.clone(),
    })
}

fn hosts(read: &mut Reader<'_>, config: &Config) -> Option<Hosts> {
    let mut address = |key, given: &Option<String>, host: Host| {
        read.given_url(key, given.as_deref(), host.address(config.environment))
    };
    let checkout = address("checkout_url", &config.checkout_url, Host::Checkout);
    let account = address("account_url", &config.account_url, Host::Account);
    let openapi = address("openapi_url", &config.openapi_url, Host::Openapi);
    Some(Hosts { checkout: checkout?, account: account?, openapi: openapi? })
}

fn check_paths(read: &mut Reader<'_>, compat: &Compat) {
    for (key, path) in [
        ("compat.link_path", &compat.link_path),
        ("compat.advanced_link_path", &compat.advanced_link_path),
        ("compat.revoke_token_path", &compat.revoke_token_path),
        ("compat.order_inquiry_path", &compat.order_inquiry_path),
    ] {
        if !path.starts_with('/') || path.contains(['?', '#', ' ']) {
            read.problem(key, "is not a path that starts with a slash");
        }
    }
    for (key, name) in [
        ("compat.openapi_payout_service", &compat.openapi_payout_service),
        ("compat.openapi_payout_inquiry", &compat.openapi_payout_inquiry),
    ] {
        let is_in_a_path = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-';
        if name.is_empty() || !name.bytes().all(is_in_a_path) {
            read.problem(key, "is not a name of letters, digits and hyphens");
        }
    }
}

/// Reads the credentials of the newer OpenAPI, if they are given.
fn openapi_credentials(read: &mut Reader<'_>, config: &Config) -> Option<openapi::Credentials> {
    let role = config.api.openapi().next();
    if let Some(role) = role {
        let needed = [
            ("openapi_client_id", config.openapi_client_id.is_some()),
            ("openapi_client_secret", config.openapi_client_secret.is_some()),
            ("private_key", config.private_key.is_some()),
            ("hpay_certificate", config.hpay_certificate.is_some()),
        ];
        for (key, _) in needed.iter().filter(|(_, is_given)| !is_given) {
            let speaks = "speak the newer OpenAPI by `api`";
            read.problem(key, format!("is missing; {role} {speaks} and need it"));
        }
    }
    if config.api.payouts == Api::Openapi && config.payout_endpoint != PayoutEndpoint::default() {
        let problem = "chooses among the endpoints of the reference; payouts are sent to the \
                       openapi by `api`";
        read.problem("payout_endpoint", problem);
    }
    let id = config.openapi_client_id.as_ref();
    if id.is_some_and(|id| id.trim().is_empty()) {
        read.problem("openapi_client_id", "is empty");
    }
    let secret =
        read.given_secret("openapi_client_secret", config.openapi_client_secret.as_ref()?)?;
    let Ok(merchant_id) = HeaderValue::from_str(&config.merchant_id) else {
        read.problem("merchant_id", "cannot be carried in a header");
        return None;
    };
    Some(openapi::Credentials { client_id: id?.clone(), client_secret: secret, merchant_id })
}

fn rsa_keys(read: &mut Reader<'_>, config: &Config) -> Option<RsaKeys> {
    match (&config.private_key, &config.hpay_certificate) {
        (None, None) => return None,
        (Some(_), None) => read.problem("hpay_certificate", "is missing; payouts need it too"),
        (None, Some(_)) => read.problem("private_key", "is missing; payouts need it too"),
        (Some(_), Some(_)) => {}
    }
    let kind = match config.signer {
        Signer::Rsa => SignerKind::Rsa,
        Signer::AwsLc => SignerKind::AwsLc,
    };
    let file = config
        .private_key
        .as_ref()
        .and_then(|source| read.given_secret_bytes("private_key", source));
    let ours = match file.map(|file| kind.read(file.expose())) {
        Some(Ok(signer)) => Some(signer),
        Some(Err(error)) => {
            let key = match error {
                RsaError::NotCompiledIn { .. } => "signer",
                _ => "private_key",
            };
            read.problem(key, error.to_string());
            None
        }
        None => None,
    };
    let bytes = read.given_bytes("hpay_certificate", config.hpay_certificate.as_ref()?)?;
    match PublicKey::from_bytes(&bytes) {
        Ok(hpay) => Some(RsaKeys { ours: ours?, hpay }),
        Err(error) => {
            read.problem("hpay_certificate", error.to_string());
            None
        }
    }
}

fn formulas(read: &mut Reader<'_>, config: &Config, has_keys: bool) -> Formulas {
    let mut formulas = Formulas::default();
    for (name, value) in &config.formulas {
        if let Err(problem) = formulas.replace(name, value, operations::fields_signed_by) {
            read.problem(&format!("formulas.{name}"), problem);
        }
    }
    for (name, formula) in formulas.templates() {
        if formula.algorithm == Algorithm::RsaSha256Base64 && !has_keys {
            let problem = "is an RSA formula and needs private_key and hpay_certificate";
            read.problem(&format!("formulas.{name}"), problem);
        }
    }
    formulas
}

fn banks(read: &mut Reader<'_>, config: &Config) -> Option<Banks> {
    match Banks::with(&config.bank_codes) {
        Ok(banks) => Some(banks),
        Err(problem) => {
            read.problem("bank_codes", problem);
            None
        }
    }
}

/// Checks that a text that is signed next to others does not contain a character that joins them.
fn check_signed_text(text: &str) -> Result<(), &'static str> {
    if text.trim().is_empty() {
        Err("is empty")
    } else if text.contains(['|']) || text.contains(|c: char| c.is_whitespace() || c.is_control()) {
        Err("contains a pipe, white space or a control character")
    } else {
        Ok(())
    }
}
