//! The text of neighbouring values divided in another way, so that a signature over the joined text
//! is the same.

use bytes::Bytes;
use http::Request;

use super::{
    Tampered,
    fields::{Group, Kind, Member, groups, is_leaf, plain, quoted},
};

/// What may be between the values of a signed text.
const SEPARATORS: [char; 5] = [' ', '|', ',', '.', '&'];

/// What may be between a value and the next name of a signed text.
const NAMED_SEPARATORS: [char; 2] = ['&', ','];

/// The message with the text of neighbouring values divided elsewhere, in the query, in a form and in
/// every object of a JSON body:
///
/// - words moved along a run of values that are joined by a separator;
/// - one character moved between values that are joined by nothing;
/// - fields that are joined as `name=value` made part of the value before them.
pub fn resplit(request: &Request<Bytes>) -> Vec<Tampered> {
    let mut resplit = Vec::new();
    let mut groups = groups(request);
    groups.retain(|group| !matches!(group.kind, Kind::Headers | Kind::List));
    for group in &groups {
        let what = format!("the text of its values {} is divided elsewhere", group.is_where());
        let requests = divided(group).into_iter().filter_map(|it| group.written(request, &it));
        resplit.extend(requests.map(|request| Tampered::new(what.as_str(), request)));
    }
    resplit
}

fn divided(group: &Group) -> Vec<Vec<Member>> {
    let members = &group.members;
    let mut divided = Vec::new();
    for first in 0..members.len() {
        for after in first + 2..=members.len() {
            let Some(run) = members.get(first..after) else { continue };
            if !run.iter().all(|(_, value)| is_leaf(value)) {
                break;
            }
            let texts: Vec<String> = run.iter().map(|(_, value)| plain(value)).collect();
            let mut divisions: Vec<Vec<String>> =
                SEPARATORS.iter().flat_map(|separator| shifted(&texts, *separator)).collect();
            if let [left, right] = texts.as_slice() {
                divisions.extend(moved(left, right));
            }
            for texts in divisions {
                let mut changed = members.clone();
                for ((_, value), text) in changed.iter_mut().skip(first).zip(texts) {
                    *value = like(value, &text);
                }
                divided.push(changed);
            }
            for separator in NAMED_SEPARATORS {
                let named = |(name, value): &Member| format!("{name}={}", plain(value));
                let joined = run.iter().map(named).collect::<Vec<_>>().join(&separator.to_string());
                let Some((name, text)) = joined.split_once('=') else { continue };
                let mut changed = members.clone();
                changed.splice(first..after, [(name.to_owned(), quoted(text))]);
                divided.push(changed);
            }
        }
    }
    divided
}

/// The same kind of value with another text: a number stays one where it can.
fn like(json: &str, text: &str) -> String {
    let is_number =
        !json.starts_with('"') && serde_json::from_str::<serde_json::Number>(text).is_ok();
    if is_number { text.to_owned() } else { quoted(text) }
}

/// Two texts with a character moved from one to the other.
fn moved(left: &str, right: &str) -> Vec<Vec<String>> {
    let joined: Vec<char> = left.chars().chain(right.chars()).collect();
    let middle = left.chars().count();
    let cuts = [middle.checked_sub(1), Some(middle + 1).filter(|cut| *cut <= joined.len())];
    let divided = cuts.into_iter().flatten().map(|cut| {
        let (left, right) = joined.split_at(cut);
        vec![left.iter().collect(), right.iter().collect()]
    });
    divided.collect()
}

/// The texts of neighbouring values with every cut between them moved by as many words.
fn shifted(texts: &[String], separator: char) -> Vec<Vec<String>> {
    let words: Vec<&str> = texts.iter().flat_map(|text| text.split(separator)).collect();
    let ends = texts.iter().scan(0, |end, text| {
        *end += text.split(separator).count();
        Some(*end)
    });
    let ends: Vec<usize> = ends.collect();
    let Some((_, cuts)) = ends.split_last() else { return Vec::new() };
    let joined = |range: &[&str]| range.join(separator.encode_utf8(&mut [0; 4]));
    let cut_at = |cuts: Vec<usize>| -> Option<Vec<String>> {
        let starts = std::iter::once(0).chain(cuts.iter().copied());
        let ends = cuts.iter().copied().chain(std::iter::once(words.len()));
        starts
            .zip(ends)
            .map(|(start, end)| words.get(start..end).filter(|words| !words.is_empty()).map(joined))
            .collect()
    };
    let by = 1..words.len();
    let later = by.clone().map(|by| cuts.iter().map(|cut| cut + by).collect());
    let earlier = by.map(|by| cuts.iter().map(|cut| cut.saturating_sub(by)).collect());
    later.chain(earlier).filter_map(cut_at).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_move_between_neighbours_and_along_a_whole_run() {
        let request = Request::get("/ipn?info=a+b&code=c&last=d").body(Bytes::new()).unwrap();
        let resplit = resplit(&request);
        let queries: Vec<_> =
            resplit.iter().map(|one| one.request.uri().query().unwrap()).collect();
        for expected in [
            "info=a&code=b+c&last=d",
            "info=a&code=b&last=c+d",
            "info=a+&code=bc&last=d",
            "info=a+bc&code=&last=d",
            "info=a+b%26code%3Dc&last=d",
            "info=a+b%2Ccode%3Dc%2Clast%3Dd",
        ] {
            assert!(queries.contains(&expected), "{expected} {queries:?}");
        }
        assert!(!queries.contains(&"info=a+b&code=c&last=d"), "{queries:?}");
    }

    #[test]
    fn members_of_an_inner_object_are_divided_too() {
        let body = r#"{"data":{"account":"12","amount":300},"mac":"x"}"#;
        let request = Request::post("/").body(body.into()).unwrap();
        let resplit = resplit(&request);
        let bodies: Vec<_> = resplit.iter().map(|one| one.request.body()).collect();
        for expected in [
            r#"{"data":{"account":"123","amount":"00"},"mac":"x"}"#,
            r#"{"data":{"account":"1","amount":2300},"mac":"x"}"#,
            r#"{"data":{"account":"12&amount=300"},"mac":"x"}"#,
        ] {
            assert!(bodies.contains(&&Bytes::from(expected)), "{expected} {bodies:?}");
        }
    }
}
