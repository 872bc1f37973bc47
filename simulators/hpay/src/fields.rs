//! The parameters of a request in a query, a form or JSON.

use std::collections::BTreeMap;

use serde_json::Value;

/// The named values of one request, all as text.
///
/// HPay's own examples send JSON under a form header, and numbers where its tables say text. The
/// simulator therefore looks at the body instead of the header and keeps the text of every value.
pub(crate) struct Fields(BTreeMap<String, String>);

impl Fields {
    /// Reads a query string. Of two equal names the last one counts.
    pub(crate) fn from_query(query: &str) -> Self {
        Self(form_urlencoded::parse(query.as_bytes()).into_owned().collect())
    }

    /// Reads a body that is JSON or a form. One that is neither has no fields.
    pub(crate) fn from_body(body: &[u8]) -> Self {
        if body.trim_ascii_start().first() != Some(&b'{') {
            return Self(form_urlencoded::parse(body).into_owned().collect());
        }
        let object = serde_json::from_slice::<BTreeMap<String, Value>>(body).unwrap_or_default();
        Self(object.into_iter().map(|(name, value)| (name, text(value))).collect())
    }

    /// The same with another value.
    pub(crate) fn with(mut self, name: &str, value: &str) -> Self {
        self.0.insert(name.to_owned(), value.to_owned());
        self
    }

    /// The value under `name`; empty where it is missing.
    pub(crate) fn text(&self, name: &str) -> &str {
        self.0.get(name).map_or("", String::as_str)
    }

    /// The value under `name`, unless it is missing or empty.
    pub(crate) fn given(&self, name: &str) -> Option<&str> {
        Some(self.text(name)).filter(|value| !value.is_empty())
    }

    /// Whether every one of `names` has a value.
    pub(crate) fn has_all(&self, names: &[&str]) -> bool {
        names.iter().all(|name| self.given(name).is_some())
    }
}

fn text(value: Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text,
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn json_and_a_form_say_the_same_whatever_the_header() {
        let json = Fields::from_body(br#" {"merchant_id": 12345, "order_code": "xyz", "x": null}"#);
        let form = Fields::from_body(b"merchant_id=12345&order_code=xyz&x=");
        for fields in [json, form] {
            assert_eq!(fields.text("merchant_id"), "12345");
            assert_eq!(fields.given("order_code"), Some("xyz"));
            assert_eq!(fields.given("x"), None);
        }
    }

    #[test]
    fn broken_json_has_no_fields() {
        assert_eq!(Fields::from_body(br#"{"merchant_id": "#).given("merchant_id"), None);
    }
}
