//! Fields that are added to a message: where a careless reader finds them before the signed ones,
//! and where a gateway may add some.

use bytes::Bytes;
use http::Request;

use super::{
    Tampered,
    fields::{Group, Kind, Member, groups, is_leaf, others, quoted},
};

/// The name of a field that no gateway has.
const NEW_FIELD: &str = "field_of_another_year";

/// Every field once more with another value, where a careless reader may look for it: in the headers,
/// in the query, in the form and in every object of a JSON body, first and last where it is there
/// already. An object or a list is smuggled beside itself and on the outside of the body, with each of
/// its values changed in turn.
pub fn smuggled(request: &Request<Bytes>) -> Vec<Tampered> {
    let mut groups = groups(request);
    groups.retain(|group| group.kind != Kind::List);
    let mut claims: Vec<&Member> = Vec::new();
    for claim in groups.iter().flat_map(|group| &group.members) {
        if !claims.contains(&claim) {
            claims.push(claim);
        }
    }
    let mut smuggled = Vec::new();
    for group in &groups {
        for (name, value) in &claims {
            let is_there = group.members.iter().any(|(member, _)| member == name);
            let is_outside = group.is_in_body() && group.is_at("");
            let ends = if is_there { &[End::First, End::Last][..] } else { &[End::First] };
            if is_leaf(value) || is_there || is_outside {
                for other in others(value) {
                    let added = |end: &End| added(request, group, *end, name, &other);
                    smuggled.extend(ends.iter().filter_map(added));
                }
            }
        }
    }
    smuggled
}

/// The message with an unknown field, a text or an object, one in each place that has fields.
pub fn with_new_fields(request: &Request<Bytes>) -> Vec<Tampered> {
    let mut groups = groups(request);
    groups.retain(|group| group.kind != Kind::List && !group.members.is_empty());
    let with_new = groups.iter().flat_map(|group| {
        let text = added(request, group, End::First, NEW_FIELD, &quoted("1"));
        let object = r#"{"since":[2031,null]}"#;
        let object = added(request, group, End::Last, NEW_FIELD, object);
        text.into_iter().chain(object.filter(|_| group.kind == Kind::Object))
    });
    with_new.collect()
}

/// Where a field is added to its group.
#[derive(Clone, Copy, Debug)]
enum End {
    First,
    Last,
}

/// The message with one more field in a group.
fn added(
    request: &Request<Bytes>,
    group: &Group,
    end: End,
    name: &str,
    value: &str,
) -> Option<Tampered> {
    let mut members = group.members.clone();
    let place = match end {
        End::First => 0,
        End::Last => members.len(),
    };
    members.insert(place, (name.to_owned(), value.to_owned()));
    let what = format!("another `{name}` is added {}, {end:?}", group.is_where());
    Some(Tampered::new(what, group.written(request, &members)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(tampered: Vec<Tampered>) -> Vec<String> {
        let shown = tampered.into_iter().map(|one| {
            let body = String::from_utf8(one.request.body().to_vec()).unwrap();
            format!("{} {body}", one.request.uri())
        });
        shown.collect()
    }

    #[test]
    fn a_field_is_smuggled_beside_and_into_every_object() {
        let request = Request::post("/?a=1").body(r#"{"b":{"c":2},"s":"x"}"#.into()).unwrap();
        let smuggled = shown(smuggled(&request));
        for expected in [
            // In the query, before and behind it.
            r#"/?a=2&a=1 {"b":{"c":2},"s":"x"}"#,
            r#"/?a=1&a=2 {"b":{"c":2},"s":"x"}"#,
            r#"/?c=3&a=1 {"b":{"c":2},"s":"x"}"#,
            // Beside the object that has it.
            r#"/?a=1 {"c":3,"b":{"c":2},"s":"x"}"#,
            // Twice in it.
            r#"/?a=1 {"b":{"c":3,"c":2},"s":"x"}"#,
            r#"/?a=1 {"b":{"c":2,"c":3},"s":"x"}"#,
            // The object itself twice.
            r#"/?a=1 {"b":{"c":3},"b":{"c":2},"s":"x"}"#,
            r#"/?a=1 {"b":{"c":2},"s":"x","b":{"c":3}}"#,
            // A field of the query in the body.
            r#"/?a=1 {"a":"2","b":{"c":2},"s":"x"}"#,
        ] {
            assert!(smuggled.iter().any(|one| one == expected), "{expected} {smuggled:#?}");
        }
    }

    #[test]
    fn a_form_field_is_doubled() {
        let form = Request::post("/")
            .header("content-type", "application/x-www-form-urlencoded")
            .body("a=1".into())
            .unwrap();
        let smuggled = shown(smuggled(&form));
        for expected in ["/?a=2 a=1", "/ a=2&a=1", "/ a=1&a=2"] {
            assert!(smuggled.iter().any(|one| one == expected), "{expected} {smuggled:#?}");
        }
    }

    #[test]
    fn a_new_field_is_in_every_object() {
        let request = Request::post("/").body(r#"{"b":{"c":2}}"#.into()).unwrap();
        let added = shown(with_new_fields(&request));
        for expected in [
            r#"/ {"field_of_another_year":"1","b":{"c":2}}"#,
            r#"/ {"b":{"c":2},"field_of_another_year":{"since":[2031,null]}}"#,
            r#"/ {"b":{"field_of_another_year":"1","c":2}}"#,
        ] {
            assert!(added.iter().any(|one| one == expected), "{expected} {added:#?}");
        }
        assert!(with_new_fields(&Request::get("/").body(Bytes::new()).unwrap()).is_empty());
    }
}
