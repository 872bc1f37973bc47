//! The flags for a delivery.

use std::fs;
use std::io::{self, Read as _};
use std::net::IpAddr;
use std::path::{Path, PathBuf};

use http::{HeaderName, HeaderValue, Method, Request, Uri};

use crate::exit::Failure;

/// The HTTP request that the provider sent.
#[derive(clap::Args)]
pub(crate) struct DeliveryFlags {
    /// A file with the whole request as it was received: the request line, the headers, an empty
    /// line and the body; replaces the flags for each part
    #[arg(
        long,
        value_name = "FILE",
        conflicts_with_all = ["method", "path", "query", "headers", "body_file"],
        verbatim_doc_comment
    )]
    delivery: Option<PathBuf>,
    /// The method of the request; that of the endpoint if left out
    #[arg(long, value_name = "METHOD")]
    method: Option<String>,
    /// The path of the request, without the query
    #[arg(long, value_name = "PATH", default_value = "/")]
    path: String,
    /// The query of the request, as received: not decoded
    #[arg(long, value_name = "QUERY", allow_hyphen_values = true)]
    query: Option<String>,
    /// A header of the request; may be given several times
    #[arg(long = "header", value_name = "NAME: VALUE")]
    headers: Vec<String>,
    /// A file with the body of the request, byte for byte; `-` is standard input
    #[arg(long, value_name = "FILE")]
    body_file: Option<PathBuf>,
    /// The address that the request came from
    #[arg(long, value_name = "ADDRESS")]
    source: Option<IpAddr>,
}

impl DeliveryFlags {
    /// Returns the address that the request came from, if it is given.
    pub(crate) fn source(&self) -> Option<IpAddr> {
        self.source
    }

    /// Returns whether a query, a header or a body is given.
    #[cfg(feature = "online")]
    pub(crate) fn is_given(&self) -> bool {
        self.delivery.is_some()
            || self.query.is_some()
            || self.body_file.is_some()
            || !self.headers.is_empty()
    }

    /// Builds the request. Errors do not repeat a header, query or body, which may contain secrets.
    pub(crate) fn request(&self, usual_method: &Method) -> Result<Request<Vec<u8>>, Failure> {
        if let Some(path) = &self.delivery {
            let refuse = |why: &str| Failure::usage("--delivery", why);
            let bytes = fs::read(path)
                .map_err(|error| refuse(&format!("{} cannot be read: {error}", path.display())))?;
            return whole(&bytes).map_err(|why| refuse(&why));
        }
        let mut request = Request::new(self.body()?);
        *request.method_mut() = match &self.method {
            None => usual_method.clone(),
            Some(method) => method
                .to_ascii_uppercase()
                .parse()
                .map_err(|_| Failure::usage("--method", format!("{method:?} is not a method")))?,
        };
        *request.uri_mut() = self.uri()?;
        for header in &self.headers {
            let (name, value) = read_header(header)?;
            request.headers_mut().append(name, value);
        }
        Ok(request)
    }

    fn uri(&self) -> Result<Uri, Failure> {
        if !self.path.starts_with('/') || self.path.contains(['?', '#']) {
            let message = "has to begin with / and to end before the query";
            return Err(Failure::usage("--path", message));
        }
        let Some(query) = &self.query else {
            return self.path.parse().map_err(|_| not_encoded("--path"));
        };
        if query.contains('#') {
            return Err(not_encoded("--query"));
        }
        format!("{}?{query}", self.path).parse().map_err(|_| not_encoded("--query"))
    }

    fn body(&self) -> Result<Vec<u8>, Failure> {
        let Some(path) = &self.body_file else { return Ok(Vec::new()) };
        let read = if path == Path::new("-") {
            let mut body = Vec::new();
            io::stdin().read_to_end(&mut body).map(|_| body)
        } else {
            fs::read(path)
        };
        read.map_err(|error| {
            Failure::usage("--body-file", format!("{} cannot be read: {error}", path.display()))
        })
    }
}

