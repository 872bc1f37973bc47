//! Where named values are in a message: its headers, its query, a form, every object and list of a
//! JSON body.

use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, Request, Uri, header::CONTENT_TYPE};
use serde::{
    Deserialize, Deserializer,
    de::{MapAccess, Visitor},
};
use serde_json::{Value, value::RawValue};

use super::Tampered;

/// Named values that lie beside one another.
#[derive(Clone, Debug)]
pub(crate) struct Group {
    pub(crate) kind: Kind,
    /// The way to an object or a list, such as `data/payment`; empty for what is outermost.
    way: String,
    /// The same by the indices of the members on the way.
    path: Vec<usize>,
    /// In their order. Those of a list are named by their index.
    pub(crate) members: Vec<Member>,
}

/// A name and its value as JSON. Text that is not altered keeps its bytes, for it may be signed.
pub(crate) type Member = (String, String);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Headers,
    Query,
    Form,
    Object,
    List,
}

/// Every group of a message: headers and query, even if they are empty, then a form or the objects
/// and lists of a JSON body from the outside in.
pub(crate) fn groups(request: &Request<Bytes>) -> Vec<Group> {
    let outermost = |kind, members| Group { kind, way: String::new(), path: Vec::new(), members };
    let headers = request.headers().iter();
    let headers =
        headers.filter_map(|(name, value)| Some((name.to_string(), quoted(value.to_str().ok()?))));
    let query = pairs(request.uri().query().unwrap_or_default().as_bytes());
    let mut groups =
        vec![outermost(Kind::Headers, headers.collect()), outermost(Kind::Query, query)];
    let body = std::str::from_utf8(request.body()).unwrap_or_default();
    match members(body) {
        Some((kind, members)) => nested(outermost(kind, members), &mut groups),
        None if is_form(request.headers()) => {
            groups.push(outermost(Kind::Form, pairs(request.body())));
        }
        None => {}
    }
    groups
}

impl Group {
    /// Whether it is the one at this way from the outside in, such as `data/payment`.
    pub(crate) fn is_at(&self, way: &str) -> bool {
        self.way == way
    }

    /// Whether it is a part of the body.
    pub(crate) fn is_in_body(&self) -> bool {
        !matches!(self.kind, Kind::Headers | Kind::Query)
    }

    /// The message with these members in the place of the group's own, a name perhaps twice; `None`
    /// if they cannot be written there.
    pub(crate) fn written(
        &self,
        request: &Request<Bytes>,
        members: &[Member],
    ) -> Option<Request<Bytes>> {
        let mut changed = request.clone();
        match self.kind {
            Kind::Headers => {
                changed.headers_mut().clear();
                for (name, value) in members {
                    let name = HeaderName::try_from(name).ok()?;
                    changed.headers_mut().append(name, HeaderValue::try_from(plain(value)).ok()?);
                }
            }
            Kind::Query => {
                let target = format!("{}?{}", request.uri().path(), encoded(members));
                *changed.uri_mut() = Uri::try_from(target).ok()?;
            }
            Kind::Form => *changed.body_mut() = encoded(members).into(),
            kind => {
                let body = std::str::from_utf8(request.body()).ok()?;
                *changed.body_mut() = rewritten(body, &self.path, joined(kind, members))?.into();
            }
        }
        Some(changed)
    }

    /// The message with these values in the place of the member at `index`.
    pub(crate) fn replaced(
        &self,
        request: &Request<Bytes>,
        index: usize,
        values: &[String],
    ) -> Option<Request<Bytes>> {
        let mut members = self.members.clone();
        let (name, _) = self.members.get(index)?;
        members.splice(index..=index, values.iter().map(|value| (name.clone(), value.clone())));
        self.written(request, &members)
    }

    /// Where the group is, for a finding.
    pub(crate) fn is_where(&self) -> String {
        match self.kind {
            Kind::Headers => "in the headers".to_owned(),
            Kind::Query => "in the query".to_owned(),
            _ if self.way.is_empty() => "in the body".to_owned(),
            _ => format!("in `{}` of the body", self.way),
        }
    }

    /// The name of a member as a proof names the fields that it covers: its own, or the whole way
    /// to it, such as `data/id`, where another value of the body has the same name.
    fn field(&self, name: &str, groups: &[Group]) -> String {
        let in_body = groups.iter().filter(|group| group.is_in_body());
        let is_so = |(other, value): &&Member| other == name && is_leaf(value);
        let named = in_body.flat_map(|group| &group.members).filter(is_so).count();
        match self.is_in_body() && named > 1 {
            true => way_to(&self.way, name),
            false => name.to_owned(),
        }
    }
}

