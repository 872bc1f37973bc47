//! The suite is itself under test: every mistake that is put into the mock's provider is found, and
//! every law is the only one that finds some mistake.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test stops at the first surprise"
)]

#[path = "../mock/answers.rs"]
mod answers;
#[path = "../mock/gateway.rs"]
mod gateway;
mod matrix;
mod sample;

use std::path::Path;

use conformance_tests::LAWS;

use matrix::Matrix;

/// The environment variable that names a file for the table, from the workspace on.
const TABLE: &str = "KILL_MATRIX";

#[test]
fn every_bug_is_killed_and_every_law_kills_one_alone() {
    let matrix = Matrix::measure();
    println!("{matrix}");
    if matrix::is_partial() {
        return;
    }
    if let Some(path) = std::env::var_os(TABLE).filter(|path| !path.is_empty()) {
        let workspace = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
        std::fs::write(workspace.join(path), matrix.markdown()).unwrap();
    }
    assert!(matrix.clean.is_empty(), "the mock itself breaks a law:\n{}", matrix.clean.join("\n"));
    let alive: Vec<_> = matrix.alive().map(|bug| bug.to_string()).collect();
    assert!(alive.is_empty(), "no law finds these bugs: {alive:?}");
    let decoration: Vec<_> = LAWS
        .iter()
        .map(|law| law.name)
        .filter(|law| matrix.killed_by_alone(law).is_empty())
        .collect();
    assert!(decoration.is_empty(), "without these laws no bug would live: {decoration:?}");
}
