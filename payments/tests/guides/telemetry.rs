//! The page on observability: spans arrive in OpenTelemetry, and metrics have the names and labels
//! that the page lists.

use std::collections::{BTreeMap, BTreeSet};

use opentelemetry_sdk::trace::InMemorySpanExporter;
use payments::{
    OrderRef, money::Money, notification::Delivery, payment::CreatePayment, testing::Mock,
};

use crate::gateways::at_hpay;
use crate::snippets::{
    telemetry::{metrics, spans},
    virtual_accounts::open,
};

const DOCUMENTED: &str = include_str!("../../../docs/observability.md");

/// A payment that is opened, a delivery that is genuine, and one that is forged.
async fn use_a_provider() {
    let mock = Mock::new().unwrap();
    let order = OrderRef::new("A-1").unwrap();
    let request = CreatePayment::new(order, Money::vnd(50_000)).unwrap();
    let _ = mock.payments().open_payment(&request).await.unwrap();
    mock.gateway().deposit(Money::vnd(31_415), "memo-canary").unwrap();
    let genuine = mock.gateway().take_notifications().remove(0);
    let forged = http::Request::post("/events").body("body-canary".into()).unwrap();
    for request in [&genuine, &forged] {
        let delivery = Delivery::of(request);
        let _ = mock.payments().receive("mock", "events", &delivery).await.unwrap();
    }
}

#[tokio::test]
async fn spans_arrive_in_open_telemetry() {
    let exporter = InMemorySpanExporter::default();
    let (subscriber, provider) = spans(exporter.clone());
    let guard = tracing::subscriber::set_default(subscriber);
    use_a_provider().await;
    drop(guard);
    provider.force_flush().unwrap();
    let names: BTreeSet<_> =
        exporter.get_finished_spans().unwrap().into_iter().map(|span| span.name).collect();
    for name in ["payments.call", "payments.receive"] {
        assert!(names.contains(name), "{name} is not in {names:?}");
    }
    provider.shutdown().unwrap();
}

/// A callback of HPay's, whose signature covers no amount, so that it is confirmed by an inquiry.
async fn confirm_a_credit() {
    let (hpay, payments) = at_hpay().await;
    hpay.delay_notifications();
    hpay.register_va_callback("http://127.0.0.1:9");
    let provider = payments.provider("main").unwrap();
    let account =
        open(provider, &OrderRef::new("A-1").unwrap(), "CUA HANG").await.unwrap().unwrap();
    let number = account.numbers[0].number.as_str();
    let callback = hpay.transfer_to_va(number, 31_415).await.unwrap().request.unwrap();
    let intake = payments.receive("main", "va-callback", &Delivery::of(&callback)).await.unwrap();
    assert_eq!(intake.events.len(), 1, "{intake:?}");
}

/// A line of the text that Prometheus reads.
struct Line {
    name: String,
    labels: BTreeMap<String, String>,
    value: String,
}

fn lines(text: &str) -> Vec<Line> {
    let lines = text.lines().filter(|line| !line.starts_with('#') && !line.is_empty());
    lines
        .map(|line| {
            let (name, rest) = line.split_once('{').unwrap();
            let (labels, value) = rest.split_once("} ").unwrap();
            let label = |label: &str| {
                let (name, value) = label.split_once('=').unwrap();
                (name.to_owned(), value.trim_matches('"').to_owned())
            };
            let labels = labels.split(',').map(label).collect();
            Line { name: name.to_owned(), labels, value: value.to_owned() }
        })
        .collect()
}

/// The metrics of the page's tables that are no gauges: each with its labels.
fn documented() -> BTreeMap<String, BTreeSet<String>> {
    let rows = DOCUMENTED.lines().filter(|line| {
        line.starts_with("| `payments_") && !line.starts_with("| `payments_engine_")
    });
    rows.map(|line| {
        let (name, labels) = line[2..].split_once(" | ").unwrap();
        let labels = labels.split(" | ").next().unwrap();
        let names = |text: &str| text.split('`').skip(1).step_by(2).map(str::to_owned).collect();
        (name.trim_matches('`').to_owned(), names(labels))
    })
    .collect()
}

#[tokio::test]
async fn calls_deliveries_and_confirmations_are_counted_and_timed_as_documented() {
    let recorder = metrics().unwrap();
    let handle = recorder.handle();
    let guard = ::metrics::set_default_local_recorder(&recorder);
    use_a_provider().await;
    confirm_a_credit().await;
    drop(guard);
    let text = handle.render();
    let lines = lines(&text);
    for (name, label, value) in [
        ("payments_calls_total", "outcome", "accepted"),
        ("payments_call_seconds_count", "operation", "open_virtual_account"),
        ("payments_deliveries_total", "verdict", "trusted"),
        ("payments_deliveries_total", "verdict", "untrusted"),
        ("payments_delivery_seconds_count", "endpoint", "va-callback"),
        ("payments_confirmations_total", "outcome", "confirmed"),
        ("payments_confirmation_seconds_count", "provider", "main"),
    ] {
        let of = |line: &&Line| {
            line.name == name && line.labels.get(label).is_some_and(|it| it == value)
        };
        let line = lines.iter().find(of).unwrap_or_else(|| panic!("no {name}, {value}: {text}"));
        assert_eq!(line.value, "1", "{name}, {value}");
    }
    let mut found = BTreeMap::<String, BTreeSet<String>>::new();
    for line in &lines {
        let parts = ["_bucket", "_sum", "_count"];
        let part = parts.iter().find_map(|part| line.name.strip_suffix(part));
        let labels = line.labels.keys().filter(|label| *label != "le").cloned();
        found.entry(part.unwrap_or(&line.name).to_owned()).or_default().extend(labels);
    }
    assert_eq!(found, documented());
    assert!(!text.contains("canary") && !text.contains("31415"), "{text}");
}
