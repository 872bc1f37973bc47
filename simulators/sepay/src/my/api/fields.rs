//! The fields of a request, each read on its own, so that a refusal names the field.

use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use super::response::Problem;

/// Reads a body as a JSON object.
pub(super) fn read(body: &[u8]) -> Result<Map<String, Value>, Problem> {
    serde_json::from_slice(body).map_err(|_| Problem::Invalid("body".to_owned()))
}

/// Reads one field; a value of another type than documented, such as a number in quotes, is an
/// error that names the field.
pub(super) fn field<T: DeserializeOwned>(
    body: &mut Map<String, Value>,
    name: &str,
) -> Result<Option<T>, Problem> {
    let value = body.remove(name).filter(|value| !value.is_null());
    let read = value.map(serde_json::from_value).transpose();
    read.map_err(|_| Problem::Invalid(name.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_field_of_another_kind_is_refused_by_its_name() {
        let body = &mut read(br#"{"bank_account_id":"19","name":"x","active":null}"#).unwrap();
        assert!(matches!(
            field::<u64>(body, "bank_account_id"),
            Err(Problem::Invalid(name)) if name == "bank_account_id"
        ));
        assert_eq!(field::<String>(body, "name").unwrap().as_deref(), Some("x"));
        assert_eq!(field::<u8>(body, "active").unwrap(), None);
        assert!(matches!(read(b"[]"), Err(Problem::Invalid(name)) if name == "body"));
    }
}
