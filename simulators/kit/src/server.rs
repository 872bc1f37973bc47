//! A loopback HTTP server that can close a connection without a response.

use std::convert::Infallible;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

use axum::{
    Router,
    body::Body,
    response::{IntoResponse, Response},
};
use hyper::{body::Incoming, server::conn::http1, service::service_fn};
use hyper_util::rt::TokioIo;
use tokio::{net::TcpListener, sync::watch, task::JoinSet};
use tower::ServiceExt;

use crate::known_host::KnownHosts;

/// A running HTTP server. Dropping it stops it and closes every connection.
///
/// It accepts only requests whose `Host` is `localhost`, a loopback address, the address that it
/// listens on, or a name that it was started with, with any port. A request with any other `Host`
/// gets status 421, and one with none or several gets 400, so that no page on the Internet can read
/// its responses by DNS rebinding.
#[derive(Debug)]
pub struct Server {
    address: SocketAddr,
    url: String,
    stop: watch::Sender<bool>,
}

/// A response by which a handler closes the connection without a response.
///
/// Everything that the handler did before keeps its effect, so a simulated gateway can book a
/// payout and lose the response.
#[derive(Clone, Copy, Debug)]
pub struct HangUp;

impl IntoResponse for HangUp {
    fn into_response(self) -> Response {
        let mut response = Response::new(Body::empty());
        response.extensions_mut().insert(self);
        response
    }
}

impl Server {
    /// Serves `router` on the address `at`. With port 0 the system chooses a free port.
    ///
    /// # Errors
    /// Returns an error if the address cannot be bound.
    pub async fn start(router: Router, at: SocketAddr) -> std::io::Result<Self> {
        Self::start_as(router, at, []).await
    }

    /// Serves `router` on the address `at`, and accepts the host names `names` as well. They are
    /// needed for a gateway in a container, which other machines reach by the container's name.
    ///
    /// # Errors
    /// Returns an error if the address cannot be bound.
    pub async fn start_as(
        router: Router,
        at: SocketAddr,
        names: impl IntoIterator<Item = String>,
    ) -> std::io::Result<Self> {
        Self::on(TcpListener::bind(at).await?, router, names)
    }

    /// Serves `router` on a listener that is already bound, and accepts the host names `names` as
    /// well. Must be called within a tokio runtime.
    ///
    /// # Errors
    /// Returns an error if the listener's address cannot be determined.
    pub fn on(
        listener: TcpListener,
        router: Router,
        names: impl IntoIterator<Item = String>,
    ) -> std::io::Result<Self> {
        let names: Vec<String> = names.into_iter().collect();
        let address = listener.local_addr()?;
        let url = url_of(address, &names);
        let known = Arc::new(KnownHosts::new(names));
        let (stop, stopped) = watch::channel(false);
        tokio::spawn(accept(listener, router, known, stopped));
        Ok(Self { address, url, stop })
    }

    /// Returns the address that the server listens on.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Returns `http://host:port`, without a trailing slash. If the server listens on every
    /// address, the host is its first name, or else 127.0.0.1.
    pub fn url(&self) -> String {
        self.url.clone()
    }

    /// Stops accepting connections and closes every open one.
    pub fn stop(&self) {
        self.stop.send_replace(true);
    }
}

/// Returns `http://host:port` of a server at `address` with these host names, in the form of
/// [`Server::url`].
pub fn url_of(address: SocketAddr, names: &[String]) -> String {
    match (address.ip().is_unspecified(), names.first()) {
        (false, _) => format!("http://{address}"),
        (true, Some(name)) => format!("http://{name}:{}", address.port()),
        (true, None) => format!("http://127.0.0.1:{}", address.port()),
    }
}

