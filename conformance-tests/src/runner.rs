//! What each test runs: a provider is held to a law, or to all of them under one fault.

use std::panic::AssertUnwindSafe;
use std::time::Instant;

use futures_util::future::{FutureExt as _, join, join_all};

use crate::{
    Finding, Flaw, LAWS, Law, Operation, Start,
    fault_case::{FaultCase, Standing},
    fixture::Fixture,
    law::{Check, Passed},
    proxy::Fault,
    report,
};

/// Holds a provider to one law. Starts a runtime of its own.
///
/// # Panics
/// The law is broken, with the [`Finding`] as message, or there is no law of that name.
#[track_caller]
#[expect(clippy::panic, reason = "a test says that it failed by panicking")]
pub fn assert_law(start: Start, law: &str) {
    let Some(law) = LAWS.iter().find(|known| known.name == law) else {
        panic!("there is no law `{law}`");
    };
    let began = Instant::now();
    let held = in_a_runtime(|| async {
        report::capabilities_of(&start).await;
        hold(start, law).await
    });
    report::note_law(law, &held, began.elapsed());
    if let Err(finding) = held {
        panic!("\n{finding}\n");
    }
}

/// Holds a provider to every law about one instruction under one fault, both by the names of
/// their tests. Starts a runtime of its own.
///
/// # Panics
/// A law is broken, with every [`Finding`] as message, or there is no such instruction or fault.
#[track_caller]
#[expect(clippy::panic, reason = "a test says that it failed by panicking")]
pub fn assert_fault_case(start: Start, operation: &str, fault: &str) {
    let known = Operation::INSTRUCTIONS.into_iter().find(|known| known.name() == operation);
    let Some(operation) = known else { panic!("there is no instruction `{operation}`") };
    let Some(fault) = fault_of_test(fault) else { panic!("there is no fault `{fault}`") };
    let began = Instant::now();
    let (fault_case, mut findings) =
        in_a_runtime(|| break_fault_case_laws(start.clone(), operation, fault));
    for finding in &mut findings {
        finding.flaw = in_a_runtime(|| with_a_line(&start, finding.flaw.clone()));
    }
    report::note_fault_case(operation, fault, fault_case.as_ref(), &findings, began.elapsed());
    if !findings.is_empty() {
        let all: Vec<String> = findings.iter().map(Finding::to_string).collect();
        panic!("\n{}\n", all.join("\n\n"));
    }
}

/// What a provider breaks of one law; `None` if it holds. Laws about faults are held under every
/// fault and instruction.
pub async fn break_law(start: Start, law: &'static Law) -> Option<Finding> {
    hold(start, law).await.err()
}

async fn hold(start: Start, law: &'static Law) -> Result<Passed, Finding> {
    let finding = |flaw: Flaw| Finding { law, flaw };
    match law.check {
        Check::Fixture(hold) => match hold(start.clone()).await {
            Ok(held) => Ok(held),
            Err(flaw) => Err(finding(with_a_line(&start, flaw).await)),
        },
        Check::FaultCase(holds) => {
            let mut any = false;
            for (operation, fault) in fault_cases(&start).await {
                let fault_case =
                    FaultCase::hold(&start, operation, fault).await.map_err(finding)?;
                holds(&fault_case).map_err(finding)?;
                any |= fault_case.standing == Standing::Offered;
            }
            Ok(Passed::if_any(any))
        }
    }
}

