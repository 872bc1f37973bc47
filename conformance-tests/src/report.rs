//! The results of the tests, as one line of JSON for each test, in a folder that an environment
//! variable names.

use std::fs::OpenOptions;
use std::io::Write as _;
use std::path::PathBuf;
use std::time::Duration;

use serde_json::{Value, json};

use crate::{
    Finding, Law, Operation, Start,
    failure::Failure,
    fault_case::{FaultCase, test_name},
    fixture::Fixture,
    law::Passed,
    operations::capabilities,
    proxy::Fault,
};

/// The environment variable that names the folder of reports. If it is not set, no report is
/// written.
pub const REPORT_FOLDER: &str = "CONFORMANCE_REPORT";

/// Reports the result of a law.
pub(crate) fn note_law(law: &Law, checked: &Result<Passed, Failure>, took: Duration) {
    let is_applicable = !matches!(checked, Ok(Passed::NotApplicable));
    note_test(json!({ "law": law.name }), is_applicable, checked.as_ref().err(), took);
}

/// Reports the result of an instruction under a fault.
pub(crate) fn note_fault_case(
    operation: Operation,
    fault: Option<Fault>,
    case: Option<&FaultCase>,
    failure: Option<&Failure>,
    took: Duration,
) {
    let fault_case = case.map(|case| {
        json!({
            "sent": case.sent,
            "carried_out": case.done,
            "outcome": case.outcome.kind(),
            "found": case.found.as_ref().map(ToString::to_string),
        })
    });
    let test = json!({
        "law": "under_a_fault",
        "operation": operation,
        "fault": test_name(fault),
        "fault_case": fault_case,
    });
    note_test(test, true, failure, took);
}

/// Reports the result of a test, with its findings and the time that it took.
fn note_test(test: Value, is_applicable: bool, failure: Option<&Failure>, took: Duration) {
    let (outcome, findings): (_, &[Finding]) = match failure {
        None if is_applicable => ("kept", &[]),
        None => ("not applicable", &[]),
        Some(Failure::SetUp(_)) => ("not set up", &[]),
        Some(Failure::Broken(findings)) => ("broken", findings),
    };
    let findings: Vec<String> = findings.iter().map(ToString::to_string).collect();
    let result = json!({
        "outcome": outcome,
        "findings": findings,
        "milliseconds": took.as_millis(),
    });
    note([test, result]);
}

/// Reports the provider and its capabilities.
pub(crate) async fn note_capabilities(start: &Start) {
    if folder().is_none() {
        return;
    }
    let Ok(fixture) = Fixture::open(start).await else { return };
    let provider = &fixture.provider;
    note([json!({
        "provider": provider.kind(),
        "roles": provider.roles(),
        "capabilities": capabilities(provider),
    })]);
}

fn folder() -> Option<PathBuf> {
    std::env::var_os(REPORT_FOLDER).filter(|folder| !folder.is_empty()).map(PathBuf::from)
}

/// Returns the name of the test program without cargo's hash, and the module of the running test.
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
/// of the suite within it. If the report cannot be written, no law is broken.
fn note(parts: impl IntoIterator<Item = Value>) {
    let Some(folder) = folder() else { return };
    let (program, module) = here();
    let path = folder.join(format!("{program}.jsonl"));
    let origin = json!({
        "suite": env!("CARGO_PKG_VERSION"),
        "program": program,
        "module": module,
    });
    let parts = parts.into_iter().chain([origin]);
    let members = parts.filter_map(|part| part.as_object().cloned()).flatten();
    let line = Value::Object(members.collect());
    let _ = std::fs::create_dir_all(folder);
    if let Ok(mut file) = OpenOptions::new().create(true).append(true).open(path) {
        // It is written at once, so that lines of several processes do not mix.
        let _ = file.write_all(format!("{line}\n").as_bytes());
    }
}
