//! What the client gets in the end: pure functions of the fault and of the gateway's answer.

use http::StatusCode;

use super::fault::Fault;
use super::message::{Answer, RequestHead};

/// What the client gets.
#[derive(Debug)]
pub(super) enum Reply {
    /// These bytes, and the next request may follow.
    Then(Vec<u8>),
    /// These bytes, and the connection closes.
    Last(Vec<u8>),
    /// The connection closes.
    Close,
    /// The connection is reset.
    Reset,
    /// Nothing, for as long as the client waits.
    Silence,
}

/// What the client gets where the gateway was not asked.
pub(super) fn without_an_answer(fault: Fault, request: &RequestHead) -> Reply {
    match fault {
        Fault::Refused | Fault::Closed(_) | Fault::KeptAliveClosed(_) => Reply::Close,
        Fault::Reset(_) => Reply::Reset,
        Fault::Stalled(_) => Reply::Silence,
        Fault::ServerErrorPage(_) => Reply::Then(page(
            StatusCode::INTERNAL_SERVER_ERROR,
            "",
            "Something went wrong on our side.",
        )),
        Fault::BadGatewayPage(_) => Reply::Then(page(
            StatusCode::BAD_GATEWAY,
            "",
            "The server behind this one sent no valid answer.",
        )),
        Fault::UnavailablePage(_) => Reply::Then(page(
            StatusCode::SERVICE_UNAVAILABLE,
            TRY_AT_ONCE,
            "We are busy. Please try again.",
        )),
        Fault::TooManyRequests(_) => Reply::Then(json(
            StatusCode::TOO_MANY_REQUESTS,
            TRY_AT_ONCE,
            r#"{"title":"too many requests","from":"edge"}"#,
        )),
        Fault::Unauthorized(_) => Reply::Then(json(
            StatusCode::UNAUTHORIZED,
            "www-authenticate: Basic realm=\"edge\"\r\n",
            r#"{"title":"log in first","from":"edge"}"#,
        )),
        Fault::Redirected(_) => Reply::Then(page(
            StatusCode::TEMPORARY_REDIRECT,
            &format!("location: {}\r\n", request.target),
            "This page is elsewhere.",
        )),
        Fault::Empty(_) => Reply::Then(message(StatusCode::OK, "", "")),
        // The rest spoils an answer of the gateway, so there is one.
        Fault::HalfHeaders
        | Fault::HalfBody
        | Fault::TruncatedJson
        | Fault::DeepJson
        | Fault::WrongContentType
        | Fault::Rubbish
        | Fault::Rewritten { .. } => Reply::Close,
    }
}

/// What the client gets where the gateway answered.
pub(super) fn to_the_answer(fault: Option<Fault>, request: &RequestHead, answer: &Answer) -> Reply {
    let half_of_the_body = half(&answer.body);
    let changed = match fault {
        None => answer.raw.to_vec(),
        Some(Fault::HalfHeaders) => {
            let head = answer.raw.get(..answer.head_length).unwrap_or_default();
            return Reply::Last(half(head).to_vec());
        }
        Some(Fault::HalfBody) => {
            // An empty body has no half: one byte is announced and never comes.
            let whole = answer.body.len().max(1);
            return Reply::Last(answer.with_part_of_a_body(whole, half_of_the_body));
        }
        Some(Fault::TruncatedJson) => answer.with_body(half_of_the_body),
        Some(Fault::DeepJson) => answer.with_body(&[b'['; DEPTH]),
        Some(Fault::WrongContentType) => answer.with_content_type("text/html; charset=utf-8"),
        Some(Fault::Rubbish) => answer.with_body(&noise()),
        Some(Fault::Rewritten { rewrite, .. }) => answer.with_body(&rewrite(answer.body.to_vec())),
        Some(fault) => return without_an_answer(fault, request),
    };
    if answer.head.keeps_alive { Reply::Then(changed) } else { Reply::Last(changed) }
}

/// What the client gets where the gateway does not listen, which no fault asked for.
pub(super) fn unreachable(gateway: &str, error: &std::io::Error) -> Reply {
    let text = format!("The fault proxy cannot reach the gateway at {gateway}: {error}.");
    Reply::Last(page(StatusCode::BAD_GATEWAY, "", &text))
}

const TRY_AT_ONCE: &str = "retry-after: 0\r\n";
const DEPTH: usize = 100_000;
const RUBBISH: usize = 10_000_000;
const BLOCK: usize = 10_000;

fn half(bytes: &[u8]) -> &[u8] {
    bytes.get(..bytes.len() / 2).unwrap_or_default()
}

/// The same noise every time: the high bytes of a linear congruential generator, over and over.
fn noise() -> Vec<u8> {
    let next = |state: &u64| {
        Some(state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407))
    };
    let states = std::iter::successors(Some(1), next);
    let block: Vec<u8> =
        states.map(|state: u64| state.to_be_bytes()).map(|[high, ..]| high).take(BLOCK).collect();
    block.repeat(RUBBISH / BLOCK)
}

fn page(status: StatusCode, headers: &str, text: &str) -> Vec<u8> {
    let title = status.canonical_reason().unwrap_or_default();
    let html = format!(
        "<!doctype html><html><head><title>{title}</title></head>\
         <body><h1>{status}</h1><p>{text}</p></body></html>"
    );
    message(status, &format!("content-type: text/html\r\n{headers}"), &html)
}

fn json(status: StatusCode, headers: &str, body: &str) -> Vec<u8> {
    message(status, &format!("content-type: application/json\r\n{headers}"), body)
}

fn message(status: StatusCode, headers: &str, body: &str) -> Vec<u8> {
    format!("HTTP/1.1 {status}\r\n{headers}content-length: {}\r\n\r\n{body}", body.len())
        .into_bytes()
}
