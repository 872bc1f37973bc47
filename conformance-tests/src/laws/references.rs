//! Every reference that is declared is accepted, and found again.

use crate::{
    Flaw,
    law::Passed,
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
    if let Err(error) = &life.allowed {
        return Err(life.flaw(format!("{reference:?} allowed, as declared"), error));
    }
    let first = life.steps.first().and_then(|seen| seen.outcome.as_ref());
    match first {
        Some(outcome) if outcome.is_as_asked() => {}
        other => {
            return Err(life.flaw(format!("{reference:?} accepted"), format!("{other:?}")));
        }
    }
    let Some(found) = life.steps.last().and_then(|seen| seen.found.as_ref()) else { return Ok(()) };
    match found.as_ref().map(|answer| answer.all()) {
        Ok([one]) if one.reference() == Some(&reference) => Ok(()),
        _ => Err(life.flaw(format!("{reference:?} found"), format!("{found:?}"))),
    }
}
