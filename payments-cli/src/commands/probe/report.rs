//! The printed result of a probe.

use std::collections::BTreeMap;
use std::fmt;

use payments::reading::{Change, Fit};
use serde::Serialize;

use super::{
    setting,
    trial::{Trial, Tried},
    verdict::Verdict,
};
use crate::output::{BAD, DOUBTFUL, GOOD, STRONG, styled};

/// The result of probing a reading.
#[derive(Serialize)]
pub(super) struct Report<'a> {
    provider: &'a str,
    reading: &'static str,
    about: &'static str,
    verdict: Word,
    why: &'a str,
    /// The alternative that the configuration follows now, or `null` if it follows none of them.
    today: Option<&'static str>,
    /// The alternative that the gateway follows.
    settled: Option<&'static str>,
    /// The keys that select it, with their values; `null` means to leave a key out.
    configuration: BTreeMap<&'static str, Option<&'static str>>,
    alternatives: &'a [Tried],
    #[serde(skip)]
    changes: &'static [Change],
}

#[derive(Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
enum Word {
    Settled,
    CannotTell,
}

impl<'a> Report<'a> {
    pub(super) fn new(trial: &Trial<'a>, tried: &'a [Tried], verdict: &'a Verdict) -> Self {
        let changes = verdict.settled.map(|alternative| alternative.changes).unwrap_or_default();
        let today = setting::today(trial.config, trial.id, trial.reading);
        Self {
            provider: trial.id,
            reading: trial.reading.name,
            about: trial.reading.about,
            verdict: match verdict.settled {
                Some(_) => Word::Settled,
                None => Word::CannotTell,
            },
            why: &verdict.why,
            today: today.map(|alternative| alternative.name),
            settled: verdict.settled.map(|alternative| alternative.name),
            configuration: changes.iter().map(|change| (change.key, change.value)).collect(),
            alternatives: tried,
            changes,
        }
    }
}

impl fmt::Display for Report<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}: {}", styled(STRONG, self.reading), self.about)?;
        for tried in self.alternatives {
            let (style, word) = match tried.finding.fit {
                Fit::Fits => (GOOD, "works"),
                Fit::Differs => (BAD, "differs"),
                Fit::Unclear => (DOUBTFUL, "unclear"),
            };
            writeln!(f, "  {}: {}, {}", tried.name, styled(style, word), tried.finding.why)?;
        }
        let Some(settled) = self.settled else {
            return writeln!(f, "{}: {}", styled(DOUBTFUL.bold(), "cannot tell"), self.why);
        };
        writeln!(f, "{}: {}, because {}", styled(GOOD.bold(), "settled"), settled, self.why)?;
        if self.today == self.settled {
            return writeln!(f, "The configuration follows it.");
        }
        writeln!(f, "Change the configuration:")?;
        for change in self.changes {
            writeln!(f, "{}", setting::lines(self.provider, change))?;
        }
        Ok(())
    }
}
