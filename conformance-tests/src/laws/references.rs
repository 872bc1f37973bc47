//! Every reference that is declared is accepted, and found again.

use crate::{
    Flaw,
    law::Passed,
    record::{About, Life, Record},
    texts::SEED,
};

pub(super) fn judge(record: &Record) -> Result<Passed, Flaw> {
    let mut tested = false;
    for life in record.lives.iter().filter(|life| life.about == About::Reference) {
        tested = true;
        is_known_by_it(life).map_err(|flaw| Flaw {
            found: format!(
                "{}; {SEED}={} makes the same references again",
                flaw.found, record.seed
            ),
            ..flaw
        })?;
    }
    Ok(Passed::if_any(tested))
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
