//! A request that passes the provider's own check is not refused afterwards, and every reference that
//! is declared as valid is accepted, and its object can be found.

use payments_core::{DeclineReason, ErrorKind};

use crate::{
    Flaw,
    law::Passed,
    operations::Outcome,
    record::{About, Life, Record},
    texts::SEED,
};

pub(super) fn what_the_check_allows(record: &Record) -> Result<Passed, Flaw> {
    let lives = record.lives.iter().chain(&record.edges);
    for life in lives.filter(|life| life.allowed.is_ok()) {
        let outcome = life.opening();
        let is_refused = match outcome {
            Some(Outcome::Error(error)) => {
                matches!(error.kind(), ErrorKind::InvalidRequest | ErrorKind::Unsupported)
            }
            Some(Outcome::Declined(decline)) => decline.reason == DeclineReason::InvalidRequest,
            _ => false,
        };
        let expected = format!("{:?} accepted, for the check allows it", life.call.reference());
        life.unless(!is_refused, expected, format!("{outcome:?}"))?;
    }
    Ok(Passed::if_any(!record.edges.is_empty()))
}

pub(super) fn references(record: &Record) -> Result<Passed, Flaw> {
    let lives = record.lives.iter().filter(|life| life.about == About::Reference);
    Passed::each(lives, is_known_by_it).map_err(|flaw| {
        let again = format!("{SEED}={} makes the same references again", record.seed);
        Flaw { found: format!("{}; {again}", flaw.found), ..flaw }
    })
}

fn is_known_by_it(life: &Life) -> Result<(), Flaw> {
    let reference = life.call.reference();
    let (allowed, opening) = (&life.allowed, life.opening());
    life.unless(allowed.is_ok(), format!("{reference:?} allowed, as declared"), text(allowed))?;
    let is_accepted = opening.is_some_and(Outcome::is_as_asked);
    life.unless(is_accepted, format!("{reference:?} accepted"), text(&opening))?;
    let Some(found) = life.steps.last().and_then(|seen| seen.found.as_ref()) else { return Ok(()) };
    let is_found = match found.as_ref().map(|answer| answer.all()) {
        Ok([one]) => one.reference() == Some(&reference),
        _ => false,
    };
    life.unless(is_found, format!("{reference:?} found"), text(found))
}

fn text(value: &impl std::fmt::Debug) -> String {
    format!("{value:?}")
}
