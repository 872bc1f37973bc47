//! The tour: money through every gateway, simulated on this machine.
//!
//! It uses only the public facade over loopback HTTP, and checks its claims against the ledgers of
//! the simulated gateways.

mod fixture;
mod hpay;
pub(crate) mod killed_worker;
mod mock;
mod outcome;
mod sepay;
mod shop;
mod timeline;

use std::process::ExitCode;

use fixture::Fixture;
use timeline::Timeline;

/// Runs the tour. It succeeds only if every step ends as expected.
pub(crate) async fn run(json: bool) -> ExitCode {
    let mut timeline = Timeline::new(json);
    if let Err(error) = tell(&mut timeline).await {
        timeline.broke(error.as_ref());
    }
    if timeline.end() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

async fn tell(timeline: &mut Timeline) -> Result<(), Box<dyn std::error::Error>> {
    let fixture = Fixture::start().await?;
    hpay::play(&fixture, timeline).await?;
    sepay::play(&fixture, timeline).await?;
    mock::play(&fixture, timeline).await?;
    killed_worker::play(timeline).await
}
