//! What the client gets in the end: pure functions of the fault and of the gateway's answer.

use bytes::Bytes;
use http::{HeaderValue, Response, StatusCode, header};

use super::fault::Fault;
use super::message::{Answer, RequestHead, written};
use super::page;

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

/// What the client gets that owes nothing to an answer of the gateway.
pub(super) fn without_an_answer(fault: Fault, request: &RequestHead) -> Reply {
    match fault {
        Fault::Reset(_) => Reply::Reset,
        Fault::Stalled(_) => Reply::Silence,
        fault => match page::in_the_place_of_an_answer(fault, &request.target) {
            Some(page) => Reply::Then(whole(&page)),
            // Closing is the fault, or the fault spoils an answer and there is none.
            None => Reply::Close,
        },
    }
}

/// What the client gets where the gateway answered.
pub(super) fn to_the_answer(fault: Option<Fault>, request: &RequestHead, answer: &Answer) -> Reply {
    let response = match fault.is_some_and(Fault::spoils_a_body) {
        true => with_room_for_a_body(answer.response.clone()),
        false => answer.response.clone(),
    };
    let changed = match fault {
        None => answer.raw.to_vec(),
        Some(Fault::HalfHeaders) => {
            let half = answer.raw.get(..answer.head_length / 2).unwrap_or_default();
            return Reply::Last(half.to_vec());
        }
        Some(Fault::HalfBody) => {
            // An empty body has no half: one byte is announced and never comes.
            let announced = response.body().len().max(1);
            return Reply::Last(written(&response.map(|body| half(&body)), announced));
        }
        Some(Fault::TruncatedJson) => whole(&response.map(|body| half(&body))),
        Some(Fault::DeepJson) => whole(&response.map(|_| Bytes::from_static(&[b'['; DEPTH]))),
        Some(Fault::WrongContentType) => whole(&as_html(response)),
        Some(Fault::Rubbish) => whole(&response.map(|_| random_bytes())),
        Some(Fault::Rewritten { rewrite, .. }) => {
            whole(&rewrite(&request.method, &request.path, response))
        }
        Some(fault) => return without_an_answer(fault, request),
    };
    if answer.keeps_alive { Reply::Then(changed) } else { Reply::Last(changed) }
}

/// What the client gets where the gateway does not listen, which no fault asked for.
pub(super) fn unreachable(gateway: &str, error: &std::io::Error) -> Reply {
    Reply::Last(whole(&page::no_gateway(gateway, error)))
}

const DEPTH: usize = 100_000;
const RUBBISH: usize = 10_000_000;
const BLOCK: usize = 10_000;

fn whole(response: &Response<Bytes>) -> Vec<u8> {
    written(response, response.body().len())
}

/// A 204 has no body that could be spoilt: a 200 stands in for it.
fn with_room_for_a_body(mut response: Response<Bytes>) -> Response<Bytes> {
    if response.status() == StatusCode::NO_CONTENT {
        *response.status_mut() = StatusCode::OK;
    }
    response
}

fn as_html(mut response: Response<Bytes>) -> Response<Bytes> {
    let html = HeaderValue::from_static("text/html; charset=utf-8");
    response.headers_mut().insert(header::CONTENT_TYPE, html);
    response
}

fn half(body: &Bytes) -> Bytes {
    body.slice(..body.len() / 2)
}

/// The same bytes every time: the high bytes of a linear congruential generator, over and over.
fn random_bytes() -> Bytes {
    let next = |state: &u64| {
        Some(state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407))
    };
    let states = std::iter::successors(Some(1), next);
    let block: Vec<u8> =
        states.map(|state: u64| state.to_be_bytes()).map(|[high, ..]| high).take(BLOCK).collect();
    block.repeat(RUBBISH / BLOCK).into()
}
