//! The command line with Template: `cargo run --example template -- --help`.

use std::process::ExitCode;

use payments_cli::{CommandLine, RunningSimulator, Simulator};
use provider_kit::registry::Registry;
use provider_template::{
    REGISTRATION,
    simulator::{API_KEY, MERCHANT, NOTIFY_SECRET, Template},
};
use simulator_kit::Clock;

#[tokio::main]
async fn main() -> ExitCode {
    let simulator = Simulator::new("template", 1, |listen| async move {
        let at = listen.address(0);
        let gateway = Template::start(at, listen.host_names, Clock::system()).await?;
        let (url, sections) = (gateway.url(), gateway.description());
        Ok(RunningSimulator::new("Template, simulated", gateway)
            .with_host("api", &url)
            .with_text("url", &url)
            .with_text("merchant_id", MERCHANT)
            .with_text("api_key", API_KEY)
            .with_text("notify_secret", NOTIFY_SECRET)
            .with_sections(sections))
    });
    CommandLine::new("template", Registry::empty().add(REGISTRATION))
        .with_simulator(simulator)
        .run(std::env::args_os())
        .await
}
