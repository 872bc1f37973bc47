//! From configuration to a provider.

use std::sync::Arc;

use payments_core::{
    Provider,
    config::{ConfigProblem, ProviderConfig, Reader},
    formula::Algorithm,
    money::Currency,
    registry::{Context, Registration},
    rsa::{PublicKey, RsaError, SignerKind},
};

use crate::{
    banks::Banks,
    checkout::Payments,
    client::{HPay, Merchant, PayoutEndpoint, PayoutKeys},
    compat::{self, Body, Compat, MerchantField},
    formulas::{FORMULAS, Formulas},
    hosts::{Host, Hosts},
    notification::Notifications,
    operations,
    payout::Payouts,
    response_signature::UnverifiedAnswers,
    virtual_account::VirtualAccounts,
};

/// What this crate says about itself.
pub const REGISTRATION: Registration =
    Registration::new("hpay", env!("CARGO_PKG_NAME"), env!("CARGO_PKG_VERSION"), build, EXAMPLE)
        .with_formulas(FORMULAS);

#[cfg(feature = "inventory")]
payments_core::inventory::submit! { REGISTRATION }

const EXAMPLE: &str = r#"[providers.hpay-main]
kind = "hpay"
environment = "sandbox"
merchant_id = "12345"
receiver = "merchant@shop.example"
# Several, newest first, while HPay changes it. Long and random: everything hangs on it.
passcode = { env = "HPAY_PASSCODE" }
return_url = "https://shop.example/hpay/return"
notify_url = "https://shop.example/hpay/notify"

# Payouts, with both or neither.
private_key = { file = "/run/secrets/hpay.pem" }
hpay_certificate = { file = "/etc/payments/hpay.cer" }

# All of these have defaults.
# checkout_url = "https://checkout-sandbox.hpay.com.vn"
# account_url = "https://account-sandbox.hpay.com.vn"
# openapi_url = "https://openapi-sandbox.htpgroup.com.vn"
# currency = "vnd"              # or "usd", of whole dollars: a merchant_id of its own for each
# link_path = "/v1/checkout.php"
# advanced_link_path = "/checkout.php"  # instalments, frames, tokens of domestic cards
# revoke_token_path = "/revoke_token.php"
# revoke_token_merchant = "merchant_id" # or "merchant_site_code", "both"
# order_inquiry_path = "/api/transaction/GetTransactionDetail"
# order_inquiry_body = "form"   # or "json", "json-as-form"
# va_body = "form"              # or "json", "json-as-form"
# payout_endpoint = "json"      # or "openapi", if HPay says so; or "form", which HPay retires
# signer = "rsa"                # or "aws-lc", with the cargo feature of that name
# bank_codes = { 970419 = "NCB" }   # in the place of table 3's, by the bank's number
# unverified_answers = "accept" # or "refuse": believe no answer whose formula is unknown
#
# [providers.hpay-main.formulas]  # in the place of the usual ones: a template, or another's name
# checkout_v1_link = "checkout_v1_link"   # or "checkout_link", "checkout_link_short"
# checkout_link = "checkout_link"         # or "checkout_v1_link", "checkout_link_short"
# payout_response = "payout_response"     # or "payout_response_by_name", without the account
# order_inquiry_request = "{merchant_id}|{order_code}|{passcode}"
# openapi_va_callback = "{va_account}|{amount}|{cashin_id}|{transaction_id}|{passcode}|{merchant_id}|{client_request_id}"
"#;

const BODIES: [(&str, Body); 3] =
    [("form", Body::Form), ("json", Body::Json), ("json-as-form", Body::JsonAsForm)];

fn build(config: &ProviderConfig, context: &Context) -> Result<Provider, Vec<ConfigProblem>> {
    let mut read = Reader::new(config, &context.environ);
    let merchant = merchant(&mut read);
    // HPay's codes are an MD5 over a text and the passcode: whoever sees one message can try
    // passcodes on it at leisure.
    if let Some(newest) = merchant.as_ref().and_then(|merchant| merchant.passcode.newest()) {
        let advice = "have HPay set a long random one";
        read.warn_if_short("passcode", newest, "one link or notification", advice);
    }
    let hosts = hosts(&mut read);
    let compat = compat(&mut read);
    let endpoints = [
        ("json", PayoutEndpoint::Json),
        ("openapi", PayoutEndpoint::Openapi),
        ("form", PayoutEndpoint::Form),
    ];
    let payout_endpoint = read.choice("payout_endpoint", &endpoints);
    let keys = payout_keys(&mut read);
    let formulas = formulas(&mut read);
    for (name, formula) in formulas.templates() {
        if formula.algorithm == Algorithm::RsaSha256Base64 && keys.is_none() {
            let words = "is an RSA formula and needs private_key and hpay_certificate";
            read.problem(&format!("formulas.{name}"), words);
        }
    }
    let choices = [("accept", UnverifiedAnswers::Accept), ("refuse", UnverifiedAnswers::Refuse)];
    let unverified_answers = read.choice("unverified_answers", &choices);
    let banks = banks(&mut read);
    let (
        Some(merchant),
        Some(hosts),
        Some(compat),
        Some(payout_endpoint),
        Some(banks),
        Some(unverified_answers),
    ) = (merchant, hosts, compat, payout_endpoint, banks, unverified_answers)
    else {
        return Err(read.finish());
    };
    let problems = read.finish();
    if !problems.is_empty() {
        return Err(problems);
    }
    let hpay = Arc::new(HPay {
        merchant,
        formulas,
        hosts,
        compat,
        payout_endpoint,
        banks,
        unverified_answers,
        rsa: keys,
        transport: context.transport(None),
        clock: Arc::clone(&context.clock),
    });
    let notifications = Notifications::new(Arc::clone(&hpay))
        .map_err(|error| vec![ConfigProblem::new(config.path("kind"), error.to_string())])?;
    let provider = Provider::new(config.id.clone(), config.kind.clone(), config.environment)
        .with_departures(hpay.transport.departs())
        .with_payments(Arc::new(Payments::new(Arc::clone(&hpay))))
        .with_virtual_accounts(Arc::new(VirtualAccounts::new(Arc::clone(&hpay))))
        .with_notifications(Arc::new(notifications))
        .with_merchant("merchant_id", hpay.merchant_id())
        .with_extension(Arc::clone(&hpay));
    let provider = hpay
        .merchant
        .passcode
        .iter()
        .fold(provider, |provider, passcode| provider.with_credential("passcode", passcode));
    let provider = hpay.formulas.warnings().into_iter().fold(provider, Provider::with_warning);
    Ok(match hpay.rsa {
        Some(_) => provider.with_payouts(Arc::new(Payouts::new(hpay))),
        None => provider,
    })
}

