//! A delivery changed in one place: its signature, one byte, one field, one smuggled in beside it.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use bytes::Bytes;
use http::{HeaderName, HeaderValue, Method, Request};
use serde_json::Value;

use crate::{
    SignedIn, WebhookSample,
    places::{
        Pairs, form, json, last, leaves, query, remove, with_form, with_json, with_query,
        with_values,
    },
};

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
pub(crate) fn of_the_signature(sent: &WebhookSample) -> Vec<Mutation> {
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
pub(crate) fn of_each_byte_of_the_body(
    sent: &WebhookSample,
) -> impl Iterator<Item = Mutation> + '_ {
    let body = sent.request.body();
    (0..body.len()).map(move |place| {
        let mut request = sent.request.clone();
        *request.body_mut() = flip(body, place).into();
        Mutation::new(format!("byte {place} of the body is changed"), request)
    })
}

/// Every named value, each changed to another one of its kind: parameters of the query, fields of
/// the body, and headers.
pub(crate) fn of_each_field(sent: &WebhookSample) -> Vec<(String, Mutation)> {
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
    for (name, request) in changed_fields(&sent.request) {
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
pub(crate) fn smuggled(sent: &WebhookSample) -> Vec<Mutation> {
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
    let in_body = match json(&sent.request) {
        Some(body) => {
            leaves(&body).iter().map(|(path, leaf)| (last(path).to_owned(), plain(leaf))).collect()
        }
        None => form(&sent.request),
    };
    for (name, value) in in_body {
        let mut changed = pairs.clone();
        changed.push((name.clone(), other(&value)));
        let what = format!("another `{name}` stands in the query");
        mutations.push(Mutation::new(what, with_query(&sent.request, &changed)));
    }
    mutations
}

/// The delivery with a field that nobody knows.
pub(crate) fn with_a_new_field(request: &Request<Bytes>) -> Option<Request<Bytes>> {
    let new = || (NEW_FIELD.to_owned(), "1".to_owned());
    if let Some(mut body) = json(request) {
        let value = serde_json::json!({ "since": [2031, null] });
        body.as_object_mut()?.insert(NEW_FIELD.to_owned(), value);
        return Some(with_json(request, &body));
    }
    let (mut in_body, mut in_query) = (form(request), query(request));
    if !in_body.is_empty() {
        in_body.push(new());
        return Some(with_form(request, &in_body));
    }
    if in_query.is_empty() {
        return None;
    }
    in_query.push(new());
    Some(with_query(request, &in_query))
}

const NEW_FIELD: &str = "field_of_another_year";

/// The delivery without each of its fields, and with each empty.
pub(crate) fn without_each_field(request: &Request<Bytes>) -> Vec<Mutation> {
    let mut mutations = Vec::new();
    if let Some(body) = json(request) {
        for (path, _) in leaves(&body) {
            let mut without = body.clone();
            if remove(&mut without, &path).is_some() {
                let what = format!("`{path}` is missing");
                mutations.push(Mutation::new(what, with_json(request, &without)));
            }
            for empty in [Value::Null, Value::from("")] {
                let mut emptied = body.clone();
                if let Some(leaf) = emptied.pointer_mut(&path) {
                    let what = format!("`{path}` is {empty}");
                    *leaf = empty;
                    mutations.push(Mutation::new(what, with_json(request, &emptied)));
                }
            }
        }
    }
    for (what, pairs) in without_each(&form(request)) {
        mutations.push(Mutation::new(what, with_form(request, &pairs)));
    }
    for (what, pairs) in without_each(&query(request)) {
        mutations.push(Mutation::new(what, with_query(request, &pairs)));
    }
    mutations
}

fn without_each(pairs: &Pairs) -> impl Iterator<Item = (String, Pairs)> {
    let lacking = |name: &str| {
        [("missing", &[][..]), ("empty", &[""])].map(|(what, values)| {
            Some((format!("`{name}` is {what}"), with_values(pairs.clone(), name, values)?))
        })
    };
    pairs.iter().flat_map(move |(name, _)| lacking(name)).flatten()
}

/// The same delivery by another method.
pub(crate) fn by_another_method(sent: &WebhookSample) -> Mutation {
    let mut request = sent.request.clone();
    let method = if request.method() == Method::GET { Method::POST } else { Method::GET };
    let what = format!("it comes by {method}");
    *request.method_mut() = method;
    Mutation::new(what, request)
}

fn signature(sent: &WebhookSample) -> Option<String> {
    match sent.signature {
        SignedIn::Header(name) => Some(sent.request.headers().get(name)?.to_str().ok()?.to_owned()),
        SignedIn::Query(name) => {
            query(&sent.request).into_iter().find(|(key, _)| key == name).map(|(_, value)| value)
        }
        SignedIn::Body(name) => match json(&sent.request) {
            Some(body) => body.pointer(&format!("/{name}"))?.as_str().map(str::to_owned),
            None => {
                form(&sent.request).into_iter().find(|(key, _)| key == name).map(|(_, value)| value)
            }
        },
        SignedIn::Nowhere => None,
    }
    .filter(|signature| !signature.is_empty())
}

/// The delivery with these signatures in the place of its own.
fn with_signature(sent: &WebhookSample, texts: &[&str]) -> Option<Request<Bytes>> {
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
            Some(with_query(&sent.request, &with_values(query(&sent.request), name, texts)?))
        }
        SignedIn::Body(name) => match (json(&sent.request), texts) {
            (Some(mut body), [text]) => {
                *body.pointer_mut(&format!("/{name}"))? = Value::from(*text);
                Some(with_json(&sent.request, &body))
            }
            (Some(mut body), []) => {
                remove(&mut body, &format!("/{name}"))?;
                Some(with_json(&sent.request, &body))
            }
            // Readers of JSON see one of two members of a name.
            (Some(_), _) => None,
            (None, _) => {
                Some(with_form(&sent.request, &with_values(form(&sent.request), name, texts)?))
            }
        },
        SignedIn::Nowhere => None,
    }
}

