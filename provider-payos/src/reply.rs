//! Converts a response of payOS from HTTP to the core's types.

use bytes::Bytes;
use http::{HeaderMap, Response, StatusCode};
use payments_core::{
    Decline, DeclineReason, Error, ErrorKind, Raw, Result, Submission, Suspect, Uncertain,
    UncertainCause,
    notification::{Untrusted, UntrustedReason},
};
use provider_kit::{
    signature::{Authenticity, CheckingKeys},
    transport::{Unreadable, retry_after},
};
use serde::de::DeserializeOwned;

use crate::{
    envelope::{Envelope, GOOD},
    formulas::Formulas,
    members::{fields, texts},
    operation::{Operation, ResponseSignature, X_SIGNATURE},
};

/// The code by which payOS refuses the signature of a request (merchants' logs).
const WRONG_SIGNATURE: &str = "201";

const FORMULA_OR_CREDENTIALS: &[Suspect] = &[Suspect::Formula, Suspect::Credentials];

/// A response of payOS, in its envelope.
pub(crate) struct Reply<'a> {
    operation: &'a Operation,
    check: ResponseCheck<'a>,
    http: &'a Response<Bytes>,
    envelope: Envelope<'a>,
}

/// The keys and formulas that verify responses.
#[derive(Clone, Copy)]
pub(crate) struct ResponseCheck<'a> {
    pub(crate) formulas: &'a Formulas,
    pub(crate) keys: CheckingKeys<'a>,
}

/// The reason why a successful response is not accepted.
enum Doubt {
    /// The signature of the response is missing or wrong.
    Untrusted(Untrusted),
    /// The data are not in the form that payOS documents.
    Unreadable(Unreadable),
}

impl<'a> Reply<'a> {
    /// Reads the response to an inquiry.
    ///
    /// # Errors
    /// Returns an error if the response is not from payOS.
    pub(crate) fn to_inquiry(
        operation: &'a Operation,
        check: ResponseCheck<'a>,
        http: &'a Response<Bytes>,
    ) -> Result<Self> {
        Self::of(operation, check, http).map_err(|error| {
            let (kind, message) = match http.status() {
                StatusCode::TOO_MANY_REQUESTS => {
                    (ErrorKind::RateLimited, "payOS is asked too often; wait and ask again")
                }
                StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN => (
                    ErrorKind::Permission,
                    "refused before payOS's own checks; is this machine's address on its list?",
                ),
                status if status.is_server_error() => {
                    (ErrorKind::Unavailable, "payOS is temporarily unavailable; ask again")
                }
                _ => (ErrorKind::Malformed, "the response is not one that payOS documents"),
            };
            let error = Error::new(kind, message)
                .with_operation(operation.name)
                .with_status(http.status())
                .with_suspects(suspects(kind))
                .with_source(error);
            match retry_after(http.headers(), &["retry-after"]) {
                Some(after) => error.with_retry_after(after),
                None => error,
            }
        })
    }

    /// Reads the response to an instruction.
    ///
    /// # Errors
    /// Returns an error if the response is not from payOS.
    pub(crate) fn to_instruction(
        operation: &'a Operation,
        check: ResponseCheck<'a>,
        http: &'a Response<Bytes>,
    ) -> Result<Self, Unreadable> {
        Self::of(operation, check, http)
    }

    fn of(
        operation: &'a Operation,
        check: ResponseCheck<'a>,
        http: &'a Response<Bytes>,
    ) -> Result<Self, Unreadable> {
        let status = http.status();
        // payOS refuses with HTTP status 200, or with one of these if it documents another.
        let may_refuse = matches!(
            status,
            StatusCode::BAD_REQUEST | StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN
        );
        if !status.is_success() && !may_refuse {
            return Err(Unreadable::new(format!("HTTP {status} does not show what was done")));
        }
        let envelope: Envelope<'a> = payments_core::json::read(http.body())?;
        if envelope.code == GOOD && !status.is_success() {
            return Err(Unreadable::new(format!("HTTP {status} with the code of a success")));
        }
        Ok(Self { operation, check, http, envelope })
    }

    /// Returns the code of a call that did not succeed. Otherwise `None`.
    pub(crate) fn refusal(&self) -> Option<&str> {
        Some(self.envelope.code.as_str()).filter(|code| *code != GOOD)
    }

    /// Returns the result of an instruction. `accept` reads the verified data of a successful
    /// response.
    ///
    /// # Errors
    /// Returns an error if the response is not as payOS documents it.
    pub(crate) fn submission<W: DeserializeOwned, T>(
        &self,
        accept: impl FnOnce(W, Raw) -> Result<Submission<T>, Unreadable>,
    ) -> Result<Submission<T>, Unreadable> {
        if let Some(code) = self.refusal() {
            return Ok(self.declined(code));
        }
        match self.verified() {
            Ok((data, raw)) => accept(data, raw),
            Err(Doubt::Unreadable(unreadable)) => Err(unreadable),
            Err(Doubt::Untrusted(untrusted)) => {
                let message = "the signature of payOS's response is missing or wrong";
                let uncertain = Uncertain::new(UncertainCause::BadSignature, message);
                Ok(Submission::Uncertain(uncertain.with_source(untrusted)))
            }
        }
    }

