//! A shop that keeps every webhook.

use std::io::{BufRead as _, BufReader, Read, Write};
use std::net::TcpListener;
use std::sync::mpsc::{Receiver as Arrivals, Sender, channel};
use std::thread;
use std::time::Duration;

use http::Request;

/// A shop that replies to every webhook as the gateways document it, and gives a token to everybody
/// who asks for one.
pub(super) struct Receiver {
    pub(super) url: String,
    arrived: Arrivals<Request<Vec<u8>>>,
}

impl Receiver {
    pub(super) fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let (sender, arrived) = channel();
        thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                // A client that disconnects early has sent nothing.
                let _ = receive(stream, &sender);
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
