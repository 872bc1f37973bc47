//! The parts that simulated gateways share.
//!
//! A simulated gateway is an [`axum::Router`] with state of its own. This crate serves it on
//! loopback, where it can also close a connection without a response ([`Server`], [`HangUp`]), has
//! a clock that tests can move ([`Clock`]), and sends notifications to the merchant ([`Outbox`]).
//! [`Section`]s describe a gateway to people, [`page`] has the parts of its pages for buyers, and
//! [`control`] lets tests, pages and people read its state and act on it.
//!
//! ```
//! # tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(async {
//! use axum::{Router, response::IntoResponse, routing::post};
//! use simulator_kit::{HangUp, Server};
//!
//! // This gateway books a payout and then loses the response.
//! let gateway = Router::new().route("/payout", post(|| async { HangUp.into_response() }));
//! let server = Server::start(gateway, "127.0.0.1:0".parse().unwrap()).await.unwrap();
//! assert!(server.address().ip().is_loopback());
//! # });
//! ```

#![cfg_attr(docsrs, feature(doc_cfg))]

mod acknowledgement;
pub mod as_text;
mod clock;
pub mod control;
mod description;
mod destination;
pub mod failing;
mod known_host;
mod outbox;
mod outbox_state;
pub mod page;
mod printed_headers;
mod return_page;
mod server;
mod template;
#[cfg(feature = "tls")]
mod tls;
mod trusted;

pub use acknowledgement::{Acknowledgement, has_member};
pub use clock::Clock;
pub use description::{Row, Section};
pub use destination::{Destinations, UnusableDestination};
pub use outbox::{About, Outbox, Outgoing, Receipt, Schedule, Sent};
pub use outbox_state::OutboxState;
pub use printed_headers::PrintedHeaders;
pub use return_page::{RETURN_PAGE, return_page};
pub use server::{HangUp, Server, url_of};
pub use template::{Algorithm, Members, Template, UnreadableTemplate};
pub use trusted::{NoCertificates, Trusted};
