//! Bytes of any sender: whatever arrives, nothing panics, and nothing is believed that the gateway
//! did not say.
//!
//! [`second_reading`] looks for requests whose signed text fits another request too.
//! [`Deliveries`] holds a receiver against requests that anybody can send to it, and [`Calls`]
//! holds the roles of a provider against answers that anybody can put in the gateway's place. Both
//! return what was broken, in words, so that a fuzzer, a property test and a plain loop can use
//! them alike:
//!
//! ```
//! use std::collections::BTreeMap;
//! use std::sync::Arc;
//!
//! use conformance_tests::fuzz::{Calls, Deliveries, StubTransport, Requests};
//! use payments_core::{Timestamp, config::PaymentsConfig, registry::{Context, Registry}};
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
//! // Every role of a provider that is built with this line gets the same answer.
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

mod call;
mod delivery;
mod message;
mod signed_text;

pub use crate::requests::Requests;
pub use crate::stub_transport::{Answer, StubTransport};
pub use call::Calls;
pub use delivery::Deliveries;
pub use http_tampering::bits::{Deed, Scribble, scribbled};
pub use message::{answer, answer_text, request, request_text};
pub use signed_text::{second_reading, second_reading_of_template};
