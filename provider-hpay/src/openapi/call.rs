//! One call of the newer OpenAPI, up to the point where the data of its response is read.

use payments_core::{
    Raw, Result, Submission,
    transport::{Subject, Unreadable},
};
use serde::de::DeserializeOwned;

use super::status::REFUSED;
use crate::{
    client::HPay,
    envelope::Envelope,
    error_codes::{Code, FORMULA_OR_CREDENTIALS},
    fields::Fields,
    operation::Operation,
    reply::Reply,
    response_signature::Doubt,
};

impl HPay {
    /// Asks, and reads a response that worked and whose signature fits.
    ///
    /// # Errors
    /// The request to HPay failed or was refused, the signature of the response does not fit, or
    /// `read` fails.
    pub(super) async fn ask_openapi<T>(
        &self,
        operation: &Operation<'_>,
        fields: Fields<'_>,
        read: impl FnOnce(&Envelope<'_>, Raw) -> Result<T>,
    ) -> Result<T> {
        self.inquire(operation, fields, |reply| {
            let raw = reply.verify_success()?;
            match reply.failure() {
                Some(code) => {
                    let error = code.failed_inquiry(operation.name, reply.request_formula());
                    // The one code of every refusal: of an inquiry, mostly of its signature.
                    Err(match code.text() {
                        REFUSED => error.with_suspects(FORMULA_OR_CREDENTIALS),
                        _ => error,
                    })
                }
                None => read(&reply.envelope, raw),
            }
        })
        .await
    }

    /// Instructs, and reads the data of a response that worked and whose signature fits; `refused`
    /// reads the code of one that did not work.
    ///
    /// The code is signed. A refusal under a signature that does not fit is not believed; one
    /// without a signature is as good as an unsigned one of the reference's API.
    ///
    /// # Errors
    /// Nothing left this machine.
    pub(super) async fn instruct_openapi<D: DeserializeOwned, T>(
        &self,
        operation: &Operation<'_>,
        about: impl Into<Subject>,
        fields: Fields<'_>,
        refused: impl FnOnce(&Code, &Reply<'_>) -> Submission<T>,
        read: impl FnOnce(D, Raw) -> Result<Submission<T>, Unreadable>,
    ) -> Result<Submission<T>> {
        self.instruct(operation, about, fields, |reply| {
            let code = reply.envelope.error_code.text();
            let doubted = |doubt: Doubt| {
                Ok(Submission::Uncertain(doubt.into_uncertain().with_code(code.clone())))
            };
            if let Some(code) = reply.failure() {
                return match reply.verify_if_signed() {
                    Ok(()) => Ok(refused(&code, reply)),
                    Err(doubt) => doubted(doubt),
                };
            }
            let data = reply.data()?;
            match reply.verify() {
                Ok(raw) => read(data, raw),
                Err(doubt) => doubted(doubt),
            }
        })
        .await
    }
}

/// What a code makes of an instruction. It is never a confirmed decline: nothing in a refusal names
/// the instruction, so that its signature fits every other one too.
pub(super) fn refused<T>(code: &Code, reply: &Reply<'_>) -> Submission<T> {
    code.refused_instruction(reply.request_formula())
}
