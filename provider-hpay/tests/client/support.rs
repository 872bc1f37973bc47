//! A provider whose gateway is a script.

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use http::{Request, Response};
use payments_core::{ManualClock, OrderRef, Provider, Timestamp};
use provider_kit::{
    config::{ConfigProblem, Environ, PaymentsConfig, Value},
    registry::{Context, Registry},
    transport::{Call, CallClass, RetryPolicy, Transport, TransportError, TransportErrorKind},
};

/// 16 November 2024, 14:27:41 in Vietnam.
pub(crate) const NOW: i64 = 1_731_742_061;
pub(crate) const PASSCODE: &str = "canary-passcode-of-the-tests";
pub(crate) const MERCHANT_KEY: &str =
    include_str!("../../../simulators/hpay/data/test-only/merchant.key.pem");
pub(crate) const HPAY_KEY: &str =
    include_str!("../../../simulators/hpay/data/test-only/hpay.key.pem");
pub(crate) const HPAY_CERTIFICATE: &str =
    include_str!("../../../simulators/hpay/data/test-only/hpay.cert.pem");

/// A gateway that answers from a list, and remembers what it was asked.
#[derive(Default)]
pub(crate) struct Script {
    answers: Mutex<VecDeque<Result<Response<Bytes>, TransportErrorKind>>>,
    calls: Mutex<Vec<Call>>,
}

impl Script {
    pub(crate) fn new() -> Arc<Self> {
        Arc::default()
    }

    pub(crate) fn answer(&self, body: impl Into<Bytes>) {
        self.answer_with(200, body);
    }

    pub(crate) fn answer_with(&self, status: u16, body: impl Into<Bytes>) {
        let response = Response::builder().status(status).body(body.into()).unwrap();
        self.answers.lock().unwrap().push_back(Ok(response));
    }

    pub(crate) fn fail(&self, kind: TransportErrorKind) {
        self.answers.lock().unwrap().push_back(Err(kind));
    }

    pub(crate) fn calls(&self) -> Vec<Call> {
        self.calls.lock().unwrap().clone()
    }

    /// The one request that was sent.
    pub(crate) fn request(&self) -> Request<Bytes> {
        let calls = self.calls();
        assert_eq!(calls.len(), 1, "{calls:?}");
        calls[0].request.clone()
    }

    /// How many instructions were sent.
    pub(crate) fn instructions(&self) -> usize {
        self.calls().iter().filter(|call| call.class == CallClass::Instruction).count()
    }
}

#[async_trait]
impl Transport for Script {
    async fn send(&self, call: Call) -> Result<Response<Bytes>, TransportError> {
        self.calls.lock().unwrap().push(call);
        let answer = self.answers.lock().unwrap().pop_front();
        answer
            .expect("the script has an answer")
            .map_err(|kind| TransportError::new(kind, "scripted"))
    }
}

/// The configuration of a merchant with every role.
pub(crate) fn table() -> BTreeMap<String, Value> {
    let entries: [(&str, &str); 9] = [
        ("kind", "hpay"),
        ("environment", "sandbox"),
        ("merchant_id", "12345"),
        ("receiver", "merchant@example.com"),
        ("passcode", PASSCODE),
        ("return_url", "https://shop.example/return"),
        ("notify_url", "https://shop.example/notify"),
        ("private_key", MERCHANT_KEY),
        ("hpay_certificate", HPAY_CERTIFICATE),
    ];
    entries.into_iter().map(|(key, value)| (key.to_owned(), value.into())).collect()
}

/// The same merchant in production, where secrets are not written out.
pub(crate) fn production_table() -> BTreeMap<String, Value> {
    let variable = |name: &str| Value::Table([("env".to_owned(), name.into())].into());
    let mut table = table();
    table.insert("environment".into(), "production".into());
    table.insert("passcode".into(), variable("HPAY_PASSCODE"));
    table.insert("private_key".into(), variable("HPAY_KEY"));
    table
}

pub(crate) fn try_build(
    client: Arc<dyn Transport>,
    table: BTreeMap<String, Value>,
) -> Result<Provider, Vec<ConfigProblem>> {
    let once = RetryPolicy::new(0, Duration::ZERO, Duration::ZERO);
    let clock = ManualClock::at(Timestamp::from_unix(NOW));
    let environ = Environ::of([
        ("HPAY_PASSCODE".to_owned(), PASSCODE.to_owned()),
        ("HPAY_KEY".to_owned(), MERCHANT_KEY.to_owned()),
    ]);
    let context =
        Context::new(client).with_clock(Arc::new(clock)).with_environ(environ).with_retry(once);
    Registry::empty()
        .add(provider_hpay::REGISTRATION)
        .build(&PaymentsConfig::single("hpay-main", nested(table)), &context)
        .map(|mut providers| providers.remove(0))
        .map_err(|problems| problems.0)
}

/// The table with `formulas.x` as the key `x` of the table `formulas`.
fn nested(table: BTreeMap<String, Value>) -> BTreeMap<String, Value> {
    let mut nested = BTreeMap::new();
    for (key, value) in table {
        match key.split_once('.') {
            None => {
                nested.insert(key, value);
            }
            Some((outer, inner)) => {
                let empty = || Value::Table(BTreeMap::new());
                let entry = nested.entry(outer.to_owned()).or_insert_with(empty);
                let Value::Table(entries) = entry else { panic!("{outer} is no table") };
                entries.insert(inner.to_owned(), value);
            }
        }
    }
    nested
}

/// The provider with some keys of its configuration changed.
pub(crate) fn provider_with(script: &Arc<Script>, changes: &[(&str, &str)]) -> Provider {
    let mut table = table();
    for (key, value) in changes {
        table.insert((*key).to_owned(), (*value).into());
    }
    try_build(Arc::<Script>::clone(script), table).unwrap()
}

pub(crate) fn provider(script: &Arc<Script>) -> Provider {
    provider_with(script, &[])
}

pub(crate) fn order() -> OrderRef {
    OrderRef::new("DH-20260042").unwrap()
}

/// The named values of a form or a query.
pub(crate) fn form(text: &str) -> BTreeMap<String, String> {
    form_urlencoded::parse(text.as_bytes()).into_owned().collect()
}

/// The named values of a request's form.
pub(crate) fn form_body(request: &Request<Bytes>) -> BTreeMap<String, String> {
    form(std::str::from_utf8(request.body()).unwrap())
}

/// The named values of a request's JSON.
pub(crate) fn json_body(request: &Request<Bytes>) -> BTreeMap<String, String> {
    serde_json::from_slice(request.body()).unwrap()
}

/// The named values of a request's query.
pub(crate) fn query(request: &Request<Bytes>) -> BTreeMap<String, String> {
    form(request.uri().query().unwrap())
}
