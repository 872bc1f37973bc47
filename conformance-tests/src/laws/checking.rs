//! A request that passes the provider's own check is not refused afterwards.

use payments_core::{DeclineReason, ErrorKind};

use crate::{Flaw, law::Passed, operations::Outcome, record::Record};

pub(super) fn judge(record: &Record) -> Result<Passed, Flaw> {
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
