//! A delivery, as flags.

use std::fs;
use std::io::{self, Read as _};
use std::net::IpAddr;
use std::path::{Path, PathBuf};

use http::{HeaderName, HeaderValue, Method, Request, Uri};

use crate::exit::Failure;

/// The HTTP request that the provider sent.
#[derive(clap::Args)]
pub(crate) struct DeliveryFlags {
    /// Its method; that of the endpoint, if not given
    #[arg(long, value_name = "METHOD")]
    method: Option<String>,
    /// Its path, without the query
    #[arg(long, value_name = "PATH", default_value = "/")]
    path: String,
    /// Its query, as received: not decoded
    #[arg(long, value_name = "QUERY", allow_hyphen_values = true)]
    query: Option<String>,
    /// One of its headers, once for each
    #[arg(long = "header", value_name = "NAME: VALUE")]
    headers: Vec<String>,
    /// Its body, byte for byte, in a file; `-` is standard input
    #[arg(long, value_name = "FILE")]
    body_file: Option<PathBuf>,
    /// The address it came from
    #[arg(long, value_name = "ADDRESS")]
    source: Option<IpAddr>,
}

impl DeliveryFlags {
    /// The address it came from, if it is given.
    pub(crate) fn source(&self) -> Option<IpAddr> {
        self.source
    }

    /// Whether a query, a header or a body is given.
    #[cfg(feature = "online")]
    pub(crate) fn is_given(&self) -> bool {
        self.query.is_some() || self.body_file.is_some() || !self.headers.is_empty()
    }

    /// The request. No message repeats a header, query or body: they carry secrets.
    pub(crate) fn request(&self, usual_method: &Method) -> Result<Request<Vec<u8>>, Failure> {
        let mut request = Request::new(self.body()?);
        *request.method_mut() = match &self.method {
            None => usual_method.clone(),
            Some(method) => method
                .to_ascii_uppercase()
                .parse()
                .map_err(|_| Failure::usage("--method", format!("{method:?} is none")))?,
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

fn read_header(header: &str) -> Result<(HeaderName, HeaderValue), Failure> {
    let refuse = |message: &str| Failure::usage("--header", message);
    let (name, value) =
        header.split_once(':').ok_or_else(|| refuse("one has no colon; write NAME: VALUE"))?;
    let name: HeaderName =
        name.trim().parse().map_err(|_| refuse("one has a name that no header can have"))?;
    let value = HeaderValue::from_bytes(value.trim().as_bytes())
        .map_err(|_| refuse(&format!("{name} has a value that no header can have")))?;
    Ok((name, value))
}

fn not_encoded(flag: &str) -> Failure {
    Failure::usage(flag, "holds a character that has to be percent-encoded in a request")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn flags(path: &str, query: Option<&str>) -> DeliveryFlags {
        DeliveryFlags {
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
