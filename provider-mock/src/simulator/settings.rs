//! The settings of a simulated gateway.

use std::net::{IpAddr, Ipv4Addr};
use std::time::Duration;

use simulator_kit::{Clock, Destinations, Trusted};

use crate::gateway;

/// The settings of the gateway, its clock, and the address that it listens on.
///
/// [`SimulatorSettings::test`] has a value for every setting; change those that matter:
///
/// ```
/// use provider_mock::simulator::SimulatorSettings;
/// use simulator_kit::Clock;
///
/// let settings = SimulatorSettings::test().with_clock(Clock::fixed(1_731_742_061)).with_port(0);
/// ```
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct SimulatorSettings {
    /// The settings of the gateway itself. Their clock is replaced by [`clock`](Self::clock).
    pub gateway: gateway::Settings,
    /// The gateway's clock.
    pub clock: Clock,
    /// The address that the server listens on.
    pub address: IpAddr,
    /// The port that the server listens on. With 0 the system chooses a free port.
    pub port: u16,
    /// The time that a notification waits for the merchant's response.
    pub notification_timeout: Duration,
    /// The host names that the server accepts in addition to loopback addresses and `localhost`.
    pub host_names: Vec<String>,
    /// Where notifications may be sent.
    pub destinations: Destinations,
    /// Whose certificates are trusted, beside those of the machine, when notifications are sent.
    pub trusted: Trusted,
}

impl SimulatorSettings {
    /// Creates settings with credentials that are for tests only, on the system's clock and a free
    /// port.
    pub fn test() -> Self {
        Self {
            gateway: gateway::Settings::test(),
            clock: Clock::system(),
            address: Ipv4Addr::LOCALHOST.into(),
            port: 0,
            notification_timeout: Duration::from_secs(5),
            host_names: Vec::new(),
            destinations: Destinations::default(),
            trusted: Trusted::default(),
        }
    }

    /// Sets the settings of the gateway.
    #[must_use]
    pub fn with_gateway(mut self, gateway: gateway::Settings) -> Self {
        self.gateway = gateway;
        self
    }

    /// Sets the clock.
    #[must_use]
    pub fn with_clock(mut self, clock: Clock) -> Self {
        self.clock = clock;
        self
    }

    /// Sets the address that the server listens on.
    #[must_use]
    pub fn with_address(mut self, address: IpAddr) -> Self {
        self.address = address;
        self
    }

    /// Sets the port that the server listens on. With 0 the system chooses a free port.
    #[must_use]
    pub fn with_port(mut self, port: u16) -> Self {
        self.port = port;
        self
    }

    /// Sets the address of notifications for payments that do not set their own.
    #[must_use]
    pub fn with_notify_url(mut self, url: impl Into<String>) -> Self {
        self.gateway = self.gateway.with_notify_url(url);
        self
    }

    /// Adds a host name that the server accepts in addition to loopback addresses and `localhost`.
    /// It is needed for a simulator in a container, which other machines reach by the container's
    /// name.
    #[must_use]
    pub fn with_host_name(mut self, name: impl Into<String>) -> Self {
        self.host_names.push(name.into());
        self
    }

    /// Sets where notifications may be sent.
    #[must_use]
    pub fn with_destinations(mut self, destinations: Destinations) -> Self {
        self.destinations = destinations;
        self
    }

    /// Sets whose certificates are trusted, beside those of the machine, when notifications are sent.
    #[must_use]
    pub fn with_trusted(mut self, trusted: Trusted) -> Self {
        self.trusted = trusted;
        self
    }

    /// Sets the time that a notification waits for the merchant's response.
    #[must_use]
    pub fn with_notification_timeout(mut self, timeout: Duration) -> Self {
        self.notification_timeout = timeout;
        self
    }
}
