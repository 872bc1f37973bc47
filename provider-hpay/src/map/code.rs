//! What error codes mean for an instruction and for an inquiry.

use payments_core::{
    Decline, DeclineReason, Error, ErrorKind, Submission, Uncertain, UncertainCause,
};

use crate::{
    tables::{Class, Service},
    wire::{Envelope, Literal},
};

/// A code other than success, and what HPay says with it.
pub(crate) struct Code {
    service: Service,
    text: String,
    words: Option<String>,
}

/// Whether the call worked. It says nothing about money.
///
/// A number is taken as the code with any count of leading zeros, for success only
/// (the reference prints `"0"`, `"00"`, `"000"` and `0`).
pub(crate) fn is_success(service: Service, code: &Literal) -> bool {
    match (service, code) {
        (_, Literal::Number(number)) => *number == 0,
        (_, Literal::Large(_)) => false,
        (Service::VirtualAccount, Literal::Text(text)) if text == "0" => true,
        (_, Literal::Text(text)) => {
            service.look_up(text).is_some_and(|known| known.class == Class::Success)
        }
    }
}

impl Code {
    /// The code of an answer to a call that did not work.
    pub(crate) fn of(service: Service, envelope: &Envelope<'_>) -> Self {
        let words = envelope.status.as_ref().or(envelope.message.as_ref());
        Self {
            service,
            text: envelope.error_code.text().into_owned(),
            words: words.map(|words| words.text().into_owned()).filter(|words| !words.is_empty()),
        }
    }

    /// The service whose code it is.
    pub(super) fn service(&self) -> Service {
        self.service
    }

    /// The code itself, as it was sent.
    pub(crate) fn text(&self) -> &str {
        &self.text
    }

    /// Puts the code and HPay's words on an error.
    pub(super) fn label(&self, error: Error) -> Error {
        let error = error.with_code(&self.text);
        match &self.words {
            Some(words) => error.with_provider_message(words),
            None => error,
        }
    }
}

/// What a code makes of an instruction. No code is signed, so no refusal is confirmed.
pub(crate) fn instructed<T>(code: &Code) -> Submission<T> {
    let Some(known) = code.service.look_up(&code.text) else {
        return Submission::Uncertain(
            Uncertain::new(
                UncertainCause::UnknownCode,
                format!("HPay answered with the code {:?}, which it documents nowhere", code.text),
            )
            .with_code(&code.text),
        );
    };
    match known.class {
        Class::Caller | Class::Account | Class::Refusal => Submission::Declined(
            Decline::new(reason(code.service, &code.text, known.class))
                .with_code(&code.text)
                .with_message(code.words.as_deref().unwrap_or(known.meaning)),
        ),
        // A success is read by whoever asks for it; here it would be a code without its data.
        Class::Success | Class::Retryable | Class::Undecided => Submission::Uncertain(
            Uncertain::new(
                UncertainCause::ProviderUndecided,
                format!("HPay answered: {} ({})", known.meaning, code.text),
            )
            .with_code(&code.text),
        ),
    }
}

/// What a code makes of an inquiry: it could not be asked.
pub(crate) fn asked(operation: &'static str, code: &Code) -> Error {
    let error = match code.service.look_up(&code.text) {
        None => Error::new(ErrorKind::Malformed, "HPay answered with a code it documents nowhere"),
        Some(known) => {
            let kind = match known.class {
                Class::Success => ErrorKind::Malformed,
                Class::Retryable | Class::Undecided => ErrorKind::Unavailable,
                // The account that was asked about does not exist.
                Class::Caller if (code.service, &*code.text) == (Service::VirtualAccount, "07") => {
                    ErrorKind::NotFound
                }
                Class::Caller | Class::Account | Class::Refusal => {
                    kind(reason(code.service, &code.text, known.class))
                }
            };
            let hint = match kind {
                ErrorKind::Authentication => "; check the merchant number, passcode and formula",
                ErrorKind::Permission => "; ask HPay",
                _ => "",
            };
            Error::new(kind, format!("HPay answered: {}{hint}", known.meaning))
        }
    };
    code.label(error.with_operation(operation))
}

fn reason(service: Service, code: &str, class: Class) -> DeclineReason {
    match (service, code) {
        (Service::Payout, "035") => DeclineReason::InsufficientFunds,
        (Service::Payout, "4") => DeclineReason::Limit,
        // One code for the address, a parameter or the balance.
        (Service::Payout, "008") => DeclineReason::Other,
        (
            Service::Payout,
            "062" | "066" | "115" | "117" | "118" | "119" | "120" | "122" | "123" | "124" | "127"
            | "128",
        ) => DeclineReason::Beneficiary,
        (Service::Payout, "036" | "20016")
        | (Service::VirtualAccount, "044")
        | (Service::Checkout, "02" | "09" | "111" | "113") => DeclineReason::Permission,
        (Service::VirtualAccount, "08" | "041" | "043") => DeclineReason::State,
        _ => match class {
            Class::Caller => DeclineReason::InvalidRequest,
            Class::Account => DeclineReason::Authentication,
            Class::Success | Class::Refusal | Class::Retryable | Class::Undecided => {
                DeclineReason::Other
            }
        },
    }
}

fn kind(reason: DeclineReason) -> ErrorKind {
    match reason {
        DeclineReason::Authentication => ErrorKind::Authentication,
        DeclineReason::Permission => ErrorKind::Permission,
        DeclineReason::InvalidRequest | DeclineReason::Limit => ErrorKind::InvalidRequest,
        DeclineReason::Beneficiary => ErrorKind::NotFound,
        _ => ErrorKind::Conflict,
    }
}
