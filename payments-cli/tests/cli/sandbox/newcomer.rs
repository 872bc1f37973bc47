//! A newcomer with curl alone: the script beside this file.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::process::Command;
use std::sync::{Arc, Mutex};
use std::thread;

use super::world::Sandbox;

/// A shop that replies to every webhook as all gateways document it. Returns its address and the
/// paths of what arrived.
fn receiver() -> (String, Arc<Mutex<Vec<String>>>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let arrived: Arc<Mutex<Vec<String>>> = Arc::default();
    let seen = Arc::clone(&arrived);
    thread::spawn(move || {
        for stream in listener.incoming().map_while(Result::ok) {
            seen.lock().unwrap().extend(receive(stream));
        }
    });
    (url, arrived)
}

/// Reads a request to its end, replies, and returns its path.
fn receive(mut stream: TcpStream) -> Option<String> {
    let mut request = BufReader::new(stream.try_clone().ok()?);
    let mut first = String::new();
    request.read_line(&mut first).ok()?;
    let mut length = 0;
    loop {
        let mut line = String::new();
        request.read_line(&mut line).ok()?;
        let line = line.trim_end().to_ascii_lowercase();
        if line.is_empty() {
            break;
        }
        if let Some(value) = line.strip_prefix("content-length:") {
            length = value.trim().parse().ok()?;
        }
    }
    request.take(length).read_to_end(&mut Vec::new()).ok()?;
    let body = r#"{"success":true,"error":"00","message":"Success"}"#;
    let head = "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\nconnection: close";
    write!(stream, "{head}\r\ncontent-length: {}\r\n\r\n{body}", body.len()).ok()?;
    let path = first.split_whitespace().nth(1)?;
    Some(path.split('?').next().unwrap_or_default().to_owned())
}

#[test]
fn the_script_of_a_newcomer_ends_well_and_every_webhook_arrives() {
    let sandbox = Sandbox::start(["--ack", "strict"]);
    let (url, arrived) = receiver();
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/cli/sandbox/newcomer.sh");
    let ran = Command::new("sh").args([script, &sandbox.page, &url]).output().unwrap();
    let out = String::from_utf8_lossy(&ran.stdout);
    let err = String::from_utf8_lossy(&ran.stderr);
    assert!(ran.status.success(), "{}\n{out}\n{err}", ran.status);
    assert!(out.contains("== Done"), "{out}");
    let arrived = arrived.lock().unwrap();
    for path in ["/sepay/ipn", "/sepay/bank", "/hpay/notify", "/payos/webhook"] {
        assert!(arrived.iter().any(|it| it == path), "{path}: {arrived:?}");
    }
}
