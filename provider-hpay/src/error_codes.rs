//! Error codes: the table of each service, and the meaning of a code for an instruction and for an
//! inquiry.
//!
//! The tables are in `data/`; the `status.rs` of each surface reads its own.

use payments_core::{
    Decline, DeclineReason, Error, ErrorKind, Submission, Suspect, Uncertain, UncertainCause,
};
use provider_kit::signature::{Confidence, Formula};

use crate::{
    envelope::{Envelope, Literal},
    formulas, table,
};

/// The error codes of one service. The same number means different things in two services.
#[derive(Debug)]
pub(crate) struct ErrorCodes {
    /// The table of the reference, with the code, the meaning, the class and further columns
    /// separated by tabs.
    pub(crate) table: &'static str,
    /// Texts that mean success in addition to those of the table.
    pub(crate) success: &'static [&'static str],
    /// The codes with a more specific reason than their class.
    pub(crate) reasons: &'static [(&'static str, DeclineReason)],
    /// The codes that mean that the queried object does not exist.
    pub(crate) not_found: &'static [&'static str],
    /// The codes by which HPay refuses a signature.
    pub(crate) wrong_signature: &'static [&'static str],
    /// The codes by which HPay refuses the address of the caller.
    pub(crate) wrong_address: &'static [&'static str],
}

/// The possible causes of a code that refers to both the formula and the keys.
pub(crate) const FORMULA_OR_CREDENTIALS: &[Suspect] = &[Suspect::Formula, Suspect::Credentials];

/// The class of a code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Class {
    /// The call succeeded. This does not say whether money moved.
    Success,
    /// The request is invalid.
    Caller,
    /// The credentials, the signature or the account is not accepted.
    Account,
    /// The provider refused the call, and no money moved.
    Refusal,
    /// The provider invites another attempt, without reporting that the first one failed for good.
    Retryable,
    /// The provider does not know the result.
    Undecided,
}

/// A code that the reference lists.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Known {
    pub(crate) class: Class,
    pub(crate) meaning: &'static str,
}

/// A code other than success, with HPay's message.
pub(crate) struct Code {
    codes: &'static ErrorCodes,
    text: String,
    words: Option<String>,
}

impl ErrorCodes {
    /// Returns the row of the reference for a code. A code is text, and its zeros are significant.
    pub(crate) fn look_up(&self, code: &str) -> Option<Known> {
        let row = table::find(self.table, 0, code)?;
        let class = match row.cell(2) {
            "success" => Class::Success,
            "caller_error" => Class::Caller,
            "auth" => Class::Account,
            "definitive_failure" => Class::Refusal,
            "retryable" => Class::Retryable,
            // Uncertain, whatever a new row may mean.
            _ => Class::Undecided,
        };
        Some(Known { class, meaning: row.cell(1) })
    }

    /// Returns `true` if the call succeeded. This does not say whether money moved.
    ///
    /// For success only, a number matches the code with any number of leading zeros (the reference
    /// has `"0"`, `"00"`, `"000"` and `0`).
    pub(crate) fn is_success(&self, code: &Literal) -> bool {
        match code {
            Literal::Number(number) => *number == 0,
            Literal::Large(_) => false,
            Literal::Text(text) => {
                self.success.contains(&text.as_str())
                    || self.look_up(text).is_some_and(|known| known.class == Class::Success)
            }
        }
    }

    fn reason(&self, code: &str, class: Class) -> DeclineReason {
        let special = self.reasons.iter().find(|(known, _)| *known == code);
        match (special, class) {
            (Some((_, reason)), _) => *reason,
            (None, Class::Caller) => DeclineReason::InvalidRequest,
            (None, Class::Account) => DeclineReason::Authentication,
            (None, Class::Success | Class::Refusal | Class::Retryable | Class::Undecided) => {
                DeclineReason::Other
            }
        }
    }
}

impl Code {
    /// Creates the code of a response to a failed call.
    pub(crate) fn of(codes: &'static ErrorCodes, envelope: &Envelope<'_>) -> Self {
        let words = envelope.status.as_ref().or(envelope.message.as_ref());
        Self {
            codes,
            text: envelope.error_code.text().into_owned(),
            words: words.map(|words| words.text().into_owned()).filter(|words| !words.is_empty()),
        }
    }

