//! Tests a payment provider against the ledger of its gateway. It works for the providers of this
//! project and for anyone else's.
//!
//! A provider is trustworthy if its reports agree with the ledger of its gateway, whatever goes
//! wrong between the two. This suite starts your gateway on loopback, puts a [`proxy`] in front of
//! each of its hosts, makes calls by your provider, loses and damages responses on purpose, and
//! compares the results. [`LAWS`] lists the rules that must hold. A broken law is reported as a
//! [`Finding`], with the expected and the found value, the fault, the ledger and the line to look
//! at.
//!
//! The macro [`suite!`] writes one plain `#[test]` for each law, and one for each instruction under
//! each fault. This is a complete suite for the mock provider of this project, limited to payments:
//!
//! ```
//! // tests/conformance.rs
//! use std::sync::Arc;
//! use std::time::Duration;
//!
//! use async_trait::async_trait;
//! use conformance_tests::{
//!     Booking, ChangedResponse, Gateway, Hosts, Impossible, Meaning, Operation, Payers,
//!     ReceivedFields, TakesPayments, Tuning,
//! };
//! use payments_core::{
//!     Clock, OrderRef, Provider,
//!     money::Money,
//!     payment::{CreatePayment, NextAction},
//! };
//! use provider_kit::registry::Registry;
//! use provider_mock::simulator::{MockSimulator, SimulatorSettings};
//!
//! struct Mock(MockSimulator);
//!
//! impl Mock {
//!     async fn start() -> Self {
//!         let clock = simulator_kit::Clock::fixed(1_731_741_261);
//!         Self(MockSimulator::start(SimulatorSettings::test().with_clock(clock)).await.unwrap())
//!     }
//! }
//!
//! #[async_trait]
//! impl Gateway for Mock {
//!     fn hosts(&self) -> Hosts {
//!         Hosts::from([("gateway".to_owned(), self.0.url())])
//!     }
//!
//!     fn provider(&self, hosts: &Hosts, tuning: &Tuning) -> Provider {
//!         let settings = self.0.gateway().settings();
//!         let config = format!(
//!             "[providers.mock]\nkind = 'mock'\nenvironment = 'sandbox'\nurl = '{}'\n\
//!              api_key = '{}'\nwebhook_secret = '{}'\n",
//!             hosts["gateway"], settings.api_key, settings.webhook_secret,
//!         );
//!         let registry = Registry::empty().add(provider_mock::REGISTRATION);
//!         let config = toml::from_str(&config).unwrap();
//!         let mock = registry.build(&config, &tuning.context()).unwrap().remove(0);
//!         // Of its five roles, one.
//!         Provider::new(mock.id().clone(), mock.kind().clone(), mock.environment())
//!             .with_departures(mock.departs())
//!             .with_payments(Arc::clone(mock.payments().unwrap()))
//!     }
//!
//!     fn clock(&self) -> Arc<dyn Clock> {
//!         self.0.shared_clock()
//!     }
//!
//!     async fn advance(&self, by: Duration) {
//!         self.0.advance(by);
//!     }
//!
//!     async fn bookings(&self) -> Vec<Booking> {
//!         let booked = self.0.bookings().into_iter();
//!         booked
//!             .map(|one| Booking::received(one.amount).of(one.reference.unwrap_or_default()))
//!             .collect()
//!     }
//!
//!     async fn carried_out(&self, operation: Operation, reference: &str) -> usize {
//!         let known = provider_mock::Operation::ALL.into_iter();
//!         let same = known.into_iter().find(|known| known.name() == operation.name());
//!         same.map_or(0, |operation| self.0.gateway().carried_out(operation, reference))
//!     }
//!
//!     async fn received(&self, _: Operation, reference: &str) -> ReceivedFields {
//!         let asked = self.0.gateway().received(provider_mock::Operation::CreatePayment, reference);
//!         let text = |name: &str| asked[name].as_str().unwrap_or_default().to_owned();
//!         ["description", "return_url", "cancel_url", "notify_url"].map(|name| (name, text(name))).into()
//!     }
//!
//!     fn secrets(&self) -> Vec<String> {
//!         self.0.secrets()
//!     }
//!
//!     fn changed_responses(&self) -> Vec<ChangedResponse> {
//!         // And so on: every field that is echoed, every state and code of the documents.
//!         vec![ChangedResponse::new(
//!             Operation::CreatePayment,
//!             "an answer without its signature",
//!             |_, _, mut answer| {
//!                 answer.headers_mut().remove(provider_mock::wire::SIGNATURE);
//!                 answer
//!             },
//!             Meaning::Unbelievable,
//!         )]
//!     }
//! }
//!
//! #[async_trait]
//! impl TakesPayments for Mock {
//!     fn payment(&self, order: OrderRef) -> CreatePayment {
//!         CreatePayment::new(order, Money::vnd(50_000)).unwrap()
//!     }
//!
//!     fn buyers(&self) -> Payers {
//!         Payers::exact().any_amount().twice()
//!     }
//!
//!     async fn pay(&self, shown: &NextAction, amount: Money) -> Result<(), Impossible> {
//!         self.0.gateway().pay_as_shown(shown, amount).map(drop).map_err(|_| Impossible)
//!     }
//! }
//!
//! conformance_tests::suite!(Mock::start; payments);
//! # fn main() {
//! #     for law in ["roles_are_as_declared", "created_is_not_paid", "only_the_exact_amount_settles"] {
//! #         conformance_tests::assert_law(__start(), law);
//! #     }
//! # }
//! ```
//!
//! - [`gateway`]: the traits that your gateway implements, one for every gateway and one for each
//!   role.
//! - [`ChangedResponse`]: responses of your gateway that are changed on their way, with the allowed
//!   results.
//! - [`LAWS`]: the rules for every provider, with their reasons; [`Finding`]: a broken law.
//! - [`proxy`]: the faults, and the proxy in front of each host of the gateway.
//! - The crate `conformance-fuzz`: deliveries and responses that the gateway never sent, which must
//!   never be accepted.
//! - [`REPORT_FOLDER`]: if this environment variable is set, every test appends a line of JSON to a
//!   file in that folder, with the suite's version, the provider and its capabilities, the law, the
//!   fault, the outcome and the time.
//!
//! The guide in `docs/plug-ins` builds a provider and its suite from an empty folder.
//!
//! # Tests of the suite
//!
//! The suite is tested with mistakes that real payment code has made. They are the enum `bug::Bug`
//! of `provider-mock`, behind its feature `seeded-bugs`: for example, a request that is sent again
//! after a lost connection, a server error treated as a refusal, a signature of which only a prefix
//! is compared, or a short credit that is dropped. Each wraps the correct provider, which contains
//! none of them.
//!
//! The test `kill_matrix` builds each bug in turn into the mock's provider, only in the roles that
//! the bug names, and runs every law that applies to these roles. It checks that the mock without a
//! bug breaks no law, that every bug breaks at least one law, and that for every law there is a bug
//! that breaks only this law. Without any one of the laws, some bug would therefore not be found.
//! `docs/kill-matrix.md` has the resulting table.
//!
//! Many laws are checked with the record of one honest run of every role. With `KILL_MATRIX_QUICK`,
//! only those are run, and the table is printed.
//!
//! A new law therefore comes with a bug that only it finds, and a new bug that no law finds shows
//! that a law is missing. Write the bug first, see that no law finds it, and then write the law.
//!
//! ```text
//! cargo test -p conformance-tests --test kill_matrix -- --nocapture
//! KILL_MATRIX_QUICK=1 cargo test -p conformance-tests --test kill_matrix -- --nocapture
//! KILL_MATRIX_BUGS='stays busy,drops the note' cargo test -p conformance-tests --test kill_matrix -- --nocapture
//! KILL_MATRIX=docs/kill-matrix.md cargo test -p conformance-tests --test kill_matrix
//! ```
//!
//! # The laws

