//! Simulated gateways in the background, and the configurations that reach them.

use std::fmt::Write as _;
use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};

use payments::simulators::{
    hpay::{self, HPaySimulator},
    payos::{self, PayOSSimulator},
    sepay::{self, SePaySimulator},
};
use tokio::runtime::{Builder, Runtime};

/// A gateway that runs while a test waits for the binary.
pub(crate) struct Gateway<S> {
    pub(crate) gateway: S,
    pub(crate) runtime: Runtime,
}

fn started<S>(start: impl Future<Output = std::io::Result<S>>) -> Gateway<S> {
    let runtime = Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
    let gateway = runtime.block_on(start).unwrap();
    Gateway { gateway, runtime }
}

pub(crate) fn hpay(settings: hpay::Settings) -> Gateway<HPaySimulator> {
    started(HPaySimulator::start(settings))
}

pub(crate) fn sepay(settings: sepay::Settings) -> Gateway<SePaySimulator> {
    started(SePaySimulator::start(settings))
}

pub(crate) fn payos(settings: payos::Settings) -> Gateway<PayOSSimulator> {
    started(PayOSSimulator::start(settings))
}

/// The keys of one provider. Setting a key again replaces its value.
#[derive(Clone)]
pub(crate) struct Config(Vec<(String, String)>);

impl Config {
    fn new(kind: &str) -> Self {
        Self(Vec::new()).text("kind", kind).text("environment", "sandbox")
    }

    /// Sets a key to a text.
    pub(crate) fn text(self, key: &str, value: &str) -> Self {
        self.value(key, format!("'''{value}'''"))
    }

    /// Sets a key to a value in TOML.
    pub(crate) fn value(mut self, key: &str, value: impl Into<String>) -> Self {
        self.0.retain(|(known, _)| known != key);
        self.0.push((key.to_owned(), value.into()));
        self
    }

    /// Returns the configuration of the provider `main`.
    pub(crate) fn toml(&self) -> String {
        let mut toml = "[providers.main]\n".to_owned();
        for (key, value) in &self.0 {
            let _ = writeln!(toml, "{key} = {value}");
        }
        toml
    }
}

pub(crate) fn hpay_config(gateway: &HPaySimulator) -> Config {
    let hosts = gateway.hosts();
    Config::new("hpay")
        .text("merchant_id", gateway.merchant_id())
        .text("receiver", gateway.merchant_email())
        .text("passcode", gateway.passcode())
        .text("private_key", gateway.merchant_private_key().unwrap())
        .text("hpay_certificate", gateway.hpay_certificate())
        .text("checkout_url", &hosts["checkout"])
        .text("account_url", &hosts["account"])
        .text("openapi_url", &hosts["openapi"])
}

/// Returns the configuration for the newer OpenAPI.
pub(crate) fn hpay_openapi_config(gateway: &HPaySimulator) -> Config {
    let settings = gateway.settings();
    hpay_config(gateway)
        .text("api", "openapi")
        .text("openapi_client_id", &settings.openapi_client_id)
        .text("openapi_client_secret", &settings.openapi_client_secret)
}

pub(crate) fn sepay_config(gateway: &SePaySimulator) -> Config {
    let (hosts, settings) = (gateway.hosts(), gateway.settings());
    Config::new("sepay")
        .text("merchant_id", settings.merchant_id())
        .text("secret_key", settings.secret_key())
        .text("api_token", settings.api_token())
        .text("pay_url", &hosts["pay"])
        .text("pgapi_url", &hosts["pgapi"])
        .text("userapi_url", &hosts["userapi"])
        .text("userapi_v1_url", &format!("{}/userapi", hosts["my"]))
        .text("oauth_client_id", settings.oauth_client_id())
        .text("oauth_client_secret", settings.oauth_client_secret())
        .text("oauth_redirect_url", settings.oauth_redirect_url())
        .text("oauth_url", &hosts["my"])
}

pub(crate) fn payos_config(gateway: &PayOSSimulator) -> Config {
    let (hosts, settings) = (gateway.hosts(), gateway.settings());
    Config::new("payos")
        .text("client_id", &settings.payment.client_id)
        .text("api_key", &settings.payment.api_key)
        .text("checksum_key", &settings.payment.checksum_key)
        .text("payout_client_id", &settings.payout.client_id)
        .text("payout_api_key", &settings.payout.api_key)
        .text("payout_checksum_key", &settings.payout.checksum_key)
        .text("api_url", &hosts["api"])
        .text("pay_url", &hosts["pay"])
}

/// Starts a host that gives every request the same response, like a proxy in front of a gateway.
/// Returns its address.
pub(crate) fn always(response: &'static str) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    std::thread::spawn(move || {
        for mut connection in listener.incoming().flatten() {
            let mut head = Vec::new();
            let mut byte = [0];
            while !head.ends_with(b"\r\n\r\n") && connection.read(&mut byte).unwrap_or(0) == 1 {
                head.push(byte[0]);
            }
            let head = String::from_utf8_lossy(&head).to_ascii_lowercase();
            let length = head.split("content-length: ").nth(1);
            let length = length.and_then(|rest| rest.lines().next()?.trim().parse().ok());
            let mut body = vec![0; length.unwrap_or(0)];
            let _ = connection.read_exact(&mut body);
            let _ = connection.write_all(response.as_bytes());
        }
    });
    url
}

/// Returns an address of loopback at which nothing listens.
pub(crate) fn nothing() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    format!("http://{}", listener.local_addr().unwrap())
}

/// Sends a request and returns the response as text.
pub(crate) fn fetch(method: &str, url: &str, body: &str) -> String {
    let (host, path) = url.strip_prefix("http://").unwrap().split_once('/').unwrap();
    let mut connection = TcpStream::connect(host).unwrap();
    let request = format!(
        "{method} /{path} HTTP/1.1\r\nhost: {host}\r\nconnection: close\r\n\
         content-type: application/x-www-form-urlencoded\r\ncontent-length: {}\r\n\r\n{body}",
        body.len()
    );
    connection.write_all(request.as_bytes()).unwrap();
    let mut response = Vec::new();
    connection.read_to_end(&mut response).unwrap();
    String::from_utf8_lossy(&response).into_owned()
}
