//! Requests as HPay takes them: named texts, signed and encoded.

use std::borrow::Cow;

use bytes::Bytes;
use http::{Method, Request, header::CONTENT_TYPE};
use payments_core::{
    Error, ErrorKind, Result,
    formula::{Field, Formula, SigningKeys},
};
use serde::ser::{Serialize, SerializeMap, Serializer};

/// A request as HPay takes it: named texts, in order. What is signed is taken from the same list
/// as what is sent.
pub(crate) struct Fields<'a>(Vec<(&'static str, Cow<'a, str>)>);

/// How a request's body is written. The reference shows JSON under the header of a form.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Body {
    Form,
    Json,
    /// JSON under the header of a form, as the reference's examples are.
    JsonAsForm,
}

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

    /// Leaves a field out that is signed and not sent.
    pub(crate) fn without(mut self, name: &str) -> Self {
        self.0.retain(|(known, _)| *known != name);
        self
    }

    /// Puts the signature over all the other fields: where a field of its name stands, or else
    /// behind them.
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
    /// As those of [`signed`](Self::signed) about the fields.
    pub(crate) fn check_signable(&self, formula: &Formula) -> Result<()> {
        let fields: Vec<Field<'_>> =
            self.0.iter().map(|(name, value)| (*name, value.as_bytes())).collect();
        formula.refuse_second_cut(&fields)
    }

    /// As the query of an address, form-encoded.
    pub(crate) fn to_query(&self) -> String {
        form_urlencoded::Serializer::new(String::new()).extend_pairs(&self.0).finish()
    }

    /// As the query of a GET.
    pub(crate) fn get(&self, address: &str) -> Result<Request<Bytes>> {
        let address = format!("{address}?{}", self.to_query());
        finish(Request::get(address), Bytes::new())
    }

    /// As the body of a POST.
    pub(crate) fn post(&self, address: &str, body: Body) -> Result<Request<Bytes>> {
        let content_type = match body {
            Body::Form | Body::JsonAsForm => "application/x-www-form-urlencoded",
            Body::Json => "application/json",
        };
        let bytes = match body {
            Body::Form => self.to_query().into_bytes(),
            Body::Json | Body::JsonAsForm => serde_json::to_vec(self).map_err(|error| {
                Error::new(ErrorKind::InvalidRequest, "the request cannot be written as JSON")
                    .with_source(error)
            })?,
        };
        let request =
            Request::builder().method(Method::POST).uri(address).header(CONTENT_TYPE, content_type);
        finish(request, bytes.into())
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

fn finish(request: http::request::Builder, body: Bytes) -> Result<Request<Bytes>> {
    request.body(body).map_err(|error| {
        Error::new(ErrorKind::Configuration, "the address of HPay cannot be called")
            .with_source(error)
    })
}
