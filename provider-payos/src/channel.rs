//! A channel at payOS, which carries out every operation.

use std::fmt;
use std::sync::Arc;

use bytes::Bytes;
use http::{HeaderName, HeaderValue, Request, Response, header::CONTENT_TYPE};
use payments_core::{Error, Result, Secret, Submission};
use provider_kit::{
    signature::{CheckingKeys, Field, Formula, Keys, SigningKeys},
    transport::{Call, Subject, Transport, Unreadable},
};
use serde::Serialize;

use crate::{
    formulas::Formulas,
    members::{fields, texts},
    operation::{Class, Operation, RequestSignature, X_SIGNATURE},
    reply::{Reply, ResponseCheck},
};

const X_CLIENT_ID: HeaderName = HeaderName::from_static("x-client-id");
const X_API_KEY: HeaderName = HeaderName::from_static("x-api-key");
const X_PARTNER_CODE: HeaderName = HeaderName::from_static("x-partner-code");
const X_IDEMPOTENCY_KEY: HeaderName = HeaderName::from_static("x-idempotency-key");

/// The headers by which payOS reports how many seconds to wait.
const RETRY_AFTER: &[&str] = &["retry-after"];

/// A payment channel or a payout channel, each of which has its own three credentials.
pub(crate) struct Channel {
    pub(crate) client_id: String,
    pub(crate) api_key: Secret,
    pub(crate) checksum_key: Keys,
    pub(crate) partner_code: Option<String>,
    pub(crate) api: String,
    pub(crate) formulas: Arc<Formulas>,
    pub(crate) transport: Arc<dyn Transport>,
}

/// The part of a request that differs for each call.
pub(crate) struct Asked {
    /// The path with its identifier and query.
    pub(crate) path: String,
    /// JSON, or empty.
    pub(crate) body: Bytes,
    pub(crate) idempotency_key: Option<String>,
}

impl Asked {
    /// Creates a request without a body.
    pub(crate) fn path(path: impl Into<String>) -> Self {
        Self { path: path.into(), body: Bytes::new(), idempotency_key: None }
    }

    /// Creates a request with a body.
    ///
    /// # Errors
    /// Returns an error if the body cannot be written as JSON.
    pub(crate) fn with_body(path: impl Into<String>, body: &impl Serialize) -> Result<Self> {
        let body = serde_json::to_vec(body).map_err(|error| {
            Error::invalid("request", "cannot be written as JSON").with_source(error)
        })?;
        Ok(Self { path: path.into(), body: body.into(), idempotency_key: None })
    }

    /// Adds the key by which payOS recognises a request that it receives a second time.
    pub(crate) fn under(mut self, idempotency_key: String) -> Self {
        self.idempotency_key = Some(idempotency_key);
        self
    }
}

impl Channel {
    /// Signs and sends the request of an inquiry, and reads its response.
    ///
    /// # Errors
    /// The request cannot be sent or failed, its response could not be read, or `read` fails.
    pub(crate) async fn inquire<T>(
        &self,
        operation: &Operation,
        asked: Asked,
        read: impl FnOnce(&Reply<'_>) -> Result<T>,
    ) -> Result<T> {
        debug_assert_eq!(operation.class, Class::Inquiry);
        let call = Call::inquiry(operation.name, self.request(operation, asked)?)
            .with_retry_after(RETRY_AFTER);
        let response = self.transport.inquire(call).await?;
        read(&Reply::to_inquiry(operation, self.response_check(), &response)?)
    }

    /// Signs and sends a request that moves money or changes something, at most once, and reads its
    /// response.
    ///
    /// # Errors
    /// The request is invalid, or there was no connection. Nothing was sent.
    pub(crate) async fn instruct<T>(
        &self,
        operation: &Operation,
        about: Option<Subject>,
        asked: Asked,
        read: impl FnOnce(&Reply<'_>) -> Result<Submission<T>, Unreadable>,
    ) -> Result<Submission<T>> {
        debug_assert_eq!(operation.class, Class::Instruction);
        let mut call = Call::instruction(operation.name, self.request(operation, asked)?);
        if let Some(about) = about {
            call = call.with_about(about);
        }
        let sent = self.transport.instruct(call).await?;
        Ok(sent.read(|response: &Response<Bytes>| {
            read(&Reply::to_instruction(operation, self.response_check(), response)?)
        }))
    }

    /// Signs the fields of a request.
    ///
    /// # Errors
    /// Returns an error if a value allows the signed text to be divided in a second way.
    pub(crate) fn sign(&self, formula: &Formula, fields: &[Field<'_>]) -> Result<String> {
        formula.sign(fields, SigningKeys { secret: Some(&self.checksum_key), signer: None })
    }

    /// Returns the keys that verify payOS's messages.
    pub(crate) fn checking(&self) -> CheckingKeys<'_> {
        CheckingKeys { secrets: Some(&self.checksum_key), public: &[] }
    }

    fn response_check(&self) -> ResponseCheck<'_> {
        ResponseCheck { formulas: &self.formulas, keys: self.checking() }
    }

    fn request(&self, operation: &Operation, asked: Asked) -> Result<Request<Bytes>> {
        let mut api_key = HeaderValue::try_from(self.api_key.expose())
            .map_err(|error| unwritable(error.into()))?;
        api_key.set_sensitive(true);
        let mut request = Request::builder()
            .method(operation.method.clone())
            .uri(format!("{}{}", self.api, asked.path))
            .header(X_CLIENT_ID, &self.client_id)
            .header(X_API_KEY, api_key)
            .header(CONTENT_TYPE, "application/json");
        if let Some(partner) = &self.partner_code {
            request = request.header(X_PARTNER_CODE, partner);
        }
        if let Some(key) = &asked.idempotency_key {
            request = request.header(X_IDEMPOTENCY_KEY, key);
        }
        if operation.request == RequestSignature::Header {
            request = request.header(X_SIGNATURE, self.sign_members(&asked.body)?);
        }
        request.body(asked.body).map_err(unwritable)
    }

    /// Returns the signature over every member of a body as it is sent.
    fn sign_members(&self, body: &[u8]) -> Result<String> {
        let formula = &self.formulas.payout;
        let texts = texts(formula, body)
            .map_err(|error| Error::invalid("request", "cannot be signed").with_source(error))?;
        self.sign(formula, &fields(&texts))
    }
}

fn unwritable(error: http::Error) -> Error {
    Error::invalid("request", "cannot be written as HTTP").with_source(error)
}

impl fmt::Debug for Channel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Channel").field("client_id", &self.client_id).finish_non_exhaustive()
    }
}
