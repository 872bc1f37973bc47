//! A proxy between a provider and its gateway that loses, delays and spoils responses on demand.
//!
//! It listens on 127.0.0.1, once for each host of the gateway, and passes every request and
//! every response on whole. A [`Fault`] that is [injected](FaultProxy::inject) strikes the
//! next request, once. Nothing is left to chance and nothing to time: a fault strikes a whole
//! request, and where it strikes after booking, the gateway has responded in full before the
//! client learns anything. So the same script gives the same run.
//!
//! ```
//! # tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(async {
//! use axum::{Router, routing::post};
//! use bytes::Bytes;
//! use fault_proxy::{Fault, FaultProxy, When};
//! use provider_kit::transport::{
//!     Call, HttpClient, HttpClientSettings, Transport, TransportErrorKind,
//! };
//! use simulator_kit::Server;
//!
//! let gateway = Router::new().route("/payouts", post(|| async { "booked" }));
//! let gateway = Server::start(gateway, "127.0.0.1:0".parse()?).await?;
//! let proxy = FaultProxy::start(&gateway.url()).await?;
//!
//! // The next request reaches the gateway, and its response is lost.
//! proxy.inject(Fault::Reset(When::AfterBooking));
//!
//! // Whoever pays out is given the proxy's address in the place of the gateway's.
//! let payout = http::Request::post(format!("{}/payouts", proxy.url())).body(Bytes::new())?;
//! let client = HttpClient::new(HttpClientSettings::default())?;
//! let lost = client.send(Call::instruction("create_payout", payout)).await.unwrap_err();
//! assert_eq!(lost.kind, TransportErrorKind::ConnectionLost);
//!
//! proxy.settled().await;
//! assert_eq!((proxy.requests_seen(), proxy.forwarded()), (1, 1));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! # }).unwrap();
//! ```

mod connection;
mod fault;
mod port;
mod reply;
mod script;

use std::collections::BTreeMap;
use std::io;
use std::sync::Arc;

use http::Uri;
use tokio::task::JoinSet;

pub use fault::{Fault, Rewrite, When};
pub use script::SeenRequest;

use port::Port;
use script::{Script, State, Upstream};

/// A running proxy before one or several hosts. Dropping it closes every connection.
#[derive(Debug)]
pub struct FaultProxy {
    script: Script,
    hosts: BTreeMap<String, Host>,
    url: String,
    /// One for each host.
    _listeners: JoinSet<()>,
}

/// The proxy of one host.
#[derive(Debug)]
struct Host {
    url: String,
    port: Arc<Port>,
}

impl FaultProxy {
    /// Starts before one host, such as `http://127.0.0.1:8080`.
    ///
    /// # Errors
    /// The address is not `http` with a host, or no port is free.
    pub async fn start(upstream: &str) -> io::Result<Self> {
        Self::start_all([("gateway", upstream)]).await
    }

    /// Starts before each of these hosts, given by name and address. A fault strikes the first
    /// request that it matches on any of them.
    ///
    /// # Errors
    /// There is no host, an address is not `http` with a host, or no port is free.
    pub async fn start_all<N: Into<String>, U: AsRef<str>>(
        upstreams: impl IntoIterator<Item = (N, U)>,
    ) -> io::Result<Self> {
        let script = Script::default();
        let mut hosts = BTreeMap::new();
        let mut listeners = JoinSet::new();
        for (name, address) in upstreams {
            let name = name.into();
            let uri: Uri = address.as_ref().parse().map_err(|_| unusable(address.as_ref()))?;
            let (Some("http"), Some(host)) = (uri.scheme_str(), uri.host()) else {
                return Err(unusable(address.as_ref()));
            };
            let authority = format!("{host}:{}", uri.port_u16().unwrap_or(HTTP));
            let upstream = Arc::new(Upstream { name: name.clone(), authority });
            let port = Arc::new(Port::open()?);
            let url = format!("http://{}{}", port.address(), uri.path().trim_end_matches('/'));
            listeners.spawn(Arc::clone(&port).listen(upstream, Arc::clone(&script)));
            hosts.insert(name, Host { url, port });
        }
        let first = hosts.values().next().ok_or_else(|| unusable("no host"))?;
        Ok(Self { url: first.url.clone(), script, hosts, _listeners: listeners })
    }

    /// Where the provider finds the host; the first by name, if there are several.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Where the provider finds each host, by name. A path in the address of the gateway is kept.
    pub fn hosts(&self) -> BTreeMap<String, String> {
        self.hosts.iter().map(|(name, host)| (name.clone(), host.url.clone())).collect()
    }

    /// Makes `fault` strike the next request, on whichever host it arrives.
    ///
    /// Faults strike in the order in which they were injected. [`Fault::Refused`] strikes no
    /// request: it refuses every connection and closes those that are open, until
    /// [`heal`](Self::heal). A client that has used one of those before may see it close instead
    /// of being refused, so give it to a client that has not called yet.
    pub fn inject(&self, fault: Fault) {
        match fault {
            Fault::Refused => self.hosts.values().for_each(|host| host.port.shut()),
            _ => self.script.send_modify(|state| state.armed.push(fault)),
        }
    }

    /// Takes back every fault that has not struck, and listens again.
    ///
    /// # Errors
    /// The port cannot be listened on again.
    pub fn heal(&self) -> io::Result<()> {
        self.script.send_modify(|state| state.armed.clear());
        self.hosts.values().try_for_each(|host| host.port.open_again())
    }

    /// Returns once every injected fault has struck and every request that arrived has been
    /// dealt with, so that the gateway's ledger will not change any more. It waits for ever for
    /// a fault whose request never comes.
    pub async fn settled(&self) {
        // The sender lives as long as `self`.
        let _ = self.script.subscribe().wait_for(State::is_settled).await;
    }

    /// Hands the gateway every request that [`Fault::DeliveredLate`] kept from it, and returns
    /// once it has responded to them.
    ///
    /// # Errors
    /// The gateway cannot be reached, or does not respond. What was kept is gone.
    pub async fn deliver_late(&self) -> io::Result<()> {
        let mut all = Vec::new();
        self.script.send_modify(|state| all = std::mem::take(&mut state.kept));
        for kept in all {
            let mut gateway = connection::connect(&kept.upstream.authority).await?;
            self.script.send_modify(|state| state.forwarded(kept.number));
            connection::ask(&mut gateway, kept.request).await.map_err(io::Error::other)?;
        }
        Ok(())
    }

    /// Every request that arrived, oldest first.
    pub fn requests(&self) -> Vec<SeenRequest> {
        self.script.borrow().requests.clone()
    }

    /// How many requests arrived.
    pub fn requests_seen(&self) -> usize {
        self.script.borrow().requests.len()
    }

    /// How many of them the gateway got.
    pub fn forwarded(&self) -> usize {
        self.script.borrow().requests.iter().filter(|request| request.forwarded).count()
    }
}

const HTTP: u16 = 80;

fn unusable(upstream: &str) -> io::Error {
    let message = format!("a gateway at {upstream:?}: give http://, its host and its port");
    io::Error::new(io::ErrorKind::InvalidInput, message)
}
