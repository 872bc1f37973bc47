//! The spans and their fields are those of docs/observability.md, and contain no secret.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Debug;
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use bytes::Bytes;
use payments_core::{
    Environment, Error, Lookup, PayoutProvider, PayoutRef, Provider, ProviderId, ProviderKind,
    Result, Submission,
    bank::{AccountNumber, BankAccount, Bin},
    money::Money,
    payout::{Balance, Beneficiary, CreatePayout, Payout, PayoutCapabilities, PayoutState},
    rules::{AmountLimits, Repeat},
};
use provider_kit::transport::{Call, Stack, Transport, TransportError};
use tracing::{
    Event, Metadata, Subscriber,
    field::{Field, Visit},
    span::{Attributes, Id, Record},
};

const DOCUMENTED: &str = include_str!("../../docs/observability.md");
const CANARY: &str = "canary";

/// Remembers the spans by name with their fields, and every value that was recorded.
#[derive(Clone, Default)]
struct Recorder {
    spans: Arc<Mutex<BTreeMap<String, BTreeSet<String>>>>,
    values: Arc<Mutex<Vec<String>>>,
    /// The events at level `info`, each as its fields and their values.
    lines: Arc<Mutex<Vec<BTreeMap<String, String>>>>,
}

struct Fields(BTreeMap<String, String>);

impl Visit for Fields {
    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        self.0.insert(field.name().to_owned(), format!("{value:?}"));
    }
}

struct Values<'a>(&'a Mutex<Vec<String>>);

impl Visit for Values<'_> {
    fn record_debug(&mut self, _: &Field, value: &dyn Debug) {
        self.0.lock().unwrap().push(format!("{value:?}"));
    }
}

impl Subscriber for Recorder {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        metadata.target().starts_with("payments_core")
            || metadata.target().starts_with("provider_kit")
    }

    fn new_span(&self, span: &Attributes<'_>) -> Id {
        let fields = span.metadata().fields().iter().map(|field| field.name().to_owned()).collect();
        let mut spans = self.spans.lock().unwrap();
        spans.insert(span.metadata().name().to_owned(), fields);
        span.record(&mut Values(&self.values));
        Id::from_u64(spans.len() as u64)
    }

    fn record(&self, _: &Id, record: &Record<'_>) {
        record.record(&mut Values(&self.values));
    }

    fn event(&self, event: &Event<'_>) {
        event.record(&mut Values(&self.values));
        if *event.metadata().level() == tracing::Level::INFO {
            let mut fields = Fields(BTreeMap::new());
            event.record(&mut fields);
            self.lines.lock().unwrap().push(fields.0);
        }
    }

    fn record_follows_from(&self, _: &Id, _: &Id) {}
    fn enter(&self, _: &Id) {}
    fn exit(&self, _: &Id) {}
}

/// A gateway that responds to everything.
struct Gateway;

#[async_trait]
impl Transport for Gateway {
    async fn send(&self, _: Call) -> Result<http::Response<Bytes>, TransportError> {
        Ok(http::Response::new(Bytes::from_static(CANARY.as_bytes())))
    }
}

struct Payouts(PayoutCapabilities, Arc<dyn Transport>);

#[async_trait]
impl PayoutProvider for Payouts {
    fn capabilities(&self) -> &PayoutCapabilities {
        &self.0
    }

    async fn create_payout(&self, request: &CreatePayout) -> Result<Submission<Payout>> {
        let http = http::Request::post(format!("https://gateway.example/{CANARY}?key={CANARY}"))
            .header("authorization", CANARY)
            .body(Bytes::from_static(CANARY.as_bytes()))
            .unwrap();
        let sent = self.1.instruct(Call::instruction("create_payout", http)).await?;
        Ok(sent.read(|_| {
            let payout = Payout::new(request.payout.clone(), request.amount, PayoutState::Pending);
            Ok(Submission::Accepted(payout))
        }))
    }

    async fn find_payout(&self, _: &PayoutRef) -> Result<Lookup<Payout>> {
        Err(Error::unsupported("not here"))
    }

    async fn verify_beneficiary(&self, _: &BankAccount) -> Result<Beneficiary> {
        Err(Error::unsupported("not here"))
    }

    async fn balance(&self) -> Result<Balance> {
        Err(Error::unsupported("not here"))
    }
}

/// Returns the table of the document: for each span the names between backticks. The spans of
/// deliveries are made above the core, so they are left out.
fn documented() -> BTreeMap<String, BTreeSet<String>> {
    DOCUMENTED
        .lines()
        .filter(|line| line.starts_with("| `payments."))
        .filter(|line| {
            !["receive", "check", "confirm"]
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
async fn the_spans_are_those_of_the_document_and_hold_no_secret() {
    let recorder = Recorder::default();
    let guard = tracing::subscriber::set_default(recorder.clone());
    let capabilities =
        PayoutCapabilities::new(vec![AmountLimits::at_least(Money::vnd(1))], Repeat::Refused);
    let payouts = Payouts(capabilities, Stack::new(Arc::new(Gateway)).build());
    let (id, kind) = (ProviderId::new("main").unwrap(), ProviderKind::new("test").unwrap());
    let provider = Provider::new(id, kind, Environment::Sandbox).with_payouts(Arc::new(payouts));
    let number = AccountNumber::new("0071001234567").unwrap();
    let account = BankAccount::new(Bin::new("970436").unwrap(), number);
    let beneficiary = Beneficiary::new(account, CANARY).unwrap();
    let payout = PayoutRef::new("P-1").unwrap();
    let request = CreatePayout::new(payout, Money::vnd(1), beneficiary).unwrap().with_note(CANARY);
    let submission = provider.payouts().unwrap().create_payout(&request).await.unwrap();
    assert!(matches!(submission, Submission::Accepted(_)));
    drop(guard);

    assert_eq!(*recorder.spans.lock().unwrap(), documented());
    let values = recorder.values.lock().unwrap().clone();
    assert!(values.iter().any(|value| value.contains("accepted")), "{values:?}");
    assert!(!values.iter().any(|value| value.contains(CANARY)), "{values:?}");
    let lines = recorder.lines.lock().unwrap().clone();
    let line = [
        ("message", "call finished"),
        ("provider", "\"main\""),
        ("operation", "\"create_payout\""),
        ("outcome", "\"accepted\""),
    ];
    let line: BTreeMap<_, _> = line.map(|(name, text)| (name.to_owned(), text.to_owned())).into();
    assert_eq!(lines, [line], "one event for one call");
}
