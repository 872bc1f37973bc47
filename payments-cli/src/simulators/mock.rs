//! The mock gateway.

use payments::mock::simulator::{MockSimulator, SimulatorSettings};

use crate::{RunningSimulator, Simulator};

/// Returns the mock gateway, on one port.
pub fn mock() -> Simulator {
    Simulator::new("mock", 1, |listen| async move {
        let mut settings = SimulatorSettings::test()
            .with_address(listen.ip)
            .with_port(listen.port(0))
            .with_destinations(listen.destinations)
            .with_trusted(listen.trusted.clone());
        for name in &listen.host_names {
            settings = settings.with_host_name(name);
        }
        Ok(described(MockSimulator::start(settings).await?))
    })
}

fn described(gateway: MockSimulator) -> RunningSimulator {
    let (url, hosts, sections) = (gateway.url(), gateway.hosts(), gateway.description());
    let settings = gateway.gateway().settings().clone();
    let control = gateway.control();
    let mut running = RunningSimulator::new("The mock gateway", gateway)
        .with_sections(sections)
        .with_control(control);
    for (host, url) in &hosts {
        running = running.with_host(host, url);
    }
    running
        .with_text("url", &url)
        .with_text("api_key", &settings.api_key)
        .with_text("webhook_secret", &settings.webhook_secret)
}
