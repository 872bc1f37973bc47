//! Tries every alternative of a reading.

use std::path::PathBuf;
use std::sync::Arc;

use payments::{
    Clock as _, Provider, SystemClock,
    config::{Environ, PaymentsConfig},
    notification::{Delivery, Received, UntrustedReason},
    reading::{Alternative, Ask, Finding, Fit, MadeUp, Open, Reading, Settles, Times},
    registry::{Context, Registry},
    transport::Transport,
};
use serde::Serialize;

use super::{Args, person, setting};
use crate::{
    exit::Failure,
    offline,
    online::{self, Exchange, Recording, Replay},
};

/// A reading of one provider, with everything that is needed to try it.
pub(super) struct Trial<'a> {
    pub(super) args: &'a Args,
    pub(super) registry: &'a Registry,
    pub(super) config: &'a PaymentsConfig,
    pub(super) id: &'a str,
    pub(super) reading: &'static Reading,
}

/// An alternative that was tried.
#[derive(Debug, Serialize)]
pub(super) struct Tried {
    pub(super) name: &'static str,
    #[serde(flatten)]
    pub(super) finding: Finding,
    /// The requests that were sent, without queries.
    pub(super) sent: Vec<String>,
    #[serde(skip)]
    pub(super) alternative: &'static Alternative,
}

impl Tried {
    fn new(alternative: &'static Alternative, finding: Finding, sent: &[Exchange]) -> Self {
        let sent = sent.iter().map(|exchange| exchange.target.clone()).collect();
        Self { name: alternative.name, finding, sent, alternative }
    }
}

