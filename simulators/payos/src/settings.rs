//! What the simulated merchant has, and how the simulator behaves.

use std::net::{IpAddr, Ipv4Addr};
use std::time::Duration;

use simulator_kit::{Acknowledgement, Clock, Destinations, Trusted};

use crate::{formulas::Formulas, payout::TransactionState};

/// What the simulated merchant has, and how the simulator behaves.
#[derive(Clone)]
#[non_exhaustive]
pub struct Settings {
    /// The payment channel.
    pub payment: Credentials,
    /// The payout channel, which has credentials of its own.
    pub payout: Credentials,
    /// The bank account of the payment channel.
    pub account: Account,
    /// The virtual account of the channel, to which buyers transfer.
    pub virtual_account: String,
    /// What the payout channel can send at the start, in đồng.
    pub opening_balance: i64,
    /// The state in which a payout begins.
    pub payout_start: TransactionState,
    /// The formulas in the place of payOS's.
    pub formulas: Formulas,
    /// The longest description of a payment: 25, or 9 where the bank account of the channel was not
    /// linked through payOS.
    pub longest_description: usize,
    /// Bank accounts whose holder is known. Any other account exists too.
    pub holders: Vec<Holder>,
    /// Where webhooks go at the start; `confirm-webhook` changes it.
    pub webhook_url: Option<String>,
    /// Which responses acknowledge a webhook.
    pub acknowledgement: Acknowledgement,
    /// Whether there are [values that fail by themselves](simulator_kit::failing).
    pub failing_values: bool,
    /// Where webhooks may be sent.
    pub destinations: Destinations,
    /// Whose certificates are trusted, beside those of the machine, when notifications are sent.
    pub trusted: Trusted,
    /// How long a webhook waits for the merchant's response: one merchant has seen ten seconds.
    pub webhook_timeout: Duration,
    /// The host names that the hosts accept besides loopback addresses and `localhost`.
    pub host_names: Vec<String>,
    /// The gateway's clock.
    pub clock: Clock,
    /// The address that the hosts listen on.
    pub address: IpAddr,
    /// Where the hosts listen on it.
    pub ports: Ports,
}

/// The three credentials of a channel.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Credentials {
    /// `x-client-id`.
    pub client_id: String,
    /// `x-api-key`.
    pub api_key: String,
    /// The key of the signatures.
    pub checksum_key: String,
}

/// A bank account of the merchant.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Account {
    /// The bank.
    pub bin: String,
    /// Its short name.
    pub bank: String,
    /// The number.
    pub number: String,
    /// The holder.
    pub holder: String,
}

/// A bank account and the name on it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Holder {
    /// The bank.
    pub bin: String,
    /// The number.
    pub number: String,
    /// The name.
    pub name: String,
}

/// One port for each host; 0 takes a free one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Ports {
    /// Every call.
    pub api: u16,
    /// The pages where buyers pay.
    pub pay: u16,
}

impl Settings {
    /// A merchant with TEST-ONLY credentials, the system's clock and free ports.
    pub fn test() -> Self {
        Self {
            payment: Credentials {
                client_id: "11111111-1111-4111-8111-111111111111".to_owned(),
                api_key: "TEST-ONLY-payos-payment-api-key".to_owned(),
                checksum_key: "TEST-ONLY-payos-payment-checksum-key-0123456789abcdef".to_owned(),
            },
            payout: Credentials {
                client_id: "22222222-2222-4222-8222-222222222222".to_owned(),
                api_key: "TEST-ONLY-payos-payout-api-key".to_owned(),
                checksum_key: "TEST-ONLY-payos-payout-checksum-key-0123456789abcdef".to_owned(),
            },
            account: Account {
                bin: "970418".to_owned(),
                bank: "BIDV".to_owned(),
                number: "8610009999".to_owned(),
                holder: "CONG TY THU NGHIEM".to_owned(),
            },
            virtual_account: "V3CAS0000000001".to_owned(),
            opening_balance: 100_000_000,
            payout_start: TransactionState::Succeeded,
            formulas: Formulas::default(),
            longest_description: 25,
            holders: vec![Holder {
                bin: "970422".to_owned(),
                number: "0123456789".to_owned(),
                name: "NGUYEN VAN A".to_owned(),
            }],
            webhook_url: None,
            acknowledgement: Acknowledgement::default(),
            failing_values: false,
            destinations: Destinations::default(),
            trusted: Trusted::default(),
            webhook_timeout: Duration::from_secs(10),
            host_names: Vec::new(),
            clock: Clock::system(),
            address: Ipv4Addr::LOCALHOST.into(),
            ports: Ports::default(),
        }
    }

    /// The gateway's clock.
    #[must_use]
    pub fn with_clock(mut self, clock: Clock) -> Self {
        self.clock = clock;
        self
    }

    /// Where the hosts listen.
    #[must_use]
    pub fn with_ports(mut self, ports: Ports) -> Self {
        self.ports = ports;
        self
    }

    /// Adds a host name that the hosts accept besides loopback addresses and `localhost`.
    #[must_use]
    pub fn with_host_name(mut self, name: impl Into<String>) -> Self {
        self.host_names.push(name.into());
        self
    }

    /// Where webhooks go, without a registration.
    #[must_use]
    pub fn with_webhook_url(mut self, url: impl Into<String>) -> Self {
        self.webhook_url = Some(url.into());
        self
    }

    /// Sets which responses acknowledge a webhook.
    #[must_use]
    pub fn with_acknowledgement(mut self, acknowledgement: Acknowledgement) -> Self {
        self.acknowledgement = acknowledgement;
        self
    }

    /// Switches the [values that fail by themselves](simulator_kit::failing) on.
    #[must_use]
    pub fn with_failing_values(mut self) -> Self {
        self.failing_values = true;
        self
    }

    /// Sets the address that the hosts listen on.
    #[must_use]
    pub fn with_address(mut self, address: IpAddr) -> Self {
        self.address = address;
        self
    }

    /// Sets where webhooks may be sent.
    #[must_use]
    pub fn with_destinations(mut self, destinations: Destinations) -> Self {
        self.destinations = destinations;
        self
    }

    /// Whose certificates are trusted, beside those of the machine, when notifications are sent.
    #[must_use]
    pub fn with_trusted(mut self, trusted: Trusted) -> Self {
        self.trusted = trusted;
        self
    }

    /// The state in which a payout begins.
    #[must_use]
    pub fn with_payout_start(mut self, state: TransactionState) -> Self {
        self.payout_start = state;
        self
    }

    /// What the payout channel can send at the start, in đồng.
    #[must_use]
    pub fn with_opening_balance(mut self, amount: i64) -> Self {
        self.opening_balance = amount;
        self
    }
}

/// Prints no secret.
impl std::fmt::Debug for Settings {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Settings")
            .field("payment", &self.payment.client_id)
            .field("payout", &self.payout.client_id)
            .field("account", &self.account)
            .field("payout_start", &self.payout_start)
            .field("clock", &self.clock)
            .field("ports", &self.ports)
            .finish_non_exhaustive()
    }
}

/// Prints no secret.
impl std::fmt::Debug for Credentials {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Credentials").field("client_id", &self.client_id).finish_non_exhaustive()
    }
}
