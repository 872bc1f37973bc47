//! Codes of refusals. An undocumented code is not treated as a refusal.

use std::time::Duration;

use payments_core::{
    Decline, DeclineReason, Error, ErrorKind, Submission, Uncertain, UncertainCause,
};

use crate::wire::{Refusal, RefusalCode};

/// Returns the outcome of a refused instruction. `confirmed` is whether the refusal was signed.
pub(in crate::provider) fn refused_instruction<T>(
    refusal: Refusal,
    confirmed: bool,
) -> Submission<T> {
    let Some(code) = RefusalCode::of(&refusal.code) else {
        let message = "it was refused with an undocumented code";
        return Submission::Uncertain(
            Uncertain::new(UncertainCause::UnknownCode, message).with_code(refusal.code),
        );
    };
    let decline = Decline::new(reason(code)).with_code(refusal.code).with_message(refusal.message);
    Submission::Declined(if confirmed { decline.confirmed() } else { decline })
}

/// Returns the error of a refused inquiry.
pub(in crate::provider) fn refused_inquiry(refusal: Refusal, wait: Option<Duration>) -> Error {
    let (kind, message) = match RefusalCode::of(&refusal.code) {
        Some(RefusalCode::Unauthorized) => {
            (ErrorKind::Authentication, "the API key is wrong; check `api_key`")
        }
        Some(RefusalCode::Forbidden) => (ErrorKind::Permission, "the API key does not allow this"),
        Some(RefusalCode::InvalidRequest | RefusalCode::Limit | RefusalCode::Beneficiary) => {
            (ErrorKind::InvalidRequest, "the gateway does not take the request")
        }
        Some(RefusalCode::NotFound) => (ErrorKind::NotFound, "there is no such thing"),
        Some(
            RefusalCode::ReferenceUsed | RefusalCode::WrongState | RefusalCode::InsufficientFunds,
        ) => (ErrorKind::Conflict, "the state at the gateway does not allow this"),
        Some(RefusalCode::RateLimited) => (ErrorKind::RateLimited, "too many calls"),
        Some(RefusalCode::Unavailable) => (ErrorKind::Unavailable, "the gateway cannot serve now"),
        Some(RefusalCode::NoSuchCall) | None => {
            (ErrorKind::Malformed, "the gateway refused with an undocumented code")
        }
    };
    let mut error =
        Error::new(kind, message).with_code(refusal.code).with_provider_message(refusal.message);
    if let Some(field) = refusal.field {
        error = error.with_field(field);
    }
    match wait {
        Some(wait) => error.with_retry_after(wait),
        None => error,
    }
}

fn reason(code: RefusalCode) -> DeclineReason {
    match code {
        RefusalCode::Unauthorized => DeclineReason::Authentication,
        RefusalCode::Forbidden => DeclineReason::Permission,
        RefusalCode::InvalidRequest | RefusalCode::NoSuchCall => DeclineReason::InvalidRequest,
        RefusalCode::NotFound | RefusalCode::WrongState => DeclineReason::State,
        RefusalCode::ReferenceUsed => DeclineReason::Duplicate,
        RefusalCode::Limit => DeclineReason::Limit,
        RefusalCode::InsufficientFunds => DeclineReason::InsufficientFunds,
        RefusalCode::Beneficiary => DeclineReason::Beneficiary,
        RefusalCode::RateLimited | RefusalCode::Unavailable => DeclineReason::Other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refusal(code: &str) -> Refusal {
        Refusal { code: code.into(), message: "no".into(), reference: None, field: None }
    }

    #[test]
    fn every_documented_code_refuses_an_instruction_for_its_reason() {
        let table = [
            ("unauthorized", DeclineReason::Authentication),
            ("forbidden", DeclineReason::Permission),
            ("invalid_request", DeclineReason::InvalidRequest),
            ("not_found", DeclineReason::State),
            ("no_such_call", DeclineReason::InvalidRequest),
            ("reference_used", DeclineReason::Duplicate),
            ("wrong_state", DeclineReason::State),
            ("limit", DeclineReason::Limit),
            ("insufficient_funds", DeclineReason::InsufficientFunds),
            ("beneficiary", DeclineReason::Beneficiary),
            ("rate_limited", DeclineReason::Other),
            ("unavailable", DeclineReason::Other),
        ];
        assert_eq!(table.len(), RefusalCode::ALL.len());
        for (code, expected) in table {
            let Submission::<()>::Declined(decline) = refused_instruction(refusal(code), true)
            else {
                panic!("{code} did not decline")
            };
            assert_eq!(
                (decline.reason, decline.is_confirmed()),
                (expected, code != "reference_used"),
                "{code}"
            );
            assert_eq!(decline.code.as_deref(), Some(code));
        }
    }

    #[test]
    fn a_refusal_that_is_not_signed_is_not_confirmed() {
        let declined = refused_instruction::<()>(refusal("unauthorized"), false);
        assert!(matches!(declined, Submission::Declined(decline) if !decline.is_confirmed()));
    }

    #[test]
    fn an_invented_code_refuses_nothing() {
        let Submission::<()>::Uncertain(uncertain) =
            refused_instruction(refusal("no_more_ink"), true)
        else {
            panic!("an invented code declined")
        };
        assert_eq!(uncertain.cause, UncertainCause::UnknownCode);
        assert_eq!(uncertain.code.as_deref(), Some("no_more_ink"));
        assert_eq!(refused_inquiry(refusal("no_more_ink"), None).kind(), ErrorKind::Malformed);
    }

    #[test]
    fn a_limit_on_inquiries_keeps_how_long_to_wait() {
        let wait = Duration::from_secs(7);
        let error = refused_inquiry(refusal("rate_limited"), Some(wait));
        assert_eq!((error.kind(), error.retry_after()), (ErrorKind::RateLimited, Some(wait)));
    }
}
