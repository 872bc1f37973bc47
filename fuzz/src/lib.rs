//! What the targets share: the providers as strangers meet them, and where the fuzzer starts from.

#![forbid(unsafe_code)]

mod configuration;
pub mod seeds;

#[path = "../../provider-hpay/tests/fuzz/subject.rs"]
mod hpay;
#[path = "../../provider-mock/tests/fuzz/subject.rs"]
mod mock;
#[path = "../../provider-kit/tests/fuzz/money.rs"]
mod money;
#[path = "../../provider-payos/tests/fuzz/subject.rs"]
mod payos;
#[path = "../../provider-sepay/tests/fuzz/subject.rs"]
mod sepay;
#[path = "../../examples/provider-template/tests/fuzz/subject.rs"]
mod template;
#[path = "../../provider-kit/tests/fuzz/texts.rs"]
mod texts;
#[path = "../../vietqr/tests/fuzz/vietqr.rs"]
mod vietqr;

use std::sync::LazyLock;

use conformance_fuzz::{Calls, Deliveries, second_reading, second_reading_of_template};
use provider_kit::signature::{Formula, Layout, Maker};
use tokio::runtime::{Builder, Runtime};

/// HPay's notifications, returns and callbacks.
pub static HPAY_DELIVERIES: LazyLock<Vec<Deliveries>> = LazyLock::new(|| vec![hpay::deliveries()]);
/// HPay's responses. The signer is the one that the fuzzer does not slow down.
pub static HPAY_RESPONSES: LazyLock<Calls> =
    LazyLock::new(|| RUNTIME.block_on(async { hpay::calls("aws-lc") }));
/// The responses of HPay's newer OpenAPI, in their envelopes.
pub static HPAY_OPENAPI_RESPONSES: LazyLock<Calls> =
    LazyLock::new(|| RUNTIME.block_on(async { hpay::openapi_calls("aws-lc") }));
/// payOS's webhooks and returns.
pub static PAYOS_DELIVERIES: LazyLock<Vec<Deliveries>> =
    LazyLock::new(|| vec![payos::deliveries()]);
/// payOS's responses.
pub static PAYOS_RESPONSES: LazyLock<Calls> =
    LazyLock::new(|| RUNTIME.block_on(async { payos::calls() }));
/// SePay's IPNs and webhooks in every authentication, and its requests for tokens.
pub static SEPAY_DELIVERIES: LazyLock<Vec<Deliveries>> = LazyLock::new(sepay::deliveries);
/// SePay's responses.
pub static SEPAY_RESPONSES: LazyLock<Calls> =
    LazyLock::new(|| RUNTIME.block_on(async { sepay::calls() }));
/// The mock's notifications.
pub static MOCK_DELIVERIES: LazyLock<Vec<Deliveries>> =
    LazyLock::new(|| vec![RUNTIME.block_on(mock::deliveries())]);
/// The mock's responses.
pub static MOCK_RESPONSES: LazyLock<Calls> = LazyLock::new(|| RUNTIME.block_on(mock::calls()));
/// The notifications of the plug-in template.
pub static TEMPLATE_DELIVERIES: LazyLock<Vec<Deliveries>> =
    LazyLock::new(|| vec![template::deliveries()]);
/// The responses to the plug-in template.
pub static TEMPLATE_RESPONSES: LazyLock<Calls> =
    LazyLock::new(|| RUNTIME.block_on(async { template::calls() }));

/// On paused time, so that a rate limit costs nothing.
static RUNTIME: LazyLock<Runtime> = LazyLock::new(|| {
    Builder::new_current_thread().enable_time().start_paused(true).build().unwrap()
});

/// Lets a request arrive: whatever it is, nothing is broken.
pub fn deliver(receivers: &[Deliveries], request: &[u8]) {
    for receiver in receivers {
        assert_eq!(receiver.breaches_by(request), Vec::<String>::new());
    }
}

/// Lets every call get a response: whatever it is, nothing is broken.
pub fn respond(calls: &Calls, response: &[u8]) {
    assert_eq!(RUNTIME.block_on(calls.breaches_by(response)), Vec::<String>::new());
}

/// Every formula by which HPay's, payOS's and SePay's clients sign requests.
static SIGNED_BY_US: LazyLock<Vec<&Formula>> = LazyLock::new(|| {
    provider_hpay::formulas::FORMULAS
        .iter()
        .chain(provider_payos::formulas::FORMULAS)
        .chain(provider_sepay::formula::FORMULAS)
        .filter(|formula| formula.maker == Maker::Merchant && formula.layout != Layout::Unknown)
        .collect()
});

/// A formula to try without the core's check, to see that the target finds what the check refuses:
/// `UNCHECKED=hpay.checkout_link`.
static UNCHECKED: LazyLock<Option<Formula>> = LazyLock::new(|| {
    let id = std::env::var("UNCHECKED").ok()?;
    let formula = SIGNED_BY_US.iter().find(|formula| formula.id == id);
    let mut formula = Formula::clone(formula.expect("UNCHECKED names an outgoing formula"));
    // Only formulas of the merchant are checked.
    formula.maker = Maker::Provider;
    Some(formula)
});

/// Makes a request of a formula that the first byte chooses, or of a template in its place: its
/// signed text fits no other request.
pub fn read_signed_text(bytes: &[u8]) {
    let Some((first, rest)) = bytes.split_first() else { return };
    if let Some(unchecked) = &*UNCHECKED {
        return assert_eq!(second_reading(unchecked, rest), None);
    }
    let count = SIGNED_BY_US.len();
    let formula = SIGNED_BY_US[usize::from(*first) % count];
    let other = if usize::from(*first) < 2 * count {
        second_reading(formula, rest)
    } else {
        second_reading_of_template(formula, rest)
    };
    assert_eq!(other, None);
}

/// The genuine deliveries.
pub fn genuine(receivers: &[Deliveries]) -> Vec<Vec<u8>> {
    receivers.iter().flat_map(Deliveries::seeds).collect()
}

/// A reader of text that strangers write.
#[derive(Debug)]
pub struct Texts {
    /// Where the fuzzer starts from.
    pub seeds: fn() -> Vec<String>,
    /// Panics if something is broken.
    pub read: fn(&str),
}

/// Amounts in every spelling of the wire.
pub const MONEY: Texts = Texts { seeds: || owned(money::seeds()), read: money::read };
/// VietQR codes.
pub const VIETQR: Texts = Texts { seeds: vietqr::seeds, read: vietqr::read };
/// Queries, memos, times, numbers, names, formulas.
pub const TEXTS: Texts = Texts { seeds: || owned(texts::seeds()), read: texts::read };
/// Configurations.
pub const CONFIGURATION: Texts = Texts { seeds: configuration::seeds, read: configuration::read };

impl Texts {
    /// Reads text; bytes that are none get no further in the house either.
    pub fn read(&self, bytes: &[u8]) {
        if let Ok(text) = std::str::from_utf8(bytes) {
            (self.read)(text);
        }
    }
}

fn owned<const N: usize>(texts: [&str; N]) -> Vec<String> {
    texts.map(str::to_owned).into()
}
