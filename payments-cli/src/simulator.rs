//! Simulated gateways for `sandbox`.

use std::any::Any;
use std::fmt;
use std::io;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::pin::Pin;
use std::sync::Arc;

use crate::GivenKeys;
use simulator_kit::{Acknowledgement, Destinations, Section, Trusted, control::Control};

type Starting = Pin<Box<dyn Future<Output = io::Result<RunningSimulator>> + Send>>;

/// A simulated gateway that `sandbox` can start.
///
/// ```
/// use axum::{Router, routing::get};
/// use payments_cli::{RunningSimulator, Simulator};
/// use simulator_kit::Server;
///
/// let simulator = Simulator::new("acme", 1, |listen| async move {
///     let router = Router::new().route("/v1/payments", get(|| async { "none" }));
///     let server = Server::start_as(router, listen.address(0), listen.host_names).await?;
///     let url = server.url();
///     Ok(RunningSimulator::new("Acme, simulated", server)
///         .with_host("api", &url)
///         .with_text("url", &url)
///         .with_text("api_key", "key-of-the-sandbox"))
/// });
/// # let _ = simulator;
/// ```
pub struct Simulator {
    pub(crate) kind: &'static str,
    pub(crate) ports: u16,
    pub(crate) start: Box<dyn FnOnce(ListenSettings) -> Starting + Send>,
}

impl Simulator {
    /// Creates the simulated gateway of the provider kind `kind`. It listens on `ports` ports, and
    /// `start` starts it with an empty ledger.
    pub fn new<F>(
        kind: &'static str,
        ports: u16,
        start: impl FnOnce(ListenSettings) -> F + Send + 'static,
    ) -> Self
    where
        F: Future<Output = io::Result<RunningSimulator>> + Send + 'static,
    {
        Self { kind, ports, start: Box::new(|listen| Box::pin(start(listen))) }
    }
}

impl fmt::Debug for Simulator {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Simulator")
            .field("kind", &self.kind)
            .field("ports", &self.ports)
            .finish_non_exhaustive()
    }
}

/// The settings for starting a simulated gateway: its ports, its host names, and its behaviour.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct ListenSettings {
    /// The first of its consecutive ports, or 0 for free ones.
    pub first_port: u16,
    /// Host names to accept besides `localhost` and loopback addresses.
    pub host_names: Vec<String>,
    /// The IP address on which it listens.
    pub ip: IpAddr,
    /// The destinations to which it may send notifications.
    pub destinations: Destinations,
    /// Whose certificates it trusts, beside those of the machine, when it sends notifications.
    pub trusted: Trusted,
    /// The responses that acknowledge its notifications.
    pub acknowledgement: Acknowledgement,
    /// Whether it refuses calls beyond the gateway's documented rate.
    pub rate_limits: bool,
    /// Whether some values of requests cause a failure.
    pub failing_values: bool,
    /// The merchant that it uses instead of the one for tests.
    pub given: GivenKeys,
}

impl Default for ListenSettings {
    /// Free ports on 127.0.0.1, the documented acknowledgement, no rate limits and no failing values.
    fn default() -> Self {
        Self {
            first_port: 0,
            host_names: Vec::new(),
            ip: Ipv4Addr::LOCALHOST.into(),
            destinations: Destinations::default(),
            trusted: Trusted::default(),
            acknowledgement: Acknowledgement::default(),
            rate_limits: false,
            failing_values: false,
            given: GivenKeys::default(),
        }
    }
}

impl ListenSettings {
    /// Returns the port with this index, counted from 0, or 0 for any free port.
    pub fn port(&self, index: u16) -> u16 {
        match self.first_port {
            0 => 0,
            first => first.checked_add(index).unwrap_or(0),
        }
    }

    /// Returns the address of the port with this index, counted from 0.
    pub fn address(&self, index: u16) -> SocketAddr {
        (self.ip, self.port(index)).into()
    }
}

