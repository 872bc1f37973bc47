//! A gateway that does what it documents leaves nothing uncertain.

use crate::{Flaw, law::Passed, record::Record};

pub(super) fn judge(record: &Record) -> Result<Passed, Flaw> {
    for life in &record.lives {
        for seen in &life.steps {
            if let Some(reported) = seen.reported().find(|reported| reported.is_uncertain()) {
                let steps: Vec<_> = life.steps.iter().map(|seen| &seen.step).collect();
                let expected = format!("a state that is documented, after {steps:?}");
                return Err(life.flaw(expected, format!("{reported:?}")).sent_at(seen.line()));
            }
        }
    }
    Ok(Passed::if_any(!record.lives.is_empty()))
}
