//! The fields of a request: named texts in a fixed order, to be signed and encoded.

use std::borrow::Cow;

use bytes::Bytes;
use http::{Request, header::CONTENT_TYPE};
use payments_core::{Error, ErrorKind, Result};
use provider_kit::signature::{Field, Formula, SigningKeys};
use serde::ser::{Serialize, SerializeMap, Serializer};

use crate::operation::Encoding;

/// The fields of a request as HPay accepts them: named texts, in order. The same list is used to
/// sign and to send.
#[derive(Clone)]
pub(crate) struct Fields<'a>(Vec<(&'static str, Cow<'a, str>)>);

impl<'a> Fields<'a> {
    pub(crate) fn new() -> Self {
        Self(Vec::new())
    }

    pub(crate) fn with(mut self, name: &'static str, value: impl Into<Cow<'a, str>>) -> Self {
        self.0.push((name, value.into()));
        self
    }

    pub(crate) fn with_some<V: Into<Cow<'a, str>>>(
        self,
        name: &'static str,
        value: Option<V>,
    ) -> Self {
        match value {
            Some(value) => self.with(name, value),
            None => self,
        }
    }

    /// Removes a field that is signed but not sent.
    pub(crate) fn without(mut self, name: &str) -> Self {
        self.0.retain(|(known, _)| *known != name);
        self
    }

    /// Inserts the signature over all the other fields: in place of the field with its name, or
    /// else at the end.
    pub(crate) fn signed(
        mut self,
        name: &'static str,
        formula: &Formula,
        keys: SigningKeys<'_>,
    ) -> Result<Self> {
        let others = self.0.iter().filter(|(known, _)| *known != name);
        let others: Vec<Field<'_>> =
            others.map(|(known, value)| (*known, value.as_bytes())).collect();
        let signature = formula.sign(&others, keys)?;
        match self.0.iter_mut().find(|(known, _)| *known == name) {
            Some((_, place)) => {
                *place = signature.into();
                Ok(self)
            }
            None => Ok(self.with(name, signature)),
        }
    }

    /// Checks that a formula can sign these fields, without signing them.
    ///
    /// # Errors
    /// Returns the errors of [`signed`](Self::signed) about the fields.
    pub(crate) fn check_signable(&self, formula: &Formula) -> Result<()> {
        let fields: Vec<Field<'_>> =
            self.0.iter().map(|(name, value)| (*name, value.as_bytes())).collect();
        formula.refuse_resplit(&fields)
    }

    /// Returns the fields as the query of an address, form-encoded.
    pub(crate) fn to_query(&self) -> String {
        form_urlencoded::Serializer::new(String::new()).extend_pairs(&self.0).finish()
    }

    /// Creates the HTTP request to an address.
    pub(crate) fn request(&self, address: &str, encoding: Encoding<'_>) -> Result<Request<Bytes>> {
        const FORM: &str = "application/x-www-form-urlencoded";
        let request = Request::builder().method(encoding.method());
        let (request, body) = match encoding {
            Encoding::Query => {
                (request.uri(format!("{address}?{}", self.to_query())), Bytes::new())
            }
            Encoding::Form => {
                (request.uri(address).header(CONTENT_TYPE, FORM), self.to_query().into())
            }
            // The envelope is itself JSON.
            Encoding::Json | Encoding::Envelope { .. } => {
                (request.uri(address).header(CONTENT_TYPE, "application/json"), self.to_json()?)
            }
            Encoding::JsonAsForm => {
                (request.uri(address).header(CONTENT_TYPE, FORM), self.to_json()?)
            }
        };
        request.body(body).map_err(|error| {
            Error::new(ErrorKind::Configuration, "the address of HPay cannot be called")
                .with_source(error)
        })
    }

    /// Returns the fields as JSON.
    pub(crate) fn to_json(&self) -> Result<Bytes> {
        match serde_json::to_vec(self) {
            Ok(json) => Ok(json.into()),
            Err(error) => {
                let message = "the request cannot be written as JSON";
                Err(Error::new(ErrorKind::InvalidRequest, message).with_source(error))
            }
        }
    }
}

impl Serialize for Fields<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.0.len()))?;
        for (name, value) in &self.0 {
            map.serialize_entry(name, value)?;
        }
        map.end()
    }
}
