//! The functions that the tests run: the set-up of a role, one law, or every law about an
//! instruction under a fault.

use std::fmt;
use std::panic::AssertUnwindSafe;
use std::time::Instant;

use futures_util::future::{FutureExt as _, join, join_all};

use crate::{
    Finding, Flaw, LAWS, Law, Operation, Start,
    failure::{Failure, ROLES, role_name},
    fault_case::{FaultCase, faults, test_name},
    fixture::Fixture,
    law::{Check, Passed},
    laws::{self, webhook_fixture::WebhookFixture},
    operations::offered_instructions,
    proxy::Fault,
    report, set_up,
};

/// Checks one law. Starts its own runtime.
///
/// # Panics
/// Panics if the law is broken, with the [`Finding`] as the message; if the set-up of a role fails,
/// with the name of the test that reports the reason; or if there is no law of that name.
#[track_caller]
pub fn assert_law(start: Start, law: &str) {
    let Some(law) = LAWS.iter().find(|known| known.name == law) else {
        fail(format_args!("there is no law `{law}`"));
    };
    let began = Instant::now();
    let outcome = in_a_runtime(|| async {
        report::note_capabilities(&start).await;
        check(start.clone(), law).await
    });
    let outcome = outcome.map_err(|finding| failure(&start, vec![finding]));
    report::note_law(law, &outcome, began.elapsed());
    if let Err(failure) = outcome {
        fail(format_args!("\n{failure}\n"));
    }
}

/// Checks every law about one instruction under one fault, both given by the names of their tests.
/// Starts its own runtime.
///
/// # Panics
/// Panics if a law is broken, with every [`Finding`] as the message; if the set-up of a role fails,
/// with the name of the test that reports the reason; or if there is no such instruction or fault.
#[track_caller]
pub fn assert_fault_case(start: Start, operation: &str, fault: &str) {
    let operation = instruction(operation);
    let Some(fault) = faults().find(|known| test_name(*known) == fault) else {
        fail(format_args!("there is no fault `{fault}`"))
    };
    let began = Instant::now();
    let case = in_a_runtime(|| FaultCase::run(&start, operation, fault));
    let mut findings = findings_of_fault_case(case.as_ref());
    for finding in &mut findings {
        finding.flaw = in_a_runtime(|| with_a_line(&start, finding.flaw.clone()));
    }
    let failure = (!findings.is_empty()).then(|| failure(&start, findings));
    report::note_fault_case(
        operation,
        fault,
        case.ok().as_ref(),
        failure.as_ref(),
        began.elapsed(),
    );
    if let Some(failure) = failure {
        fail(format_args!("\n{failure}\n"));
    }
}

/// Checks that the gateway, the provider and the suite match in a role. Starts its own runtime.
///
/// # Panics
/// Panics if they do not match, with a message about what to implement or correct, or if there is
/// no such role.
#[track_caller]
pub fn assert_set_up(start: Start, role: &str) {
    let Some(role) = ROLES.into_iter().find(|known| role_name(*known) == role) else {
        fail(format_args!("there is no role `{role}`"));
    };
    let otherwise = format!("the set-up of `{}` fails", role_name(role));
    assert_holds(&otherwise, set_up::check(&start, role));
}

/// Checks that an instruction is not sent to the gateway: it is `refused` as unsupported, or else
/// carried out `offline`. Starts its own runtime.
///
/// # Panics
/// Panics if it is not refused, or if there is no such instruction.
#[track_caller]
pub fn assert_unsent(start: Start, operation: &str, how: &str) {
    let operation = instruction(operation);
    let check = async {
        let fixture = Fixture::open(&start).await?;
        match how {
            "refused" => laws::capabilities::refuses(&fixture, operation).await,
            _ => laws::capabilities::is_offline(&fixture, operation).await,
        }
    };
    assert_holds(&format!("`{operation}` is not {how}, as the suite says"), check);
}

#[track_caller]
fn assert_holds(otherwise: &str, check: impl Future<Output = Result<(), Flaw>>) {
    if let Err(flaw) = in_a_runtime(|| caught(check)) {
        fail(format_args!("\n{otherwise}\n{flaw}\n"));
    }
}

/// Findings are about the provider only if the set-up of every role is right.
fn failure(start: &Start, findings: Vec<Finding>) -> Failure {
    let failing = in_a_runtime(|| async {
        let mut failing = Vec::new();
        for role in ROLES {
            if caught(set_up::check(start, role)).await.is_err() {
                failing.push(role);
            }
        }
        failing
    });
    if failing.is_empty() { Failure::Broken(findings) } else { Failure::SetUp(failing) }
}

#[track_caller]
#[expect(clippy::panic, reason = "a test says that it failed by panicking")]
fn fail(why: fmt::Arguments<'_>) -> ! {
    panic!("{why}")
}

#[track_caller]
fn instruction(name: &str) -> Operation {
    match Operation::instructions().find(|known| known.name() == name) {
        Some(operation) => operation,
        None => fail(format_args!("there is no instruction `{name}`")),
    }
}

