//! Sends the notifications of a simulated gateway to the merchant.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use http::{HeaderValue, Request, Response, StatusCode, header::HOST};
use http_body_util::{BodyExt, Full, Limited};
use hyper::{body::Incoming, client::conn::http1};
use hyper_util::rt::TokioIo;
use serde::{Deserialize, Serialize};
use tokio::{
    io::{AsyncRead, AsyncWrite},
    net::TcpStream,
};

use crate::{
    clock::Clock,
    destination::{Destinations, is_sent_to, is_this_machine, schemes},
    outbox_state::{OutboxState, StoredRequest, StoredSent},
    printed_headers::{PrintedHeaders, Printing},
    trusted::Trusted,
};

/// A request to send to the merchant, and its schedule.
#[derive(Clone, Debug)]
pub struct Outgoing {
    /// The request, with an absolute address.
    pub request: Request<Bytes>,
    /// When and how often the request is sent.
    pub schedule: Schedule,
}

/// When and how often a notification is sent.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Schedule {
    /// Immediately and once.
    #[default]
    Once,
    /// Twice in a row, to test how the merchant handles a repeated notification.
    Twice,
    /// Kept until [`Outbox::release`], which sends the kept notifications in reverse order.
    Held,
}

/// A notification that was sent, and the merchant's response.
#[derive(Clone, Debug)]
pub struct Receipt {
    /// The request that was sent.
    pub request: Request<Bytes>,
    /// The merchant's response, or the reason why there was none.
    pub answer: Result<Response<Bytes>, String>,
}

/// The endpoint and subject of a notification. It is an extension of the requests that an
/// [`Outbox`] sends.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct About {
    /// The name of the endpoint that the notification is for.
    pub endpoint: String,
    /// The order, account or payout that the notification reports.
    pub subject: String,
}

impl About {
    /// Creates the description of a notification for `endpoint` about `subject`.
    pub fn new(endpoint: impl Into<String>, subject: impl Into<String>) -> Self {
        Self { endpoint: endpoint.into(), subject: subject.into() }
    }
}

/// A notification that was sent or is being sent.
#[derive(Clone, Debug)]
pub struct Sent {
    /// The number of the notification in this outbox, from 1.
    pub id: u64,
    /// The request.
    pub request: Request<Bytes>,
    /// The time of sending, in seconds since the Unix epoch.
    pub at: i64,
    /// The merchant's response, or the reason why there was none. `None` while it is awaited.
    pub answer: Option<Result<Response<Bytes>, String>>,
}

impl Sent {
    /// Returns the endpoint and subject of the notification. Both are empty if the request has no
    /// [`About`].
    pub fn about(&self) -> About {
        self.request.extensions().get().cloned().unwrap_or_default()
    }

    /// Returns the notification with its response, or `None` while the response is awaited.
    pub fn receipt(&self) -> Option<Receipt> {
        let answer = self.answer.clone()?;
        Some(Receipt { request: self.request.clone(), answer })
    }
}

/// Sends notifications and records the responses. Clones share the record.
///
/// It sends only to loopback addresses unless its [`Destinations`] allow others, and to `https://`
/// addresses only with the feature `tls`; a notification to any other address is recorded with an
/// error. Each request has its own connection, and its header names are spelt as
/// [`PrintedHeaders`] defines.
#[derive(Clone, Debug)]
pub struct Outbox {
    timeout: Duration,
    clock: Clock,
    destinations: Destinations,
    trusted: Trusted,
    held: Arc<Mutex<Vec<Request<Bytes>>>>,
    sent: Arc<Mutex<Vec<Sent>>>,
}

const LARGEST_ANSWER: usize = 64 * 1024;

impl Outbox {
    /// Creates an empty outbox whose requests wait at most `timeout` for a response.
    pub fn new(timeout: Duration) -> Self {
        Self {
            timeout,
            clock: Clock::system(),
            destinations: Destinations::default(),
            trusted: Trusted::default(),
            held: Arc::default(),
            sent: Arc::default(),
        }
    }

