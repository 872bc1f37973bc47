//! The body of an instruction: JSON or a form, in which a number may be written as text.

use serde_json::{Map, Value};

use crate::query::InvalidParameter;

#[derive(Debug)]
pub(super) struct Body(Map<String, Value>);

impl Body {
    pub(super) fn read(content_type: &str, body: &[u8]) -> Result<Self, InvalidParameter> {
        if content_type.starts_with("application/x-www-form-urlencoded") {
            let fields = form_urlencoded::parse(body).into_owned();
            return Ok(Self(fields.map(|(name, value)| (name, Value::String(value))).collect()));
        }
        serde_json::from_slice(body).map(Self).map_err(|_| InvalidParameter("body"))
    }

    /// Text, unless it is null, absent or empty.
    pub(super) fn text(&self, name: &str) -> Option<&str> {
        self.0.get(name).and_then(Value::as_str).filter(|text| !text.is_empty())
    }

    /// A whole number, written as a number or as text; `None` if it is null or absent.
    pub(super) fn number(&self, name: &'static str) -> Result<Option<u64>, InvalidParameter> {
        match self.0.get(name) {
            None | Some(Value::Null) => Ok(None),
            Some(Value::Number(number)) => number.as_u64().map(Some).ok_or(InvalidParameter(name)),
            Some(Value::String(text)) if text.is_empty() => Ok(None),
            Some(Value::String(text)) => text.parse().map(Some).map_err(|_| InvalidParameter(name)),
            Some(_) => Err(InvalidParameter(name)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn json_and_forms_say_the_same() {
        let json =
            Body::read("application/json", br#"{"a":"x","n":12,"t":"12","z":null}"#).unwrap();
        let form = Body::read("application/x-www-form-urlencoded", b"a=x&n=12&t=12&z=").unwrap();
        for body in [json, form] {
            assert_eq!(body.text("a"), Some("x"));
            assert_eq!(body.number("n"), Ok(Some(12)));
            assert_eq!(body.number("t"), Ok(Some(12)));
            assert_eq!(body.number("z"), Ok(None));
            assert_eq!(body.number("a"), Err(InvalidParameter("a")));
            assert_eq!(body.text("absent"), None);
        }
        assert!(Body::read("application/json", b"[]").is_err());
    }
}
