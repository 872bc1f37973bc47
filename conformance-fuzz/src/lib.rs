//! Fuzzing of payment providers: whatever arrives, nothing may panic, and no message may be
//! accepted that the gateway did not send.
//!
//! - [`Deliveries`] tests a receiver of notifications with requests that anybody can send to it.
//! - [`Calls`] tests the roles of a provider with responses that anybody can send instead of the
//!   gateway, to each [`Operation`] of the crate `conformance-tests`.
//! - [`second_reading`] searches for requests whose signed text is also that of another request.
//!
//! Each returns a description of the broken rules, so that a fuzzer, a property test and a plain
//! loop can use it:
//!
//! ```
//! use std::collections::BTreeMap;
//! use std::sync::Arc;
//!
//! use conformance_fuzz::{Calls, Deliveries, Requests, StubTransport};
//! use payments_core::Timestamp;
//! use provider_kit::{config::PaymentsConfig, registry::{Context, Registry}};
//! # use provider_mock::{MockGateway, Settings};
//!
//! # tokio::runtime::Builder::new_current_thread().enable_time().build()?.block_on(async {
//! // What the gateway really sends: here a notification that the mock signs.
//! let gateway = MockGateway::new(Settings::test())?;
//! let body = r#"{"id":"1","type":"holiday","at":"2026-01-01T00:00:00Z","data":{}}"#;
//! let sent = gateway.notification(body);
//! let provider = gateway.provider("mock")?;
//! let deliveries = Deliveries::new(&provider, gateway.now())?.with_genuine("events", &sent)?;
//! assert_eq!(deliveries.breaches_by_forgeries(), Vec::<String>::new());
//!
//! // Every role of a provider that is built with this line gets the same response.
//! let line = StubTransport::new();
//! let table = toml::from_str("kind = 'mock'\nenvironment = 'sandbox'\n\
//!     url = 'http://127.0.0.1:1'\napi_key = 'k'\nwebhook_secret = 's'")?;
//! let config = PaymentsConfig::single("mock", table);
//! let registry = Registry::empty().add(provider_mock::REGISTRATION);
//! let provider = registry.build(&config, &Context::new(line.clone()))?.remove(0);
//! let calls = Calls::new(provider, line, Requests::typical()?);
//! assert_eq!(calls.breaches_by(b"502\n\n<html>Bad gateway").await, Vec::<String>::new());
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! # })?;
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

#![cfg_attr(docsrs, feature(doc_cfg))]

mod calls;
mod deliveries;
mod message;
mod signed_text;
mod stub_transport;

pub use calls::Calls;
pub use conformance_tests::{Operation, Requests};
pub use deliveries::Deliveries;
pub use http_tampering::bits::{Deed, Scribble, scribbled};
pub use message::{request, request_text, response, response_text};
pub use signed_text::{second_reading, second_reading_of_template};
pub use stub_transport::{Response, StubTransport};
