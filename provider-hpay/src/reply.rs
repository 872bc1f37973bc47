//! Converts a response of HPay from HTTP to the core's types.

use bytes::Bytes;
use http::Response;
use payments_core::{Error, ErrorKind, Raw, Result};
use provider_kit::{
    signature::{Field, Formula},
    transport::Unreadable,
};
use serde::Deserialize;

use crate::{
    envelope::Envelope,
    error_codes::Code,
    http_status, openapi,
    operation::{Encoding, Operation},
    response_signature::{Doubt, ResponseCheck},
};

/// A response of HPay, in its envelope.
pub(crate) struct Reply<'a> {
    operation: &'a Operation<'a>,
    check: ResponseCheck<'a>,
    body: &'a Bytes,
    pub(crate) envelope: Envelope<'a>,
}

impl<'a> Reply<'a> {
    /// Reads the response to an inquiry.
    ///
    /// # Errors
    /// Returns an error if the response is not as HPay documents it.
    pub(crate) fn to_inquiry(
        operation: &'a Operation<'a>,
        check: ResponseCheck<'a>,
        response: &'a Response<Bytes>,
    ) -> Result<Self> {
        http_status::check_inquiry(operation.name, response)?;
        let body = response.body();
        let envelope = read_envelope(operation.encoding, body).map_err(|error| {
            Error::new(ErrorKind::Malformed, "the response is not the JSON that HPay documents")
                .with_operation(operation.name)
                .with_status(response.status())
                .with_source(error)
        })?;
        Ok(Self { operation, check, body, envelope })
    }

    /// Reads the response to an instruction.
    ///
    /// # Errors
    /// Returns an error if the response is not as HPay documents it.
    pub(crate) fn to_instruction(
        operation: &'a Operation<'a>,
        check: ResponseCheck<'a>,
        response: &'a Response<Bytes>,
    ) -> Result<Self, Unreadable> {
        http_status::check_instruction(response)?;
        let body = response.body();
        Ok(Self { operation, check, body, envelope: read_envelope(operation.encoding, body)? })
    }

    /// Returns `true` if the call succeeded. This does not say whether money moved.
    pub(crate) fn worked(&self) -> bool {
        self.operation.codes.is_success(&self.envelope.error_code)
    }

    /// Returns the code of a call that did not succeed. Otherwise `None`.
    pub(crate) fn failure(&self) -> Option<Code> {
        (!self.worked()).then(|| Code::of(self.operation.codes, &self.envelope))
    }

    /// Returns the formula that signed the request.
    pub(crate) fn request_formula(&self) -> &'a Formula {
        self.check.formulas.get(self.operation.request.formula)
    }

    /// Returns the data of a successful response to an instruction.
    ///
    /// # Errors
    /// Returns an error if there are no data, or if they are not as HPay documents them.
    pub(crate) fn data<'s, T: Deserialize<'s>>(&'s self) -> Result<T, Unreadable> {
        let data = self.envelope.data.as_ref();
        let data = data.ok_or_else(|| Unreadable::new("the answer has no data"))?;
        Ok(serde_json::from_str(data.get())?)
    }

    /// Returns the bytes of a successful response, with the authenticity of its signature.
    ///
    /// # Errors
    /// Returns a [`Doubt`] if the response is not accepted.
    pub(crate) fn verify(&self) -> Result<Raw, Doubt> {
        self.verify_beside(&[])
    }

    /// Like [`verify`](Self::verify), with fields that the signature covers and the response does
    /// not contain.
    ///
    /// # Errors
    /// Returns the errors of [`verify`](Self::verify).
    pub(crate) fn verify_beside(&self, left_out: &[Field<'_>]) -> Result<Raw, Doubt> {
        self.check.verify(self.operation.response, self.body, left_out)
    }

    /// Verifies the signature of a response if it has one, whether or not the call succeeded.
    ///
    /// # Errors
    /// Returns a [`Doubt`] if the signature is wrong.
    pub(crate) fn verify_if_signed(&self) -> Result<(), Doubt> {
        self.check.verify_if_signed(self.operation.response, self.body)
    }

    /// Returns the bytes of a response to an inquiry, verified if the call succeeded. The response
    /// of a failed call has no signature and reports only the failure.
    ///
    /// # Errors
    /// Returns an error if the response is not accepted.
    pub(crate) fn verify_success(&self) -> Result<Raw> {
        if self.worked() {
            self.verify().map_err(|doubt| doubt.into_error(self.operation.name))
        } else {
            Ok(Raw::new(self.body.clone()))
        }
    }

    /// Refuses a response that reports data although the call failed and that therefore has no
    /// signature, if the configuration refuses responses that cannot be verified.
    ///
    /// # Errors
    /// Returns an error if the response is not accepted.
    pub(crate) fn refuse_unsigned(&self) -> Result<()> {
        let refused = self.check.refuse_unsigned(self.operation.response);
        refused.map_err(|doubt| doubt.into_error(self.operation.name))
    }
}

fn read_envelope<'a>(encoding: Encoding<'_>, body: &'a [u8]) -> serde_json::Result<Envelope<'a>> {
    match encoding {
        Encoding::Envelope { .. } => openapi::envelope::opened(body),
        _ => serde_json::from_slice(body),
    }
}
