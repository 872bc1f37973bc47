//! The simulated payOS.

use payments::simulators::payos::{PayOSSimulator, Ports, Settings};

use crate::{RunningSimulator, Simulator};

/// The keys that concern only the client: the pages that buyers return to, the partner of the
/// merchant, and addresses. In place of the addresses, the printed configuration has those of the
/// sandbox.
pub(crate) const IGNORED: [&str; 5] =
    ["partner_code", "return_url", "cancel_url", "api_url", "pay_url"];

/// Returns the simulated payOS, on two ports.
pub fn payos() -> Simulator {
    Simulator::new("payos", 2, |listen| async move {
        let ports = Ports { api: listen.port(0), pay: listen.port(1) };
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
        for (channel, prefix) in [(&mut settings.payment, ""), (&mut settings.payout, "payout_")] {
            let key = |name: &str| format!("{prefix}{name}");
            if let Some(id) = given.text(&key("client_id"))? {
                channel.client_id = id;
            }
            if let Some(secret) = given.secret(&key("api_key"))? {
                channel.api_key = secret;
            }
            if let Some(secret) = given.secret(&key("checksum_key"))? {
                channel.checksum_key = secret;
            }
        }
        if let Some(longest) = given.number("longest_description")? {
            settings.longest_description = longest;
        }
        for (name, template) in given.formulas()? {
            let replaced = settings.formulas.replace(&name, &template);
            replaced.map_err(|error| given.problem(&format!("formulas.{name}"), error))?;
        }
        given.check_rest(&IGNORED)?;
        for name in &listen.host_names {
            settings = settings.with_host_name(name);
        }
        Ok(described(PayOSSimulator::start(settings).await?))
    })
}

fn described(gateway: PayOSSimulator) -> RunningSimulator {
    let (settings, hosts) = (gateway.settings().clone(), gateway.hosts());
    let sections = gateway.description();
    let control = gateway.control();
    let mut running = RunningSimulator::new("payOS, simulated", gateway)
        .with_sections(sections)
        .with_control(control);
    for (key, value) in [
        ("client_id", &settings.payment.client_id),
        ("api_key", &settings.payment.api_key),
        ("checksum_key", &settings.payment.checksum_key),
        ("payout_client_id", &settings.payout.client_id),
        ("payout_api_key", &settings.payout.api_key),
        ("payout_checksum_key", &settings.payout.checksum_key),
    ] {
        running = running.with_text(key, value);
    }
    for (host, url) in &hosts {
        running = running.with_host(host, url).with_text(&format!("{host}_url"), url);
    }
    running
}
