//! The gauges are those of the document, with the figures of health.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex};

use metrics::{
    Counter, Gauge, GaugeFn, Histogram, Key, KeyName, Metadata, Recorder, SharedString, Unit,
};

use crate::{
    DOCUMENTED,
    health::{fill, on_each_store},
};

/// Keeps the value of each gauge, by its name and labels.
#[derive(Default)]
struct Kept(Arc<Mutex<BTreeMap<String, f64>>>);

struct One(String, Arc<Mutex<BTreeMap<String, f64>>>);

impl GaugeFn for One {
    fn increment(&self, _: f64) {
        panic!("gauges are set");
    }

    fn decrement(&self, _: f64) {
        panic!("gauges are set");
    }

    fn set(&self, value: f64) {
        self.1.lock().unwrap().insert(self.0.clone(), value);
    }
}

impl Recorder for Kept {
    fn describe_counter(&self, _: KeyName, _: Option<Unit>, _: SharedString) {}
    fn describe_gauge(&self, _: KeyName, _: Option<Unit>, _: SharedString) {}
    fn describe_histogram(&self, _: KeyName, _: Option<Unit>, _: SharedString) {}

    fn register_counter(&self, _: &Key, _: &Metadata<'_>) -> Counter {
        panic!("there are gauges only")
    }

    fn register_gauge(&self, key: &Key, _: &Metadata<'_>) -> Gauge {
        let labels: Vec<_> =
            key.labels().map(|label| format!("{}={}", label.key(), label.value())).collect();
        let name = format!("{}{{{}}}", key.name(), labels.join(","));
        Gauge::from_arc(Arc::new(One(name, Arc::clone(&self.0))))
    }

    fn register_histogram(&self, _: &Key, _: &Metadata<'_>) -> Histogram {
        panic!("there are gauges only")
    }
}

/// The names of the document, each with its labels.
fn documented() -> BTreeSet<String> {
    let lines = DOCUMENTED.lines().filter(|line| line.starts_with("| `payments_engine_"));
    lines
        .map(|line| {
            let cells: Vec<_> = line.split('|').map(str::trim).collect();
            let name = cells[1].trim_matches('`');
            let labels: Vec<_> = cells[2].split('`').skip(1).step_by(2).collect();
            format!("{name}{{{}}}", labels.join(","))
        })
        .collect()
}

/// A name without the values of its labels.
fn without_values(name: &str) -> String {
    let (name, labels) = name.trim_end_matches('}').split_once('{').unwrap();
    let labels: Vec<_> = labels.split(',').filter(|label| !label.is_empty()).collect();
    let labels: Vec<_> = labels.iter().map(|label| label.split_once('=').unwrap().0).collect();
    format!("{name}{{{}}}", labels.join(","))
}

#[test]
fn the_gauges_are_those_of_the_document() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    for (world, engine) in runtime.block_on(on_each_store()) {
        runtime.block_on(fill(&world, &engine));
        let kept = Kept::default();
        metrics::with_local_recorder(&kept, || {
            runtime.block_on(engine.publish_metrics()).unwrap();
        });
        let gauges = kept.0.lock().unwrap().clone();
        let names: BTreeSet<_> = gauges.keys().map(|name| without_values(name)).collect();
        assert_eq!(names, documented());
        for (name, expected) in [
            ("payments_engine_payouts{state=prepared}", 1.0),
            ("payments_engine_payouts{state=failed}", 0.0),
            ("payments_engine_uncertain_seconds{}", 60.0),
            ("payments_engine_open_cases{kind=unmatched}", 1.0),
            ("payments_engine_unconfirmed_deliveries{provider=main,endpoint=open}", 1.0),
            ("payments_engine_unconfirmed_deliveries{provider=main,endpoint=events}", 0.0),
            ("payments_engine_forgotten{}", 0.0),
            ("payments_engine_running{}", 1.0),
            ("payments_engine_statement_age_seconds{provider=main}", 60.0),
        ] {
            assert_eq!(gauges.get(name), Some(&expected), "{name}: {gauges:#?}");
        }
        let untrusted = gauges.iter().find(|(name, _)| name.contains("_untrusted_"));
        assert_eq!(untrusted.map(|(_, value)| *value), Some(1.0), "{gauges:#?}");
    }
}
