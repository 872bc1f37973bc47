//! The kind `mock` in a configuration.

use std::sync::Arc;
use std::time::Duration;

use payments_core::{
    Environment, Provider, Secret,
    payment::CreateMode,
    rules::{AbsenceRule, Repeat, RepeatWindow},
    signature::Keys,
};
use provider_kit::{
    config::{ConfigProblem, ProviderConfig, Reader},
    registry::{Context, Registration},
    transport::Rate,
};

use crate::{
    formula::FORMULAS,
    gateway::{MockGateway, NOWHERE, Settings},
    provider::Parts,
    rules::{FOR_AN_HOUR, FOR_EVER},
};

/// The provider's kind in configurations.
pub const KIND: &str = "mock";

/// The provider's registration.
///
/// Without a `url` the gateway is in memory, and `provider.extension::<MockGateway>()` returns its
/// handle.
pub const REGISTRATION: Registration =
    Registration::new(KIND, env!("CARGO_PKG_NAME"), env!("CARGO_PKG_VERSION"), build, EXAMPLE)
        .with_formulas(FORMULAS);

provider_kit::register!(REGISTRATION);

const EXAMPLE: &str = r#"[providers.mock]
kind = "mock"
environment = "sandbox"                               # nothing else: no money moves
api_key = "TEST-ONLY-mock-api-key-0001"               # or { env = "…" }, { file = "…" }
webhook_secret = "TEST-ONLY-mock-webhook-secret-0001" # or a list, newest first
seed = 42                                             # of the names that the gateway makes
# url = "http://127.0.0.1:8430"                       # a gateway elsewhere; it has its own seed
# create = "networked"                                # or "offline": a link that the buyer follows
# payment_repeat = "deduplicated"                     # what a second payment for one order does, as below
# payout_repeat = "deduplicated"                      # or "refused", "pays-again": what a second payout does
# payout_absence = "never"                            # or "after-a-minute", "a-minute-after-refusal"
# calls_per_second = 20                               # no limit if left out
"#;

/// The effects of a second payment or payout with one reference, by their names in configurations.
/// The first is the default.
const REPEATS: [(&str, Repeat); 5] = [
    ("deduplicated", FOR_EVER),
    ("deduplicated-for-an-hour", FOR_AN_HOUR),
    ("deduplicated-for-a-time", Repeat::Deduplicated { within: RepeatWindow::Unknown }),
    ("refused", Repeat::Refused),
    ("pays-again", Repeat::PaysAgain),
];

/// The rules for when the absence of a payout is conclusive, by their names in configurations. The
/// first is the default.
const ABSENCES: [(&str, AbsenceRule); 3] = [
    ("never", AbsenceRule::Never),
    ("after-a-minute", AbsenceRule::After(Duration::from_secs(60))),
    ("a-minute-after-refusal", AbsenceRule::AfterRefusal(Duration::from_secs(60))),
];

/// The ways to open payments, by their names in configurations. The first is the default.
const CREATES: [(&str, CreateMode); 2] =
    [("networked", CreateMode::Networked), ("offline", CreateMode::Offline)];

fn build(config: &ProviderConfig, context: &Context) -> Result<Provider, Vec<ConfigProblem>> {
    let mut read = Reader::new(config, &context.environ);
    if config.environment == Environment::Production {
        read.problem("environment", "is \"production\"; the mock moves no money: say \"sandbox\"");
    }
    let is_elsewhere = read.has("url");
    let base = read.url("url", NOWHERE);
    let api_key = read.secret("api_key");
    let webhook_keys = read.keys("webhook_secret");
    if is_elsewhere && read.has("seed") {
        read.problem("seed", "has no effect with a url: the gateway there has its own");
    }
    let seed = read.integer("seed", 0, 0..=i64::MAX);
    let is_limited = read.has("calls_per_second");
    let calls_per_second = read.integer("calls_per_second", 1, 1..=10_000);
    let create = read.choice("create", &CREATES);
    let payment_repeat = read.choice("payment_repeat", &REPEATS);
    let payout_repeat = read.choice("payout_repeat", &REPEATS);
    let payout_absence = read.choice("payout_absence", &ABSENCES);
    let (
        Some(base),
        Some(api_key),
        Some(webhook_keys),
        Some(seed),
        Some(calls),
        Some(create),
        Some(payment_repeat),
        Some(payout_repeat),
        Some(payout_absence),
    ) = (
        base,
        api_key,
        webhook_keys,
        seed,
        calls_per_second,
        create,
        payment_repeat,
        payout_repeat,
        payout_absence,
    )
    else {
        return Err(read.finish());
    };
    let problems = read.finish();
    if !problems.is_empty() {
        return Err(problems);
    }
    let rate = is_limited.then(|| Rate::per_second(u32::try_from(calls).unwrap_or(u32::MAX)));
    let gateway = (!is_elsewhere)
        .then(|| {
            let settings = Settings::test()
                .with_seed(seed.unsigned_abs())
                .with_create(create)
                .with_payment_repeat(payment_repeat)
                .with_payout_repeat(payout_repeat)
                .with_payout_absence(payout_absence);
            gateway(settings, &api_key, &webhook_keys, context)
        })
        .transpose()
        .map_err(|error| problem(config, &error))?;
    let context = match &gateway {
        Some(gateway) => with_transport(context, gateway),
        None => context.clone(),
    };
    let parts = Parts {
        id: config.id.clone(),
        environment: config.environment,
        base,
        api_key: Keys::one(api_key),
        webhook_keys,
        transport: context.transport(rate),
        clock: context.clock,
        create,
        payment_repeat,
        payout_repeat,
        payout_absence,
    };
    let provider = parts.assemble().map_err(|error| problem(config, &error))?;
    Ok(match gateway {
        Some(gateway) => provider.with_extension(Arc::new(gateway)),
        None => provider,
    })
}

/// Creates a gateway in memory that shares the provider's secrets and clock.
fn gateway(
    settings: Settings,
    api_key: &Secret,
    webhook_keys: &Keys,
    context: &Context,
) -> payments_core::Result<MockGateway> {
    let webhook_secret = webhook_keys.newest().map(Secret::expose).unwrap_or_default();
    let settings = settings
        .with_api_key(api_key.expose())
        .with_webhook_secret(webhook_secret)
        .with_clock(Arc::clone(&context.clock));
    MockGateway::new(settings)
}

fn with_transport(context: &Context, gateway: &MockGateway) -> Context {
    Context::new(gateway.transport())
        .with_clock(Arc::clone(&context.clock))
        .with_environ(context.environ.clone())
        .with_retry(context.retry)
}

fn problem(config: &ProviderConfig, error: &payments_core::Error) -> Vec<ConfigProblem> {
    let path = config.path(error.field().unwrap_or(KIND));
    vec![ConfigProblem::new(path, error.to_string())]
}
