//! A simulated payOS on loopback: payment links with their pages, webhooks and payouts, with a
//! ledger behind them. payOS has no sandbox of its own.
//!
//! It is written from payOS's documents, not from the client, and shares neither a type nor a
//! signing function with it, so that one misreading cannot pass on both sides. Every response and
//! every webhook is made from its books, never from the request. Credentials are for tests only, and
//! it sends to loopback addresses only.
//!
//! Two hosts listen: the API and the pages. The methods of [`PayOSSimulator`] do what a buyer, a
//! bank or payOS's staff would do; some are available over HTTP under `/_control/` on both hosts (see
//! [`PayOSSimulator::description`]).
//!
//! ```
//! # tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(async {
//! use simulator_payos::{ControlError, PayOSSimulator, Settings};
//!
//! let payos = PayOSSimulator::start(Settings::test()).await?;
//!
//! // A link has to be created before it can be paid.
//! let paid = payos.buyer_pays("20260042", 50_000).await;
//!
//! assert_eq!(paid.err(), Some(ControlError::UnknownLink));
//! assert!(payos.bookings().is_empty());
//! # Ok::<(), std::io::Error>(())
//! # }).unwrap();
//! ```
//!
//! # Readings
//!
//! Where payOS's documents are silent or disagree, the simulator chooses the stricter reading:
//!
//! - An orderCode is accepted once for ever, also after a cancellation (code 231).
//! - A link paid in part is `UNDERPAID` and can be topped up. One that ended keeps its status although
//!   money arrives, and a webhook tells of each transfer.
//! - Cancelling a link that is paid, cancelled or expired is refused with code 233, which no document
//!   has.
//! - All links of a channel have one virtual account; a transfer finds its link by the code at the
//!   beginning of the memo.
//! - An idempotency key is remembered for ever; another body under it is refused with code 20. A
//!   repeated referenceId under another key pays again.
//! - A payout without enough balance is refused with code 601, and an unknown one with 404, which no
//!   document has.
//! - A webhook that is not acknowledged is not sent again by itself: call
//!   [`redeliver`](PayOSSimulator::redeliver).
//! - Invoices are not simulated.

#![cfg_attr(docsrs, feature(doc_cfg))]

mod api;
mod books;
mod civil;
mod control;
mod description;
mod faults;
mod formulas;
mod gateway;
mod ledger;
mod link;
mod pay;
mod payout;
mod qr;
mod requests;
mod settings;
pub mod sign;

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;

use axum::{Router, middleware::from_fn_with_state};
use simulator_kit::{Server, control::Control};

use gateway::Gateway;

pub use control::ControlError;
pub use faults::{Fault, Operation, When};
pub use formulas::{Formulas, UnusableFormula};
pub use gateway::{Transferred, sample, webhook};
pub use ledger::{Booking, BookingKind};
pub use link::{Link, LinkTransfer};
pub use payout::{Payout, PayoutTransaction, TransactionState};
pub use requests::LoggedRequest;
pub use settings::{Account, Credentials, Holder, Ports, Settings};
pub use simulator_kit::{Acknowledgement, Destinations, Receipt, Row, Schedule, Section};

/// A running simulator. Dropping it stops it; its ledger is lost.
#[derive(Debug)]
pub struct PayOSSimulator {
    gateway: Arc<Gateway>,
    _servers: [Server; 2],
}

impl PayOSSimulator {
    /// Starts one listener per host, on 127.0.0.1 unless the settings say otherwise.
    ///
    /// # Errors
    /// A port that the settings name is taken.
    pub async fn start(settings: Settings) -> io::Result<Self> {
        let gateway = Arc::new(Gateway::new(settings));
        let (names, ports) = (gateway.settings.host_names.clone(), gateway.settings.ports);
        let at = |port| SocketAddr::from((gateway.settings.address, port));
        let api = router(&gateway, api::routes());
        let api = Server::start_as(api, at(ports.api), names.clone()).await?;
        let pay = Server::start_as(router(&gateway, pay::routes()), at(ports.pay), names).await?;
        gateway.urls.get_or_init(|| (api.url(), pay.url()));
        Ok(Self { gateway, _servers: [api, pay] })
    }

    /// The control of the gateway, in the vocabulary of all gateways.
    pub fn control(&self) -> Arc<dyn Control> {
        control_of(&self.gateway)
    }
}

fn control_of(gateway: &Arc<Gateway>) -> Arc<dyn Control> {
    Arc::new(control::GatewayControl(Arc::clone(gateway)))
}

/// The routes of a host, logged, and the simulator's own, which are not.
fn router(gateway: &Arc<Gateway>, routes: Router<Arc<Gateway>>) -> Router {
    let control = simulator_kit::control::router(control_of(gateway));
    routes
        .layer(from_fn_with_state(Arc::clone(gateway), requests::record))
        .nest("/_control", control::routes::router().merge(control))
        .merge(simulator_kit::return_page())
        .with_state(Arc::clone(gateway))
}