    /// Returns the verified data of a successful inquiry.
    ///
    /// # Errors
    /// payOS refused the inquiry, the signature is missing or wrong, or the data are not as payOS
    /// documents them.
    pub(crate) fn found<W: DeserializeOwned>(&self) -> Result<(W, Raw)> {
        if let Some(code) = self.refusal() {
            return Err(self.refused(code));
        }
        self.verified().map_err(|doubt| match doubt {
            Doubt::Untrusted(untrusted) => self
                .malformed("the signature of payOS's response is missing or wrong")
                .with_suspects(FORMULA_OR_CREDENTIALS)
                .with_source(untrusted),
            Doubt::Unreadable(unreadable) => self.unreadable(unreadable),
        })
    }

    /// Returns the error for a response to an inquiry that is not as payOS documents it.
    pub(crate) fn unreadable(&self, unreadable: Unreadable) -> Error {
        self.malformed("the data of payOS's response are not what it documents")
            .with_source(unreadable)
    }

    /// Returns the error for a response to an inquiry that is about something else.
    pub(crate) fn malformed(&self, message: &'static str) -> Error {
        Error::new(ErrorKind::Malformed, message)
            .with_operation(self.operation.name)
            .with_status(self.http.status())
    }

    /// Returns the result of a refused instruction. It is not confirmed, because refusals are not
    /// signed.
    fn declined<T>(&self, code: &str) -> Submission<T> {
        match (self.operation.codes)(code) {
            Some(reason) => {
                let decline = Decline::new(reason).with_code(code);
                Submission::Declined(match &self.envelope.desc {
                    Some(desc) => decline.with_message(desc),
                    None => decline,
                })
            }
            None => {
                let message = "payOS answered with a code that it documents nowhere";
                let uncertain = Uncertain::new(UncertainCause::UnknownCode, message);
                Submission::Uncertain(uncertain.with_code(code).with_status(self.http.status()))
            }
        }
    }

    /// Returns the error of a refused inquiry.
    fn refused(&self, code: &str) -> Error {
        let (kind, message) = match (self.operation.codes)(code) {
            Some(DeclineReason::Authentication) => (
                ErrorKind::Authentication,
                "payOS does not accept the client ID, the API key or the checksum key, or the \
                 channel is paused",
            ),
            Some(DeclineReason::Permission) => (
                ErrorKind::Permission,
                "payOS does not allow this; is this machine's address on the channel's list?",
            ),
            Some(DeclineReason::InvalidRequest) => {
                (ErrorKind::InvalidRequest, "payOS refuses the request")
            }
            _ => (ErrorKind::Malformed, "payOS refused with a code that it documents nowhere"),
        };
        let error = Error::new(kind, message)
            .with_operation(self.operation.name)
            .with_status(self.http.status())
            .with_suspects(match code {
                WRONG_SIGNATURE => FORMULA_OR_CREDENTIALS,
                _ => suspects(kind),
            })
            .with_code(code);
        match &self.envelope.desc {
            Some(desc) => error.with_provider_message(desc),
            None => error,
        }
    }

    fn verified<W: DeserializeOwned>(&self) -> Result<(W, Raw), Doubt> {
        let missing = || Doubt::Unreadable(Unreadable::new("the response has no data"));
        let data = self.envelope.data.ok_or_else(missing)?.get().as_bytes();
        let authenticity = self.authenticity(data)?;
        let read = payments_core::json::read(data).map_err(Unreadable::from);
        let raw = Raw::new(self.http.body().clone()).with_authenticity(authenticity);
        Ok((read.map_err(Doubt::Unreadable)?, raw))
    }

    /// Returns the authenticity of the data: verified, or unverified if a value with `&` leaves the
    /// ends of the fields uncertain.
    fn authenticity(&self, data: &[u8]) -> Result<Authenticity, Doubt> {
        let formulas = self.check.formulas;
        let (formula, signature) = match self.operation.response {
            ResponseSignature::Unsigned => return Ok(Authenticity::Unsigned),
            ResponseSignature::BesideData => {
                (&formulas.data, self.envelope.signature.as_deref().unwrap_or_default())
            }
            ResponseSignature::Header => (&formulas.payout, one_signature(self.http.headers())?),
        };
        let texts = texts(formula, data).map_err(|error| Doubt::Unreadable(error.into()))?;
        formula.authenticate(&fields(&texts), signature, self.check.keys).map_err(Doubt::Untrusted)
    }
}

/// Returns the likely causes of a refusal in the merchant's set-up. payOS refuses addresses that
/// are not on the list of a channel with 403 (source: payos.vn/docs, API: errors).
fn suspects(kind: ErrorKind) -> &'static [Suspect] {
    match kind {
        ErrorKind::Permission => &[Suspect::SourceAddress],
        _ => &[],
    }
}

/// Returns the value of the only header `x-signature`.
fn one_signature(headers: &HeaderMap) -> Result<&str, Doubt> {
    let refused = |reason, detail: &'static str| Doubt::Untrusted(Untrusted::new(reason, detail));
    let mut values = headers.get_all(X_SIGNATURE).iter();
    let value = values.next().ok_or_else(|| {
        refused(UntrustedReason::MissingSignature, "the header x-signature is missing")
    })?;
    match (value.to_str(), values.next()) {
        (Ok(text), None) => Ok(text),
        _ => Err(refused(
            UntrustedReason::MalformedSignature,
            "the header x-signature occurs twice or is not text",
        )),
    }
}