/// Every named value changed to another one of its kind, each by the name under which a proof covers
/// it.
pub fn each_changed(request: &Request<Bytes>) -> Vec<(String, Tampered)> {
    let mut changed = Vec::new();
    let groups = groups(request);
    for group in &groups {
        for (index, (name, value)) in group.members.iter().enumerate() {
            if is_leaf(value)
                && let Some(request) = group.replaced(request, index, &[other(value)])
            {
                let what = format!("`{name}` {} is changed", group.is_where());
                changed.push((group.field(name, &groups), Tampered::new(what, request)));
            }
        }
    }
    changed
}

/// The message with each field and header missing, empty, null and twice.
pub fn each_edited(request: &Request<Bytes>) -> Vec<Tampered> {
    let mut edited = Vec::new();
    for group in &groups(request) {
        for (index, (name, value)) in group.members.iter().enumerate() {
            for (what, values) in [
                ("missing", vec![]),
                ("empty", vec![quoted("")]),
                ("null", vec!["null".to_owned()]),
                ("there twice", vec![value.clone(), value.clone()]),
                ("there again, empty", vec![value.clone(), quoted("")]),
            ] {
                let what = format!("`{name}` {} is {what}", group.is_where());
                let request = group.replaced(request, index, &values);
                edited.extend(request.map(|request| Tampered::new(what, request)));
            }
        }
    }
    edited
}

/// Whether it is a text, a number, a truth value or null.
pub(crate) fn is_leaf(json: &str) -> bool {
    !json.starts_with(['{', '['])
}

/// A value as a text that a header, a query or a form can have.
pub(crate) fn plain(json: &str) -> String {
    serde_json::from_str(json).unwrap_or_else(|_| json.to_owned())
}

/// A text as JSON.
pub(crate) fn quoted(text: &str) -> String {
    Value::from(text).to_string()
}

/// The other values of the same kind that differ in one place: of an object or a list, one for every
/// value in it.
pub(crate) fn others(json: &str) -> Vec<String> {
    let Some((kind, members)) = members(json) else { return vec![other(json)] };
    let mut others_of = Vec::new();
    for (index, (_, value)) in members.iter().enumerate() {
        for other in others(value) {
            let mut members = members.clone();
            if let Some((_, value)) = members.get_mut(index) {
                *value = other;
            }
            others_of.push(joined(kind, &members));
        }
    }
    others_of
}

/// Another value of the same kind in the place of a text, a number, a truth value or null.
fn other(leaf: &str) -> String {
    match serde_json::from_str(leaf) {
        Ok(Value::String(text)) => quoted(&other_text(&text)),
        Ok(Value::Bool(is)) => (!is).to_string(),
        Ok(Value::Null) => quoted("1"),
        _ => other_text(leaf),
    }
}

/// Another text of the same kind: its first digit is another one, or its first letter.
fn other_text(value: &str) -> String {
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

/// Adds a group of a JSON body and those in it.
fn nested(group: Group, groups: &mut Vec<Group>) {
    groups.push(group.clone());
    for (index, (name, value)) in group.members.iter().enumerate() {
        if let Some((kind, members)) = members(value) {
            let path = group.path.iter().copied().chain([index]).collect();
            nested(Group { kind, way: way_to(&group.way, name), path, members }, groups);
        }
    }
}

fn way_to(outer: &str, name: &str) -> String {
    if outer.is_empty() { name.to_owned() } else { format!("{outer}/{name}") }
}

/// The members of a JSON object or list.
fn members(json: &str) -> Option<(Kind, Vec<Member>)> {
    if json.trim_start().starts_with('[') {
        let items: Vec<Box<RawValue>> = serde_json::from_str(json).ok()?;
        let items = items.iter().enumerate();
        let items = items.map(|(index, item)| (index.to_string(), item.get().to_owned()));
        return Some((Kind::List, items.collect()));
    }
    let InOrder(members) = serde_json::from_str(json).ok()?;
    Some((Kind::Object, members))
}

fn joined(kind: Kind, members: &[Member]) -> String {
    if kind == Kind::List {
        let items: Vec<&str> = members.iter().map(|(_, item)| item.as_str()).collect();
        return format!("[{}]", items.join(","));
    }
    let named = members.iter().map(|(name, value)| format!("{}:{value}", quoted(name)));
    format!("{{{}}}", named.collect::<Vec<_>>().join(","))
}

/// The JSON with `text` at the end of the path.
fn rewritten(json: &str, path: &[usize], text: String) -> Option<String> {
    let Some((first, rest)) = path.split_first() else { return Some(text) };
    let (kind, mut members) = members(json)?;
    let (_, value) = members.get_mut(*first)?;
    *value = rewritten(value, rest, text)?;
    Some(joined(kind, &members))
}

/// The members of an object as they are written, a name perhaps twice.
struct InOrder(Vec<Member>);

impl<'de> Deserialize<'de> for InOrder {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Members;

        impl<'de> Visitor<'de> for Members {
            type Value = InOrder;

            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<InOrder, A::Error> {
                let mut members = Vec::new();
                while let Some((name, value)) = map.next_entry::<String, Box<RawValue>>()? {
                    members.push((name, value.get().to_owned()));
                }
                Ok(InOrder(members))
            }
        }

        deserializer.deserialize_map(Members)
    }
}

