//! What the client gets in the end: pure functions of the fault and of the gateway's response.

use bytes::Bytes;
use http::{HeaderName, HeaderValue, Request, Response, StatusCode, Uri, header};

use super::fault::Fault;

/// What the client gets. Whatever is no whole response ends its connection.
#[derive(Debug, thiserror::Error)]
#[error("no whole response")]
pub(super) enum Reply {
    /// This response, and the next request may follow.
    Whole(Response<Bytes>),
    /// These bytes, and the connection closes.
    Cut(Vec<u8>),
    /// The connection closes.
    Close,
    /// The connection is reset.
    Reset,
    /// Nothing, for as long as the client waits.
    Silence,
}

/// What the client gets that owes nothing to a response of the gateway.
pub(super) fn without_a_response(fault: Fault, target: &Uri) -> Reply {
    let at_once = (header::RETRY_AFTER, "0");
    Reply::Whole(match fault {
        Fault::ServerErrorPage(_) => html(500, "Something went wrong on our side."),
        Fault::BadGatewayPage(_) => html(502, "The server behind this one sent no valid response."),
        Fault::UnavailablePage(_) => with(html(503, "We are busy. Please try again."), at_once),
        Fault::TooManyRequests(_) => {
            with(json(429, r#"{"error":"slow down","by":"edge"}"#), at_once)
        }
        Fault::Unauthorized(_) => with(
            json(401, r#"{"error":"log in first","by":"edge"}"#),
            (header::WWW_AUTHENTICATE, r#"Basic realm="edge""#),
        ),
        Fault::Redirected(_) => {
            with(html(307, "This page is elsewhere."), (header::LOCATION, &target.to_string()))
        }
        Fault::Empty(_) => Response::default(),
        Fault::Reset(_) => return Reply::Reset,
        Fault::Stalled(_) => return Reply::Silence,
        // Closing is the fault, or the fault spoils a response and there is none.
        _ => return Reply::Close,
    })
}

/// What the client gets where the gateway responded.
pub(super) fn to_the_response(
    fault: Fault,
    request: &Request<Bytes>,
    response: Response<Bytes>,
) -> Reply {
    let half = response.body().slice(..response.body().len() / 2);
    Reply::Whole(match fault {
        Fault::HalfHeaders => {
            let announced = response.body().len();
            let mut head = head_of(&without_framing(response), announced);
            head.truncate(head.len() / 2);
            return Reply::Cut(head);
        }
        Fault::HalfBody => {
            // An empty body has no half: one byte is announced and never comes.
            let announced = response.body().len().max(1);
            let cut = with_body(response, half);
            return Reply::Cut([&head_of(&cut, announced), &cut.body()[..]].concat());
        }
        Fault::TruncatedJson => with_body(response, half),
        Fault::DeepJson => with_body(response, Bytes::from_static(&[b'['; DEPTH])),
        Fault::Rubbish => with_body(response, random_bytes()),
        Fault::WrongContentType => {
            with(response, (header::CONTENT_TYPE, "text/html; charset=utf-8"))
        }
        Fault::Rewritten { rewrite, .. } => {
            without_framing(rewrite(request.method(), request.uri().path(), response))
        }
        fault => return without_a_response(fault, request.uri()),
    })
}

/// What the client gets where the gateway does not listen, which no fault asked for.
pub(super) fn unreachable(gateway: &str, error: &std::io::Error) -> Reply {
    let text = format!("The fault proxy cannot reach the gateway at {gateway}: {error}.");
    Reply::Whole(html(502, &text))
}

const DEPTH: usize = 100_000;
const RUBBISH: usize = 10_000_000;

fn html(status: u16, text: &str) -> Response<Bytes> {
    let status = StatusCode::from_u16(status).unwrap_or_default();
    let title = status.canonical_reason().unwrap_or_default();
    let page = format!(
        "<!doctype html><html><head><title>{title}</title></head>\
         <body><h1>{status}</h1><p>{text}</p></body></html>"
    );
    message(status, "text/html", page)
}

fn json(status: u16, body: &'static str) -> Response<Bytes> {
    message(StatusCode::from_u16(status).unwrap_or_default(), "application/json", body)
}

fn message(status: StatusCode, kind: &str, body: impl Into<Bytes>) -> Response<Bytes> {
    let mut response = Response::new(body.into());
    *response.status_mut() = status;
    with(response, (header::CONTENT_TYPE, kind))
}

fn with(mut response: Response<Bytes>, (name, value): (HeaderName, &str)) -> Response<Bytes> {
    // All of them are fixed, but for a target, which came in a head that was read.
    if let Ok(value) = HeaderValue::from_str(value) {
        response.headers_mut().insert(name, value);
    }
    response
}

/// The response with another body. A 204 has none: a 200 replaces it.
fn with_body(response: Response<Bytes>, body: Bytes) -> Response<Bytes> {
    let mut response = without_framing(response.map(|_| body));
    if response.status() == StatusCode::NO_CONTENT {
        *response.status_mut() = StatusCode::OK;
    }
    response
}

/// The response without the headers that say where its body ends, so that hyper writes its own.
fn without_framing(mut response: Response<Bytes>) -> Response<Bytes> {
    for name in [header::CONTENT_LENGTH, header::TRANSFER_ENCODING, header::TRAILER] {
        response.headers_mut().remove(name);
    }
    response
}

/// What comes before the body, announcing this many bytes, whatever follows.
fn head_of(response: &Response<Bytes>, announced: usize) -> Vec<u8> {
    let mut head = format!("HTTP/1.1 {}\r\n", response.status()).into_bytes();
    for (name, value) in response.headers() {
        head.extend([name.as_str().as_bytes(), b": ", value.as_bytes(), b"\r\n"].concat());
    }
    head.extend_from_slice(format!("content-length: {announced}\r\n\r\n").as_bytes());
    head
}

/// The same bytes every time: those of a block without a pattern, over and over.
fn random_bytes() -> Bytes {
    let block: Vec<u8> =
        (0..10_000_u32).map(|at| at.wrapping_mul(2_654_435_761).to_be_bytes()[0]).collect();
    block.repeat(RUBBISH / block.len()).into()
}
