//! One event for each change of a record, once it is committed.

use std::collections::BTreeMap;
use std::fmt::Debug;
use std::sync::{Arc, Mutex, OnceLock};

use payments_engine::{Fault, Store};
use tracing::{
    Event, Level, Metadata, Subscriber,
    field::{Field, Visit},
    span::{Attributes, Id, Record},
};

use engine_trials::{
    deliveries::Deliveries,
    world::{MAIN, payout, reference},
};

type Lines = Arc<Mutex<Vec<BTreeMap<String, String>>>>;

/// Keeps what an engine says at level `info`.
struct Kept(Lines);

struct Fields(BTreeMap<String, String>);

impl Visit for Fields {
    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        self.0.insert(field.name().to_owned(), format!("{value:?}").replace('"', ""));
    }
}

impl Subscriber for Kept {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        metadata.target().starts_with("payments_engine") && *metadata.level() == Level::INFO
    }

    fn new_span(&self, _: &Attributes<'_>) -> Id {
        Id::from_u64(1)
    }

    fn event(&self, event: &Event<'_>) {
        let mut fields = Fields(BTreeMap::new());
        event.record(&mut fields);
        self.0.lock().unwrap().push(fields.0);
    }

    fn record(&self, _: &Id, _: &Record<'_>) {}
    fn record_follows_from(&self, _: &Id, _: &Id) {}
    fn enter(&self, _: &Id) {}
    fn exit(&self, _: &Id) {}
}

/// What every engine of this process says: a store has a thread of its own.
fn lines() -> Lines {
    static LINES: OnceLock<Lines> = OnceLock::new();
    let begin = || {
        let lines = Lines::default();
        tracing::subscriber::set_global_default(Kept(Arc::clone(&lines))).unwrap();
        lines
    };
    Arc::clone(LINES.get_or_init(begin))
}

#[tokio::test]
async fn each_change_is_one_event_without_personal_data() {
    let lines = lines();
    for (index, is_in_memory) in [false, true].into_iter().enumerate() {
        let world = Deliveries::start();
        let store = if is_in_memory { Store::memory() } else { world.store() };
        let engine = world.builder(None).with_store(store).start().await.unwrap();
        let name = format!("EVENT-{index}");
        let _ = engine.submit(MAIN, &payout(&name)).await.unwrap();
        engine.tick().await.unwrap();
        let record = engine.payout(&reference(&name)).await.unwrap().unwrap();
        engine.stop().await;
        let said = lines.lock().unwrap().clone();
        let subject = format!("payout:{name}");
        let is_of = |line: &&BTreeMap<String, String>| line.get("subject") == Some(&subject);
        let of: Vec<_> = said.iter().filter(is_of).collect();
        let revisions: Vec<u64> = of.iter().map(|line| line["revision"].parse().unwrap()).collect();
        assert_eq!(revisions, (1..=record.revision).collect::<Vec<u64>>(), "{of:#?}");
        let states: Vec<_> = of.iter().map(|line| line["state"].as_str()).collect();
        assert_eq!(states, ["prepared", "submitting", "pending"]);
        for line in &of {
            let fields: Vec<_> = line.keys().map(String::as_str).collect();
            assert_eq!(fields, ["cases", "message", "revision", "state", "subject"]);
            assert!(!format!("{line:?}").contains("NGUYEN"), "{line:?}");
        }
    }
}

/// A commit that failed changed nothing, and nothing is said of it.
#[tokio::test]
async fn what_is_not_committed_is_not_said() {
    let lines = lines();
    let world = Deliveries::start();
    let store = Store::memory().with_faults(|_| Some(Fault::Refused));
    let engine = world.builder(None).with_store(store).start().await.unwrap();
    assert!(engine.submit(MAIN, &payout("EVENT-REFUSED")).await.is_err());
    engine.stop().await;
    let said = lines.lock().unwrap().clone();
    let of = said.iter().filter(|line| {
        line.get("subject").is_some_and(|subject| subject == "payout:EVENT-REFUSED")
    });
    assert_eq!(of.count(), 0);
}