impl Trial<'_> {
    /// Tries every alternative in turn.
    pub(super) async fn run(&self) -> Result<Vec<Tried>, Failure> {
        match self.reading.settles {
            Settles::Inquiry { asks, ask } => {
                self.announce(&format!("asks once with each alternative: {asks}"), ask).await;
                self.each(ask, false).await
            }
            Settles::Instruction { does, pays, times, ask } => {
                let made_up = self.made_up(0, pays)?;
                let how_often = match times {
                    Times::ForEach => "once with each alternative",
                    Times::Once => "once",
                };
                self.announce(&format!("{does}, {how_often}"), ask).await;
                if !self.args.yes {
                    person::agree()?;
                }
                match times {
                    Times::ForEach => self.each(ask, true).await,
                    Times::Once => self.once(ask, &made_up).await,
                }
            }
            Settles::Page { open, fits, differs } => self.pages(open, fits, differs).await,
            Settles::Delivery { endpoint, how } => self.delivery(endpoint, how),
            _ => Err(Failure::usage(
                "READING",
                "is decided in a way that this program does not support",
            )),
        }
    }

    /// Prints what will be sent and where, which is found out without sending anything.
    async fn announce(&self, what: &str, ask: Ask) {
        person::tell(&format!("{} {what}", self.reading.name));
        let mut told = Vec::new();
        for alternative in self.reading.alternatives {
            let recording = Recording::of(offline::transport());
            let Ok(provider) = self.provider(alternative, Arc::clone(&recording) as _) else {
                continue;
            };
            let Ok(made_up) = self.made_up(0, self.needs_payout()) else { continue };
            // Nothing leaves this machine; only the recorded request is used.
            let _ = ask(&provider, &made_up).await;
            for exchange in recording.take() {
                if !told.contains(&exchange.target) {
                    person::tell(&format!("  {}", exchange.target));
                    told.push(exchange.target);
                }
            }
        }
    }

    fn needs_payout(&self) -> bool {
        matches!(self.reading.settles, Settles::Instruction { pays: true, .. })
    }

    /// Calls the gateway with each alternative. After an instruction with an unclear outcome,
    /// nothing more is sent.
    async fn each(&self, ask: Ask, instructs: bool) -> Result<Vec<Tried>, Failure> {
        let client = online::client()?;
        let mut tried = Vec::new();
        let mut stopped = false;
        for (place, alternative) in self.reading.alternatives.iter().enumerate() {
            if stopped {
                let why = "not tried, because the outcome of the one before is not clear";
                tried.push(Tried::new(alternative, Finding::unclear(why), &[]));
                continue;
            }
            let made_up = self.made_up(place, self.needs_payout())?;
            let recording = Recording::of(Arc::clone(&client));
            let finding = self.ask(alternative, Arc::clone(&recording) as _, ask, &made_up).await;
            stopped = instructs && finding.fit == Fit::Unclear;
            tried.push(Tried::new(alternative, finding, &recording.take()));
        }
        Ok(tried)
    }

    /// Calls the gateway with the first alternative, and interprets its response with the others.
    async fn once(&self, ask: Ask, made_up: &MadeUp) -> Result<Vec<Tried>, Failure> {
        let client = online::client()?;
        let mut exchanges: Option<Vec<Exchange>> = None;
        let mut tried = Vec::new();
        for alternative in self.reading.alternatives {
            let (finding, sent) = match &exchanges {
                None => {
                    let recording = Recording::of(Arc::clone(&client));
                    let transport = Arc::clone(&recording) as _;
                    let finding = self.ask(alternative, transport, ask, made_up).await;
                    let sent = recording.take();
                    exchanges = Some(sent.clone());
                    (finding, sent)
                }
                Some(exchanges) => {
                    let replay = Replay::of(exchanges);
                    (self.ask(alternative, replay, ask, made_up).await, Vec::new())
                }
            };
            tried.push(Tried::new(alternative, finding, &sent));
        }
        Ok(tried)
    }

    async fn ask(
        &self,
        alternative: &Alternative,
        transport: Arc<dyn Transport>,
        ask: Ask,
        made_up: &MadeUp,
    ) -> Finding {
        match self.provider(alternative, transport) {
            Ok(provider) => ask(&provider, made_up).await,
            Err(finding) => finding,
        }
    }

    /// Shows a page for each alternative, and asks what the page shows.
    async fn pages(&self, open: Open, fits: &str, differs: &str) -> Result<Vec<Tried>, Failure> {
        person::tell(&format!(
            "{}: opens a page for each alternative, and sends nothing itself",
            self.reading.name
        ));
        let mut tried = Vec::new();
        for (place, alternative) in self.reading.alternatives.iter().enumerate() {
            person::tell(&format!("{}:", alternative.name));
            let made_up = self.made_up(place, false)?;
            let file = self.file(&made_up);
            let next = match self.provider(alternative, offline::transport()) {
                Ok(provider) => open(&provider, &made_up).await,
                Err(finding) => {
                    tried.push(Tried::new(alternative, finding, &[]));
                    continue;
                }
            };
            let finding = match next {
                Ok(next) => person::look(&next, &file, fits, differs)?,
                Err(error) => Finding::unclear(error.to_string()),
            };
            tried.push(Tried::new(alternative, finding, &[]));
        }
        Ok(tried)
    }

    fn file(&self, made_up: &MadeUp) -> PathBuf {
        let folder = self.args.folder.clone().unwrap_or_else(std::env::temp_dir);
        folder.join(format!("probe-{}.html", made_up.reference))
    }

    /// Checks a delivery with each alternative. Nothing is sent.
    fn delivery(&self, endpoint: &str, how: &str) -> Result<Vec<Tried>, Failure> {
        if !self.args.delivery.is_given() {
            let message = format!(
                "(or --query, --header, --body-file) is missing: give one that arrived at {endpoint}; \
                 to have one, {how}"
            );
            return Err(Failure::usage("--delivery", message));
        }
        let mut tried = Vec::new();
        for alternative in self.reading.alternatives {
            let finding = match self.provider(alternative, offline::transport()) {
                Ok(provider) => self.receive(&provider, endpoint)?,
                Err(finding) => finding,
            };
            tried.push(Tried::new(alternative, finding, &[]));
        }
        Ok(tried)
    }

    fn receive(&self, provider: &Provider, endpoint: &str) -> Result<Finding, Failure> {
        let receiver = match provider.notifications() {
            Ok(receiver) => receiver,
            Err(error) => return Ok(Finding::unclear(error.to_string())),
        };
        let known = receiver.endpoints().iter().find(|known| known.name.as_str() == endpoint);
        let Some(known) = known else {
            return Ok(Finding::unclear(format!("the provider has no endpoint {endpoint}")));
        };
        let request = self.args.delivery.request(&known.method)?;
        let mut delivery = Delivery::of(&request);
        if let Some(source) = self.args.delivery.source() {
            delivery = delivery.from_source(source);
        }
        let received = receiver.receive(&known.name, &delivery, SystemClock.now());
        Ok(match received {
            Received::Notification(_) => Finding::fits("the signature is good"),
            Received::Unreadable(unreadable) => {
                Finding::fits(format!("the signature is good; {}", unreadable.detail))
            }
            Received::Untrusted(untrusted) => match untrusted.reason {
                UntrustedReason::WrongSignature => Finding::differs(untrusted.detail),
                // The signature is valid, and the delivery is only old.
                UntrustedReason::StaleTimestamp if untrusted.stale.is_some() => {
                    Finding::fits(untrusted.detail)
                }
                _ => Finding::unclear(untrusted.detail),
            },
            Received::Reply(_) => Finding::unclear("the delivery is a handshake"),
        })
    }

    /// Returns the provider configured with an alternative.
    ///
    /// # Errors
    /// Its configuration has a problem, so the alternative stays undecided.
    fn provider(
        &self,
        alternative: &Alternative,
        transport: Arc<dyn Transport>,
    ) -> Result<Provider, Finding> {
        let config = setting::changed(self.config, self.id, alternative);
        let context: Context = online::context(transport).with_environ(Environ::system());
        match self.registry.build(&config, &context) {
            Ok(providers) => {
                let first = providers.into_iter().next();
                first.ok_or_else(|| Finding::unclear("there is no such provider"))
            }
            Err(problems) => {
                let first = problems.0.first().map(ToString::to_string).unwrap_or_default();
                Err(Finding::unclear(format!("it cannot be configured: {first}")))
            }
        }
    }

    /// Makes up the subjects of the calls with the alternative at this position.
    fn made_up(&self, place: usize, pays: bool) -> Result<MadeUp, Failure> {
        let now = SystemClock.now().unix_seconds();
        let made_up = MadeUp::new(format!("PROBE{now}{place}"));
        Ok(match pays {
            false => made_up,
            true => {
                let (amount, beneficiary) = self.args.payout.payout()?;
                made_up.with_payout(amount, beneficiary)
            }
        })
    }
}