    /// Returns the code as it was received.
    pub(crate) fn text(&self) -> &str {
        &self.text
    }

    /// Returns the error of an inquiry that was signed by `formula` and got this code.
    pub(crate) fn failed_inquiry(&self, operation: &'static str, formula: &Formula) -> Error {
        let error = match self.codes.look_up(&self.text) {
            _ if self.is_wrong_signature() => {
                Error::new(ErrorKind::Authentication, wrong_signature(formula))
            }
            None => {
                Error::new(ErrorKind::Malformed, "HPay answered with a code it documents nowhere")
            }
            Some(known) => {
                let kind = self.kind(known.class);
                let hint = match kind {
                    ErrorKind::Authentication => {
                        "; check the merchant number, passcode and formula"
                    }
                    ErrorKind::Permission => "; ask HPay",
                    _ => "",
                };
                Error::new(kind, format!("HPay answered: {}{hint}", known.meaning))
            }
        };
        let suspects = self.suspects(error.kind(), formula);
        let error = error.with_operation(operation).with_code(&self.text).with_suspects(suspects);
        match &self.words {
            Some(words) => error.with_provider_message(words),
            None => error,
        }
    }

    /// Returns the result of an instruction that was signed by `formula` and got this code. Codes
    /// are not signed, so no refusal is confirmed.
    pub(crate) fn refused_instruction<T>(&self, formula: &Formula) -> Submission<T> {
        if self.is_wrong_signature() {
            return Submission::Declined(
                Decline::new(DeclineReason::Authentication)
                    .with_code(&self.text)
                    .with_message(wrong_signature(formula)),
            );
        }
        let Some(known) = self.codes.look_up(&self.text) else {
            return Submission::Uncertain(
                Uncertain::new(
                    UncertainCause::UnknownCode,
                    format!(
                        "HPay answered with the code {:?}, which it documents nowhere",
                        self.text
                    ),
                )
                .with_code(&self.text),
            );
        };
        match known.class {
            Class::Caller | Class::Account | Class::Refusal => Submission::Declined(
                Decline::new(self.codes.reason(&self.text, known.class))
                    .with_code(&self.text)
                    .with_message(self.words.as_deref().unwrap_or(known.meaning)),
            ),
            // A success is handled by the caller. Here it would be a code without its data.
            Class::Success | Class::Retryable | Class::Undecided => Submission::Uncertain(
                Uncertain::new(
                    UncertainCause::ProviderUndecided,
                    format!("HPay answered: {} ({})", known.meaning, self.text),
                )
                .with_code(&self.text),
            ),
        }
    }

    /// Returns the likely causes of a refusal in the merchant's set-up.
    fn suspects(&self, kind: ErrorKind, formula: &Formula) -> &'static [Suspect] {
        let is_guess = matches!(formula.confidence, Confidence::Low | Confidence::Unknown);
        if self.codes.wrong_address.contains(&self.text.as_str()) {
            &[Suspect::SourceAddress]
        } else if self.is_wrong_signature() || (kind == ErrorKind::Authentication && is_guess) {
            FORMULA_OR_CREDENTIALS
        } else if kind == ErrorKind::Authentication {
            &[Suspect::Credentials]
        } else {
            &[]
        }
    }

    fn is_wrong_signature(&self) -> bool {
        self.codes.wrong_signature.contains(&self.text.as_str())
    }

    fn kind(&self, class: Class) -> ErrorKind {
        match class {
            Class::Success => ErrorKind::Malformed,
            Class::Retryable | Class::Undecided => ErrorKind::Unavailable,
            Class::Caller if self.codes.not_found.contains(&self.text.as_str()) => {
                ErrorKind::NotFound
            }
            Class::Caller | Class::Account | Class::Refusal => {
                match self.codes.reason(&self.text, class) {
                    DeclineReason::Authentication => ErrorKind::Authentication,
                    DeclineReason::Permission => ErrorKind::Permission,
                    DeclineReason::InvalidRequest | DeclineReason::Limit => {
                        ErrorKind::InvalidRequest
                    }
                    DeclineReason::Beneficiary => ErrorKind::NotFound,
                    _ => ErrorKind::Conflict,
                }
            }
        }
    }
}

/// Returns the message for a refusal because of a wrong signature formula or passcode.
fn wrong_signature(formula: &Formula) -> String {
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

#[cfg(test)]
mod tests;
