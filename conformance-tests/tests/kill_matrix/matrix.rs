//! Every bug and every law: which finds which.

use std::fmt;
use std::panic;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use conformance_tests::{Finding, LAWS, Start, Subject, break_laws};
use provider_mock::bug::Bug;

use super::{answers, gateway::Mock, sample};

/// The name of the threads in which something is wrong.
const BUGGY: &str = "with a bug";

const HEADING: &str = "\
# The kill matrix

Mistakes that real payment code has made, put one after another into the mock's provider, and the laws of the conformance
suite that find them. Every law is the only one to find some of them: without it, that mistake would live. Written by
`KILL_MATRIX=docs/kill-matrix.md cargo test -p conformance-tests --test kill_matrix`.

| bug | what is wrong | found by |
|---|---|---|
";

/// Which laws each bug breaks.
pub(crate) struct Matrix {
    /// What the mock breaks without any bug.
    pub(crate) clean: Vec<String>,
    rows: Vec<(Bug, Vec<&'static str>)>,
}

impl Matrix {
    /// Runs the suite for every bug, several at a time.
    pub(crate) fn measure() -> Self {
        let bugs = Bug::ALL;
        let usual = panic::take_hook();
        // A bug that panics breaks a law, and says so there.
        panic::set_hook(Box::new(move |panic| {
            if std::thread::current().name() != Some(BUGGY) {
                usual(panic);
            }
        }));
        let next = AtomicUsize::new(0);
        let rows = Mutex::new(Vec::new());
        let at_a_time = std::thread::available_parallelism().map_or(2, usize::from) * 2;
        let clean = std::thread::scope(|scope| {
            for _ in 0..at_a_time {
                let thread = std::thread::Builder::new().name(BUGGY.to_owned());
                let work = || {
                    while let Some(bug) = bugs.get(next.fetch_add(1, Ordering::Relaxed)) {
                        let laws = findings(Some(*bug)).into_iter().map(|finding| finding.law.name);
                        let row = (*bug, laws.collect::<Vec<_>>());
                        rows.lock().unwrap().push(row);
                    }
                };
                thread.spawn_scoped(scope, work).unwrap();
            }
            findings(None)
        });
        let mut rows = rows.into_inner().unwrap();
        rows.sort_by_key(|(bug, _)| bugs.iter().position(|known| known == bug));
        Self { clean: clean.iter().map(Finding::to_string).collect(), rows }
    }

    /// The bugs that no law finds.
    pub(crate) fn alive(&self) -> impl Iterator<Item = Bug> {
        self.rows.iter().filter(|(_, laws)| laws.is_empty()).map(|(bug, _)| *bug)
    }

    /// The bugs that would live without this law.
    pub(crate) fn killed_by_alone(&self, law: &str) -> Vec<Bug> {
        self.rows.iter().filter(|(_, laws)| laws == &[law]).map(|(bug, _)| *bug).collect()
    }

    /// The same table with what each bug is.
    pub(crate) fn markdown(&self) -> String {
        let mut table = String::from(HEADING);
        for (bug, laws) in &self.rows {
            let laws: Vec<_> = laws.iter().map(|law| format!("`{law}`")).collect();
            table.push_str(&format!("| {bug} | {} | {} |\n", bug.mistake(), laws.join(", ")));
        }
        table
    }
}

/// What the suite finds in the mock with this bug.
fn findings(bug: Option<Bug>) -> Vec<Finding> {
    let start = Start::new(move || async move {
        let gateway = Arc::new(Mock::start_with(bug, sample::answers(answers::all())).await);
        Subject::new(gateway.clone())
            .payments(gateway.clone())
            .virtual_accounts(gateway.clone())
            .payouts(gateway.clone())
            .statements(gateway.clone())
            .notifications(gateway)
    });
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(break_laws(&start, &sample::fault_cases()))
}

impl fmt::Display for Matrix {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (bug, laws) in &self.rows {
            writeln!(f, "{bug:38} {}", laws.join(", "))?;
        }
        write!(f, "{} bugs, {} laws", self.rows.len(), LAWS.len())
    }
}
