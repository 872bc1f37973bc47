//! The tour: money through every gateway, simulated on this machine.
//!
//! It drives only the public facade over loopback HTTP and reads its claims from the ledgers of
//! the simulated gateways.

mod hpay;
mod mock;
mod sepay;
mod shop;
mod stage;
mod story;
mod told;

use std::process::ExitCode;

use stage::Stage;
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
    let stage = Stage::set().await?;
    hpay::play(&stage, story).await?;
    sepay::play(&stage, story).await?;
    mock::play(&stage, story).await?;
    Ok(())
}
