//! What became of each instruction under each fault.

use std::fmt::Write as _;

use conformance_tests::proxy::Fault;

use crate::{
    report::{FaultCase, Report},
    table::markdown,
};

pub(crate) fn tables(reports: &[Report]) -> String {
    let mut page = String::new();
    for report in reports {
        let fault_cases = report.fault_cases();
        if fault_cases.is_empty() {
            continue;
        }
        // Writing to a string cannot fail.
        let _ = writeln!(page, "### {}\n\n{}", report.name, table(&fault_cases));
    }
    page.push_str(&summary(reports));
    page
}

/// One row for each fault, one column for each instruction.
fn table(fault_cases: &[FaultCase<'_>]) -> String {
    let mut operations: Vec<&str> =
        fault_cases.iter().map(|fault_case| fault_case.operation).collect();
    operations.sort_unstable();
    operations.dedup();
    let heads = std::iter::once("fault".to_owned())
        .chain(operations.iter().map(|operation| format!("`{operation}`")))
        .collect();
    let faults = std::iter::once(("nothing wrong".to_owned(), "nothing_wrong".to_owned()))
        .chain(Fault::ALL.iter().map(|fault| (fault.name(), fault.test_name())));
    let rows = faults.map(|(name, test)| {
        let cells = operations.iter().map(|operation| {
            let fault_case = fault_cases
                .iter()
                .find(|fault_case| fault_case.operation == *operation && fault_case.fault == test);
            fault_case.map_or("not tried".to_owned(), |fault_case| {
                format!("{} · {}", fault_case.outcome, fault_case.carried_out)
            })
        });
        std::iter::once(name).chain(cells).collect()
    });
    markdown(heads, rows.collect())
}

/// How many faults were injected, what the gateways booked, and what they booked twice.
pub(crate) fn summary(reports: &[Report]) -> String {
    let rows = reports.iter().map(|report| {
        let fault_cases = report.fault_cases();
        let injected =
            fault_cases.iter().filter(|fault_case| fault_case.fault != "nothing_wrong").count();
        let booked: u64 = fault_cases.iter().map(|fault_case| fault_case.carried_out).sum();
        let doubles = fault_cases.iter().filter(|fault_case| fault_case.carried_out > 1).count();
        vec![report.name.clone(), injected.to_string(), booked.to_string(), doubles.to_string()]
    });
    let heads = ["provider", "faults injected", "carried out", "carried out twice"];
    markdown(heads.map(str::to_owned).into(), rows.collect())
}
