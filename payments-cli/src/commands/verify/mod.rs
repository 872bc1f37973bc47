//! `verify`: checks a delivery like its provider.

pub(super) mod delivery;
mod verdict;

use std::path::PathBuf;

use payments::{
    Clock, ManualClock, NotificationReceiver, Payments, SystemClock, Timestamp,
    config::Environ,
    notification::{self, Delivery, Endpoint},
    registry::Registry,
    signature::SignatureExplainer,
};

use crate::{
    configuration,
    exit::{Ended, Exit, Failure},
    explain::Explanation,
    offline, output,
};
use delivery::DeliveryFlags;
use verdict::Verdict;

/// Check a delivery as the configured provider would, without sending anything
///
/// Prints JSON: the verdict, the proof and what it covers, the events with the evidence on which
/// each would be trusted, and the reply that the provider expects. Events that the proof does not
/// cover would still have to be confirmed by an inquiry.
///
/// Exits with 0 if the delivery is trusted; with 1 if it passes the check but cannot be read; with
/// 3 if it is not trusted; with 4 if the endpoint accepts deliveries without any secret, so that
/// the sender is unknown.
#[derive(clap::Args)]
#[command(verbatim_doc_comment)]
pub(crate) struct Args {
    /// The configuration, in TOML
    #[arg(long, value_name = "FILE")]
    config: PathBuf,
    /// The name of the provider in the configuration
    #[arg(long, value_name = "ID")]
    provider: String,
    /// The endpoint at which the delivery arrived; `providers` lists them
    #[arg(long, value_name = "NAME")]
    endpoint: String,
    #[command(flatten)]
    delivery: DeliveryFlags,
    /// Also show the text that was expected to be signed, and the changes with which the
    /// signature would match
    ///
    /// Tries other orders, separators, places of the secret, ways to write a value, algorithms
    /// and encodings, within limits. Secrets are masked.
    #[arg(long, verbatim_doc_comment)]
    explain: bool,
    /// When the delivery arrived, in seconds since 1970; now, if left out
    #[arg(long, value_name = "UNIX", allow_negative_numbers = true)]
    at: Option<i64>,
}

pub(crate) fn run(args: &Args, registry: &Registry) -> Ended {
    let now = match args.at {
        Some(seconds) => Timestamp::from_unix(seconds),
        None => SystemClock.now(),
    };
    let payments = payments(args, registry, now)?;
    let provider =
        payments.provider(&args.provider).map_err(|error| Failure::usage("--provider", error))?;
    let receiver = provider.notifications().map_err(|error| Failure::usage("--provider", error))?;
    let endpoint = endpoint(receiver.as_ref(), &args.endpoint)?;
    let request = args.delivery.request(&endpoint.method)?;

    let mut delivery = Delivery::of(&request);
    if let Some(source) = args.delivery.source() {
        delivery = delivery.from_source(source);
    }
    let received = receiver.receive(&endpoint.name, &delivery, now);
    let mut verdict = Verdict::of(&received, receiver.as_ref(), &endpoint.name);
    if args.explain {
        let explainer = provider.extension::<SignatureExplainer>().ok();
        let parts = explainer.and_then(|it| it.signed_parts(&endpoint.name, &delivery));
        verdict.explanation = parts.as_ref().map(Explanation::of_parts);
        if verdict.explanation.is_none() {
            output::remark(
                "no signature formula is checked at this endpoint, or it cannot be read",
            );
        }
    }
    output::print_json(&verdict)?;
    Ok(match received.verdict() {
        notification::Verdict::Untrusted => Exit::Untrusted,
        notification::Verdict::Unauthenticated => {
            output::remark(
                "this endpoint accepts deliveries without any secret: anybody who knows its \
                 address may have sent this one",
            );
            Exit::Unauthenticated
        }
        notification::Verdict::Unreadable => Exit::Problems,
        _ => Exit::Done,
    })
}

fn payments(args: &Args, registry: &Registry, now: Timestamp) -> Result<Payments, Failure> {
    let read = configuration::read(&args.config)?;
    if let Some(problem) = read.problems.first() {
        let more = "`doctor` lists every problem";
        return Err(Failure::usage("--config", format!("{problem}; {more}")));
    }
    let context =
        offline::context(Environ::system()).with_clock(std::sync::Arc::new(ManualClock::at(now)));
    Payments::build(&read.config, registry, &context)
        .map_err(|error| Failure::usage("--config", error))
}

fn endpoint(receiver: &dyn NotificationReceiver, name: &str) -> Result<Endpoint, Failure> {
    let endpoints = receiver.endpoints();
    let found = endpoints.iter().find(|endpoint| endpoint.name.as_str() == name);
    found.cloned().ok_or_else(|| {
        let names: Vec<_> = endpoints.iter().map(|known| known.name.as_str()).collect();
        Failure::usage(
            "--endpoint",
            format!("there is no endpoint {name:?}; known endpoints: {}", names.join(", ")),
        )
    })
}
