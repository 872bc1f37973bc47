//! Requests of the protocol, sent as instructions or as inquiries.

use std::sync::Arc;

use bytes::Bytes;
use http::{
    HeaderValue, Request,
    header::{AUTHORIZATION, CONTENT_TYPE},
};
use payments_core::{Clock, Error, ErrorKind, Result, Submission, Timestamp};
use provider_kit::{
    signature::{Keys, SigningKeys},
    transport::{Call, Subject, Transport, Unreadable},
};
use serde::{Serialize, de::DeserializeOwned};

use super::response::{Decoded, Expected};
use crate::{
    formula::{BODY, LINK},
    wire::{self, LINK_PAGE, LINK_SIGNATURE, Operation, TERMS},
};

/// The client of the gateway's protocol.
pub(super) struct Client {
    base: String,
    authorization: HeaderValue,
    key: Keys,
    transport: Arc<dyn Transport>,
    clock: Arc<dyn Clock>,
}

impl Client {
    pub(super) fn new(
        base: String,
        key: Keys,
        transport: Arc<dyn Transport>,
        clock: Arc<dyn Clock>,
    ) -> Result<Self> {
        let api_key = key.newest().map(|secret| secret.expose()).unwrap_or_default();
        let mut authorization =
            HeaderValue::try_from(format!("Bearer {api_key}")).map_err(|_| {
                Error::new(ErrorKind::Configuration, "holds a character that a header cannot")
                    .with_field("api_key")
            })?;
        authorization.set_sensitive(true);
        Ok(Self { base, authorization, key, transport, clock })
    }

    /// Sends an instruction about `subject`, once. `accept` reads the content of the response after
    /// its signature is verified.
    pub(super) async fn instruct<A, T>(
        &self,
        operation: Operation,
        names: &[&str],
        subject: impl Into<Subject> + Send,
        body: &(impl Serialize + Sync),
        accept: impl FnOnce(Decoded<A>) -> Result<Submission<T>, Unreadable> + Send,
    ) -> Result<Submission<T>>
    where
        A: DeserializeOwned,
    {
        let body = serde_json::to_vec(body).map_err(|error| {
            Error::new(ErrorKind::InvalidRequest, "cannot be written as JSON")
                .with_operation(operation.name())
                .with_source(error)
        })?;
        let request = self.request(operation, &operation.path(names), Bytes::from(body))?;
        let expected = self.expected(operation, names);
        let subject = subject.into();
        let call = Call::instruction(operation.name(), request).with_about(subject.clone());
        let sent = self.transport.instruct(call).await?;
        Ok(sent.read(|response| expected.submission(response, subject.reference(), accept)))
    }

    /// Returns a link that opens a payment when the buyer follows it. Nothing is sent.
    pub(super) fn link(&self, terms: &wire::OpenPayment) -> Result<String> {
        let unusable = |problem: &'static str| Error::new(ErrorKind::InvalidRequest, problem);
        let terms = serde_json::to_string(terms)
            .map_err(|error| unusable("cannot be written as JSON").with_source(error))?;
        let keys = SigningKeys { secret: Some(&self.key), signer: None };
        let signature = LINK
            .sign(&[(BODY, terms.as_bytes())], keys)
            .map_err(|error| unusable("cannot be signed").with_source(error))?;
        let query = form_urlencoded::Serializer::new(String::new())
            .append_pair(TERMS, &terms)
            .append_pair(LINK_SIGNATURE, &signature)
            .finish();
        Ok(format!("{}{LINK_PAGE}?{query}", self.base))
    }

    /// Sends an inquiry. `None` if the gateway itself reports that the object does not exist.
    pub(super) async fn inquire<A>(
        &self,
        operation: Operation,
        names: &[&str],
        query: &str,
    ) -> Result<Option<Decoded<A>>>
    where
        A: DeserializeOwned,
    {
        let mut address = operation.path(names);
        if !query.is_empty() {
            address.push('?');
            address.push_str(query);
        }
        let request = self.request(operation, &address, Bytes::new())?;
        let expected = self.expected(operation, names);
        let response = self.transport.inquire(Call::inquiry(operation.name(), request)).await?;
        expected.found(&response).map_err(|error| error.with_operation(operation.name()))
    }

    /// Refuses an expiry in the past before anything is sent.
    pub(super) fn check_end(&self, end: Option<Timestamp>) -> Result<()> {
        match end {
            Some(end) if end <= self.clock.now() => Err(Error::invalid("expires_at", "is past")),
            _ => Ok(()),
        }
    }

    pub(super) fn now(&self) -> Timestamp {
        self.clock.now()
    }

    fn expected(&self, operation: Operation, names: &[&str]) -> Expected<'_> {
        let call = format!("{} {}", operation.method(), operation.path(names));
        Expected { call, key: &self.key }
    }

    fn request(&self, operation: Operation, address: &str, body: Bytes) -> Result<Request<Bytes>> {
        let built = Request::builder()
            .method(operation.method())
            .uri(format!("{}{address}", self.base))
            .header(AUTHORIZATION, self.authorization.clone())
            .header(CONTENT_TYPE, HeaderValue::from_static("application/json"))
            .body(body);
        built.map_err(|error| {
            Error::new(ErrorKind::Configuration, "the address cannot be called")
                .with_field("url")
                .with_operation(operation.name())
                .with_source(error)
        })
    }
}
