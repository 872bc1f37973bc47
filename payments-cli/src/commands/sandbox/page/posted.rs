//! Conversion of a posted form into an action.

use axum::http::{HeaderMap, header};
use serde_json::{Map, Value};
use simulator_kit::control::Action;

/// Returns whether a POST comes from the page itself. Browsers send the origin; a program that does
/// not send one is not a browser, so another site cannot misuse it. The host was checked before.
pub(super) fn is_from_the_page(headers: &HeaderMap) -> bool {
    let text = |name| headers.get(name).map(|value| value.to_str().unwrap_or_default());
    let host = text(header::HOST).unwrap_or_default();
    // A page on another port of this machine has the same site, but not the same origin.
    let is_same_origin = text(header::HeaderName::from_static("sec-fetch-site"))
        .is_none_or(|site| site == "same-origin");
    let is_own = text(header::ORIGIN).is_none_or(|origin| origin == format!("http://{host}"));
    is_same_origin && is_own
}

/// The fields of actions that are numbers.
const NUMBERS: [&str; 2] = ["amount", "seconds"];

/// Converts the fields of a form into an action. An empty field counts as absent.
///
/// # Errors
/// The error describes the wrong field, for people.
pub(super) fn action(fields: Vec<(String, String)>) -> Result<Action, String> {
    let mut members = Map::new();
    for (name, text) in fields {
        let text = text.trim();
        if text.is_empty() {
            continue;
        }
        let value = if NUMBERS.contains(&name.as_str()) {
            let number: i64 = text
                .parse()
                .map_err(|_| format!("{name}: {text:?} is not a whole number, such as 50000"))?;
            number.into()
        } else {
            Value::from(text)
        };
        if members.insert(name.clone(), value).is_some() {
            return Err(format!("{name} is given twice"));
        }
    }
    serde_json::from_value(Value::Object(members)).map_err(|error| error.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(fields: &[(&str, &str)]) -> Result<Action, String> {
        let owned = |(name, text): &(&str, &str)| ((*name).to_owned(), (*text).to_owned());
        action(fields.iter().map(owned).collect())
    }

    #[test]
    fn a_form_is_an_action_or_says_what_is_wrong() {
        let paid = read(&[("action", "pay"), ("order", "DH-1"), ("amount", " 20000 ")]);
        let expected = Action::Pay { order: "DH-1".to_owned(), amount: Some(20_000), method: None };
        assert_eq!(paid, Ok(expected));
        let whole = read(&[("action", "pay"), ("order", "DH-1"), ("amount", "")]);
        assert!(matches!(whole, Ok(Action::Pay { amount: None, .. })), "{whole:?}");
        for (fields, named) in [
            (&[("action", "pay"), ("order", "DH-1"), ("amount", "50.000")][..], "amount"),
            (&[("action", "pay")], "order"),
            (&[("action", "steal")], "steal"),
            (&[("action", "pay"), ("order", "a"), ("order", "b")], "order"),
            (&[], "action"),
        ] {
            let error = read(fields).unwrap_err();
            assert!(error.contains(named), "{fields:?}: {error}");
        }
    }

    #[test]
    fn a_form_of_another_page_is_not_the_pages_own() {
        for (headers, expected) in [
            (&[][..], true),
            (&[("origin", "http://127.0.0.1:8080"), ("sec-fetch-site", "same-origin")], true),
            (&[("origin", "http://127.0.0.1:8080")], true),
            (&[("origin", "http://127.0.0.1:8081")], false),
            (&[("origin", "http://127.0.0.1:8080"), ("sec-fetch-site", "same-site")], false),
            (&[("origin", "https://evil.example"), ("sec-fetch-site", "cross-site")], false),
            (&[("sec-fetch-site", "cross-site")], false),
            (&[("origin", "null")], false),
        ] {
            let mut map = HeaderMap::new();
            map.insert(header::HOST, "127.0.0.1:8080".parse().unwrap());
            for (name, value) in headers {
                map.insert(*name, value.parse().unwrap());
            }
            assert_eq!(is_from_the_page(&map), expected, "{headers:?}");
        }
    }
}
