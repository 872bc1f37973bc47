//! A gateway that follows its documents leaves no result uncertain.

use crate::{
    Flaw,
    flaw::InFlaw as _,
    law::Passed,
    record::{Life, Record},
};

pub(super) fn judge(record: &Record) -> Result<Passed, Flaw> {
    Passed::each(record.lives.iter().flat_map(Life::each_step), |(life, seen)| {
        let uncertain = seen.reported().find(|reported| reported.is_uncertain());
        let steps: Vec<_> = life.steps.iter().map(|seen| &seen.step).collect();
        let expected = format!("a state that is documented, after {steps:?}");
        Flaw::unless(uncertain.is_none(), expected, format!("{uncertain:?}"))
            .in_call(life.operation())
            .sent_at(seen.line())
    })
}
