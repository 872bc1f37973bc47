//! The pages of those who answer in the gateway's place.

use bytes::Bytes;
use http::{HeaderName, HeaderValue, Response, StatusCode, header};

use super::fault::Fault;

/// What somebody else answers to a request for `target`, if the fault is of that kind.
pub(super) fn in_the_place_of_an_answer(fault: Fault, target: &str) -> Option<Response<Bytes>> {
    let page = match fault {
        Fault::ServerErrorPage(_) => {
            html(StatusCode::INTERNAL_SERVER_ERROR, "Something went wrong on our side.")
        }
        Fault::BadGatewayPage(_) => {
            html(StatusCode::BAD_GATEWAY, "The server behind this one sent no valid answer.")
        }
        Fault::UnavailablePage(_) => {
            let page = html(StatusCode::SERVICE_UNAVAILABLE, "We are busy. Please try again.");
            with(page, header::RETRY_AFTER, AT_ONCE)
        }
        Fault::TooManyRequests(_) => {
            let page = json(StatusCode::TOO_MANY_REQUESTS, r#"{"error":"slow down","by":"edge"}"#);
            with(page, header::RETRY_AFTER, AT_ONCE)
        }
        Fault::Unauthorized(_) => {
            let page = json(StatusCode::UNAUTHORIZED, r#"{"error":"log in first","by":"edge"}"#);
            with(page, header::WWW_AUTHENTICATE, r#"Basic realm="edge""#)
        }
        Fault::Redirected(_) => {
            let page = html(StatusCode::TEMPORARY_REDIRECT, "This page is elsewhere.");
            with(page, header::LOCATION, target)
        }
        Fault::Empty(_) => Response::default(),
        _ => return None,
    };
    Some(page)
}

/// What the proxy itself says where the gateway does not listen.
pub(super) fn no_gateway(gateway: &str, error: &std::io::Error) -> Response<Bytes> {
    let text = format!("The fault proxy cannot reach the gateway at {gateway}: {error}.");
    html(StatusCode::BAD_GATEWAY, &text)
}

/// How many seconds to wait.
const AT_ONCE: &str = "0";

fn html(status: StatusCode, text: &str) -> Response<Bytes> {
    let title = status.canonical_reason().unwrap_or_default();
    let page = format!(
        "<!doctype html><html><head><title>{title}</title></head>\
         <body><h1>{status}</h1><p>{text}</p></body></html>"
    );
    message(status, "text/html", page)
}

fn json(status: StatusCode, body: &'static str) -> Response<Bytes> {
    message(status, "application/json", body)
}

fn message(status: StatusCode, kind: &str, body: impl Into<Bytes>) -> Response<Bytes> {
    let mut response = Response::new(body.into());
    *response.status_mut() = status;
    with(response, header::CONTENT_TYPE, kind)
}

fn with(mut response: Response<Bytes>, name: HeaderName, value: &str) -> Response<Bytes> {
    // All of them are fixed, but for a target, which came in a head that was read.
    if let Ok(value) = HeaderValue::from_str(value) {
        response.headers_mut().insert(name, value);
    }
    response
}
