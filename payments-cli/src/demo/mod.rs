//! The tour: what the framework does when everything goes wrong, on simulated gateways.

use std::process::ExitCode;

/// Runs the tour and prints it, as JSON or as a timeline.
pub(crate) async fn run(_json: bool) -> ExitCode {
    ExitCode::SUCCESS
}