async fn accept(
    listener: TcpListener,
    router: Router,
    known: Arc<KnownHosts>,
    mut stopped: watch::Receiver<bool>,
) {
    // Dropping the set aborts the connections in it.
    let mut connections = JoinSet::new();
    loop {
        tokio::select! {
            // It also ends when the `Server` is dropped together with the sender.
            _ = stopped.changed() => break,
            accepted = listener.accept() => {
                let Ok((stream, _)) = accepted else { continue };
                let (router, known) = (router.clone(), Arc::clone(&known));
                let local = stream.local_addr().ok().map(|local| local.ip());
                connections.spawn(async move {
                    let service = service_fn(move |request: hyper::Request<Incoming>| {
                        answer(router.clone(), Arc::clone(&known), local, request)
                    });
                    // A client that closes the connection is not an error of the gateway.
                    let _ = http1::Builder::new().serve_connection(TokioIo::new(stream), service).await;
                });
            }
            Some(_) = connections.join_next() => {}
        }
    }
}

/// Responds to a request. An `Err` makes hyper close the connection.
async fn answer(
    router: Router,
    known: Arc<KnownHosts>,
    local: Option<IpAddr>,
    request: hyper::Request<Incoming>,
) -> Result<Response, HungUp> {
    if let Err(status) = known.check(&request, local) {
        return Ok((
            status,
            "this simulator answers to loopback names, its address and its --host-name only\n",
        )
            .into_response());
    }
    let response: Result<Response, Infallible> = router.oneshot(request.map(Body::new)).await;
    let Ok(response) = response;
    match response.extensions().get::<HangUp>() {
        Some(HangUp) => Err(HungUp),
        None => Ok(response),
    }
}

#[derive(Debug)]
struct HungUp;

impl std::fmt::Display for HungUp {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("the simulated gateway closed the connection on purpose")
    }
}

impl std::error::Error for HungUp {}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::routing::get;
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    use tokio::net::TcpStream;

    async fn raw_get(address: SocketAddr, path: &str) -> String {
        raw_get_of(address, path, "host: localhost\r\n").await
    }

    async fn raw_get_of(address: SocketAddr, path: &str, host: &str) -> String {
        let mut stream = TcpStream::connect(address).await.unwrap();
        let request = format!("GET {path} HTTP/1.1\r\n{host}connection: close\r\n\r\n");
        stream.write_all(request.as_bytes()).await.unwrap();
        let mut answer = String::new();
        let _ = stream.read_to_string(&mut answer).await;
        answer
    }

    #[tokio::test]
    async fn a_handler_can_hang_up_and_the_next_request_is_answered() {
        let router = Router::new()
            .route("/hang", get(|| async { HangUp }))
            .route("/fine", get(|| async { "fine" }));
        let server = Server::start(router, "127.0.0.1:0".parse().unwrap()).await.unwrap();
        assert_eq!(raw_get(server.address(), "/hang").await, "");
        assert!(raw_get(server.address(), "/fine").await.ends_with("fine"));
    }

    #[tokio::test]
    async fn a_page_that_rebinds_its_name_to_loopback_reads_nothing() {
        let router = Router::new().route("/_control/credentials", get(|| async { "secret" }));
        let at = "127.0.0.1:0".parse().unwrap();
        let server = Server::start_as(router, at, ["sandbox".to_owned()]).await.unwrap();
        let port = server.address().port();
        let path = "/_control/credentials";
        for (host, path, status) in [
            (format!("host: 127.0.0.1:{port}\r\n"), path.to_owned(), "200"),
            (format!("host: LocalHost:{port}\r\n"), path.to_owned(), "200"),
            (format!("host: sandbox:{port}\r\n"), path.to_owned(), "200"),
            (format!("host: evil.example:{port}\r\n"), path.to_owned(), "421"),
            (format!("host: localhost.evil.example:{port}\r\n"), path.to_owned(), "421"),
            ("host: localhost\r\n".to_owned(), format!("http://evil.example{path}"), "421"),
            (String::new(), path.to_owned(), "400"),
            ("host: localhost\r\nhost: localhost\r\n".to_owned(), path.to_owned(), "400"),
        ] {
            let answer = raw_get_of(server.address(), &path, &host).await;
            assert!(answer.starts_with(&format!("HTTP/1.1 {status}")), "{host:?}: {answer}");
            assert_eq!(answer.contains("secret"), status == "200", "{host:?}: {answer}");
        }
    }
}
