//! An instruction: its connection, its departure, its request and its response.

use std::future::{Future, poll_fn};
use std::pin::pin;
use std::sync::Arc;
use std::task::Poll;

use bytes::Bytes;
use http::{
    HeaderValue, Method, Request, Response, Uri, Version,
    header::{ACCEPT, CONNECTION, CONTENT_LENGTH, HOST, USER_AGENT},
    uri::{PathAndQuery, Scheme},
};
use http_body_util::Full;
use hyper_util::rt::TokioIo;
use tokio::time::{Instant, timeout_at};

use super::{
    TransportError, TransportErrorKind,
    body::{self, BodyError},
    connector::{Connection, Connector},
    not_sent,
    writes::Writes,
};
use crate::transport::{BootInstant, Call, DepartureDecision};

/// Sends the request of `call` once, on a connection of its own, and reads the whole response of at
/// most `largest` bytes.
///
/// # Errors
/// Returns `NotSent` exactly if no byte of the request was given to the socket or to TLS.
pub(super) async fn send(
    connector: &Connector,
    call: Call,
    deadline: Instant,
    largest: usize,
) -> Result<Response<Bytes>, TransportError> {
    let last =
        BootInstant::now().saturating_add(deadline.saturating_duration_since(Instant::now()));
    let writes = Writes::new(call.departure().cloned());
    let departure = call.departure().cloned();
    let uri = call.request.uri().clone();
    let request = prepared(call.request)?;
    let connection = connector.connect(&uri, deadline, &writes).await?;
    let not_after = match departure {
        None => last,
        Some(departure) => match departure.depart().await {
            DepartureDecision::Go { not_after } => not_after.min(last),
            DepartureDecision::Stay { why } => {
                return Err(not_sent(format!("the instruction was not released: {why}")));
            }
        },
    };
    writes.limit(not_after);
    let exchange = exchange(connection, request, &writes, largest);
    let failed = match timeout_at(deadline, exchange).await {
        Ok(Ok(response)) => return Ok(response),
        Ok(Err(failed)) => Some(failed),
        Err(_) => None,
    };
    Err(failure(failed, &writes, largest))
}

/// The reason why an exchange ended without a whole response.
enum Failed {
    Connection(hyper::Error),
    TooLarge,
}

/// Returns the failure of an exchange, by the number of bytes written.
fn failure(failed: Option<Failed>, writes: &Arc<Writes>, largest: usize) -> TransportError {
    let nothing_left = writes.bytes() == 0;
    let (kind, message) = match (&failed, writes.were_late()) {
        (_, true) if nothing_left => (TransportErrorKind::NotSent, "it was too late to send"),
        (_, true) => {
            (TransportErrorKind::TimedOut, "it was too late to send the rest of the request")
        }
        _ if nothing_left => {
            (TransportErrorKind::NotSent, "the connection ended before anything was sent")
        }
        (None, _) => (TransportErrorKind::TimedOut, "the whole response did not arrive in time"),
        (Some(Failed::TooLarge), _) => return body::too_large(largest),
        (Some(Failed::Connection(_)), _) => (
            TransportErrorKind::ConnectionLost,
            "the connection ended before the whole response arrived",
        ),
    };
    let error = TransportError::new(kind, message);
    match failed {
        Some(Failed::Connection(cause)) => error.with_source(cause),
        Some(Failed::TooLarge) | None => error,
    }
}

/// Returns the request in the form of HTTP/1.1: with only the path as its target, with its host in
/// a header, and with `Connection: close`.
fn prepared(request: Request<Bytes>) -> Result<Request<Full<Bytes>>, TransportError> {
    let (mut parts, body) = request.into_parts();
    let host = host(&parts.uri)
        .map_err(|error| not_sent("the request cannot be built").with_source(error))?;
    let path = parts.uri.path_and_query().cloned();
    parts.uri = Uri::from(path.unwrap_or_else(|| PathAndQuery::from_static("/")));
    parts.version = Version::HTTP_11;
    parts.headers.insert(CONNECTION, HeaderValue::from_static("close"));
    if body.is_empty() && matches!(parts.method, Method::POST | Method::PUT | Method::PATCH) {
        // hyper leaves out this header, and some servers refuse such a request without a length.
        parts.headers.insert(CONTENT_LENGTH, HeaderValue::from(0));
    }
    parts.headers.entry(HOST).or_insert(host);
    parts.headers.entry(ACCEPT).or_insert(HeaderValue::from_static("*/*"));
    parts.headers.entry(USER_AGENT).or_insert(HeaderValue::from_static(super::USER_AGENT));
    Ok(Request::from_parts(parts, Full::new(body)))
}

/// Returns the value of `Host`. It contains the port only if that is not the scheme's default.
fn host(uri: &Uri) -> Result<HeaderValue, http::header::InvalidHeaderValue> {
    let host = uri.host().unwrap_or_default();
    let usual = if uri.scheme() == Some(&Scheme::HTTPS) { 443 } else { 80 };
    match uri.port_u16() {
        Some(port) if port != usual => HeaderValue::from_str(&format!("{host}:{port}")),
        _ => HeaderValue::from_str(host),
    }
}

/// Writes the request and reads the response. Responses of class 1xx are skipped. Nothing is
/// written after this future is dropped.
async fn exchange(
    connection: Box<dyn Connection>,
    request: Request<Full<Bytes>>,
    writes: &Writes,
    largest: usize,
) -> Result<Response<Bytes>, Failed> {
    let (mut sender, connection) = hyper::client::conn::http1::handshake(TokioIo::new(connection))
        .await
        .map_err(Failed::Connection)?;
    let answered = async move {
        let response = sender.send_request(request).await.map_err(Failed::Connection)?;
        let (parts, body) = response.into_parts();
        match body::read(body, largest).await {
            Ok(body) => {
                writes.finish();
                let mut response = Response::new(body);
                *response.status_mut() = parts.status;
                *response.headers_mut() = parts.headers;
                Ok(response)
            }
            Err(BodyError::TooLarge) => Err(Failed::TooLarge),
            Err(BodyError::Broken(error)) => Err(Failed::Connection(error)),
        }
    };
    beside(connection, answered).await
}

/// Returns the result of `work`, while `connection` is driven in the same task.
async fn beside<T>(connection: impl Future, work: impl Future<Output = T>) -> T {
    let (mut connection, mut work) = (pin!(connection), pin!(work));
    let mut connected = true;
    poll_fn(|cx| {
        if let Poll::Ready(done) = work.as_mut().poll(cx) {
            return Poll::Ready(done);
        }
        if connected && connection.as_mut().poll(cx).is_ready() {
            connected = false;
        }
        // This handles what the connection has read in the meantime.
        work.as_mut().poll(cx)
    })
    .await
}
