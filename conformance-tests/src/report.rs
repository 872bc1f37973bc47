//! What was measured, as JSON: a line for each test, in a folder that the environment names.

use std::fs::OpenOptions;
use std::io::Write as _;
use std::path::PathBuf;
use std::time::Duration;

use payments_core::{Provider, Role};
use serde::Serialize;
use serde_json::{Value, json};

use crate::{
    Law, Operation, Start,
    failure::Failure,
    fault_case::{FaultCase, NO_FAULT},
    fixture::Fixture,
    law::Passed,
    proxy::Fault,
};

/// The environment variable that names the folder of reports; without it nothing is written.
pub const REPORT_FOLDER: &str = "CONFORMANCE_REPORT";

/// One line of a report: who was measured, and what.
#[derive(Serialize)]
struct Line<'a> {
    suite: &'static str,
    /// The test program, which is that of one provider.
    program: &'a str,
    /// The module of the suite within it.
    module: &'a str,
    #[serde(flatten)]
    measured: Measured<'a>,
}

#[derive(Serialize)]
struct Measured<'a> {
    law: &'a str,
    operation: Option<Operation>,
    fault: Option<String>,
    outcome: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    fault_case: Option<Value>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    findings: Vec<String>,
    milliseconds: u128,
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

pub(crate) fn note_law(law: &Law, checked: &Result<Passed, Failure>, took: Duration) {
    let (outcome, findings) = match checked {
        Ok(Passed::NotApplicable) => ("not applicable", Vec::new()),
        checked => outcome(checked.as_ref().err()),
    };
    note(Measured {
        law: law.name,
        operation: None,
        fault: None,
        outcome,
        fault_case: None,
        findings,
        milliseconds: took.as_millis(),
    });
}

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
    let (outcome, findings) = outcome(failure);
    note(Measured {
        law: "under_a_fault",
        operation: Some(operation),
        fault: Some(fault.map_or(NO_FAULT.to_owned(), Fault::test_name)),
        outcome,
        fault_case,
        findings,
        milliseconds: took.as_millis(),
    });
}

fn note(measured: Measured<'_>) {
    let Some(folder) = folder() else { return };
    let (program, module) = here();
    let suite = env!("CARGO_PKG_VERSION");
    let line = Line { suite, program: &program, module: &module, measured };
    append(&folder, &program, &json!(line));
}

/// Notes who is measured, and what it says that it can do.
pub(crate) async fn capabilities_of(start: &Start) {
    let Some(folder) = folder() else { return };
    let Ok(fixture) = Fixture::open(start).await else { return };
    let (program, module) = here();
    let provider = &fixture.provider;
    let line = json!({
        "suite": env!("CARGO_PKG_VERSION"),
        "program": program,
        "module": module,
        "provider": provider.kind(),
        "roles": provider.roles(),
        "capabilities": capabilities(provider),
    });
    append(&folder, &program, &line);
}

fn capabilities(provider: &Provider) -> Value {
    let of = |role: Role| match role {
        Role::Payments => provider.payments().ok().map(|role| json!(role.capabilities())),
        Role::VirtualAccounts => {
            provider.virtual_accounts().ok().map(|role| json!(role.capabilities()))
        }
        Role::Payouts => provider.payouts().ok().map(|role| json!(role.capabilities())),
        Role::Statements => provider.statements().ok().map(|role| json!(role.capabilities())),
        Role::Notifications => provider.notifications().ok().map(|role| json!(role.endpoints())),
        _ => None,
    };
    let roles = provider.roles();
    let all = roles.into_iter().filter_map(|role| {
        let name = json!(role).as_str().map(str::to_owned)?;
        Some((name, of(role)?))
    });
    Value::Object(all.collect())
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

/// A report that cannot be written is no reason for a law to be broken.
fn append(folder: &PathBuf, program: &str, line: &Value) {
    let _ = std::fs::create_dir_all(folder);
    let path = folder.join(format!("{program}.jsonl"));
    if let Ok(mut file) = OpenOptions::new().create(true).append(true).open(path) {
        // One write, so that lines of several processes do not mix.
        let _ = file.write_all(format!("{line}\n").as_bytes());
    }
}
