//! The spans and events of deliveries are those of docs/observability.md: one event at level `info`
//! for each delivery, without its contents.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Debug;
use std::sync::{Arc, Mutex};

use payments::{money::Money, notification::Delivery, testing::Mock};
use tracing::{
    Event, Level, Metadata, Subscriber,
    field::{Field, Visit},
    span::{Attributes, Id, Record},
};

const DOCUMENTED: &str = include_str!("../../docs/observability.md");

/// Records the spans with the names of their fields, and the events at level `info`.
#[derive(Clone, Default)]
struct Recorder {
    spans: Arc<Mutex<BTreeMap<String, BTreeSet<String>>>>,
    lines: Arc<Mutex<Vec<BTreeMap<String, String>>>>,
    /// What was recorded in spans after they began, in order.
    recorded: Arc<Mutex<Vec<BTreeMap<String, String>>>>,
}

struct Fields(BTreeMap<String, String>);

impl Visit for Fields {
    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        self.0.insert(field.name().to_owned(), format!("{value:?}").replace('"', ""));
    }
}

impl Subscriber for Recorder {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        metadata.target().starts_with("payments::")
    }

    fn new_span(&self, span: &Attributes<'_>) -> Id {
        let fields = span.metadata().fields().iter().map(|field| field.name().to_owned()).collect();
        let mut spans = self.spans.lock().unwrap();
        spans.insert(span.metadata().name().to_owned(), fields);
        Id::from_u64(spans.len() as u64)
    }

    fn event(&self, event: &Event<'_>) {
        assert_eq!(*event.metadata().level(), Level::INFO);
        let mut fields = Fields(BTreeMap::new());
        event.record(&mut fields);
        self.lines.lock().unwrap().push(fields.0);
    }

    fn record(&self, _: &Id, values: &Record<'_>) {
        let mut fields = Fields(BTreeMap::new());
        values.record(&mut fields);
        self.recorded.lock().unwrap().push(fields.0);
    }

    fn record_follows_from(&self, _: &Id, _: &Id) {}
    fn enter(&self, _: &Id) {}
    fn exit(&self, _: &Id) {}
}

fn documented() -> BTreeMap<String, BTreeSet<String>> {
    DOCUMENTED
        .lines()
        .filter(|line| {
            ["receive", "check", "confirm"]
                .iter()
                .any(|name| line.starts_with(&format!("| `payments.{name}`")))
        })
        .map(|line| {
            let mut names = line.split('`').skip(1).step_by(2).map(str::to_owned);
            (names.next().unwrap(), names.collect())
        })
        .collect()
}

#[tokio::test]
async fn each_delivery_is_one_event_and_the_spans_are_those_of_the_document() {
    let mock = Mock::new().unwrap();
    mock.gateway().deposit(Money::vnd(31_415), "memo-canary").unwrap();
    let genuine = mock.gateway().take_notifications().remove(0);
    let forged = http::Request::post("/events").body("body-canary".into()).unwrap();
    let payments = mock.payments();

    let recorder = Recorder::default();
    let guard = tracing::subscriber::set_default(recorder.clone());
    for request in [&genuine, &forged] {
        let delivery = Delivery::of(request);
        let _ = payments.receive("mock", "events", &delivery).await.unwrap();
    }
    let checked =
        payments.check("mock", "events", &Delivery::of(&genuine), payments.now()).unwrap();
    let _ = checked.confirm().await;
    drop(guard);

    assert_eq!(*recorder.spans.lock().unwrap(), documented());
    let lines = recorder.lines.lock().unwrap().clone();
    let found: Vec<_> = lines
        .iter()
        .map(|line| ["message", "verdict", "events", "outcome"].map(|name| line.get(name).cloned()))
        .collect();
    let line =
        |fields: [&str; 4]| fields.map(|text| Some(text.to_owned()).filter(|t| !t.is_empty()));
    assert_eq!(
        found,
        [
            line(["delivery received", "trusted", "1", "handled"]),
            line(["delivery received", "untrusted", "0", "untrusted"]),
            line(["delivery checked", "trusted", "1", ""]),
            line(["delivery confirmed", "trusted", "1", "handled"]),
        ]
    );
    assert_eq!(lines[1]["reason"], "MissingSignature");
    let recorded = recorder.recorded.lock().unwrap().clone();
    let all = |name: &str| -> Vec<_> {
        recorded.iter().filter_map(|fields| fields.get(name).map(String::as_str)).collect()
    };
    assert_eq!(all("outcome"), ["handled", "untrusted", "handled"]);
    assert_eq!((all("events"), all("doubts")), (vec!["1", "0", "1"], vec!["0"; 3]));
    assert!(lines.iter().all(|line| line["provider"] == "mock" && line["endpoint"] == "events"));
    let printed = format!("{lines:?}");
    assert!(!printed.contains("canary") && !printed.contains("31415"), "{printed}");
}
