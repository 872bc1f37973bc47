//! Measures a provider, ours or a stranger's, against the ledger of its gateway.
//!
//! A provider is trustworthy if its gateway's own books agree with what it says, whatever goes
//! wrong in between. So this suite stands between the two: it starts your gateway on loopback,
//! puts a [`proxy`] before each of its hosts, lets your provider call, loses and spoils answers on
//! demand, and compares. What has to hold is [`LAWS`]; a broken one is a [`Finding`], with both
//! values, the fault, the ledger and the line to look at.
//!
//! ```ignore
//! // tests/conformance.rs of your provider's crate
//! conformance_tests::suite!(MyGateway::start; payments, payouts, notifications);
//! ```
//!
//! That writes one plain `#[test]` for each law, and one for each instruction under each fault. What
//! it needs to know of your gateway are the traits of [`gateway`]: one for every gateway, and
//! one for each role. [`noise`] stands in for everybody else: bytes from strangers, which must never
//! be believed.
//!
//! # Reports
//!
//! With the environment variable [`REPORT_FOLDER`] every test appends a line of JSON to a file
//! in that folder: the suite's version, the provider and its capabilities, the law, the fault,
//! the outcome and the time.

//!
//! # Who tests the suite?
//!
//! Mistakes that real payment code has made. `provider-mock` has them in one enum, `bug::Bug`, behind
//! its feature `seeded-bugs`: a lost connection that is sent again, a server error taken for a
//! refusal, a prefix of a signature taken for the whole, a short credit that is dropped. Each stands
//! around the honest provider, which knows nothing of it.
//!
//! The test `kill_matrix` puts one after another into the mock's provider, runs every law, and holds
//! three things: the mock without a bug breaks no law, every bug breaks at least one, and for every
//! law there is a bug that breaks this law and no other. Take a law away, and some bug lives: no law
//! is decoration. `docs/kill-matrix.md` is the table.
//!
//! So a new law comes with the bug that it kills, and a new bug that nothing kills shows which law is
//! missing. The bug comes first: see it live, then write the law.
//!
//! ```text
//! cargo test -p conformance-tests --test kill_matrix -- --nocapture
//! KILL_MATRIX=docs/kill-matrix.md cargo test -p conformance-tests --test kill_matrix
//! ```

pub mod gateway;
pub mod noise;
pub mod proxy;

mod booking;
mod changed_answer;
mod finding;
mod instruction;
mod law;
mod laws;
mod listener;
mod mutation;
mod operation;
mod question;
mod report;
mod scene;
mod sent;
mod subject;
mod suite;
mod trial;
mod tuning;
mod watch;

pub use booking::Booking;
pub use changed_answer::{ChangedAnswer, Meaning};
pub use finding::{Finding, Flaw};
pub use gateway::{
    Gateway, Hosts, Impossible, ListsStatements, Notifies, OpensVirtualAccounts, Payers, PaysOut,
    TakesPayments,
};
pub use law::{LAWS, Law};
pub use operation::Operation;
pub use report::REPORT_FOLDER;
pub use sent::{Sent, SignedIn};
pub use subject::{Start, Subject};
pub use suite::{assert_law, assert_trial, break_law, break_laws};
pub use tuning::Tuning;
