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

    /// Fields with these values.
    pub(crate) fn of<N: AsRef<str>, V: AsRef<str>>(fields: &[(N, V)]) -> Self {
        let owned = fields.iter().map(|(name, value)| (name.as_ref(), value.as_ref()));
        Self(owned.map(|(name, value)| (name.to_owned(), value.to_owned())).collect())
    }

    /// The fields of a response: those in its `data` and those around it, without a name that has two
    /// values, and `data` as JSON. Lists and objects are no fields.
    pub(crate) fn of_response(response: &Value) -> Self {
        let mut fields = BTreeMap::new();
        let mut doubled = Vec::new();
        let data = response.get("data");
        let objects = [data, Some(response)].into_iter().flatten().filter_map(Value::as_object);
        for (name, value) in objects.flatten() {
            let text = match value {
                Value::Null | Value::Array(_) | Value::Object(_) => continue,
                value => text(value.clone()),
            };
            if fields.insert(name.clone(), text.clone()).is_some_and(|before| before != text) {
                doubled.push(name.clone());
            }
        }
        fields.retain(|name, _| !doubled.contains(name));
        if let Some(data) = data {
            fields.insert("data".to_owned(), text(data.clone()));
        }
        Self(fields)
    }

    /// The value under `name`; `None` where it is missing.
    pub(crate) fn sent(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str)
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
