//! Requests and responses as plain text, which a fuzzer can change and a person can read.
//!
//! The first line is the method and target of a request, or the status of a response. Then follow
//! the headers, one on each line, an empty line, and the body. Lines end with a single line feed.

use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, Method, Request, StatusCode, Uri};
use provider_kit::transport::TransportErrorKind;

use crate::stub_transport::Response;

/// The words that replace a status if there is no response.
const FAILURES: [(&str, TransportErrorKind); 4] = [
    ("not sent", TransportErrorKind::NotSent),
    ("connection lost", TransportErrorKind::ConnectionLost),
    ("timed out", TransportErrorKind::TimedOut),
    ("too large", TransportErrorKind::TooLarge),
];

/// Parses a request. `None` if no server would pass such a request to an app. Lines that are not
/// headers are skipped.
pub fn request(text: &[u8]) -> Option<Request<Bytes>> {
    let (first, headers, body) = split(text);
    let mut words = first.split(|byte| *byte == b' ');
    let mut request = Request::new(Bytes::copy_from_slice(body));
    *request.method_mut() = Method::from_bytes(words.next()?).ok()?;
    let target = words.next()?;
    *request.uri_mut() = Uri::try_from(target).ok().filter(|_| target.starts_with(b"/"))?;
    *request.headers_mut() = headers;
    Some(request)
}

/// Parses a response. `None` if the first line is not a status. Lines that are not headers are
/// skipped.
pub fn response(text: &[u8]) -> Option<Response> {
    let (first, headers, body) = split(text);
    if let Some((_, kind)) = FAILURES.iter().find(|(words, _)| words.as_bytes() == first) {
        return Some(Response::Failure(*kind));
    }
    let mut response = http::Response::new(Bytes::copy_from_slice(body));
    *response.status_mut() = StatusCode::from_bytes(first).ok()?;
    *response.headers_mut() = headers;
    Some(Response::Http(response))
}

/// Writes a request in the format of [`request`].
pub fn request_text<B: AsRef<[u8]>>(request: &Request<B>) -> Vec<u8> {
    let target = request.uri().path_and_query().map_or("/", |target| target.as_str());
    let first = format!("{} {target}", request.method());
    join(&first, request.headers(), request.body().as_ref())
}

/// Writes a response in the format of [`response`].
pub fn response_text(response: &Response) -> Vec<u8> {
    match response {
        Response::Http(response) => {
            join(response.status().as_str(), response.headers(), response.body())
        }
        Response::Failure(kind) => {
            let words = FAILURES.iter().find(|(_, failure)| failure == kind);
            words.map_or("", |(words, _)| words).into()
        }
    }
}

fn split(text: &[u8]) -> (&[u8], HeaderMap, &[u8]) {
    let end = text.windows(2).position(|two| two == b"\n\n").unwrap_or(text.len());
    let (head, rest) = text.split_at(end);
    let mut lines = head.split(|byte| *byte == b'\n');
    let first = lines.next().unwrap_or_default();
    let mut headers = HeaderMap::new();
    for (name, value) in lines.filter_map(header) {
        // Headers beyond the capacity of the map are skipped as well.
        let _ = headers.try_append(name, value);
    }
    (first, headers, rest.get(2..).unwrap_or_default())
}

fn header(line: &[u8]) -> Option<(HeaderName, HeaderValue)> {
    let colon = line.iter().position(|byte| *byte == b':')?;
    let (name, value) = line.split_at(colon);
    let name = HeaderName::from_bytes(name).ok()?;
    Some((name, HeaderValue::from_bytes(value.get(1..)?.trim_ascii()).ok()?))
}

fn join(first: &str, headers: &HeaderMap, body: &[u8]) -> Vec<u8> {
    let mut text = first.as_bytes().to_vec();
    for (name, value) in headers {
        text.extend_from_slice(b"\n");
        text.extend_from_slice(name.as_ref());
        text.extend_from_slice(b": ");
        text.extend_from_slice(value.as_bytes());
    }
    text.extend_from_slice(b"\n\n");
    text.extend_from_slice(body);
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read_again() {
        let text = b"POST /ipn?a=%20b\nx-key: a\nx-key: b\n\n{\"a\":\n\n1}";
        let read = request(text).unwrap();
        assert_eq!(read.headers().get_all("x-key").iter().count(), 2);
        assert_eq!((read.uri().query(), &read.body()[..]), (Some("a=%20b"), &b"{\"a\":\n\n1}"[..]));
        assert_eq!(request_text(&read), text);
        for text in [&b"200\nretry-after: 1\n\n{}"[..], b"not sent", b"timed out"] {
            assert_eq!(response_text(&response(text).unwrap()), text, "{}", text.escape_ascii());
        }
    }

    #[test]
    fn what_no_server_hands_on_is_not_read() {
        for text in
            [&b""[..], b"\n\n", b"GET", b"GET x", b"G\xffT /", b"GET /\xff", b"GET http://x/"]
        {
            assert!(request(text).is_none(), "{}", text.escape_ascii());
        }
        assert!(response(b"99\n\n").is_none());
    }

    #[test]
    fn lines_that_are_no_headers_are_left_out() {
        let read = request(b"GET /\nno header\nx y: z\nx: \x01\n: v\n\xff: v\na:b").unwrap();
        assert_eq!(read.headers().len(), 1);
        assert_eq!(read.headers()["a"], "b");
    }
}
