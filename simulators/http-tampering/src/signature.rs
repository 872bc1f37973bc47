//! A message with its signature missing, doubled, cut, lengthened or written otherwise.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use bytes::Bytes;
use http::Request;

use super::{
    Tampered,
    bits::flip,
    fields::{Group, Kind, groups, plain, quoted},
};

/// How many bytes of a signature are changed, evenly spread, the last one among them.
const MOST_BYTES: usize = 80;

/// Where a signature or token is in a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum SignedIn {
    /// In a header.
    Header(&'static str),
    /// In a parameter of the query.
    Query(&'static str),
    /// In a field of the body: a parameter of a form, or a member of a JSON object, whose way from
    /// the outside in is written with slashes, such as `data/signature`.
    Body(&'static str),
    /// Nowhere: the gateway signs nothing.
    Nowhere,
}

/// Every way in which a signature can be missing, doubled, cut, lengthened or written otherwise, and
/// its bytes changed.
pub fn each_altered(request: &Request<Bytes>, place: SignedIn) -> Vec<Tampered> {
    let Some(signature) = signature(request, place) else { return Vec::new() };
    let length = signature.chars().count();
    let cut = |length: usize| signature.chars().take(length).collect::<String>();
    let zeros = in_code(&signature, |code| {
        code.chars().map(|c| if c.is_ascii_alphanumeric() { '0' } else { c }).collect()
    });
    let mut texts = vec![
        ("the signature is empty".to_owned(), String::new()),
        ("the signature is cut in half".to_owned(), cut(length / 2)),
        ("the signature lacks its last character".to_owned(), cut(length - 1)),
        ("only the first character of the signature is there".to_owned(), cut(1)),
        ("the signature is followed by itself".to_owned(), format!("{signature}{signature}")),
        ("the signature is all zeros".to_owned(), zeros.clone()),
        ("the signature is written in another alphabet".to_owned(), in_code(&signature, reencoded)),
    ];
    let step = signature.len().div_ceil(MOST_BYTES);
    texts.extend((0..signature.len()).rev().step_by(step).filter_map(|place| {
        let text = String::from_utf8(flip(signature.as_bytes(), place, 0)).ok()?;
        Some((format!("byte {place} of the signature is changed"), text))
    }));
    texts.retain(|(_, text)| !text.eq_ignore_ascii_case(&signature));
    let several = [
        ("the signature is missing", vec![]),
        ("the signature occurs twice", vec![&signature, &signature]),
        ("a wrong signature is before the right one", vec![&zeros, &signature]),
        ("a wrong signature is after the right one", vec![&signature, &zeros]),
    ];
    let single = texts.iter().map(|(what, text)| (what.as_str(), vec![text]));
    single
        .chain(several)
        .filter_map(|(what, texts)| Some(Tampered::new(what, replaced(request, place, &texts)?)))
        .collect()
}

fn signature(request: &Request<Bytes>, place: SignedIn) -> Option<String> {
    let (group, index) = member(request, place)?;
    let text = plain(&group.members.get(index)?.1);
    Some(text).filter(|text| !text.is_empty())
}

/// The message with these signatures in the place of its own.
fn replaced(
    request: &Request<Bytes>,
    place: SignedIn,
    texts: &[&String],
) -> Option<Request<Bytes>> {
    let (group, index) = member(request, place)?;
    let texts: Vec<String> = texts.iter().map(|text| quoted(text)).collect();
    group.replaced(request, index, &texts)
}

/// The group in which a signature is, and its index there.
fn member(request: &Request<Bytes>, place: SignedIn) -> Option<(Group, usize)> {
    let (path, kinds): (_, &[Kind]) = match place {
        SignedIn::Header(name) => (name, &[Kind::Headers]),
        SignedIn::Query(name) => (name, &[Kind::Query]),
        SignedIn::Body(path) => (path, &[Kind::Form, Kind::Object, Kind::List]),
        SignedIn::Nowhere => return None,
    };
    let (parent, name) = path.rsplit_once('/').unwrap_or(("", path));
    let mut groups = groups(request).into_iter();
    let group = groups.find(|group| kinds.contains(&group.kind) && group.is_at(parent))?;
    let index = group.members.iter().position(|(member, _)| member == name)?;
    Some((group, index))
}

/// A signature whose code is replaced, and whose prefix, such as `sha256=`, stays.
fn in_code(signature: &str, replace: impl FnOnce(&str) -> String) -> String {
    let prefix = signature.find('=').filter(|place| *place + 2 < signature.len());
    let (prefix, code) = signature.split_at(prefix.map_or(0, |place| place + 1));
    format!("{prefix}{}", replace(code))
}

/// Hexadecimal as base64, and the other way round.
fn reencoded(code: &str) -> String {
    match (hex::decode(code), STANDARD.decode(code)) {
        (Ok(bytes), _) => STANDARD.encode(bytes),
        (_, Ok(bytes)) => hex::encode(bytes),
        _ => STANDARD.encode(code),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn altered(request: Request<&'static str>, place: SignedIn) -> Vec<Request<Bytes>> {
        let request = request.map(|body| Bytes::from_static(body.as_bytes()));
        let altered = each_altered(&request, place);
        assert!(altered.len() >= 10 + 4, "{}", altered.len());
        altered.into_iter().map(|one| one.request).collect()
    }

    #[test]
    fn a_signature_is_changed_in_every_byte_and_in_every_other_way() {
        let request = Request::post("/").header("x-sign", "sha256=abcd").body("{}").unwrap();
        let values = |request: Request<Bytes>| -> Vec<String> {
            let all = request.headers().get_all("x-sign");
            all.iter().map(|value| value.to_str().unwrap().to_owned()).collect()
        };
        let altered = altered(request, SignedIn::Header("x-sign"));
        let altered: Vec<_> = altered.into_iter().map(values).collect();
        assert!(!altered.contains(&vec!["sha256=abcd".to_owned()]));
        for expected in [&[][..], &["sha256=abcd", "sha256=abcd"], &["sha256=q80="]] {
            assert!(altered.iter().any(|values| values == expected), "{expected:?} {altered:?}");
        }
    }

    #[test]
    fn a_signature_in_the_body_is_changed_there() {
        let in_json = Request::post("/").body(r#"{"data":{"mac":"abcd"},"id":1}"#).unwrap();
        let in_form = Request::post("/")
            .header("content-type", "application/x-www-form-urlencoded")
            .body("id=1&mac=abcd")
            .unwrap();
        for (request, place, expected) in [
            (
                in_json,
                "data/mac",
                [
                    r#"{"data":{},"id":1}"#,
                    r#"{"data":{"mac":"`bcd"},"id":1}"#,
                    r#"{"data":{"mac":"0000","mac":"abcd"},"id":1}"#,
                ],
            ),
            (in_form, "mac", ["id=1", "id=1&mac=%60bcd", "id=1&mac=0000&mac=abcd"]),
        ] {
            let genuine = *request.body();
            let bodies: Vec<_> = altered(request, SignedIn::Body(place))
                .into_iter()
                .map(Request::into_body)
                .collect();
            for body in expected {
                assert!(bodies.iter().any(|altered| altered == body), "{body} {bodies:?}");
            }
            assert!(bodies.iter().all(|altered| altered != genuine));
        }
    }
}
