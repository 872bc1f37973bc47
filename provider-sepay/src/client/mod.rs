//! Calls of SePay's APIs. Every operation takes the same path from its request to the response.

mod http_status;
mod kept;
mod operation;
mod response;

use std::borrow::Borrow;
use std::fmt;
use std::sync::Arc;

use bytes::Bytes;
use form_urlencoded::Serializer;
use http::{
    HeaderValue, Response,
    header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE},
};
use payments_core::{Error, ErrorKind, Result, Submission};
use provider_kit::transport::{Call, CallClass, Subject, Transport, Unreadable};
use serde::Serialize;

#[cfg(feature = "oauth")]
pub(crate) use http_status::RETRY_AFTER;
pub(crate) use http_status::{meaning, refused};
pub(crate) use kept::Kept;
pub(crate) use operation::{Api, Operation};
pub(crate) use response::{ApiResponse, known};

const JSON: HeaderValue = HeaderValue::from_static("application/json");

/// A client of one API, with its address, credentials and transport.
#[derive(Clone)]
pub(crate) struct Client {
    base: String,
    authorization: HeaderValue,
    transport: Arc<dyn Transport>,
}

/// An operation with its identifiers, parameters and body.
#[derive(Clone)]
pub(crate) struct Request {
    operation: &'static Operation,
    path: String,
    query: String,
    body: Bytes,
    about: Option<Subject>,
}

impl Client {
    /// Creates a client. `base` has no trailing slash. `authorization` is marked as sensitive, so
    /// that it is never printed.
    pub(crate) fn new(
        base: String,
        mut authorization: HeaderValue,
        transport: Arc<dyn Transport>,
    ) -> Self {
        authorization.set_sensitive(true);
        Self { base, authorization, transport }
    }

    /// Sends an inquiry.
    ///
    /// # Errors
    /// The request to SePay failed. The meaning of the response is determined later, when it is
    /// read.
    #[track_caller]
    pub(crate) fn inquire(
        &self,
        request: &Request,
    ) -> impl Future<Output = Result<ApiResponse>> + Send + use<'_> {
        let operation = request.operation;
        let call = self.call(request);
        async move {
            let response = self.transport.inquire(call?).await?;
            Ok(ApiResponse::new(operation, response))
        }
    }

    /// Sends an instruction once, and reads its response.
    ///
    /// # Errors
    /// The request could not be sent.
    #[track_caller]
    pub(crate) fn instruct<T>(
        &self,
        request: &Request,
        read: impl FnOnce(&Response<Bytes>) -> Result<Submission<T>, Unreadable> + Send,
    ) -> impl Future<Output = Result<Submission<T>>> + Send {
        let call = self.call(request);
        async move {
            let sent = self.transport.instruct(call?).await?;
            Ok(sent.read(read))
        }
    }

    #[track_caller]
    fn call(&self, request: &Request) -> Result<Call> {
        let Request { operation, path, query, body, about } = request;
        let mut address = format!("{}{path}", self.base);
        if !query.is_empty() {
            address.push('?');
            address.push_str(query);
        }
        let mut http = http::Request::builder()
            .method(operation.method.clone())
            .uri(address)
            .header(AUTHORIZATION, &self.authorization)
            .header(ACCEPT, JSON);
        if !body.is_empty() {
            http = http.header(CONTENT_TYPE, JSON);
        }
        let http = http.body(body.clone()).map_err(|error| {
            Error::new(ErrorKind::InvalidRequest, "no address can be made of this")
                .with_source(error)
        })?;
        let name = operation.name;
        let mut call = match operation.class {
            CallClass::Instruction => Call::instruction(name, http),
            CallClass::Inquiry => Call::inquiry(name, http),
            CallClass::PaidInquiry => Call::paid_inquiry(name, http),
        };
        call.about.clone_from(about);
        Ok(match operation.class {
            CallClass::Instruction => call,
            _ => call.with_retry_after(http_status::retry_after_headers(operation.api)),
        })
    }
}

impl Request {
    /// Creates a request of `operation` with the identifiers in its path.
    ///
    /// # Errors
    /// Returns an error if an identifier cannot be part of a URL path.
    pub(crate) fn of(operation: &'static Operation, ids: &[&str]) -> Result<Self> {
        let path = operation.path(ids)?;
        Ok(Self { operation, path, query: String::new(), body: Bytes::new(), about: None })
    }

    /// Creates a request of `operation`, whose path has no identifiers.
    pub(crate) fn to(operation: &'static Operation) -> Self {
        let path = operation.path.to_owned();
        Self { operation, path, query: String::new(), body: Bytes::new(), about: None }
    }

    /// Adds parameters.
    #[must_use]
    pub(crate) fn with_query<I, N, V>(mut self, pairs: I) -> Self
    where
        I: IntoIterator,
        I::Item: Borrow<(N, V)>,
        N: AsRef<str>,
        V: AsRef<str>,
    {
        self.query = Serializer::new(self.query).extend_pairs(pairs).finish();
        self
    }

    /// Sets a JSON body.
    ///
    /// # Errors
    /// Returns an error, naming `field`, if the body cannot be written.
    pub(crate) fn with_json(mut self, field: &'static str, body: &impl Serialize) -> Result<Self> {
        self.body = serde_json::to_vec(body)
            .map_err(|error| Error::invalid(field, "cannot be written").with_source(error))?
            .into();
        Ok(self)
    }

    /// Sets the subject of the request.
    #[must_use]
    pub(crate) fn with_about(mut self, about: Option<Subject>) -> Self {
        self.about = about;
        self
    }
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Client").field("base", &self.base).finish_non_exhaustive()
    }
}
