//! Bodies that are not JSON: PHP's `http_build_query`, and multipart as curl writes it.

use bytes::Bytes;
use serde::Serialize;
use serde_json::Value;

/// A boundary as curl makes it, always the same.
const BOUNDARY: &str = "------------------------8f2a6d13c07b94e5";

/// The content type of [`multipart`].
pub(super) fn multipart_type() -> String {
    format!("multipart/form-data; boundary={BOUNDARY}")
}

/// `name=value` joined by `&`, spaces as `+`. A `null` is left out, as PHP leaves it out.
pub(super) fn query(payload: &impl Serialize) -> Bytes {
    let mut form = form_urlencoded::Serializer::new(String::new());
    for (name, value) in texts(payload) {
        if let Some(value) = value {
            form.append_pair(&name, &value);
        }
    }
    form.finish().into()
}

/// One part for each field; a `null` is empty text.
pub(super) fn multipart(payload: &impl Serialize) -> Bytes {
    let mut body = String::new();
    for (name, value) in texts(payload) {
        body.push_str("--");
        body.push_str(BOUNDARY);
        body.push_str("\r\nContent-Disposition: form-data; name=\"");
        body.push_str(&name);
        body.push_str("\"\r\n\r\n");
        body.push_str(&value.unwrap_or_default());
        body.push_str("\r\n");
    }
    body.push_str("--");
    body.push_str(BOUNDARY);
    body.push_str("--\r\n");
    body.into()
}

/// The fields as text; a form has no fixed order of fields.
fn texts(payload: &impl Serialize) -> Vec<(String, Option<String>)> {
    // Plain structs always serialise into memory.
    let Ok(Value::Object(fields)) = serde_json::to_value(payload) else { return Vec::new() };
    fields
        .into_iter()
        .map(|(name, value)| {
            let text = match value {
                Value::Null => None,
                Value::String(text) => Some(text),
                other => Some(other.to_string()),
            };
            (name, text)
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn forms_are_written_as_php_and_curl_write_them() {
        let payload = json!({ "code": null, "content": "Thanh toán 1/2", "id": 7 });
        assert_eq!(query(&payload), "content=Thanh+to%C3%A1n+1%2F2&id=7");
        let body = multipart(&payload);
        let text = std::str::from_utf8(&body).unwrap();
        let part = |name: &str, value: &str| {
            format!(
                "--{BOUNDARY}\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n"
            )
        };
        let parts = [part("code", ""), part("content", "Thanh toán 1/2"), part("id", "7")];
        assert_eq!(text, format!("{}--{BOUNDARY}--\r\n", parts.concat()));
    }
}
