//! The refusals that mean that a signature formula or the passcode is wrong.

use payments_core::{
    Decline, DeclineReason, Error, ErrorKind, Submission,
    formula::{Confidence, Formula},
};

use super::code::{Code, asked, instructed};
use crate::{formula::in_use, tables::Service};

/// The codes by which each service refuses a signature. `03` of virtual accounts stands for a
/// missing parameter too.
const WRONG_CODE: [(Service, &str); 5] = [
    (Service::Checkout, "30014"),
    (Service::VirtualAccount, "03"),
    (Service::Payout, "20015"),
    (Service::Payout, "001"),
    (Service::Payout, "010"),
];

/// What a code makes of an inquiry that was signed by `formula`: it could not be asked.
pub(crate) fn asked_by(operation: &'static str, code: &Code, formula: &Formula) -> Error {
    if !is_wrong_code(code) {
        return asked(operation, code);
    }
    let error = Error::new(ErrorKind::Authentication, words(formula)).with_operation(operation);
    code.label(error)
}

/// What a code makes of an instruction that was signed by `formula`. No code is signed, so no
/// refusal is confirmed.
pub(crate) fn instructed_by<T>(code: &Code, formula: &Formula) -> Submission<T> {
    if !is_wrong_code(code) {
        return instructed(code);
    }
    Submission::Declined(
        Decline::new(DeclineReason::Authentication)
            .with_code(code.text())
            .with_message(words(formula)),
    )
}

fn is_wrong_code(code: &Code) -> bool {
    WRONG_CODE.iter().any(|(service, text)| *service == code.service() && *text == code.text())
}

fn words(formula: &Formula) -> String {
    let key = in_use::key(formula);
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