/// What a provider breaks of every law, each tried at once with the others: at most one finding for
/// each law, in their order. Laws about faults are held by these fault_cases, and a panic breaks the law
/// in which it happens.
///
/// It runs in one thread: call it in a current-thread runtime.
pub async fn break_laws(start: &Start, fault_cases: &[(Operation, Option<Fault>)]) -> Vec<Finding> {
    let fixtures = LAWS.iter().filter_map(|law| match law.check {
        Check::Fixture(hold) => Some(async move {
            caught(hold(start.clone())).await.err().map(|flaw| Finding { law, flaw })
        }),
        Check::FaultCase(_) => None,
    });
    let fault_cases = fault_cases.iter().map(|(operation, fault)| async move {
        let fault_case = caught(FaultCase::hold(start, *operation, *fault)).await;
        findings_of_fault_case(fault_case.as_ref())
    });
    let (of_fixtures, of_fault_cases) = join(join_all(fixtures), join_all(fault_cases)).await;
    let mut findings: Vec<Finding> = of_fixtures.into_iter().flatten().collect();
    findings.extend(of_fault_cases.into_iter().flatten());
    LAWS.iter()
        .filter_map(|law| findings.iter().find(|finding| finding.law.name == law.name).cloned())
        .collect()
}

/// A panic is a flaw like any other.
async fn caught<T>(hold: impl Future<Output = Result<T, Flaw>>) -> Result<T, Flaw> {
    let held = AssertUnwindSafe(hold).catch_unwind().await;
    held.unwrap_or_else(|panic| {
        let said = panic.downcast_ref::<String>().map(String::as_str);
        let said = said.or_else(|| panic.downcast_ref::<&str>().copied()).unwrap_or_default();
        Err(Flaw::new("a provider that does not panic", format!("a panic: {said}")))
    })
}

/// Where no call and no delivery shows the line to begin at, it is the one that makes the provider.
async fn with_a_line(start: &Start, flaw: Flaw) -> Flaw {
    if flaw.line.is_some() {
        return flaw;
    }
    match Fixture::open(start).await {
        Ok(fixture) => flaw.at(fixture.bare.made_at()),
        Err(_) => flaw,
    }
}

/// Every instruction of the roles that there are, under every fault and under none.
async fn fault_cases(start: &Start) -> Vec<(Operation, Option<Fault>)> {
    let roles = start.start().await.roles();
    let faults = || std::iter::once(None).chain(Fault::ALL.into_iter().map(Some));
    Operation::INSTRUCTIONS
        .into_iter()
        .filter(|operation| roles.contains(&operation.role()))
        .flat_map(|operation| faults().map(move |fault| (operation, fault)))
        .collect()
}

async fn break_fault_case_laws(
    start: Start,
    operation: Operation,
    fault: Option<Fault>,
) -> (Option<FaultCase>, Vec<Finding>) {
    let fault_case = FaultCase::hold(&start, operation, fault).await;
    let findings = findings_of_fault_case(fault_case.as_ref());
    (fault_case.ok(), findings)
}

fn findings_of_fault_case(fault_case: Result<&FaultCase, &Flaw>) -> Vec<Finding> {
    let laws = LAWS.iter().filter_map(|law| match law.check {
        Check::FaultCase(holds) => Some((law, holds)),
        Check::Fixture(_) => None,
    });
    match fault_case {
        Ok(fault_case) => laws
            .filter_map(|(law, holds)| Some(Finding { law, flaw: holds(fault_case).err()? }))
            .collect(),
        // What cannot be tried breaks the first of them.
        Err(flaw) => laws.take(1).map(|(law, _)| Finding { law, flaw: flaw.clone() }).collect(),
    }
}

/// The fault with this name as a test; `Some(None)` for none.
#[expect(clippy::option_option, reason = "no fault, and no such fault")]
pub(crate) fn fault_of_test(name: &str) -> Option<Option<Fault>> {
    if name == NO_FAULT {
        return Some(None);
    }
    Fault::ALL.into_iter().find(|fault| fault.test_name() == name).map(Some)
}

pub(crate) const NO_FAULT: &str = "nothing_wrong";

#[expect(clippy::panic, reason = "without a runtime there is no test")]
fn in_a_runtime<F: Future>(run: impl FnOnce() -> F) -> F::Output {
    match tokio::runtime::Builder::new_current_thread().enable_all().build() {
        Ok(runtime) => runtime.block_on(run()),
        Err(error) => panic!("a runtime cannot be started: {error}"),
    }
}
