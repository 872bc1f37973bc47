//! `payments sandbox`: what it prints is a configuration, and its page can be opened.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::process::{Child, ChildStdout, Command, Stdio};

use crate::program::{file, payments};

/// A running sandbox on free ports. Dropping it stops it.
struct Sandbox(Child);

impl Drop for Sandbox {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn start() -> (Sandbox, BufReader<ChildStdout>) {
    let mut child = Command::new(env!("CARGO_BIN_EXE_payments"))
        .args(["sandbox", "--port", "0"])
        .env_clear()
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let out = BufReader::new(child.stdout.take().unwrap());
    (Sandbox(child), out)
}

/// Everything that it prints before it waits.
fn printed(out: &mut BufReader<ChildStdout>) -> String {
    let mut text = String::new();
    while !text.contains("Ctrl-C") {
        assert_ne!(out.read_line(&mut text).unwrap(), 0, "the sandbox ended: {text}");
    }
    text
}

fn get(url: &str) -> String {
    let address = url.trim_start_matches("http://");
    let mut stream = TcpStream::connect(address).unwrap();
    write!(stream, "GET / HTTP/1.1\r\nhost: {address}\r\nconnection: close\r\n\r\n").unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    answer
}

#[test]
fn the_configuration_is_good_and_the_page_lists_what_there_is() {
    let (_sandbox, mut out) = start();
    let config = printed(&mut out);
    let page = config.lines().find_map(|line| line.strip_prefix("# http")).unwrap();
    let page = get(&format!("http{page}"));
    assert!(page.starts_with("HTTP/1.1 200 OK"), "{page}");
    assert!(page.contains("text/html"), "{page}");
    for gateway in ["HPay", "payOS", "SePay", "The mock"] {
        assert!(page.contains(&format!("<h2>{gateway}")), "{gateway}: {page}");
    }

    let folder = tempfile::tempdir().unwrap();
    let path = file(&folder, "payments.toml", &config);
    let ran = payments(["doctor", "--config", path.to_str().unwrap()]).run();
    assert_eq!(ran.code, 0, "{ran:?}\n{config}");
    assert!(ran.out.starts_with("ok: 4 providers"), "{ran:?}");
    for key in ["userapi_v1_url", "oauth_url", "oauth_client_secret", "oauth_redirect_url"] {
        assert!(config.contains(&format!("\n{key} = ")), "{key}: {config}");
    }
}

#[test]
fn a_port_that_is_taken_or_too_high_is_reported() {
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port().to_string();
    let ran = payments(["sandbox", "--port", &port]).run();
    assert_eq!(ran.code, 1, "{ran:?}");
    assert!(ran.err.contains("--port"), "{ran:?}");
    payments(["sandbox", "--port", "65535"]).run().refused("--port");
    payments(["sandbox", "--port", "70000"]).run().refused("--port");
}