/// The fields of a body, each in a request where it is another one: the leaves of JSON, or the
/// parameters of a form. Where two leaves have one name, it is the whole way to each of them, such
/// as `data/id`.
fn changed_fields(request: &Request<Bytes>) -> Vec<(String, Request<Bytes>)> {
    let Some(body) = json(request) else {
        let pairs = form(request);
        let changed = pairs.iter().map(|(name, value)| {
            let changed = with_values(pairs.clone(), name, &[&other(value)]);
            (name.clone(), with_form(request, &changed.unwrap_or_default()))
        });
        return changed.collect();
    };
    let leaves = leaves(&body);
    let changed = leaves.iter().filter_map(|(path, leaf)| {
        let mut changed = body.clone();
        *changed.pointer_mut(path)? = changed_leaf(leaf);
        let named = leaves.iter().filter(|(other, _)| last(other) == last(path)).count();
        let name = if named > 1 { path.trim_start_matches('/') } else { last(path) };
        Some((name.to_owned(), with_json(request, &changed)))
    });
    changed.collect()
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

    fn signed(request: Request<&'static str>, signature: SignedIn) -> WebhookSample {
        let request = request.map(|body| Bytes::from_static(body.as_bytes()));
        WebhookSample::new(EndpointName::new("events").unwrap(), request, signature)
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
    fn a_signature_in_the_body_is_changed_there() {
        let in_json = Request::post("/").body(r#"{"data":{"mac":"abcd"},"id":1}"#).unwrap();
        let in_form = Request::post("/")
            .header("content-type", "application/x-www-form-urlencoded")
            .body("id=1&mac=abcd")
            .unwrap();
        for (request, name, missing, byte) in [
            (in_json, "data/mac", r#"{"data":{},"id":1}"#, r#"{"data":{"mac":"`bcd"},"id":1}"#),
            (in_form, "mac", "id=1", "id=1&mac=%60bcd"),
        ] {
            let sent = signed(request, SignedIn::Body(name));
            let bodies: Vec<_> =
                of_the_signature(&sent).into_iter().map(|one| one.request.into_body()).collect();
            assert!(bodies.len() >= 11, "{bodies:?}");
            for body in [missing, byte] {
                assert!(bodies.iter().any(|changed| changed == body), "{body} {bodies:?}");
            }
            assert!(bodies.iter().all(|changed| changed != sent.request.body()));
        }
    }

    #[test]
    fn a_field_is_new_or_lacking() {
        let request = Request::post("/?a=1").body(r#"{"b":{"c":2}}"#).unwrap();
        let sent = signed(request, SignedIn::Nowhere);
        let bodies: Vec<_> = without_each_field(&sent.request)
            .into_iter()
            .map(|one| format!("{} {:?}", one.request.uri(), one.request.body()))
            .collect();
        assert_eq!(
            bodies,
            [
                r#"/?a=1 b"{\"b\":{}}""#,
                r#"/?a=1 b"{\"b\":{\"c\":null}}""#,
                r#"/?a=1 b"{\"b\":{\"c\":\"\"}}""#,
                r#"/? b"{\"b\":{\"c\":2}}""#,
                r#"/?a= b"{\"b\":{\"c\":2}}""#,
            ]
        );
        let new = with_a_new_field(&sent.request).unwrap().into_body();
        assert!(new.starts_with(br#"{"b":{"c":2},"field_of_another_year""#), "{new:?}");
    }

    #[test]
    fn leaves_of_one_name_are_told_apart_by_the_way_to_them() {
        let request = Request::post("/").body(r#"{"data":{"id":2},"id":1,"x":3}"#).unwrap();
        let fields = of_each_field(&signed(request, SignedIn::Nowhere));
        let names: Vec<_> = fields.into_iter().map(|(name, _)| name).collect();
        assert_eq!(names, ["data/id", "id", "x"]);
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