    /// Sets the clock that gives the times in [`sent`](Self::sent).
    #[must_use]
    pub fn with_clock(mut self, clock: Clock) -> Self {
        self.clock = clock;
        self
    }

    /// Sets the addresses to which it may send.
    #[must_use]
    pub fn with_destinations(mut self, destinations: Destinations) -> Self {
        self.destinations = destinations;
        self
    }

    /// Sets whose certificates it trusts beside those of the machine.
    #[must_use]
    pub fn with_trusted(mut self, trusted: Trusted) -> Self {
        self.trusted = trusted;
        self
    }

    /// Returns the notification with this number, or `None` if there is none.
    pub fn find(&self, id: &str) -> Option<Sent> {
        let id: u64 = id.parse().ok()?;
        self.lock().iter().find(|sent| sent.id == id).cloned()
    }

    /// Sends a notification on its schedule, and returns the merchant's responses once they have
    /// arrived. Empty if the schedule keeps the notification.
    pub async fn send(&self, outgoing: Outgoing) -> Vec<Receipt> {
        let times = match outgoing.schedule {
            Schedule::Once => 1,
            Schedule::Twice => 2,
            Schedule::Held => {
                self.held
                    .lock()
                    .unwrap_or_else(PoisonError::into_inner)
                    .push(outgoing.request.clone());
                0
            }
        };
        let mut receipts = Vec::with_capacity(times);
        for _ in 0..times {
            receipts.push(self.deliver(outgoing.request.clone()).await);
        }
        receipts
    }

    /// Sends the notifications that were kept, the latest first.
    pub async fn release(&self) -> Vec<Receipt> {
        let held = std::mem::take(&mut *self.held.lock().unwrap_or_else(PoisonError::into_inner));
        let mut receipts = Vec::with_capacity(held.len());
        for request in held.into_iter().rev() {
            receipts.push(self.deliver(request).await);
        }
        receipts
    }

    /// Returns every notification that has a response, oldest first.
    pub fn receipts(&self) -> Vec<Receipt> {
        self.lock().iter().filter_map(Sent::receipt).collect()
    }

    /// Returns every notification, including those that have no response yet, oldest first.
    pub fn sent(&self) -> Vec<Sent> {
        self.lock().clone()
    }

    /// Returns the state that the outbox keeps over a restart.
    pub fn state(&self) -> OutboxState {
        let held = self.held.lock().unwrap_or_else(PoisonError::into_inner);
        OutboxState {
            sent: self.lock().iter().map(StoredSent::from).collect(),
            held: held.iter().map(StoredRequest::from).collect(),
        }
    }

    /// Adds an extension to the request of a notification. It is not kept over a restart.
    pub fn extend<T: Clone + Send + Sync + 'static>(&self, id: u64, extension: T) {
        if let Some(sent) = self.lock().iter_mut().find(|sent| sent.id == id) {
            sent.request.extensions_mut().insert(extension);
        }
    }

    /// Restores the state of an outbox. Returns the notifications that were being sent when that
    /// outbox ended; they are recorded as unanswered and must be sent again.
    pub fn restore(&self, state: OutboxState) -> Vec<Sent> {
        let mut sent: Vec<Sent> = state.sent.into_iter().map(Sent::from).collect();
        let mut interrupted = Vec::new();
        for sent in sent.iter_mut().filter(|sent| sent.answer.is_none()) {
            sent.answer = Some(Err("the gateway was stopped before the response".to_owned()));
            interrupted.push(sent.clone());
        }
        *self.lock() = sent;
        let held = state.held.into_iter().map(StoredRequest::into_request).collect();
        *self.held.lock().unwrap_or_else(PoisonError::into_inner) = held;
        interrupted
    }

    async fn deliver(&self, request: Request<Bytes>) -> Receipt {
        let id = self.begin(request.clone());
        let answer = match tokio::time::timeout(self.timeout, self.attempt(request.clone())).await {
            Ok(answer) => answer,
            Err(_) => Err(format!("no response within {:?}", self.timeout)),
        };
        if let Some(sent) = self.lock().iter_mut().find(|sent| sent.id == id) {
            sent.answer = Some(answer.clone());
        }
        Receipt { request, answer }
    }

    /// Records a notification that is being sent, and returns its number.
    fn begin(&self, request: Request<Bytes>) -> u64 {
        let mut sent = self.lock();
        let id = sent.last().map_or(1, |last| last.id.saturating_add(1));
        sent.push(Sent { id, request, at: self.clock.unix_seconds(), answer: None });
        id
    }

    fn lock(&self) -> MutexGuard<'_, Vec<Sent>> {
        self.sent.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn attempt(&self, request: Request<Bytes>) -> Result<Response<Bytes>, String> {
        let uri = request.uri();
        let host = uri.host().unwrap_or("").to_owned();
        if self.destinations != Destinations::Anywhere && !is_this_machine(&host) {
            return Err(format!("{host} is not a loopback address"));
        }
        if !uri.scheme_str().is_none_or(is_sent_to) {
            return Err(format!("only {} is sent to", schemes()));
        }
        let response = send(request, &host, &self.trusted).await?;
        let (head, body) = response.into_parts();
        let body = Limited::new(body, LARGEST_ANSWER)
            .collect()
            .await
            .map_err(|error| error.to_string())?
            .to_bytes();
        Ok(Response::from_parts(head, body))
    }
}

