//! The configuration that talks to the sandbox, in TOML.

use std::collections::BTreeMap;
use std::fmt::{Display, Write as _};

use payments::{
    hpay::simulator::HPaySimulator, mock::simulator::MockSimulator,
    sepay::simulator::SePaySimulator,
};

use super::gateways::Gateways;
use crate::output::{DIM, STRONG, styled};

/// A configuration file of all providers, with the addresses as comments.
pub(super) fn of(page: &str, gateways: &Gateways) -> String {
    let mut out = String::new();
    comment(&mut out, "Simulated gateways: no real money. What there is and what to try:");
    let _ = writeln!(out, "{} {}", styled(DIM, "#"), styled(STRONG, page));
    hpay(&mut out, &gateways.hpay);
    sepay(&mut out, &gateways.sepay);
    mock(&mut out, &gateways.mock);
    out.push('\n');
    comment(&mut out, "The gateways run until Ctrl-C.");
    out
}

fn hpay(out: &mut String, gateway: &HPaySimulator) {
    let hosts = gateway.hosts();
    provider(out, "hpay", &hosts);
    text(out, "merchant_id", gateway.merchant_id());
    text(out, "receiver", gateway.merchant_email());
    text(out, "passcode", gateway.passcode());
    for (host, url) in &hosts {
        text(out, &format!("{host}_url"), url);
    }
    if let Some(key) = gateway.merchant_private_key() {
        lines(out, "private_key", key);
    }
    lines(out, "hpay_certificate", gateway.hpay_certificate());
}

fn sepay(out: &mut String, gateway: &SePaySimulator) {
    let (settings, hosts) = (gateway.settings(), gateway.hosts());
    provider(out, "sepay", &hosts);
    text(out, "merchant_id", settings.merchant_id());
    text(out, "secret_key", settings.secret_key());
    if let Some(secret) = settings.ipn_secret() {
        text(out, "ipn_secret", secret);
    }
    text(out, "webhook_secret", settings.webhook_secret());
    text(out, "api_token", settings.api_token());
    if let Some(account) = gateway.bank_accounts().first() {
        text(out, "account_bin", account.bank.bin);
        text(out, "account_number", &account.number);
        text(out, "account_holder", &account.holder);
    }
    text(out, "oauth_client_id", settings.oauth_client_id());
    text(out, "oauth_client_secret", settings.oauth_client_secret());
    text(out, "oauth_redirect_url", settings.oauth_redirect_url());
    let code = settings.code_rule();
    text(out, "code_prefix", code.prefix());
    entry(out, "code_min", code.suffix().start());
    entry(out, "code_max", code.suffix().end());
    for (host, url) in &hosts {
        match *host {
            // It has the old API, and OAuth2.
            "my" => {
                text(out, "userapi_v1_url", &format!("{url}/userapi"));
                text(out, "oauth_url", url);
            }
            host => text(out, &format!("{host}_url"), url),
        }
    }
}

fn mock(out: &mut String, gateway: &MockSimulator) {
    let settings = gateway.gateway().settings();
    provider(out, "mock", &gateway.hosts());
    text(out, "url", &gateway.url());
    text(out, "api_key", &settings.api_key);
    text(out, "webhook_secret", &settings.webhook_secret);
}

/// Begins the table of a provider. Literal secrets are allowed in the sandbox only.
fn provider(out: &mut String, kind: &str, hosts: &BTreeMap<&str, String>) {
    out.push('\n');
    for (host, url) in hosts {
        comment(out, format_args!("{kind} {host}: {url}"));
    }
    let _ = writeln!(out, "[providers.{kind}]");
    text(out, "kind", kind);
    text(out, "environment", "sandbox");
}

fn comment(out: &mut String, text: impl Display) {
    let _ = writeln!(out, "{}", styled(DIM, format_args!("# {text}")));
}

fn text(out: &mut String, key: &str, value: &str) {
    // Debug quotes and escapes as TOML's basic strings do, for texts of printable characters.
    entry(out, key, format_args!("{value:?}"));
}

fn lines(out: &mut String, key: &str, value: &str) {
    entry(out, key, format_args!("'''\n{}\n'''", value.trim_end()));
}

fn entry(out: &mut String, key: &str, value: impl Display) {
    let _ = writeln!(out, "{key} = {value}");
}
