//! A simulated SePay on loopback: the checkout page, the order API, the User API, IPNs and bank
//! webhooks, with a ledger behind them.
//!
//! It is written from SePay's documents, not from the client, and shares neither a type nor a
//! signing function with it, so that one misreading cannot pass on both sides. Every response and
//! every notification is made from its books, never from the request. Credentials are for tests
//! only, and it sends to loopback addresses only.
//!
//! Four hosts listen, as SePay has four. The methods of [`SePaySimulator`] do what a buyer, a bank
//! or the merchant's staff would do; the same actions are available over HTTP under `/_control/` on
//! every host (see [`SePaySimulator::description`]).
//!
//! ```
//! # tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(async {
//! use simulator_sepay::{BookingKind, SePaySimulator, Settings};
//!
//! let sepay = SePaySimulator::start(Settings::test()).await?;
//! let account = sepay.bank_accounts().remove(0);
//!
//! // Somebody transfers money with a payment code in the memo.
//! let transfer = sepay.bank_transfer(&account.number, 50_000, "SPT123456 cam on").await?;
//!
//! assert_eq!(transfer.code.as_deref(), Some("SPT123456"));
//! assert_eq!(sepay.bookings()[0].kind, BookingKind::BankCredit);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! # }).unwrap();
//! ```
//!
//! # Readings
//!
//! Where SePay's documents are silent or disagree, the simulator chooses the stricter reading:
//!
//! - A form's signature is checked over the signed fields in the order received, which agrees
//!   with every order that SePay has published.
//! - An invoice number is accepted once, even if a buyer loads the form again.
//! - A declined card, a cancelled order and a buyer who goes back send no IPN, because none is
//!   documented. A buyer who goes back leaves the order open.
//! - A voided order is `CANCELLED`, the only documented status that says that nothing is paid.
//! - The later payments of an agreement are orders of their own, and IPNs repeat the agreement's
//!   fields from its form: no page shows either.
//! - An order whose buyer has yet to choose a method cannot be cancelled.
//! - A payment code must be a whole word of the memo to be recognised.
//! - An order code is accepted once per bank account. A virtual account with an amount accepts
//!   exactly that amount; an expired one still accepts money, because no page names a state for it.
//! - v1 lists in the order of arrival from `since_id` on, and newest first without it. Its refusals
//!   have the status in the body; their texts are invented.
//! - A notification that is not acknowledged is sent eight times in all, on the schedule documented
//!   for bank webhooks, IPNs included. With the system's clock that happens by itself; with a clock
//!   that stands still, call [`pass`](SePaySimulator::pass).

#![cfg_attr(docsrs, feature(doc_cfg))]

mod attempt;
mod bank;
mod books;
mod civil;
mod code;
mod control;
mod dashboard;
mod description;
mod faults;
mod formulas;
mod gateway;
mod ids;
mod ledger;
mod my;
mod notify;
mod order;
mod pay;
mod pgapi;
mod query;
mod readings;
mod refused;
mod requests;
mod same_second;
mod settings;
pub mod sign;
mod transfer;
mod userapi;
mod virtual_account;

use std::collections::BTreeMap;
use std::io;
use std::net::SocketAddr;
use std::sync::{Arc, Weak};
use std::time::Duration;

use axum::{Router, middleware::from_fn_with_state};
use simulator_kit::{Server, control::Control};

use gateway::Gateway;

pub use bank::{Bank, BankAccount, Direction};
pub use code::{CodeRule, InvalidCodeRule};
pub use control::Transferred;
pub use dashboard::{Webhook, WebhookAuth, WebhookBody};
pub use description::Description;
pub use faults::{Operation, When};
pub use formulas::UnusableFormula;
pub use ledger::{Booking, BookingKind};
pub use notify::{Delivered, Notification};
pub use order::{OrderTexts, PaymentMethod};
pub use readings::{CheckoutOrder, OrderListSpelling, Readings, V1VaPath};
pub use refused::Refused;
pub use requests::{Host, LoggedRequest};
pub use settings::{RegisteredAuth, Secret, Settings};
pub use simulator_kit::{Acknowledgement, Destinations, Row, Section};
pub use transfer::{Mangling, Transfer};
pub use virtual_account::{OrderStatus, TERMINAL, VA_PREFIX, VaOrder, VaStatus, VirtualAccount};

/// A running simulator. Dropping it stops it; its ledger is lost.
#[derive(Debug)]
pub struct SePaySimulator {
    gateway: Arc<Gateway>,
    servers: BTreeMap<Host, Server>,
}

impl SePaySimulator {
    /// Starts one listener per host, on 127.0.0.1 unless the settings say otherwise.
    ///
    /// # Errors
    /// A port that the settings name is taken.
    pub async fn start(settings: Settings) -> io::Result<Self> {
        let gateway = Arc::new(Gateway::new(settings));
        let mut servers = BTreeMap::new();
        for host in Host::ALL {
            let at = SocketAddr::from((gateway.settings.address(), gateway.settings.port(host)));
            let names = gateway.settings.host_names().to_vec();
            servers.insert(host, Server::start_as(router(&gateway, host), at, names).await?);
        }
        gateway.listens_at(servers.iter().map(|(host, server)| (*host, server.url())).collect());
        if !gateway.settings.clock().stands_still() {
            tokio::spawn(send_what_falls_due(Arc::downgrade(&gateway)));
        }
        Ok(Self { gateway, servers })
    }

    /// The control of the gateway, in the vocabulary of all gateways.
    pub fn control(&self) -> Arc<dyn Control> {
        Arc::new(control::GatewayControl(Arc::clone(&self.gateway)))
    }

    /// Every host's base address by its [name](Host::name), without a slash at the end.
    pub fn hosts(&self) -> BTreeMap<&'static str, String> {
        self.servers.iter().map(|(host, server)| (host.name(), server.url())).collect()
    }

    /// The base address of `host`, without a slash at the end.
    pub fn url(&self, host: Host) -> String {
        self.servers.get(&host).map(Server::url).unwrap_or_default()
    }

    /// The credentials, rules and clock that it was started with.
    pub fn settings(&self) -> &Settings {
        &self.gateway.settings
    }
}

/// Sends due notifications again, as long as the gateway lives.
async fn send_what_falls_due(gateway: Weak<Gateway>) {
    let mut ticks = tokio::time::interval(Duration::from_secs(1));
    loop {
        ticks.tick().await;
        let Some(gateway) = gateway.upgrade() else { break };
        gateway.send_due().await;
    }
}

/// The routes of `host`, logged, and the control API, which is not.
fn router(gateway: &Arc<Gateway>, host: Host) -> Router {
    let routes = match host {
        Host::Pay => pay::routes(gateway),
        Host::PgApi => pgapi::routes(gateway),
        Host::UserApi => userapi::routes(gateway),
        Host::My => my::routes(gateway).merge(userapi::v1_routes(gateway)),
    };
    routes
        .layer(from_fn_with_state((Arc::clone(gateway), host), requests::record))
        .merge(control::routes(gateway))
        .merge(simulator_kit::return_page())
        .with_state(Arc::clone(gateway))
}
