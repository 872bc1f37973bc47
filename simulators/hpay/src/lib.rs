//! A simulated HPay: its three hosts, its signatures and a ledger, on this machine.
//!
//! It is written from the HPay API reference and not from the client: they share no code that reads
//! or signs a message. It keeps its own books, so that the response to an inquiry comes from them
//! and never from the request. Faults can be scripted ([`Fault`]), its clock can be moved, and its
//! notifications can be kept, doubled and reordered.
//!
//! Where the reference is silent, the documentation of the item says which behaviour was chosen.
//!
//! ```
//! # tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(async {
//! use simulator_hpay::{HPaySimulator, Operation, Settings, When};
//!
//! let hpay = HPaySimulator::start(Settings::test()).await?;
//! // Point the client at these, and give it the merchant's credentials.
//! assert!(hpay.hosts()["account"].starts_with("http://127.0.0.1:"));
//! assert!(hpay.merchant_private_key().is_some());
//!
//! // The next payout is booked, and its response is lost.
//! hpay.lose_next_answer(Operation::CreatePayout, When::AfterBooking)?;
//! assert!(hpay.bookings().is_empty());
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! # }).unwrap();
//! ```

#![cfg_attr(docsrs, feature(doc_cfg))]

mod amount;
mod balance;
mod checkout;
mod civil_time;
mod codes;
mod control;
mod delayed_requests;
mod description;
mod endpoints;
mod faults;
mod fields;
mod formulas;
mod gateway;
mod keys;
mod ledger;
mod openapi;
mod payout;
mod quirks;
mod readings;
mod request_log;
mod response;
mod settings;
mod sign;
mod tables;
mod virtual_account;

pub use checkout::{Attempt, Card, CardKind, Instrument, Link, Order, PayAs};
pub use control::{Announcement, CheckoutTransfer, ControlError};
pub use faults::{Fault, Operation, When};
pub use formulas::UnusableFormula;
pub use keys::{Keys, UnreadableKey, Verdict};
pub use ledger::{Booking, BookingKind};
pub use payout::{Payout, PayoutStart, PayoutState};
pub use quirks::AnswerQuirks;
pub use readings::{Joint, Readings, RequestBody};
pub use request_log::{Host, LoggedRequest};
pub use settings::{AdvancedLink, Beneficiary, Ports, Settings, UnusablePath};
pub use sign::Codes;
pub use simulator_kit::{Acknowledgement, Destinations, Row, Section};
pub use virtual_account::{AccountStatus, CallbackForm, CallbackQuirks, Credit, VirtualAccount};

use std::collections::BTreeMap;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;

use simulator_kit::{Server, control::Control};

use gateway::Gateway;

/// A running HPay. Dropping it stops it and closes every connection.
pub struct HPaySimulator {
    gateway: Arc<Gateway>,
    servers: Vec<(Host, Server)>,
}

impl HPaySimulator {
    /// Starts the three hosts, on 127.0.0.1 unless the settings say otherwise.
    ///
    /// # Errors
    /// A port is taken, or a key in the settings cannot be read.
    pub async fn start(settings: Settings) -> io::Result<Self> {
        let ports = settings.ports;
        let gateway = Gateway::new(settings)
            .map_err(|error| io::Error::new(io::ErrorKind::InvalidInput, error))?;
        let gateway = Arc::new(gateway);
        let mut servers = Vec::with_capacity(Host::ALL.len());
        for host in Host::ALL {
            let port = match host {
                Host::Checkout => ports.checkout,
                Host::Account => ports.account,
                Host::Openapi => ports.openapi,
            };
            let at = SocketAddr::from((gateway.settings.address, port));
            let names = gateway.settings.host_names.clone();
            let router = endpoints::router(&gateway, host);
            servers.push((host, Server::start_as(router, at, names).await?));
        }
        gateway.listens_at(servers.iter().map(|(host, server)| (*host, server.url())).collect());
        Ok(Self { gateway, servers })
    }

    /// The control of the gateway, in the vocabulary of all gateways.
    pub fn control(&self) -> Arc<dyn Control> {
        Arc::new(control::GatewayControl(Arc::clone(&self.gateway)))
    }

    /// The base address of each host, by its name: `checkout`, `account` and `openapi`.
    pub fn hosts(&self) -> BTreeMap<&'static str, String> {
        self.servers.iter().map(|(host, server)| (host.name(), server.url())).collect()
    }

    /// The base address of one host, without a slash at the end.
    pub fn url(&self, host: Host) -> &str {
        self.gateway.url(host)
    }

    /// The settings that it was started with.
    pub fn settings(&self) -> &Settings {
        &self.gateway.settings
    }

    /// The number of the merchant.
    pub fn merchant_id(&self) -> &str {
        &self.settings().merchant_id
    }

    /// The merchant's primary e-mail.
    pub fn merchant_email(&self) -> &str {
        &self.settings().merchant_email
    }

    /// The secret that both sides share.
    pub fn passcode(&self) -> &str {
        &self.settings().passcode
    }

    /// The merchant's private key as PEM, for the client; `None` where the settings have only
    /// its certificate.
    pub fn merchant_private_key(&self) -> Option<&str> {
        self.settings().merchant_private_key.as_deref()
    }

    /// HPay's certificate as PEM, for the client.
    pub fn hpay_certificate(&self) -> &str {
        &self.settings().hpay_certificate
    }

    /// Makes the codes of this merchant, to sign messages in tests.
    pub fn codes(&self) -> &Codes {
        &self.gateway.codes
    }

    /// Every secret that a client has, which it must never print.
    pub fn secrets(&self) -> Vec<String> {
        let key = self.merchant_private_key().unwrap_or_default();
        let key_lines = key.lines().filter(|line| !line.starts_with("-----"));
        let own = [self.passcode(), &self.settings().openapi_client_secret];
        own.into_iter().chain(key_lines).map(str::to_owned).collect()
    }

    /// The description for a page or a terminal: the hosts, the test credentials, the endpoints,
    /// what to try.
    pub fn description(&self) -> Vec<Section> {
        description::of(&self.gateway)
    }
}

impl std::fmt::Debug for HPaySimulator {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("HPaySimulator")
            .field("hosts", &self.hosts())
            .field("settings", self.settings())
            .finish_non_exhaustive()
    }
}