#![cfg_attr(docsrs, feature(doc_cfg))]
#![doc = include_str!("../laws.md")]
//!
//! # Features
//!
//! | feature | makes available |
//! |---|---|
//! | `reqwest` (default) | the HTTP client that the suite gives to providers; without it only `conformance-fuzz` can use this crate |

pub mod gateway;

#[doc(inline)]
pub use fault_proxy as proxy;

mod booking;
mod changed_response;
mod client;
mod endpoint_table;
mod failure;
mod fault_case;
mod finding;
mod fixture;
mod flaw;
mod law;
mod laws;
mod listener;
mod operation;
mod operations;
mod pages;
mod record;
mod recording_transport;
mod report;
mod requests;
mod runner;
mod set_up;
mod step;
mod subject;
mod suite;
mod texts;
mod tuning;
mod webhook_sample;

pub use booking::Booking;
pub use changed_response::{ChangedResponse, Meaning};
pub use endpoint_table::check_endpoint_table;
pub use finding::Finding;
pub use flaw::Flaw;
pub use gateway::{
    Gateway, Hosts, Impossible, ListsStatements, Notifies, OpensVirtualAccounts, Payers, PaysOut,
    ReceivedFields, TakesPayments,
};
pub use http_tampering::{
    SignedIn, SignedResponse,
    rows::{RowPlace, insert_row, malform_row},
};
pub use law::Law;
pub use laws::LAWS;
pub use operation::Operation;
#[doc(hidden)]
pub use operations::{Answer, Outcome, PreparedCall};
pub use report::REPORT_FOLDER;
pub use requests::Requests;
pub use runner::{
    assert_fault_case, assert_law, assert_set_up, assert_unsent, break_law, break_laws,
};
pub use subject::{Start, Subject};
pub use tuning::Tuning;
pub use webhook_sample::WebhookSample;
