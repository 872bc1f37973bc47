//! A delivery changed in one place: its signature, one byte, one field, one smuggled in beside it.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use bytes::Bytes;
use http::{HeaderName, HeaderValue, Method, Request, Uri};
use serde_json::Value;

use crate::{Sent, SignedIn};

/// A changed delivery, and what was changed.
pub(crate) struct Mutation {
    pub(crate) what: String,
    pub(crate) request: Request<Bytes>,
}

impl Mutation {
    fn new(what: impl Into<String>, request: Request<Bytes>) -> Self {
        Self { what: what.into(), request }
    }
}

/// Every way in which a signature can be missing, doubled, cut, lengthened or written otherwise.
pub(crate) fn of_the_signature(sent: &Sent) -> Vec<Mutation> {
    let Some(signature) = signature(sent) else { return Vec::new() };
    let mut texts = vec![
        ("the signature is empty".to_owned(), String::new()),
        ("the signature is cut in half".to_owned(), cut(&signature, signature.len() / 2)),
        ("the signature lacks its last character".to_owned(), cut(&signature, signature.len() - 1)),
        ("only the first character of the signature is there".to_owned(), cut(&signature, 1)),
        ("the signature is followed by itself".to_owned(), format!("{signature}{signature}")),
        ("the signature is all zeros".to_owned(), zeros(&signature)),
        ("the signature is written in another alphabet".to_owned(), reencoded(&signature)),
    ];
    texts.extend((0..signature.len()).filter_map(|place| {
        let flipped = flip(signature.as_bytes(), place);
        let text = String::from_utf8(flipped).ok()?;
        Some((format!("byte {place} of the signature is changed"), text))
    }));
    texts.retain(|(_, text)| !text.eq_ignore_ascii_case(&signature));
    let mut mutations: Vec<_> = texts
        .into_iter()
        .filter_map(|(what, text)| Some(Mutation::new(what, with_signature(sent, &[&text])?)))
        .collect();
    let missing = with_signature(sent, &[]);
    mutations.extend(missing.map(|request| Mutation::new("the signature is missing", request)));
    for (what, texts) in [
        ("the signature is there twice", [signature.clone(), signature.clone()]),
        ("a wrong signature stands beside the right one", [zeros(&signature), signature.clone()]),
        ("the right signature stands before a wrong one", [signature.clone(), zeros(&signature)]),
    ] {
        let both: Vec<&str> = texts.iter().map(String::as_str).collect();
        let request = with_signature(sent, &both);
        mutations.extend(request.map(|request| Mutation::new(what, request)));
    }
    mutations
}

/// Every byte of the body, changed.
pub(crate) fn of_each_byte_of_the_body(sent: &Sent) -> impl Iterator<Item = Mutation> + '_ {
    let body = sent.request.body();
    (0..body.len()).map(move |place| {
        let mut request = sent.request.clone();
        *request.body_mut() = flip(body, place).into();
        Mutation::new(format!("byte {place} of the body is changed"), request)
    })
}

/// Every named value, each changed to another one of its kind: parameters of the query, leaves
/// of a JSON body, and headers.
pub(crate) fn of_each_field(sent: &Sent) -> Vec<(String, Mutation)> {
    let mut mutations = Vec::new();
    let pairs = query(&sent.request);
    for (place, (name, value)) in pairs.iter().enumerate() {
        let mut changed = pairs.clone();
        if let Some(pair) = changed.get_mut(place) {
            pair.1 = other(value);
        }
        let what = format!("`{name}` in the query is changed");
        mutations.push((name.clone(), Mutation::new(what, with_query(&sent.request, &changed))));
    }
    for (name, request) in changed_leaves(&sent.request) {
        let what = format!("`{name}` in the body is changed");
        mutations.push((name, Mutation::new(what, request)));
    }
    for name in sent.request.headers().keys() {
        let Some(Ok(value)) = sent.request.headers().get(name).map(HeaderValue::to_str) else {
            continue;
        };
        let Ok(value) = HeaderValue::try_from(other(value)) else { continue };
        let mut request = sent.request.clone();
        request.headers_mut().insert(name, value);
        let what = format!("the header `{name}` is changed");
        mutations.push((name.to_string(), Mutation::new(what, request)));
    }
    mutations
}

