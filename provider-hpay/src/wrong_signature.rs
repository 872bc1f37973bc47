//! The words for a refusal that means that a signature formula or the passcode is wrong.

use payments_core::formula::{Confidence, Formula};

use crate::formulas;

/// Names the formula, how sure it is, and what to do.
pub(crate) fn message(formula: &Formula) -> String {
    let key = formulas::key(formula);
    let sureness = match formula.confidence {
        Confidence::High | Confidence::Medium => "",
        Confidence::Low | Confidence::Unknown => ", a guess",
    };
    format!(
        "signature formula or passcode wrong: {}{sureness}; check the passcode, or give HPay's own \
         formula as {key}",
        formula.id
    )
}
