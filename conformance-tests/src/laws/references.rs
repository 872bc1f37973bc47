//! Every reference that is declared as valid is accepted, and its object can be found.

use crate::{
    Flaw,
    law::Passed,
    operations::Outcome,
    record::{About, Life, Record},
    texts::SEED,
};

pub(super) fn judge(record: &Record) -> Result<Passed, Flaw> {
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