fn is_form(headers: &HeaderMap) -> bool {
    let content = headers.get(CONTENT_TYPE).and_then(|content| content.to_str().ok());
    content.is_some_and(|content| content.starts_with("application/x-www-form-urlencoded"))
}

fn pairs(text: &[u8]) -> Vec<Member> {
    let pairs = form_urlencoded::parse(text);
    pairs.map(|(name, value)| (name.into_owned(), quoted(&value))).collect()
}

fn encoded(members: &[Member]) -> String {
    let pairs = members.iter().map(|(name, value)| (name, plain(value)));
    form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn request() -> Request<Bytes> {
        Request::post("/?a=1").body(r#"{"b":{"c":2},"d":["e"]}"#.into()).unwrap()
    }

    fn shown(tampered: &[Tampered]) -> Vec<String> {
        tampered
            .iter()
            .map(|one| format!("{} {}", one.request.uri(), one.request.body().escape_ascii()))
            .map(|text| text.replace('\\', ""))
            .collect()
    }

    #[test]
    fn every_value_is_changed_wherever_it_is() {
        let changed = each_changed(&request());
        let names: Vec<_> = changed.iter().map(|(name, _)| name.as_str()).collect();
        assert_eq!(names, ["a", "c", "0"]);
        let changed: Vec<_> = changed.into_iter().map(|(_, tampered)| tampered).collect();
        assert_eq!(
            shown(&changed),
            [
                r#"/?a=2 {"b":{"c":2},"d":["e"]}"#,
                r#"/?a=1 {"b":{"c":3},"d":["e"]}"#,
                r#"/?a=1 {"b":{"c":2},"d":["f"]}"#,
            ]
        );
    }

    #[test]
    fn values_of_one_name_are_told_apart_by_the_way_to_them() {
        let body = r#"{"data":{"id":2},"id":1,"x":3}"#;
        let changed = each_changed(&Request::post("/").body(body.into()).unwrap());
        let names: Vec<_> = changed.into_iter().map(|(name, _)| name).collect();
        assert_eq!(names, ["id", "x", "data/id"]);
    }

    #[test]
    fn every_value_is_left_out_emptied_and_doubled() {
        let edited = shown(&each_edited(&request()));
        for expected in [
            r#"/? {"b":{"c":2},"d":["e"]}"#,
            r#"/?a=1&a= {"b":{"c":2},"d":["e"]}"#,
            r#"/?a=1 {"b":{},"d":["e"]}"#,
            r#"/?a=1 {"b":{"c":null},"d":["e"]}"#,
            r#"/?a=1 {"b":{"c":2,"c":2},"d":["e"]}"#,
            r#"/?a=1 {"b":{"c":2},"b":{"c":2},"d":["e"]}"#,
            r#"/?a=1 {"b":{"c":2},"d":["e","e"]}"#,
        ] {
            assert!(edited.iter().any(|edit| edit == expected), "{expected} {edited:#?}");
        }
    }

    #[test]
    fn the_fields_of_a_form_are_altered_there() {
        let form = Request::post("/")
            .header(CONTENT_TYPE, "application/x-www-form-urlencoded; charset=utf-8")
            .body("id=1&mac=ab".into())
            .unwrap();
        let edited = each_edited(&form);
        let fields = edited.iter().find(|one| one.request.headers() == form.headers()).unwrap();
        assert_eq!(fields.request.body(), "mac=ab");
        let count = |one: &Tampered| one.request.headers().get_all(CONTENT_TYPE).iter().count();
        let counts: Vec<_> = edited.iter().map(count).collect();
        assert_eq!(counts[..5], [0, 1, 1, 2, 2]);
    }

    #[test]
    fn another_value_is_of_the_same_kind() {
        for (value, another) in [("50000", "60000"), ("-0.9", "-0.8"), ("paid", "qaid"), ("", "7")]
        {
            assert_eq!(other_text(value), another);
        }
        assert_eq!(
            others(r#"{"b":[1, null],"a":true}"#),
            [
                r#"{"b":[2,null],"a":true}"#,
                r#"{"b":[1,"1"],"a":true}"#,
                r#"{"b":[1, null],"a":false}"#
            ]
        );
    }
}
