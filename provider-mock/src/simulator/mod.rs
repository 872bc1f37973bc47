//! The mock gateway on loopback, over HTTP.
//!
//! It is the same gateway as in memory, behind a socket, with the same responses as
//! [`MockGateway`]. The server adds connections that end without a response, pages for buyers,
//! notifications that are actually sent, and the control API under `/_control` (see
//! [`MockSimulator::description`]).
//!
//! ```
//! # tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(async {
//! use provider_mock::{Operation, Scripted, simulator::{MockSimulator, SimulatorSettings}};
//!
//! let mock = MockSimulator::start(SimulatorSettings::test()).await?;
//! // Point the client at this, and give it the secrets of `mock.gateway().settings()`.
//! assert!(mock.hosts()["gateway"].starts_with("http://127.0.0.1:"));
//!
//! // The next payout is booked, and its response is lost.
//! mock.script(Operation::CreatePayout, Scripted::lost_after_booking())?;
//! assert!(mock.bookings().is_empty());
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! # }).unwrap();
//! ```

mod actions;
mod clock;
mod control;
mod description;
mod notifier;
mod overview;
mod page;
mod remote;
mod routes;
mod samples;
mod settings;

use std::collections::BTreeMap;
use std::fmt;
use std::io;
use std::net::SocketAddr;
use std::sync::{Arc, OnceLock};

use async_trait::async_trait;
use simulator_kit::{
    Clock, Destinations, Server,
    control::{Acted, Action, ActionRefused, Control, FailingValue, Overview, Sample},
};

use clock::SharedClock;
use notifier::Notifier;

pub use control::Announcement;
pub use settings::SimulatorSettings;
pub use simulator_kit::{Row, Section};

use crate::MockGateway;

/// The name of the only host.
const HOST: &str = "gateway";

/// A running mock gateway. Dropping it stops it and closes every connection.
pub struct MockSimulator {
    world: Arc<World>,
    server: Server,
}

/// The state that the handlers share.
struct World {
    gateway: MockGateway,
    notifier: Notifier,
    clock: Clock,
    destinations: Destinations,
    url: OnceLock<String>,
}

impl MockSimulator {
    /// Starts the gateway on 127.0.0.1.
    ///
    /// # Errors
    /// Returns an error if the port is in use, or if the settings cannot be used.
    pub async fn start(settings: SimulatorSettings) -> io::Result<Self> {
        let shared = SharedClock(settings.clock.clone());
        let gateway = MockGateway::new(settings.gateway.clone().with_clock(Arc::new(shared)))
            .map_err(|error| io::Error::new(io::ErrorKind::InvalidInput, error))?;
        let world = Arc::new(World {
            notifier: Notifier::new(gateway.clone(), &settings),
            gateway,
            destinations: settings.destinations,
            clock: settings.clock,
            url: OnceLock::new(),
        });
        let at = SocketAddr::from((settings.address, settings.port));
        let server = Server::start_as(routes::router(&world), at, settings.host_names).await?;
        world.listens_at(server.url());
        Ok(Self { world, server })
    }

    /// Returns the base address of each host by its name. There is one host, `gateway`.
    pub fn hosts(&self) -> BTreeMap<&'static str, String> {
        BTreeMap::from([(HOST, self.url())])
    }

    /// Returns the base address, without a trailing slash.
    pub fn url(&self) -> String {
        self.server.url()
    }

    /// Returns the gateway itself. Its own methods do not send notifications: see
    /// [`deliver`](Self::deliver).
    pub fn gateway(&self) -> &MockGateway {
        &self.world.gateway
    }

    /// Returns the gateway's clock for a provider's [`Context`](provider_kit::registry::Context),
    /// so that both sides share it.
    pub fn shared_clock(&self) -> Arc<dyn payments_core::Clock> {
        Arc::new(SharedClock(self.world.clock.clone()))
    }

    /// Returns the control of the gateway, in the vocabulary of all gateways.
    pub fn control(&self) -> Arc<dyn Control> {
        Arc::new(WorldControl(Arc::clone(&self.world)))
    }

    /// Returns the description for a landing page: the host, the test credentials, the endpoints,
    /// and what to try.
    pub fn description(&self) -> Vec<Section> {
        description::of(&self.world)
    }
}

/// The control of the gateway, in the vocabulary of all gateways. It keeps nothing over a restart.
struct WorldControl(Arc<World>);

#[async_trait]
impl Control for WorldControl {
    fn overview(&self) -> Overview {
        overview::of(&self.0)
    }

    async fn act(&self, action: Action) -> Result<Acted, ActionRefused> {
        actions::act(&self.0, action)
    }

    fn samples(&self) -> Vec<Sample> {
        samples::of(&self.0)
    }

    /// None: outcomes are scripted for the next call of an operation.
    fn failing_values(&self) -> Vec<FailingValue> {
        Vec::new()
    }
}

impl World {
    fn url(&self) -> &str {
        self.url.get().map_or("", String::as_str)
    }

    /// Sets the address, once, when the host listens.
    fn listens_at(&self, url: String) {
        self.gateway.listens_at(&url);
        // Only `start` calls this, and it calls it once.
        let _ = self.url.set(url);
    }
}

impl fmt::Debug for MockSimulator {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MockSimulator")
            .field("url", &self.url())
            .field("gateway", self.gateway())
            .finish_non_exhaustive()
    }
}
