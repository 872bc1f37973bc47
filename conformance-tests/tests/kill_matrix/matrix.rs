//! Every bug and every law: which finds which.

use std::fmt;
use std::panic;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use conformance_tests::{Finding, LAWS, Law, Start, break_laws};
use futures_util::future::join;
use payments_core::Role;
use provider_mock::{Settings, bug::Bug};

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
        let bugs: Vec<Bug> = Bug::ALL.iter().copied().filter(|bug| is_named(*bug)).collect();
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
                        let laws = laws.collect::<Vec<_>>();
                        println!("{bug:38} {}", laws.join(", "));
                        rows.lock().unwrap().push((*bug, laws));
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

/// Whether a bug is tried: all of them, or those that this variable in the environment names, between
/// commas.
fn is_named(bug: Bug) -> bool {
    let names = std::env::var("KILL_MATRIX_BUGS").ok();
    names.is_none_or(|names| names.split(',').any(|name| name == bug.to_string()))
}

/// Whether the table is not the whole one, of which nothing is demanded.
pub(crate) fn is_partial() -> bool {
    is_quick() || std::env::var_os("KILL_MATRIX_BUGS").is_some()
}

/// Whether only the laws are checked that judge one honest run, of which each costs next to nothing:
/// for those who change such a law, with this variable in the environment.
fn is_quick() -> bool {
    std::env::var_os("KILL_MATRIX_QUICK").is_some()
}

/// What the suite finds in the mock with this bug, in the order of the laws.
///
/// A bug is in the roles that it names and nowhere else. So the laws of calls are tried with these
/// roles, those of deliveries where the receiver of notifications has it, and the honest run with
/// these roles and with those that show where the money went.
fn findings(bug: Option<Bug>) -> Vec<Finding> {
    let roles = bug.map_or(&[][..], Bug::roles);
    let (run, calls) = match roles {
        [] | [Role::Notifications] => (None, None),
        [Role::Payments] => (Some(OF_PAYMENTS), Some(roles)),
        [Role::VirtualAccounts] => (Some(OF_VIRTUAL_ACCOUNTS), Some(roles)),
        [Role::Payouts] => (Some(OF_PAYOUTS), Some(roles)),
        // A statement shows what every role did.
        roles => (None, Some(roles)),
    };
    let reaches = |law: &Law| match roles {
        [] => true,
        [Role::Notifications] => law.is_of_deliveries() || law.name == "no_secret_is_shown",
        // The first calls that a provider offers are those of payments.
        _ if law.name == "two_runtimes_can_share_a_provider" => roles.contains(&Role::Payments),
        _ => !law.is_of_deliveries(),
    };
    let is_of_run = Law::is_of_an_honest_run;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let fault_cases = match (is_quick(), roles) {
        (true, _) | (_, [Role::Notifications]) => Vec::new(),
        _ => sample::fault_cases(),
    };
    let mut findings = runtime.block_on(async {
        let (run, calls) = (start(bug, run), start(bug, calls));
        let others = |law: &Law| !is_quick() && !is_of_run(law) && reaches(law);
        let (mut findings, others) =
            join(break_laws(&run, is_of_run, &[]), break_laws(&calls, others, &fault_cases)).await;
        findings.extend(others);
        findings
    });
    findings.sort_by_key(|finding| LAWS.iter().position(|law| law.name == finding.law.name));
    findings
}

const OF_PAYMENTS: &[Role] = &[Role::Payments, Role::Statements, Role::Notifications];
const OF_VIRTUAL_ACCOUNTS: &[Role] =
    &[Role::VirtualAccounts, Role::Statements, Role::Notifications];
const OF_PAYOUTS: &[Role] = &[Role::Payouts, Role::Statements, Role::Notifications];

/// The mock with a bug, and with these roles alone.
fn start(bug: Option<Bug>, roles: Option<&'static [Role]>) -> Start {
    Start::new(move || async move {
        let settings = bug.map_or(Settings::test(), |bug| bug.settings(Settings::test()));
        let mock = Mock::start_as(settings, sample::answers(answers::all())).await;
        mock.with_bug(bug).subject(roles)
    })
}

impl fmt::Display for Matrix {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} bugs, {} laws", self.rows.len(), LAWS.len())
    }
}
