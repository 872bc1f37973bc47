//! HPay, simulated.

use payments::simulators::hpay::{HPaySimulator, Ports, Settings};

use crate::{RunningSimulator, Simulator};

/// The keys of the configuration that concern the client alone. The certificate is that of the simulated
/// HPay, which has no private key but its own.
const IGNORED: [&str; 13] = [
    "return_url",
    "notify_url",
    "currency",
    "hpay_certificate",
    "signer",
    "api",
    "payout_endpoint",
    "bank_codes",
    "unverified_answers",
    "compat",
    "checkout_url",
    "account_url",
    "openapi_url",
];

/// HPay's simulated gateway, on three ports.
pub fn hpay() -> Simulator {
    Simulator::new("hpay", 3, |listen| async move {
        let ports =
            Ports { checkout: listen.port(0), account: listen.port(1), openapi: listen.port(2) };
        let mut settings = Settings::test()
            .with_ports(ports)
            .with_address(listen.ip)
            .with_destinations(listen.destinations)
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
        given.check_rest(&IGNORED, &[])?;
        for name in &listen.host_names {
            settings = settings.with_host_name(name);
        }
        Ok(described(HPaySimulator::start(settings).await?))
    })
}

fn described(gateway: HPaySimulator) -> RunningSimulator {
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
    running.with_text("hpay_certificate", &certificate)
}
