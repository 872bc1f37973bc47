//! A running sandbox, and requests to it.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::process::{Child, Command, Stdio};

use serde_json::{Value, json};

/// A running sandbox on free ports. Dropping it stops it.
pub(super) struct Sandbox {
    child: Child,
    /// The configuration that it printed.
    pub(super) config: String,
    /// The address of its page, without a slash at the end.
    pub(super) page: String,
}

impl Drop for Sandbox {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Sandbox {
    pub(super) fn start<'a>(arguments: impl IntoIterator<Item = &'a str>) -> Self {
        let mut child = Command::new(env!("CARGO_BIN_EXE_payments"))
            .args(["sandbox", "--port", "0"])
            .args(arguments)
            .env_clear()
            .stdout(Stdio::piped())
            .stderr(Stdio::inherit())
            .spawn()
            .unwrap();
        let mut out = BufReader::new(child.stdout.take().unwrap());
        let mut config = String::new();
        while !config.contains("Ctrl-C") {
            assert_ne!(out.read_line(&mut config).unwrap(), 0, "the sandbox ended: {config}");
        }
        let page = config.lines().find_map(|line| line.strip_prefix("# http")).unwrap();
        let page = format!("http{page}");
        Self { child, config, page }
    }

    /// Ends it like a service manager, and waits until it has ended.
    pub(super) fn terminate(mut self) {
        shell(&format!("kill -TERM {}", self.child.id()));
        assert!(self.child.wait().unwrap().success());
    }

    /// Returns the response to `POST /api/{provider}/actions`: its body, a space and its status.
    pub(super) fn act(&self, provider: &str, action: &Value) -> String {
        let url = format!("{}/api/{provider}/actions", self.page);
        shell(&format!(
            "curl -s -w ' %{{http_code}}' {url} -H 'content-type: application/json' -d '{action}'"
        ))
    }

    /// Registers the address of an endpoint.
    pub(super) fn register(&self, provider: &str, endpoint: &str, url: &str) {
        let action = json!({ "action": "register_webhook", "endpoint": endpoint, "url": url });
        let answer = self.act(provider, &action);
        assert!(answer.ends_with(" 200"), "{answer}");
    }

    /// Returns the response to `GET /api/{provider}/{what}`.
    pub(super) fn read(&self, provider: &str, what: &str) -> Value {
        let response = get(&format!("{}/api/{provider}/{what}", self.page));
        let (head, body) = response.split_once("\r\n\r\n").unwrap();
        assert!(head.starts_with("HTTP/1.1 200"), "{response}");
        serde_json::from_str(body).unwrap()
    }
}

pub(super) fn get(url: &str) -> String {
    let rest = url.trim_start_matches("http://");
    let (address, path) = rest.split_once('/').unwrap_or((rest, ""));
    let mut stream = TcpStream::connect(address).unwrap();
    let head = format!("GET /{path} HTTP/1.1\r\nhost: {address}\r\nconnection: close\r\n\r\n");
    stream.write_all(head.as_bytes()).unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    answer
}

/// Returns the output of a shell command, which must succeed.
pub(super) fn shell(line: &str) -> String {
    let ran = Command::new("sh").args(["-c", line]).output().unwrap();
    let out = String::from_utf8_lossy(&ran.stdout).into_owned();
    assert!(ran.status.success(), "{line}: {}\n{out}", ran.status);
    out
}