/// Returns how a provider breaks one law, or `None` if it keeps the law. Laws about faults are
/// checked with every instruction under every fault.
pub async fn break_law(start: Start, law: &'static Law) -> Option<Finding> {
    check(start, law).await.err()
}

async fn check(start: Start, law: &'static Law) -> Result<Passed, Finding> {
    match check_once(&start, law).await {
        Ok(passed) => Ok(passed),
        Err(flaw) => Err(Finding { law, flaw: with_a_line(&start, flaw).await }),
    }
}

async fn check_once(start: &Start, law: &Law) -> Result<Passed, Flaw> {
    match law.check {
        Check::Fixture(check) => check(start.clone()).await,
        Check::Record(judge) => judge(start.record().await?),
        Check::Deliveries(check) => match WebhookFixture::open(start).await? {
            Some(webhooks) => check(webhooks).await,
            None => Ok(Passed::NotApplicable),
        },
        Check::FaultCase(check) => {
            let mut any = false;
            // Every instruction that the provider sends, under every fault and without a fault.
            for operation in offered(start).await {
                for fault in faults() {
                    check(&FaultCase::run(start, operation, fault).await?)?;
                    any = true;
                }
            }
            Ok(Passed::if_any(any))
        }
    }
}

/// Checks several laws together and returns at most one finding for each broken law, in the order
/// of the laws. Laws about faults are checked with `fault_cases`; those that the provider does not
/// send are skipped. A panic breaks the law in whose check it occurs. The set-up is not checked.
///
/// It runs in one thread: call it in a current-thread runtime.
pub async fn break_laws(
    start: &Start,
    laws: impl Fn(&Law) -> bool,
    fault_cases: &[(Operation, Option<Fault>)],
) -> Vec<Finding> {
    let once = LAWS.iter().filter(|law| laws(law) && !law.is_of_fault_cases());
    let once = once.map(|law| async move {
        let checked = caught(check_once(start, law)).await;
        checked.err().map(|flaw| Finding { law, flaw })
    });
    let offered = offered(start).await;
    let is_offered = |(operation, _): &&(Operation, _)| offered.contains(operation);
    let fault_cases = fault_cases.iter().filter(is_offered).map(|(operation, fault)| async move {
        let fault_case = caught(FaultCase::run(start, *operation, *fault)).await;
        findings_of_fault_case(fault_case.as_ref())
    });
    let (of_once, of_fault_cases) = join(join_all(once), join_all(fault_cases)).await;
    let mut findings: Vec<Finding> = of_once.into_iter().flatten().collect();
    findings.extend(of_fault_cases.into_iter().flatten());
    LAWS.iter()
        .filter_map(|law| findings.iter().find(|finding| finding.law.name == law.name).cloned())
        .collect()
}

/// Runs a check and converts a panic to a flaw.
async fn caught<T>(check: impl Future<Output = Result<T, Flaw>>) -> Result<T, Flaw> {
    let checked = AssertUnwindSafe(check).catch_unwind().await;
    checked.unwrap_or_else(|panic| {
        let text = panic.downcast_ref::<String>().map(String::as_str);
        let text = text.or_else(|| panic.downcast_ref::<&str>().copied()).unwrap_or_default();
        Err(Flaw::new("a provider that does not panic", format!("a panic: {text}")))
    })
}

/// Adds a line to a flaw without one. If no call and no delivery gives a line, it is the one that
/// creates the provider.
async fn with_a_line(start: &Start, flaw: Flaw) -> Flaw {
    if flaw.line.is_some() {
        return flaw;
    }
    match Fixture::open(start).await {
        Ok(fixture) => flaw.at(fixture.provider.made_at()),
        Err(_) => flaw,
    }
}

/// Returns the instructions that the provider sends. Empty if the fixture cannot be opened, which
/// every law reports.
async fn offered(start: &Start) -> Vec<Operation> {
    let fixture = Fixture::open(start).await;
    fixture.map_or(Vec::new(), |fixture| offered_instructions(&fixture.provider).collect())
}

fn findings_of_fault_case(fault_case: Result<&FaultCase, &Flaw>) -> Vec<Finding> {
    let laws = LAWS.iter().filter_map(|law| match law.check {
        Check::FaultCase(check) => Some((law, check)),
        _ => None,
    });
    match fault_case {
        Ok(fault_case) => laws
            .filter_map(|(law, check)| Some(Finding { law, flaw: check(fault_case).err()? }))
            .collect(),
        // If the case cannot be run, the first of the laws counts as broken.
        Err(flaw) => laws.take(1).map(|(law, _)| Finding { law, flaw: flaw.clone() }).collect(),
    }
}

fn in_a_runtime<F: Future>(run: impl FnOnce() -> F) -> F::Output {
    match tokio::runtime::Builder::new_current_thread().enable_all().build() {
        Ok(runtime) => runtime.block_on(run()),
        Err(error) => fail(format_args!("a runtime cannot be started: {error}")),
    }
}
