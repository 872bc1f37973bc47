//! What was measured, as JSON: a line for each test, in a folder that the environment names.

use std::fs::OpenOptions;
use std::io::Write as _;
use std::path::PathBuf;
use std::time::Duration;

use serde_json::{Value, json};

use crate::{
    Law, Operation, Start,
    failure::Failure,
    fault_case::{FaultCase, NO_FAULT},
    fixture::Fixture,
    law::Passed,
    operations::capabilities,
    proxy::Fault,
};

/// The environment variable that names the folder of reports; without it nothing is written.
pub const REPORT_FOLDER: &str = "CONFORMANCE_REPORT";

/// Notes what came of a law.
pub(crate) fn note_law(law: &Law, checked: &Result<Passed, Failure>, took: Duration) {
    let (mut outcome, findings) = outcome(checked.as_ref().err());
    if matches!(checked, Ok(Passed::NotApplicable)) {
        outcome = "not applicable";
    }
    note(json!({
        "law": law.name,
        "outcome": outcome,
        "findings": findings,
        "milliseconds": took.as_millis(),
    }));
}

/// Notes what came of an instruction under a fault.
pub(crate) fn note_fault_case(
    operation: Operation,
    fault: Option<Fault>,
    case: Option<&FaultCase>,
    failure: Option<&Failure>,
    took: Duration,
) {
    let (outcome, findings) = outcome(failure);
    let fault_case = case.map(|case| {
        json!({
            "sent": case.sent,
            "carried_out": case.done,
            "outcome": case.outcome.kind(),
            "found": case.found.as_ref().map(ToString::to_string),
        })
    });
    note(json!({
        "law": "under_a_fault",
        "operation": operation,
        "fault": fault.map_or(NO_FAULT.to_owned(), Fault::test_name),
        "fault_case": fault_case,
        "outcome": outcome,
        "findings": findings,
        "milliseconds": took.as_millis(),
    }));
}

/// Notes who is measured, and what it says that it can do.
pub(crate) async fn note_capabilities(start: &Start) {
    if folder().is_none() {
        return;
    }
    let Ok(fixture) = Fixture::open(start).await else { return };
    let provider = &fixture.provider;
    note(json!({
        "provider": provider.kind(),
        "roles": provider.roles(),
        "capabilities": capabilities(provider),
    }));
}

/// What came of a test, in the words of the report, and its findings.
fn outcome(failure: Option<&Failure>) -> (&'static str, Vec<String>) {
    match failure {
        None => ("kept", Vec::new()),
        Some(Failure::SetUp(_)) => ("not set up", Vec::new()),
        Some(Failure::Broken(findings)) => {
            ("broken", findings.iter().map(ToString::to_string).collect())
        }
    }
}

fn folder() -> Option<PathBuf> {
    std::env::var_os(REPORT_FOLDER).filter(|folder| !folder.is_empty()).map(PathBuf::from)
}

/// The test program without the hash that cargo adds, and the module of the test that runs.
fn here() -> (String, String) {
    let program = std::env::current_exe().ok();
    let program = program.as_deref().and_then(|path| path.file_stem()?.to_str());
    let program = program.map(|stem| stem.rsplit_once('-').map_or(stem, |(name, _)| name));
    let thread = std::thread::current();
    let test = thread.name().unwrap_or_default();
    let of_the_suite =
        ["every_role", "payments", "virtual_accounts", "payouts", "statements", "notifications"];
    let module: Vec<&str> =
        test.split("::").take_while(|part| !of_the_suite.contains(part)).collect();
    (program.unwrap_or_default().to_owned(), module.join("::"))
}

/// Appends a line with the suite, the test program, which is that of one provider, and the module
/// of the suite within it. A report that cannot be written is no reason for a law to be broken.
fn note(mut line: Value) {
    let Some(folder) = folder() else { return };
    let (program, module) = here();
    let path = folder.join(format!("{program}.jsonl"));
    if let Some(line) = line.as_object_mut() {
        line.insert("suite".to_owned(), json!(env!("CARGO_PKG_VERSION")));
        line.insert("program".to_owned(), json!(program));
        line.insert("module".to_owned(), json!(module));
    }
    let _ = std::fs::create_dir_all(folder);
    if let Ok(mut file) = OpenOptions::new().create(true).append(true).open(path) {
        // One write, so that lines of several processes do not mix.
        let _ = file.write_all(format!("{line}\n").as_bytes());
    }
}
