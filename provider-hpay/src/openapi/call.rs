//! One call of the newer OpenAPI, up to the point where the data of its response is read.

use payments_core::{Raw, Result, Submission};
use provider_kit::transport::{Subject, Unreadable};
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
    /// Makes an inquiry, and reads a successful response with a valid signature.
    ///
    /// # Errors
    /// The request to HPay failed or was refused, the signature of the response is not valid, or
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
                    // The only code for every refusal. For an inquiry, it mostly refuses the
                    // signature.
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

    /// Sends an instruction, and reads the data of a successful response with a valid signature.
    /// `refused` reads the code of any other response.
    ///
    /// The code is signed. A refusal with an invalid signature is not accepted; a refusal without a
    /// signature counts like an unsigned one of the reference's API.
    ///
    /// # Errors
    /// A field cannot be sent, or there was no connection. Nothing was sent.
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

/// Returns the result of an instruction that got this code. It is never a confirmed decline,
/// because a refusal does not name the instruction, so its signature would be valid for any other
/// instruction as well.
pub(super) fn refused<T>(code: &Code, reply: &Reply<'_>) -> Submission<T> {
    code.refused_instruction(reply.request_formula())
}