impl Receipt {
    /// Returns the status of the merchant's response, or `None` if there was none.
    pub fn status(&self) -> Option<StatusCode> {
        self.answer.as_ref().ok().map(Response::status)
    }
}

/// Sends a request on its own connection.
async fn send(
    request: Request<Bytes>,
    host: &str,
    trusted: &Trusted,
) -> Result<Response<Incoming>, String> {
    let is_tls = request.uri().scheme_str() == Some("https");
    let port = request.uri().port_u16().unwrap_or(if is_tls { 443 } else { 80 });
    let address = host.trim_matches(['[', ']']);
    let stream = TcpStream::connect((address, port)).await.map_err(|error| error.to_string())?;
    #[cfg(feature = "tls")]
    if is_tls {
        return exchange(request, crate::tls::open(stream, address, trusted).await?).await;
    }
    let _ = trusted;
    exchange(request, stream).await
}

/// Sends a request on a connection.
async fn exchange<S>(request: Request<Bytes>, stream: S) -> Result<Response<Incoming>, String>
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let text = |error: &dyn std::error::Error| error.to_string();
    let names = request.extensions().get().copied().unwrap_or(PrintedHeaders(&[]));
    let stream = TokioIo::new(Printing::new(stream, names));
    let (mut sender, connection) = http1::Builder::new()
        .title_case_headers(true)
        .handshake(stream)
        .await
        .map_err(|error| text(&error))?;
    // The connection ends with the response or with the sender. Its errors are reported by the
    // response.
    tokio::spawn(async move {
        let _ = connection.await;
    });
    sender.send_request(to_origin(request)?).await.map_err(|error| text(&error))
}