/// Every field once more with another value, where a careless reader finds it: in the query beside
/// the body, and before and behind itself in the query.
pub(crate) fn smuggled(sent: &Sent) -> Vec<Mutation> {
    let mut mutations = Vec::new();
    let pairs = query(&sent.request);
    for (name, value) in &pairs {
        let extra = (name.clone(), other(value));
        let before: Vec<_> = std::iter::once(extra.clone()).chain(pairs.clone()).collect();
        let behind: Vec<_> = pairs.iter().cloned().chain([extra]).collect();
        for (place, changed) in [("before", before), ("behind", behind)] {
            let what = format!("another `{name}` stands {place} it in the query");
            mutations.push(Mutation::new(what, with_query(&sent.request, &changed)));
        }
    }
    if let Ok(body) = serde_json::from_slice::<Value>(sent.request.body()) {
        for (path, leaf) in leaves(&body) {
            let name = path.rsplit('/').next().unwrap_or_default().to_owned();
            let mut changed = pairs.clone();
            changed.push((name.clone(), other(&plain(&leaf))));
            let what = format!("another `{name}` stands in the query");
            mutations.push(Mutation::new(what, with_query(&sent.request, &changed)));
        }
    }
    mutations
}

/// The same delivery by another method.
pub(crate) fn by_another_method(sent: &Sent) -> Mutation {
    let mut request = sent.request.clone();
    let method = if request.method() == Method::GET { Method::POST } else { Method::GET };
    let what = format!("it comes by {method}");
    *request.method_mut() = method;
    Mutation::new(what, request)
}

fn signature(sent: &Sent) -> Option<String> {
    match sent.signature {
        SignedIn::Header(name) => Some(sent.request.headers().get(name)?.to_str().ok()?.to_owned()),
        SignedIn::Query(name) => {
            query(&sent.request).into_iter().find(|(key, _)| key == name).map(|(_, value)| value)
        }
        SignedIn::Nowhere => None,
    }
    .filter(|signature| !signature.is_empty())
}

/// The delivery with these signatures in the place of its own.
fn with_signature(sent: &Sent, texts: &[&str]) -> Option<Request<Bytes>> {
    match sent.signature {
        SignedIn::Header(name) => {
            let name: HeaderName = name.parse().ok()?;
            let mut request = sent.request.clone();
            request.headers_mut().remove(&name);
            for text in texts {
                request.headers_mut().append(&name, HeaderValue::from_str(text).ok()?);
            }
            Some(request)
        }
        SignedIn::Query(name) => {
            let mut pairs = query(&sent.request);
            let place = pairs.iter().position(|(key, _)| key == name)?;
            pairs.remove(place);
            for text in texts.iter().rev() {
                pairs.insert(place, (name.to_owned(), (*text).to_owned()));
            }
            Some(with_query(&sent.request, &pairs))
        }
        SignedIn::Nowhere => None,
    }
}

fn query(request: &Request<Bytes>) -> Vec<(String, String)> {
    form_urlencoded::parse(request.uri().query().unwrap_or_default().as_bytes())
        .map(|(name, value)| (name.into_owned(), value.into_owned()))
        .collect()
}

fn with_query(request: &Request<Bytes>, pairs: &[(String, String)]) -> Request<Bytes> {
    let query = form_urlencoded::Serializer::new(String::new())
        .extend_pairs(pairs.iter().map(|(name, value)| (name.trim(), value)))
        .finish();
    let mut changed = request.clone();
    let path = request.uri().path();
    // What was written by the serialiser is a query.
    if let Ok(uri) = Uri::try_from(format!("{path}?{query}")) {
        *changed.uri_mut() = uri;
    }
    changed
}

/// The leaves of a JSON body, each in a request where it is another one.
fn changed_leaves(request: &Request<Bytes>) -> Vec<(String, Request<Bytes>)> {
    let Ok(body) = serde_json::from_slice::<Value>(request.body()) else { return Vec::new() };
    let changed = leaves(&body).into_iter().filter_map(|(path, leaf)| {
        let mut body = body.clone();
        *body.pointer_mut(&path)? = changed_leaf(&leaf);
        let mut request = request.clone();
        *request.body_mut() = body.to_string().into();
        Some((path.rsplit('/').next().unwrap_or_default().to_owned(), request))
    });
    changed.collect()
}

