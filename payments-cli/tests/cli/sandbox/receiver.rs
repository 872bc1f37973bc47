//! A shop that keeps every webhook.

use std::io::{BufRead as _, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::mpsc::{Receiver as Arrivals, Sender, channel};
use std::thread;
use std::time::Duration;

use http::Request;
use rustls::{ServerConfig, ServerConnection, StreamOwned};

/// A shop that replies to every webhook as the gateways document it, and gives a token to everybody
/// who asks for one.
pub(super) struct Receiver {
    pub(super) url: String,
    arrived: Arrivals<Request<Vec<u8>>>,
}

impl Receiver {
    pub(super) fn start() -> Self {
        Self::serving("http", |stream, sender| {
            // One that goes away in the middle sent nothing.
            let _ = receive(stream, sender);
        })
    }

    /// The same over TLS, as `localhost`.
    pub(super) fn over_tls(config: ServerConfig) -> Self {
        let config = Arc::new(config);
        Self::serving("https", move |stream, sender| {
            let connection = ServerConnection::new(Arc::clone(&config)).unwrap();
            // So does one that does not trust us.
            let _ = receive(StreamOwned::new(connection, stream), sender);
        })
    }

    fn serving(
        scheme: &str,
        serve: impl Fn(TcpStream, &Sender<Request<Vec<u8>>>) + Send + 'static,
    ) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let url = match scheme {
            "https" => format!("https://localhost:{}", address.port()),
            _ => format!("http://{address}"),
        };
        let (sender, arrived) = channel();
        thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                serve(stream, &sender);
            }
        });
        Self { url, arrived }
    }

    /// Returns the next webhook, which must arrive.
    pub(super) fn next(&self) -> Request<Vec<u8>> {
        self.arrived.recv_timeout(Duration::from_secs(20)).expect("a webhook")
    }

    /// Returns the paths of webhooks that arrived and were not taken.
    pub(super) fn paths(&self) -> Vec<String> {
        self.arrived.try_iter().map(|request| request.uri().path().to_owned()).collect()
    }
}

/// Reads a request to its end, passes it on and replies.
fn receive(stream: impl Read + Write, sender: &Sender<Request<Vec<u8>>>) -> Option<()> {
    let mut stream = BufReader::new(stream);
    let mut line = String::new();
    stream.read_line(&mut line).ok()?;
    let mut words = line.split_whitespace();
    let mut request = Request::builder().method(words.next()?).uri(words.next()?);
    let mut length = 0;
    loop {
        let mut line = String::new();
        stream.read_line(&mut line).ok()?;
        let Some((name, value)) = line.trim_end().split_once(':') else { break };
        if name.eq_ignore_ascii_case("content-length") {
            length = value.trim().parse().ok()?;
        }
        request = request.header(name, value.trim());
    }
    let mut body = vec![0; length];
    stream.read_exact(&mut body).ok()?;
    let reply = r#"{"success":true,"error":"00","message":"Success","access_token":"t0ken","expires_in":60}"#;
    let head = "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\nconnection: close";
    sender.send(request.body(body).ok()?).ok()?;
    let stream = stream.get_mut();
    write!(stream, "{head}\r\ncontent-length: {}\r\n\r\n{reply}", reply.len()).ok()?;
    stream.flush().ok()
}