/// Converts a request to origin form: the host in a header, the path as the target.
fn to_origin(request: Request<Bytes>) -> Result<Request<Full<Bytes>>, String> {
    let (mut head, body) = request.into_parts();
    let authority = head.uri.authority().map(|authority| authority.as_str().to_owned());
    let authority = authority.unwrap_or_default();
    let host = HeaderValue::try_from(authority).map_err(|error| error.to_string())?;
    head.headers.entry(HOST).or_insert(host);
    let target = head.uri.path_and_query().map_or("/", |target| target.as_str());
    head.uri = target.parse().map_err(|error: http::uri::InvalidUri| error.to_string())?;
    Ok(Request::from_parts(head, Full::new(body)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Server;
    use axum::{Router, routing::get};

    fn to(url: &str) -> Request<Bytes> {
        Request::get(url).body(Bytes::new()).unwrap()
    }

    #[tokio::test]
    async fn held_notifications_leave_in_reverse_order_when_released() {
        let router = Router::new().route("/{name}", get(|| async { "ok" }));
        let server = Server::start(router, "127.0.0.1:0".parse().unwrap()).await.unwrap();
        let outbox = Outbox::new(Duration::from_secs(5));
        for name in ["first", "second"] {
            let request = to(&format!("{}/{name}", server.url()));
            let sent = outbox.send(Outgoing { request, schedule: Schedule::Held }).await;
            assert!(sent.is_empty());
        }
        let paths: Vec<_> =
            outbox.release().await.iter().map(|r| r.request.uri().path().to_owned()).collect();
        assert_eq!(paths, ["/second", "/first"]);
    }

    #[tokio::test]
    async fn what_was_sent_and_kept_is_there_after_a_restart() {
        let router = Router::new().route("/{name}", get(|| async { "ok" }));
        let server = Server::start(router, "127.0.0.1:0".parse().unwrap()).await.unwrap();
        let (outbox, next) =
            (Outbox::new(Duration::from_secs(5)), Outbox::new(Duration::from_secs(5)));
        let about = |name: &str| {
            let mut request = to(&format!("{}/{name}", server.url()));
            request.extensions_mut().insert(About::new("endpoint", name));
            request
        };
        outbox.send(Outgoing { request: about("sent"), schedule: Schedule::Once }).await;
        outbox.send(Outgoing { request: about("held"), schedule: Schedule::Held }).await;
        outbox.begin(about("interrupted"));

        let stored = serde_json::to_string(&outbox.state()).unwrap();
        let interrupted = next.restore(serde_json::from_str(&stored).unwrap());
        let subjects =
            |sent: &[Sent]| sent.iter().map(|sent| sent.about().subject).collect::<Vec<_>>();
        assert_eq!(subjects(&interrupted), ["interrupted"]);
        assert_eq!(subjects(&next.sent()), ["sent", "interrupted"]);
        assert_eq!(next.sent()[0].answer.as_ref().unwrap().as_ref().unwrap().body(), "ok");
        next.release().await;
        assert_eq!(subjects(&next.sent()), ["sent", "interrupted", "held"]);
        assert_eq!(next.sent()[2].id, 3);
    }

    #[tokio::test]
    async fn nothing_is_sent_beyond_loopback() {
        let outbox = Outbox::new(Duration::from_secs(5));
        let request = to("http://shop.example/ipn");
        let receipts = outbox.send(Outgoing { request, schedule: Schedule::Once }).await;
        assert_eq!(
            receipts[0].answer.as_ref().unwrap_err(),
            "shop.example is not a loopback address"
        );
    }

    #[tokio::test]
    async fn header_names_leave_in_the_letters_in_which_they_are_printed() {
        use tokio::io::{AsyncReadExt, AsyncWriteExt};
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let receiver = tokio::spawn(async move {
            let (mut stream, _) = listener.accept().await.unwrap();
            let mut seen = Vec::new();
            while !seen.ends_with(b"BODY") {
                assert_ne!(stream.read_buf(&mut seen).await.unwrap(), 0, "all of the request");
            }
            let response = b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n\
                2\r\nOK\r\n0\r\n\r\n";
            stream.write_all(response).await.unwrap();
            String::from_utf8(seen).unwrap()
        });
        let request = Request::post(format!("http://{address}/hook?a=B"))
            .header("authorization", "Apikey x-sepay-signature: k")
            .header("content-type", "application/json")
            .header("x-sepay-signature", "sha256=ab")
            .extension(PrintedHeaders(&["X-SePay-Signature"]))
            .body(Bytes::from_static(b"BODY"))
            .unwrap();
        let outbox = Outbox::new(Duration::from_secs(10));
        let receipts = outbox.send(Outgoing { request, schedule: Schedule::Once }).await;
        let seen = receiver.await.unwrap();
        assert!(seen.starts_with("POST /hook?a=B HTTP/1.1\r\n"), "{seen}");
        for line in [
            format!("Host: {address}"),
            "Authorization: Apikey x-sepay-signature: k".to_owned(),
            "Content-Type: application/json".to_owned(),
            "X-SePay-Signature: sha256=ab".to_owned(),
            "Content-Length: 4".to_owned(),
        ] {
            assert!(seen.contains(&format!("\r\n{line}\r\n")), "{line} in {seen}");
        }
        assert_eq!(receipts[0].answer.as_ref().unwrap().body(), "OK");
    }
}