/// Every leaf by its JSON pointer.
fn leaves(value: &Value) -> Vec<(String, Value)> {
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

fn changed_leaf(leaf: &Value) -> Value {
    match leaf {
        Value::String(text) => Value::String(other(text)),
        Value::Number(number) => {
            serde_json::from_str(&other(&number.to_string())).unwrap_or(Value::from(7))
        }
        Value::Bool(is) => Value::Bool(!is),
        _ => Value::from("1"),
    }
}

fn plain(leaf: &Value) -> String {
    match leaf {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

/// Another value of the same kind: its first digit is another one, or its first letter.
fn other(value: &str) -> String {
    let place = value
        .find(|c: char| c.is_ascii_digit() && c != '0')
        .or_else(|| value.find(|c: char| c.is_ascii_alphanumeric()));
    let mut bytes = value.as_bytes().to_vec();
    let Some(byte) = place.and_then(|place| bytes.get_mut(place)) else {
        return format!("{value}7");
    };
    *byte = match *byte {
        b'9' => b'8',
        b'0' => b'5',
        b'z' | b'Z' => *byte - 1,
        other => other + 1,
    };
    // One ASCII character took the place of another.
    String::from_utf8(bytes).unwrap_or_default()
}

fn flip(bytes: &[u8], place: usize) -> Vec<u8> {
    let mut flipped = bytes.to_vec();
    if let Some(byte) = flipped.get_mut(place) {
        // The lowest bit: letters and digits stay what a header or a query can hold.
        *byte ^= 1;
    }
    flipped
}

fn cut(text: &str, length: usize) -> String {
    text.chars().take(length).collect()
}

fn zeros(signature: &str) -> String {
    let start =
        signature.find('=').filter(|place| *place + 2 < signature.len()).map_or(0, |at| at + 1);
    let (prefix, code) = signature.split_at(start);
    format!(
        "{prefix}{}",
        code.chars().map(|c| if c.is_ascii_alphanumeric() { '0' } else { c }).collect::<String>()
    )
}

/// Hexadecimal as base64, and the other way round.
fn reencoded(signature: &str) -> String {
    let start =
        signature.find('=').filter(|place| *place + 2 < signature.len()).map_or(0, |at| at + 1);
    let (prefix, code) = signature.split_at(start);
    match (hex::decode(code), STANDARD.decode(code)) {
        (Ok(bytes), _) => format!("{prefix}{}", STANDARD.encode(bytes)),
        (_, Ok(bytes)) => format!("{prefix}{}", hex::encode(bytes)),
        _ => STANDARD.encode(signature),
    }
}

#[cfg(test)]
mod tests {
    use payments_core::EndpointName;

    use super::*;

    fn signed(request: Request<&'static str>, signature: SignedIn) -> Sent {
        let request = request.map(|body| Bytes::from_static(body.as_bytes()));
        Sent::new(EndpointName::new("events").unwrap(), request, signature)
    }

    #[test]
    fn a_signature_is_changed_in_every_byte_and_in_every_other_way() {
        let request = Request::post("/").header("x-sign", "sha256=abcd").body("{}").unwrap();
        let mutations = of_the_signature(&signed(request, SignedIn::Header("x-sign")));
        assert!(mutations.len() >= 11 + 8, "{}", mutations.len());
        let values = |mutation: &Mutation| {
            let all = mutation.request.headers().get_all("x-sign");
            all.iter().map(|value| value.to_str().unwrap().to_owned()).collect::<Vec<_>>()
        };
        assert!(mutations.iter().all(|mutation| values(mutation) != ["sha256=abcd"]));
        assert!(mutations.iter().any(|mutation| values(mutation).is_empty()));
        assert!(
            mutations.iter().any(|mutation| values(mutation) == ["sha256=abcd", "sha256=abcd"])
        );
        assert!(mutations.iter().any(|mutation| values(mutation) == ["sha256=q80="]));
    }

    #[test]
    fn every_leaf_and_parameter_is_changed_and_smuggled() {
        let request = Request::post("/?a=1").body(r#"{"b":{"c":2},"d":["e"]}"#).unwrap();
        let sent = signed(request, SignedIn::Nowhere);
        let names: Vec<_> = of_each_field(&sent).into_iter().map(|(name, _)| name).collect();
        assert_eq!(names, ["a", "c", "0"]);
        let queries: Vec<_> = smuggled(&sent)
            .iter()
            .map(|one| one.request.uri().query().unwrap().to_owned())
            .collect();
        assert_eq!(queries, ["a=2&a=1", "a=1&a=2", "a=1&c=3", "a=1&0=f"]);
    }

    #[test]
    fn another_value_is_of_the_same_kind() {
        for (value, another) in [("50000", "60000"), ("-0.9", "-0.8"), ("paid", "qaid"), ("", "7")]
        {
            assert_eq!(other(value), another);
        }
    }
}
