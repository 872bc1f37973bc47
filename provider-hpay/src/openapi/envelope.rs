//! The envelope around the data of the newer OpenAPI: base64 of JSON, signed as a whole.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use payments_core::Result;
use serde::{
    Deserialize, Deserializer,
    de::{Error as _, IgnoredAny},
};
use serde_json::value::RawValue;

use crate::{
    envelope::{Envelope, Literal},
    fields::Fields,
};

/// Returns the data of a request in the form of the envelope, ready to be signed.
///
/// # Errors
/// Returns an error if they cannot be written as JSON.
pub(crate) fn sealed(data: &Fields<'_>) -> Result<Fields<'static>> {
    Ok(Fields::new().with("data", STANDARD.encode(data.to_json()?)))
}

/// Opens the envelope of a response. Its signature is verified over the whole response before any
/// part of it is used.
///
/// # Errors
/// Returns an error if the body is not an envelope, or if its data is not base64 of JSON.
pub(crate) fn opened(body: &[u8]) -> serde_json::Result<Envelope<'static>> {
    let Sealed { error_code, error_message, data, .. } = serde_json::from_slice(body)?;
    Ok(Envelope::unsealed(error_code, data, error_message))
}

#[derive(Deserialize)]
struct Sealed {
    #[serde(rename = "errorCode")]
    error_code: Literal,
    #[serde(rename = "errorMessage")]
    error_message: Option<Literal>,
    #[serde(default, deserialize_with = "data")]
    data: Option<Box<RawValue>>,
    /// The signature is checked over the whole response. The field is declared so that a response
    /// that has it twice is refused.
    #[serde(rename = "signature")]
    _signature: Option<IgnoredAny>,
}

/// The data of a response. There are none if the text is empty or the value is another kind of
/// JSON, such as the empty list of the reference's API.
#[derive(Deserialize)]
#[serde(untagged)]
enum Data {
    Base64(String),
    Other(IgnoredAny),
}

fn data<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Box<RawValue>>, D::Error> {
    let text = match Data::deserialize(deserializer)? {
        Data::Base64(text) if !text.is_empty() => text,
        Data::Base64(_) | Data::Other(_) => return Ok(None),
    };
    let unreadable = || D::Error::custom("`data` is not base64 of JSON");
    let json = STANDARD.decode(text).map_err(|_| unreadable())?;
    let json = String::from_utf8(json).map_err(|_| unreadable())?;
    RawValue::from_string(json).map(Some).map_err(|_| unreadable())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn data_of(body: &str) -> Result<Option<String>, String> {
        let opened = opened(body.as_bytes()).map_err(|error| error.to_string())?;
        Ok(opened.data.map(|data| data.get().to_owned()))
    }

    #[test]
    fn data_is_base64_of_json_and_what_is_empty_is_none() {
        let with = |data: &str| format!(r#"{{"errorCode":"00","data":{data},"signature":"s"}}"#);
        assert_eq!(data_of(&with(r#""eyJhIjoxfQ==""#)), Ok(Some(r#"{"a":1}"#.to_owned())));
        for none in [r#""""#, "[]", "null", "{}"] {
            assert_eq!(data_of(&with(none)), Ok(None), "{none}");
        }
        assert_eq!(data_of(r#"{"errorCode":"99","errorMessage":"x"}"#), Ok(None));
        // Invalid base64, base64 without padding, base64 of invalid UTF-8, and base64 of invalid
        // JSON.
        for refused in ["\"%%%\"", "\"eyJhIjoxfQ\"", "\"/w==\"", "\"e30x\""] {
            assert!(data_of(&with(refused)).is_err(), "{refused}");
        }
        assert!(data_of(r#"{"errorCode":"00","data":"","data":""}"#).is_err());
        assert!(data_of(r#"{"data":""}"#).is_err(), "a response has a code");
    }
}