fn merchant(read: &mut Reader<'_>) -> Option<Merchant> {
    let id = read.parsed("merchant_id", signed_text);
    let receiver = read.parsed("receiver", |text| {
        if text.contains('@') { signed_text(text) } else { Err("is not an e-mail address".into()) }
    });
    let passcode = read.keys("passcode");
    let currencies = [("vnd", Currency::VND), ("usd", Currency::USD)];
    let currency = read.choice("currency", &currencies);
    let return_url = read.optional_web_address("return_url");
    let notify_url = read.optional_web_address("notify_url");
    Some(Merchant {
        id: id?,
        receiver: receiver?,
        passcode: passcode?,
        currency: currency?,
        return_url,
        notify_url,
    })
}

fn hosts(read: &mut Reader<'_>) -> Option<Hosts> {
    let environment = read.environment();
    let checkout = read.url("checkout_url", Host::Checkout.address(environment));
    let account = read.url("account_url", Host::Account.address(environment));
    let openapi = read.url("openapi_url", Host::Openapi.address(environment));
    Some(Hosts { checkout: checkout?, account: account?, openapi: openapi? })
}

fn compat(read: &mut Reader<'_>) -> Option<Compat> {
    let link_path = path(read, "link_path", compat::LINK_PATH);
    let advanced_link_path = path(read, "advanced_link_path", compat::ADVANCED_LINK_PATH);
    let revoke_token_path = path(read, "revoke_token_path", compat::REVOKE_TOKEN_PATH);
    let names = [
        ("merchant_id", MerchantField::MerchantId),
        ("merchant_site_code", MerchantField::MerchantSiteCode),
        ("both", MerchantField::Both),
    ];
    let revoke_token_merchant = read.choice("revoke_token_merchant", &names);
    let order_inquiry_path = path(read, "order_inquiry_path", compat::ORDER_INQUIRY_PATH);
    let order_inquiry_body = read.choice("order_inquiry_body", &BODIES);
    let va_body = read.choice("va_body", &BODIES);
    Some(Compat {
        link_path: link_path?,
        advanced_link_path: advanced_link_path?,
        revoke_token_path: revoke_token_path?,
        revoke_token_merchant: revoke_token_merchant?,
        order_inquiry_path: order_inquiry_path?,
        order_inquiry_body: order_inquiry_body?,
        va_body: va_body?,
    })
}

fn path(read: &mut Reader<'_>, key: &'static str, usual: &str) -> Option<String> {
    if !read.has(key) {
        return Some(usual.to_owned());
    }
    read.parsed(key, |path| match path.strip_prefix('/') {
        Some(rest) if !rest.contains(['?', '#', ' ']) => Ok(path.to_owned()),
        _ => Err("is not a path that starts with a slash".to_owned()),
    })
}

fn payout_keys(read: &mut Reader<'_>) -> Option<PayoutKeys> {
    let signer = read.choice("signer", &SignerKind::CHOICES);
    match (read.has("private_key"), read.has("hpay_certificate")) {
        (false, false) => return None,
        (true, false) => read.problem("hpay_certificate", "is missing; payouts need it too"),
        (false, true) => read.problem("private_key", "is missing; payouts need it too"),
        (true, true) => {}
    }
    let file = read.optional_secret_bytes("private_key");
    let ours = match signer.zip(file).map(|(signer, file)| signer.read(file.expose())) {
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
    if !read.has("hpay_certificate") {
        return None;
    }
    let bytes = read.bytes("hpay_certificate")?;
    let hpay = match PublicKey::from_bytes(&bytes) {
        Ok(key) => key,
        Err(error) => {
            read.problem("hpay_certificate", error.to_string());
            return None;
        }
    };
    Some(PayoutKeys { ours: ours?, hpay })
}

fn formulas(read: &mut Reader<'_>) -> Formulas {
    let mut formulas = Formulas::default();
    for (name, value) in read.texts("formulas").unwrap_or_default() {
        if let Err(problem) = formulas.replace(&name, &value, operations::fields_signed_by) {
            read.problem(&format!("formulas.{name}"), problem);
        }
    }
    formulas
}

fn banks(read: &mut Reader<'_>) -> Option<Banks> {
    match Banks::with(read.texts("bank_codes")?) {
        Ok(banks) => Some(banks),
        Err(problem) => {
            read.problem("bank_codes", problem);
            None
        }
    }
}

/// A text that is signed next to others: what joins them must not stand in it.
fn signed_text(text: &str) -> Result<String, String> {
    if text.contains('|') || text.contains(char::is_whitespace) || text.contains(char::is_control) {
        Err("holds a pipe, white space or a control character".to_owned())
    } else {
        Ok(text.to_owned())
    }
}
