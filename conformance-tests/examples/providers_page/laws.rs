//! Which laws each provider was tested against.

use conformance_tests::LAWS;

use crate::{report::Report, table::markdown};

pub(crate) fn table(reports: &[Report]) -> String {
    let names = reports.iter().map(|report| report.name.clone());
    let heads = std::iter::once("law".to_owned()).chain(names).collect();
    let rows = LAWS.iter().map(|law| {
        let cells = reports.iter().map(|report| match law.is_of_fault_cases() {
            // Every fault_case is judged by it.
            true if report.fault_cases().is_empty() => String::new(),
            true => "kept".to_owned(),
            false => report.outcome(law.name).to_owned(),
        });
        std::iter::once(format!("`{}`", law.name)).chain(cells).collect()
    });
    markdown(heads, rows.collect())
}
