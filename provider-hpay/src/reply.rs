//! Converts a response of HPay from HTTP to the core's types.

use bytes::Bytes;
use http::Response;
use payments_core::{
    Error, ErrorKind, Raw, Result,
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
    /// It is not one that HPay documents.
    pub(crate) fn to_inquiry(
        operation: &'a Operation<'a>,
        check: ResponseCheck<'a>,
        response: &'a Response<Bytes>,
    ) -> Result<Self> {
        http_status::check_inquiry(operation.name, response)?;
        let body = response.body();
        let envelope = read_envelope(operation.encoding, body).map_err(|error| {
            Error::new(ErrorKind::Malformed, "the answer is not the JSON that HPay documents")
                .with_operation(operation.name)
                .with_status(response.status())
                .with_source(error)
        })?;
        Ok(Self { operation, check, body, envelope })
    }

    /// Reads the response to an instruction.
    ///
    /// # Errors
    /// It is not one that HPay documents.
    pub(crate) fn to_instruction(
        operation: &'a Operation<'a>,
        check: ResponseCheck<'a>,
        response: &'a Response<Bytes>,
    ) -> Result<Self, Unreadable> {
        http_status::check_instruction(response)?;
        let body = response.body();
        Ok(Self { operation, check, body, envelope: read_envelope(operation.encoding, body)? })
    }

    /// Whether the call worked. It says nothing about money.
    pub(crate) fn worked(&self) -> bool {
        self.operation.codes.is_success(&self.envelope.error_code)
    }

    /// The code, where the call did not work.
    pub(crate) fn failure(&self) -> Option<Code> {
        (!self.worked()).then(|| Code::of(self.operation.codes, &self.envelope))
    }

    /// The formula in use that signed the request.
    pub(crate) fn request_formula(&self) -> &'a Formula {
        self.check.formulas.get(self.operation.request.formula)
    }

    /// The data of a response to an instruction that worked.
    ///
    /// # Errors
    /// There are none, or they are not what HPay documents.
    pub(crate) fn data<'s, T: Deserialize<'s>>(&'s self) -> Result<T, Unreadable> {
        let data = self.envelope.data.as_ref();
        let data = data.ok_or_else(|| Unreadable::new("the answer has no data"))?;
        Ok(serde_json::from_str(data.get())?)
    }

    /// The bytes of a response that worked, with what its signature says of them.
    ///
    /// # Errors
    /// The response is not believed.
    pub(crate) fn verify(&self) -> Result<Raw, Doubt> {
        self.verify_beside(&[])
    }

    /// As [`verify`](Self::verify), with fields that the response leaves out and its signature
    /// covers.
    ///
    /// # Errors
    /// As there.
    pub(crate) fn verify_beside(&self, left_out: &[Field<'_>]) -> Result<Raw, Doubt> {
        self.check.verify(self.operation.response, self.body, left_out)
    }

    /// Verifies the signature of a response that carries one, whether the call worked or not.
    ///
    /// # Errors
    /// The signature is wrong.
    pub(crate) fn verify_if_signed(&self) -> Result<(), Doubt> {
        self.check.verify_if_signed(self.operation.response, self.body)
    }

    /// The bytes of a response to an inquiry: verified if the call worked. One that did not work
    /// carries no signature and reports nothing but that.
    ///
    /// # Errors
    /// The response is not believed.
    pub(crate) fn verify_success(&self) -> Result<Raw> {
        if self.worked() {
            self.verify().map_err(|doubt| doubt.into_error(self.operation.name))
        } else {
            Ok(Raw::new(self.body.clone()))
        }
    }

    /// Refuses a response that reports something although the call did not work and so carries no
    /// signature, if the configuration refuses what cannot be verified.
    ///
    /// # Errors
    /// The response is not believed.
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
