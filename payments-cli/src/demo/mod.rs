//! The tour: money through every gateway, simulated on this machine.
//!
//! It drives only the public facade over loopback HTTP and reads its claims from the ledgers of
//! the simulated gateways.

mod fixture;
mod hpay;
mod mock;
mod outcome;
mod sepay;
mod shop;
mod story;

use std::process::ExitCode;

use fixture::Fixture;
use story::Story;

/// Runs the tour; succeeds only if every step ended as it must.
pub(crate) async fn run(json: bool) -> ExitCode {
    let mut story = Story::new(json);
    if let Err(error) = tell(&mut story).await {
        story.broke(error.as_ref());
    }
    if story.end() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

async fn tell(story: &mut Story) -> Result<(), Box<dyn std::error::Error>> {
    let fixture = Fixture::start().await?;
    hpay::play(&fixture, story).await?;
    sepay::play(&fixture, story).await?;
    mock::play(&fixture, story).await?;
    Ok(())
}
