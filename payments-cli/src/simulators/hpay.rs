//! HPay, simulated.

use payments::simulators::hpay::{HPaySimulator, Ports, Settings};

use crate::{RunningSimulator, Simulator};

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
