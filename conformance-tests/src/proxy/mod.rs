//! A proxy between a provider and its gateway that loses, delays and spoils answers on demand.
//!
//! It listens on 127.0.0.1, once for each host of the gateway, and passes every request and
//! every answer on byte by byte. A [`Fault`] that is [injected](FaultProxy::inject) strikes the
//! next request, once. Nothing is left to chance and nothing to time: a fault strikes a whole
//! request, and where it strikes after booking, the gateway has answered in full before the
//! client learns anything. So the same script gives the same run.
//!
//! ```
//! # tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(async {
//! use axum::{Router, routing::post};
//! use bytes::Bytes;
//! use conformance_tests::proxy::{Fault, FaultProxy, When};
//! use payments_core::transport::{
//!     Call, HttpClient, HttpClientSettings, Transport, TransportErrorKind,
//! };
//! use simulator_kit::Server;
//!
//! let gateway = Router::new().route("/payouts", post(|| async { "booked" }));
//! let gateway = Server::start(gateway, "127.0.0.1:0".parse()?).await?;
//! let proxy = FaultProxy::start(&gateway.url()).await?;
//!
//! // The next POST reaches the gateway, and its answer is lost.
//! proxy.inject_if(Fault::Reset(When::AfterBooking), |request| request.method == "POST");
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
mod door;
mod fault;
mod message;
mod page;
mod reply;
mod script;
mod wire;

use std::collections::BTreeMap;
use std::io;
use std::sync::Arc;

use http::Uri;
use tokio::task::{JoinHandle, JoinSet};

pub use fault::{Fault, Rewrite, When};
pub use script::SeenRequest;

use connection::Upstream;
use door::Door;
use script::Script;

/// A running proxy before one or several hosts. Dropping it closes every connection.
#[derive(Debug)]
pub struct FaultProxy {
    script: Script,
    listeners: BTreeMap<String, Listener>,
    url: String,
}

impl FaultProxy {
    /// Stands before one host, such as `http://127.0.0.1:8080`.
    ///
    /// # Errors
    /// The address is not `http` with a host, or no port is free.
    pub async fn start(upstream: &str) -> io::Result<Self> {
        Self::start_all([("gateway", upstream)]).await
    }

    /// Stands before each of these hosts, given by name and address. A fault strikes the first
    /// request that it matches on any of them.
    ///
    /// # Errors
    /// There is no host, an address is not `http` with a host, or no port is free.
    pub async fn start_all<N: Into<String>, U: AsRef<str>>(
        hosts: impl IntoIterator<Item = (N, U)>,
    ) -> io::Result<Self> {
        let script = Script::new();
        let listeners = hosts
            .into_iter()
            .map(|(name, upstream)| {
                let name = name.into();
                let listener = Listener::start(&name, upstream.as_ref(), &script)?;
                Ok((name, listener))
            })
            .collect::<io::Result<BTreeMap<_, _>>>()?;
        let first = listeners.values().next();
        let url = first.map(|listener| listener.url.clone()).ok_or_else(|| unusable("no host"))?;
        Ok(Self { script, listeners, url })
    }

    /// Where the provider finds the host; the first by name, if there are several.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Where the provider finds each host, by name. A path in the address of the gateway is kept.
    pub fn hosts(&self) -> BTreeMap<String, String> {
        self.listeners.iter().map(|(name, host)| (name.clone(), host.url.clone())).collect()
    }

    /// Makes `fault` strike the next request.
    ///
    /// Faults strike in the order in which they were injected. [`Fault::Refused`] strikes no
    /// request: it refuses every connection and closes those that are open, until
    /// [`heal`](Self::heal). A client that has used one of those before may see it close instead
    /// of being refused, so give it to a client that has not called yet.
    pub fn inject(&self, fault: Fault) {
        self.inject_if(fault, |_| true);
    }

    /// Makes `fault` strike the next request for which `matching` says so.
    pub fn inject_if(
        &self,
        fault: Fault,
        matching: impl Fn(&SeenRequest) -> bool + Send + Sync + 'static,
    ) {
        match fault {
            Fault::Refused => self.listeners.values().for_each(|listener| listener.door.shut()),
            _ => self.script.arm(fault, Box::new(matching)),
        }
    }

    /// Takes back every fault that has not struck, and listens again.
    ///
    /// # Errors
    /// The port cannot be listened on again.
    pub fn heal(&self) -> io::Result<()> {
        self.script.disarm();
        self.listeners.values().try_for_each(|listener| listener.door.open_again())
    }

    /// Returns once every injected fault has struck and every request that arrived has been
    /// dealt with, so that the gateway's ledger will not change any more. It waits for ever for
    /// a fault whose request never comes.
    pub async fn settled(&self) {
        self.script.settled().await;
    }

    /// Hands the gateway every request that [`Fault::DeliveredLate`] kept from it, and returns
    /// once it has answered them.
    ///
    /// # Errors
    /// The gateway cannot be reached, or does not answer. What was kept is gone.
    pub async fn deliver_late(&self) -> io::Result<()> {
        for kept in self.script.take_kept() {
            connection::deliver(kept, &self.script).await?;
        }
        Ok(())
    }

    /// Every request that arrived, oldest first.
    pub fn requests(&self) -> Vec<SeenRequest> {
        self.script.requests()
    }

    /// How many requests arrived.
    pub fn requests_seen(&self) -> usize {
        self.requests().len()
    }

    /// How many of them the gateway got.
    pub fn forwarded(&self) -> usize {
        self.requests().iter().filter(|request| request.forwarded).count()
    }
}

/// The proxy before one host.
#[derive(Debug)]
struct Listener {
    url: String,
    door: Arc<Door>,
    task: JoinHandle<()>,
}

impl Listener {
    fn start(name: &str, upstream: &str, script: &Script) -> io::Result<Self> {
        let uri: Uri = upstream.parse().map_err(|_| unusable(upstream))?;
        let authority = match (uri.scheme_str(), uri.host()) {
            (Some("http"), Some(host)) => format!("{host}:{}", uri.port_u16().unwrap_or(HTTP)),
            _ => return Err(unusable(upstream)),
        };
        let door = Arc::new(Door::open()?);
        let url = format!("http://{}{}", door.address(), uri.path().trim_end_matches('/'));
        let upstream = Arc::new(Upstream { name: name.to_owned(), authority });
        let task = tokio::spawn(listen(Arc::clone(&door), upstream, script.clone()));
        Ok(Self { url, door, task })
    }
}

impl Drop for Listener {
    fn drop(&mut self) {
        self.task.abort();
    }
}

const HTTP: u16 = 80;

async fn listen(door: Arc<Door>, upstream: Arc<Upstream>, script: Script) {
    // Dropping the set closes the connections in it.
    let mut connections = JoinSet::new();
    loop {
        tokio::select! {
            accepted = door.accept() => match accepted {
                Some(stream) => {
                    let (upstream, script) = (Arc::clone(&upstream), script.clone());
                    connections.spawn(connection::serve(stream, upstream, script));
                }
                None if door.is_shut() => connections.abort_all(),
                None => tokio::task::yield_now().await,
            },
            Some(_) = connections.join_next() => {}
        }
    }
}

fn unusable(upstream: &str) -> io::Error {
    let message = format!("a gateway at {upstream:?}: give http://, its host and its port");
    io::Error::new(io::ErrorKind::InvalidInput, message)
}
