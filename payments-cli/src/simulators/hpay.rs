//! The simulated HPay.

use std::io;

use payments::simulators::hpay::{CallbackForm, HPaySimulator, Ports, RequestBody, Settings};

use crate::{GivenKeys, RunningSimulator, Simulator};

/// The keys that concern only the client: the contents of its requests, the calls that it makes,
/// its signatures, and the deliveries that it trusts. In place of the addresses and of HPay's
/// certificate, whose private key only HPay has, the printed configuration has those of the
/// sandbox.
pub(crate) const IGNORED: [&str; 10] = [
    "return_url",
    "notify_url",
    "currency",
    "hpay_certificate",
    "signer",
    "payout_endpoint",
    "unverified_answers",
    "checkout_url",
    "account_url",
    "openapi_url",
];

/// The keys of the table `compat` that concern only the client, because the gateway accepts every
/// spelling.
pub(crate) const IGNORED_COMPAT: [&str; 2] = ["revoke_token_merchant", "openapi_note"];

/// The keys of `compat` with a path, each with the path that it replaces.
const PATHS: [(&str, &str); 4] = [
    ("link_path", "/v1/checkout.php"),
    ("advanced_link_path", "/checkout.php"),
    ("revoke_token_path", "/revoke_token.php"),
    ("order_inquiry_path", "/api/transaction/GetTransactionDetail"),
];

/// Returns the simulated HPay, on three ports.
pub fn hpay() -> Simulator {
    Simulator::new("hpay", 3, |listen| async move {
        let ports =
            Ports { checkout: listen.port(0), account: listen.port(1), openapi: listen.port(2) };
        let mut settings = Settings::test()
            .with_ports(ports)
            .with_address(listen.ip)
            .with_destinations(listen.destinations)
            .with_trusted(listen.trusted.clone())
            .with_acknowledgement(listen.acknowledgement);
        if listen.failing_values {
            settings = settings.with_failing_values();
        }
        let given = &listen.given;
        for (key, value) in
            [("merchant_id", &mut settings.merchant_id), ("receiver", &mut settings.merchant_email)]
        {
            if let Some(text) = given.text(key)? {
                *value = text;
            }
        }
        if let Some(id) = given.text("openapi_client_id")? {
            settings.openapi_client_id = id;
        }
        if let Some(secret) = given.secret("passcode")? {
            settings.passcode = secret;
        }
        if let Some(secret) = given.secret("openapi_client_secret")? {
            settings.openapi_client_secret = secret;
        }
        if let Some(pem) = given.secret("private_key")? {
            settings = settings
                .with_merchant_key(&pem)
                .map_err(|error| given.problem("private_key", error))?;
        }
        settings = as_configured(settings, given)?;
        given.check_rest(&IGNORED)?;
        for name in &listen.host_names {
            settings = settings.with_host_name(name);
        }
        let has_openapi = given.keys().any(|key| key == "api" || key.starts_with("openapi_client"));
        Ok(described(HPaySimulator::start(settings).await?, has_openapi))
    })
}

/// Applies the formulas, the readings, the APIs and the banks of a configuration to the settings.
fn as_configured(mut settings: Settings, given: &GivenKeys) -> io::Result<Settings> {
    for (name, formula) in given.formulas()? {
        settings = settings
            .with_formula(&name, &formula)
            .map_err(|error| given.problem(&format!("formulas.{name}"), error))?;
    }
    // Both APIs are served; a callback uses the names of the API that the merchant uses.
    let by_role = given.is_table("api");
    let api = match by_role {
        true => {
            let roles = given.table("api")?;
            roles.check_rest(&["payouts", "account", "virtual_accounts"])?;
            roles.text("virtual_accounts")?
        }
        false => given.text("api")?,
    };
    if api.as_deref() == Some("openapi") {
        settings = settings.with_callback_form(CallbackForm::Openapi);
    }
    let banks = given.table("bank_codes")?;
    for bin in banks.keys() {
        settings = settings.with_bank_code(banks.text(bin)?.unwrap_or_default());
    }
    let compat = given.table("compat")?;
    for (key, usual) in PATHS {
        if let Some(path) = compat.text(key)? {
            settings =
                settings.with_path(usual, &path).map_err(|error| compat.problem(key, error))?;
        }
    }
    let service = compat.text("openapi_payout_service")?;
    let inquiry = compat.text("openapi_payout_inquiry")?;
    let (service, inquiry) =
        (service.as_deref().unwrap_or("ibft"), inquiry.as_deref().unwrap_or("inquiry"));
    settings = settings
        .with_payout_service(service, inquiry)
        .map_err(|error| compat.problem("openapi_payout_service", error))?;
    let body = |key: &str| {
        Ok::<_, io::Error>(match compat.text(key)?.as_deref() {
            None => RequestBody::Any,
            Some("form") => RequestBody::Form,
            Some("json") => RequestBody::Json,
            Some("json-as-form") => RequestBody::JsonAsForm,
            Some(_) => return Err(compat.problem(key, "is form, json or json-as-form")),
        })
    };
    let readings = settings
        .readings
        .with_order_inquiry_body(body("order_inquiry_body")?)
        .with_va_body(body("va_body")?);
    compat.check_rest(&IGNORED_COMPAT)?;
    Ok(settings.with_readings(readings))
}

fn described(gateway: HPaySimulator, has_openapi: bool) -> RunningSimulator {
    let settings = gateway.settings();
    let mut openapi = vec![
        ("openapi_client_id", settings.openapi_client_id.clone()),
        ("openapi_client_secret", settings.openapi_client_secret.clone()),
    ];
    openapi.retain(|_| has_openapi);
    let (hosts, sections) = (gateway.hosts(), gateway.description());
    let key = gateway.merchant_private_key().map(str::to_owned);
    let keys = [
        ("merchant_id", gateway.merchant_id().to_owned()),
        ("receiver", gateway.merchant_email().to_owned()),
        ("passcode", gateway.passcode().to_owned()),
    ];
    let certificate = gateway.hpay_certificate().to_owned();
    let control = gateway.control();
    let mut running = RunningSimulator::new("HPay, simulated", gateway)
        .with_sections(sections)
        .with_control(control);
    for (key, value) in &keys {
        running = running.with_text(key, value);
    }
    for (host, url) in &hosts {
        running = running.with_host(host, url).with_text(&format!("{host}_url"), url);
    }
    if let Some(key) = key {
        running = running.with_text("private_key", &key);
    }
    for (key, value) in &openapi {
        running = running.with_text(key, value);
    }
    running.with_text("hpay_certificate", &certificate)
}
