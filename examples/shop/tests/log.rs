//! The log lines of the shop. This test is a program of its own, because the global subscriber can
//! be set only once.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

use std::io;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use bytes::Bytes;
use example_shop::{Settings, Shop, router};
use payments::Payments;
use simulator_kit::{Outbox, Outgoing, Schedule, Server};
use tracing_subscriber::fmt::format::FmtSpan;

#[tokio::test]
async fn what_is_received_is_logged_and_no_query() {
    let log = Log::default();
    let writer = log.clone();
    let subscriber = tracing_subscriber::fmt()
        .with_ansi(false)
        .with_span_events(FmtSpan::CLOSE)
        .with_writer(move || writer.clone())
        .finish();
    // The runtime of this test has one thread, on which the shop also logs.
    let _listening = tracing::subscriber::set_default(subscriber);
    let folder = tempfile::tempdir().unwrap();
    let database = folder.path().join("shop.db");
    let config = format!(
        r#"
        [providers.hpay-main]
        kind = "hpay"
        environment = "sandbox"
        merchant_id = "12345"
        receiver = "shop@example.com"
        passcode = "for-tests"
        [engine]
        store = "sqlite:{}"
        "#,
        database.display()
    );
    let at = "127.0.0.1:0".parse().unwrap();
    let payments = Payments::from_toml(&config).unwrap();
    let settings = Settings::at(at).with_database(database);
    let shop = Shop::start(&payments, &settings).await.unwrap();
    let server = Server::start(router(Arc::new(shop)), at).await.unwrap();

    let paths = ["/hooks/hpay-main/notify", "/hooks/hpay-main/return", "/thanks/NOTHING", "/x"];
    for path in paths {
        let request = http::Request::get(format!("{}{path}?secure_code=canary", server.url()));
        let request = request.body(Bytes::new()).unwrap();
        let outgoing = Outgoing { request, schedule: Schedule::Once };
        Outbox::new(Duration::from_secs(5)).send(outgoing).await.remove(0).answer.unwrap();
    }
    let lines = log.text();
    for path in paths {
        assert!(lines.contains(&format!("path=\"{path}\"")), "{path} is not in {lines}");
    }
    let received =
        r#"delivery accepted provider="hpay-main" endpoint="notify" verdict="untrusted""#;
    assert!(lines.contains(received), "{lines}");
    assert!(!lines.contains("canary"), "{lines}");
}

#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Log {
    fn text(&self) -> String {
        String::from_utf8(self.0.lock().unwrap().clone()).unwrap()
    }
}

impl io::Write for Log {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