/// Parses a request as it was received. Errors do not repeat a part of it.
fn whole(bytes: &[u8]) -> Result<Request<Vec<u8>>, String> {
    let ends = [(&b"\r\n\r\n"[..], 4), (b"\n\n", 2)];
    let place = |(end, length): (&[u8], usize)| {
        let found = bytes.windows(length).position(|window| window == end);
        found.map(|place| (place, place + length))
    };
    let end = ends.into_iter().filter_map(place).min();
    // In a request without a body, the empty line after the headers may be missing.
    let (end, start) = end.unwrap_or((bytes.len(), bytes.len()));
    let (head, body) = (bytes.get(..end), bytes.get(start..));
    let head = std::str::from_utf8(head.unwrap_or_default())
        .map_err(|_| "has a head that is not text".to_owned())?;
    let mut lines = head.lines();
    let mut line = lines.next().unwrap_or_default().split_whitespace();
    let (Some(method), Some(target)) = (line.next(), line.next()) else {
        return Err(
            "does not begin with a method and a path, as in `POST /ipn HTTP/1.1`".to_owned()
        );
    };
    let mut request = Request::new(body.unwrap_or_default().to_vec());
    *request.method_mut() =
        method.parse().map_err(|_| "does not begin with a method".to_owned())?;
    *request.uri_mut() = target.parse().map_err(|_| "has an invalid path".to_owned())?;
    for header in lines.filter(|line| !line.trim().is_empty()) {
        let (name, value) = parsed_header(header)?;
        request.headers_mut().append(name, value);
    }
    Ok(request)
}

fn read_header(header: &str) -> Result<(HeaderName, HeaderValue), Failure> {
    parsed_header(header).map_err(|why| Failure::usage("--header", why))
}

fn parsed_header(header: &str) -> Result<(HeaderName, HeaderValue), String> {
    let (name, value) =
        header.split_once(':').ok_or("one has no colon; write NAME: VALUE".to_owned())?;
    let name: HeaderName = name.trim().parse().map_err(|_| "one has an invalid name".to_owned())?;
    let value = HeaderValue::from_bytes(value.trim().as_bytes())
        .map_err(|_| format!("{name} has an invalid value"))?;
    Ok((name, value))
}

fn not_encoded(flag: &str) -> Failure {
    Failure::usage(flag, "contains a character that has to be percent-encoded in a request")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn flags(path: &str, query: Option<&str>) -> DeliveryFlags {
        DeliveryFlags {
            delivery: None,
            method: Some("post".to_owned()),
            path: path.to_owned(),
            query: query.map(str::to_owned),
            headers: vec!["X-Key:  a: b ".to_owned(), "x-key: c".to_owned()],
            body_file: None,
            source: None,
        }
    }

    #[test]
    fn a_request_is_as_the_flags_say() {
        let request = flags("/ipn", Some("a=%20&b=c=d")).request(&Method::GET).unwrap();
        assert_eq!(request.method(), Method::POST);
        assert_eq!((request.uri().path(), request.uri().query()), ("/ipn", Some("a=%20&b=c=d")));
        let values: Vec<_> = request.headers().get_all("x-key").iter().collect();
        assert_eq!(values, ["a: b", "c"]);
    }

    #[test]
    fn a_whole_request_is_read_with_either_line_end() {
        for end in ["\r\n", "\n"] {
            let text = ["POST /ipn?a=%20 HTTP/1.1", "X-Key: a: b", "", "{\"x\":\n\n1}"].join(end);
            let request = whole(text.as_bytes()).unwrap();
            assert_eq!(request.method(), Method::POST);
            assert_eq!((request.uri().path(), request.uri().query()), ("/ipn", Some("a=%20")));
            assert_eq!(request.headers()["x-key"], "a: b");
            assert_eq!(request.body(), b"{\"x\":\n\n1}");
        }
        let without_a_body = whole(b"GET /va/callback?cashin=1 HTTP/1.1\r\nHost: shop").unwrap();
        assert_eq!(without_a_body.uri().query(), Some("cashin=1"));
        assert!(without_a_body.body().is_empty());
        for text in ["", "hunter2", "GET /a HTTP/1.1\nhunter2"] {
            assert!(!whole(text.as_bytes()).unwrap_err().contains("hunter2"), "{text}");
        }
    }

    #[test]
    fn a_query_is_never_read_from_the_path() {
        for (path, query) in [("/ipn?a=1", None), ("ipn", None), ("/ipn", Some("a=1#b"))] {
            assert!(flags(path, query).request(&Method::GET).is_err(), "{path} {query:?}");
        }
    }

    #[test]
    fn a_header_that_is_none_is_refused_without_repeating_it() {
        for header in ["hunter2", "hun ter2: x", "x: hun\nter2"] {
            let message = read_header(header).map(|_| ()).unwrap_err().to_string();
            assert!(message.starts_with("--header: "), "{message}");
            assert!(!message.contains("ter2"), "{message}");
        }
    }
}
