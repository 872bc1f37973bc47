//! SePay, simulated.

use std::num::NonZeroU32;

use payments::simulators::sepay::{Host, SePaySimulator, Settings};

use crate::{RunningSimulator, Simulator};

/// Calls of the User API v2 in a second (developer.sepay.vn, SePay API v2: authentication).
const V2_RATE: NonZeroU32 = NonZeroU32::MIN.saturating_add(2);

/// Calls of the User API v1 in a second (developer.sepay.vn, SePay API v1: introduction).
const V1_RATE: NonZeroU32 = NonZeroU32::MIN.saturating_add(1);

/// SePay's simulated gateway, on a port for each host.
pub fn sepay() -> Simulator {
    let ports = u16::try_from(Host::ALL.len()).unwrap_or(u16::MAX);
    Simulator::new("sepay", ports, |listen| async move {
        let mut settings = Settings::test()
            .with_address(listen.ip)
            .with_destinations(listen.destinations)
            .with_acknowledgement(listen.acknowledgement);
        if listen.failing_values {
            settings = settings.with_failing_values();
        }
        if listen.rate_limits {
            settings = settings.with_rate_limit(V2_RATE).with_v1_rate_limit(V1_RATE);
        }
        for (host, index) in Host::ALL.into_iter().zip(0..) {
            settings = settings.with_port(host, listen.port(index));
        }
        for name in &listen.host_names {
            settings = settings.with_host_name(name);
        }
        Ok(described(SePaySimulator::start(settings).await?))
    })
}

fn described(gateway: SePaySimulator) -> RunningSimulator {
    let (settings, description) = (gateway.settings().clone(), gateway.description());
    let (hosts, account) = (gateway.hosts(), gateway.bank_accounts().into_iter().next());
    let control = gateway.control();
    let mut running = RunningSimulator::new(description.title, gateway)
        .with_sections(description.sections)
        .with_control(control)
        .with_text("merchant_id", settings.merchant_id())
        .with_text("secret_key", settings.secret_key());
    if let Some(secret) = settings.ipn_secret() {
        running = running.with_text("ipn_secret", secret);
    }
    running = running
        .with_text("webhook_secret", settings.webhook_secret())
        .with_text("api_token", settings.api_token());
    if let Some(account) = account {
        running = running
            .with_text("account_bin", account.bank.bin)
            .with_text("account_number", &account.number)
            .with_text("account_holder", &account.holder);
    }
    let code = settings.code_rule();
    let number = |digits: usize| i64::try_from(digits).unwrap_or(i64::MAX);
    running = running
        .with_text("oauth_client_id", settings.oauth_client_id())
        .with_text("oauth_client_secret", settings.oauth_client_secret())
        .with_text("oauth_redirect_url", settings.oauth_redirect_url())
        .with_text("code_prefix", code.prefix())
        .with_number("code_min", number(*code.suffix().start()))
        .with_number("code_max", number(*code.suffix().end()));
    for (host, url) in &hosts {
        running = running.with_host(host, url);
        running = match *host {
            // This host serves the User API v1 and OAuth2.
            "my" => running
                .with_text("userapi_v1_url", &format!("{url}/userapi"))
                .with_text("oauth_url", url),
            host => running.with_text(&format!("{host}_url"), url),
        };
    }
    running
}