/// A running simulated gateway, with the information that `sandbox` prints and shows about it.
pub struct RunningSimulator {
    pub(crate) title: String,
    pub(crate) hosts: Vec<(String, String)>,
    pub(crate) keys: Vec<(String, Value)>,
    pub(crate) sections: Vec<Section>,
    pub(crate) control: Option<Arc<dyn Control>>,
    /// Stops the gateway when dropped.
    _gateway: Box<dyn Any + Send>,
}

/// The value of a key in the configuration.
#[derive(Debug)]
pub(crate) enum Value {
    Text(String),
    Number(i64),
    /// Another value in TOML, such as where a secret is kept.
    Toml(String),
}

impl RunningSimulator {
    /// Creates a running gateway with its title on the page of the sandbox. Dropping `gateway` must
    /// stop it.
    pub fn new(title: impl Into<String>, gateway: impl Send + 'static) -> Self {
        Self {
            title: title.into(),
            hosts: Vec::new(),
            keys: Vec::new(),
            sections: Vec::new(),
            control: None,
            _gateway: Box::new(gateway),
        }
    }

    /// Adds a host of the gateway with its address, which is printed as a comment.
    #[must_use]
    pub fn with_host(mut self, name: &str, url: &str) -> Self {
        self.hosts.push((name.to_owned(), url.to_owned()));
        self
    }

    /// Adds a key to the printed configuration of the provider. A secret is printed unchanged, so
    /// it must be one for tests.
    #[must_use]
    pub fn with_text(mut self, key: &str, value: &str) -> Self {
        self.keys.push((key.to_owned(), Value::Text(value.to_owned())));
        self
    }

    /// Adds a key with a whole number to the printed configuration of the provider.
    #[must_use]
    pub fn with_number(mut self, key: &str, value: i64) -> Self {
        self.keys.push((key.to_owned(), Value::Number(value)));
        self
    }

    /// Adds the control API of the gateway, which the sandbox serves at `/api/KIND/`.
    #[must_use]
    pub fn with_control(mut self, control: Arc<dyn Control>) -> Self {
        self.control = Some(control);
        self
    }

    /// Adds the keys of `given` that the gateway does not print itself. Secrets are replaced by the
    /// place where they are kept; one that is in the file itself is left out.
    pub(crate) fn completed_by(mut self, given: &GivenKeys) -> Self {
        let secrets = given.secrets();
        // A secret may also be printed under another key, if it is the default of that key.
        let printed: Vec<String> = self.keys.iter().map(|(key, _)| key.clone()).collect();
        let printed: Vec<&str> = printed.iter().map(String::as_str).collect();
        let rest = given.rest(&printed);
        let secret_of = |key: &str, value: &Value| {
            let is_it = |name: &str, secret: &String| {
                name == key || matches!(value, Value::Text(text) if text == secret)
            };
            secrets.iter().find(|(name, secret)| is_it(name, secret)).map(|(name, _)| name.clone())
        };
        self.keys.retain_mut(|(key, value)| {
            let Some(name) = secret_of(key, value) else { return true };
            let reference = given.reference(&name);
            let is_kept = reference.is_some();
            *value = Value::Toml(reference.unwrap_or_default());
            is_kept
        });
        self.keys.extend(rest.into_iter().map(|(key, value)| (key, Value::Toml(value))));
        for row in self.sections.iter_mut().flat_map(|section| &mut section.rows) {
            if secrets.values().any(|secret| *secret == row.value) {
                row.value = "as in your configuration".to_owned();
            }
        }
        self
    }

    /// Adds tables to the page of the sandbox, such as addresses and things to try.
    #[must_use]
    pub fn with_sections(mut self, sections: impl IntoIterator<Item = Section>) -> Self {
        self.sections.extend(sections);
        self
    }
}

impl fmt::Debug for RunningSimulator {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RunningSimulator")
            .field("title", &self.title)
            .field("hosts", &self.hosts)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ports_follow_the_first_or_are_free() {
        let listen = |first_port| ListenSettings { first_port, ..ListenSettings::default() };
        assert_eq!([0, 2].map(|index| listen(8081).port(index)), [8081, 8083]);
        assert_eq!([0, 2].map(|index| listen(0).port(index)), [0, 0]);
        assert_eq!(listen(u16::MAX).address(1).port(), 0);
    }
}
