//! The places of a request where a value stands: its query, a form, and JSON.

use bytes::Bytes;
use http::{Request, Uri, header::CONTENT_TYPE};
use serde_json::Value;

/// Parameters by name, in their order.
pub(crate) type Pairs = Vec<(String, String)>;

/// Parameters with these values in the place of the one of this name.
pub(crate) fn with_values(mut pairs: Pairs, name: &str, values: &[&str]) -> Option<Pairs> {
    let place = pairs.iter().position(|(key, _)| key == name)?;
    pairs.remove(place);
    for value in values.iter().rev() {
        pairs.insert(place, (name.to_owned(), (*value).to_owned()));
    }
    Some(pairs)
}

pub(crate) fn query(request: &Request<Bytes>) -> Pairs {
    form_urlencoded::parse(request.uri().query().unwrap_or_default().as_bytes())
        .map(|(name, value)| (name.into_owned(), value.into_owned()))
        .collect()
}

/// The parameters of a body that is a form.
pub(crate) fn form(request: &Request<Bytes>) -> Pairs {
    let content = request.headers().get(CONTENT_TYPE).and_then(|content| content.to_str().ok());
    match content {
        Some(content) if content.starts_with("application/x-www-form-urlencoded") => {
            form_urlencoded::parse(request.body()).into_owned().collect()
        }
        _ => Pairs::new(),
    }
}

pub(crate) fn with_form(request: &Request<Bytes>, pairs: &[(String, String)]) -> Request<Bytes> {
    let mut changed = request.clone();
    *changed.body_mut() = encoded(pairs).into();
    changed
}

fn encoded(pairs: &[(String, String)]) -> String {
    form_urlencoded::Serializer::new(String::new())
        .extend_pairs(pairs.iter().map(|(name, value)| (name.trim(), value)))
        .finish()
}

/// A body that is a JSON object or list.
pub(crate) fn json(request: &Request<Bytes>) -> Option<Value> {
    let body: Value = serde_json::from_slice(request.body()).ok()?;
    (body.is_object() || body.is_array()).then_some(body)
}

pub(crate) fn with_json(request: &Request<Bytes>, body: &Value) -> Request<Bytes> {
    let mut changed = request.clone();
    *changed.body_mut() = body.to_string().into();
    changed
}

/// Takes out what a JSON pointer names.
pub(crate) fn remove(body: &mut Value, path: &str) -> Option<()> {
    let (parent, name) = path.rsplit_once('/')?;
    match body.pointer_mut(parent)? {
        Value::Object(members) => {
            members.remove(&name.replace("~1", "/").replace("~0", "~")).map(drop)
        }
        Value::Array(items) => {
            let place = name.parse().ok().filter(|place| *place < items.len())?;
            items.remove(place);
            Some(())
        }
        _ => None,
    }
}

pub(crate) fn with_query(request: &Request<Bytes>, pairs: &[(String, String)]) -> Request<Bytes> {
    let query = encoded(pairs);
    let mut changed = request.clone();
    let path = request.uri().path();
    // What was written by the serialiser is a query.
    if let Ok(uri) = Uri::try_from(format!("{path}?{query}")) {
        *changed.uri_mut() = uri;
    }
    changed
}

pub(crate) fn last(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or_default()
}

/// Every leaf by its JSON pointer.
pub(crate) fn leaves(value: &Value) -> Vec<(String, Value)> {
    let under = |key: String, value: &Value| {
        leaves(value).into_iter().map(move |(path, leaf)| (format!("/{key}{path}"), leaf))
    };
    match value {
        Value::Object(members) => members
            .iter()
            .flat_map(|(key, value)| under(key.replace('~', "~0").replace('/', "~1"), value))
            .collect(),
        Value::Array(items) => items
            .iter()
            .enumerate()
            .flat_map(|(place, item)| under(place.to_string(), item))
            .collect(),
        leaf => vec![(String::new(), leaf.clone())],
    }
}
