//! Lists of which one row is malformed.

use bytes::Bytes;
use http::Response;
use serde_json::{Map, Value};

/// Which row of a list is malformed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum RowPlace {
    /// The first one.
    First,
    /// The one in the middle.
    Middle,
    /// The last one.
    Last,
}

/// Returns the same response with one row of the list at the JSON pointer `list` malformed: each of
/// the row's fields is there, and its value is of a kind that no gateway documents. A response
/// without such a list, or with an empty one, is returned unchanged.
///
/// For the entries of [`Gateway::changed_responses`](crate::Gateway::changed_responses) that mean
/// [`OneRowMalformed`](crate::Meaning::OneRowMalformed). A gateway that signs its responses signs
/// the returned one again.
///
/// ```
/// use bytes::Bytes;
/// use conformance_tests::{RowPlace, malform_row};
/// use http::Response;
///
/// let list = Response::new(Bytes::from(r#"{"data":[{"id":"1"},{"id":"2"}]}"#));
/// let malformed = malform_row(list, "/data", RowPlace::Last);
/// assert_eq!(malformed.body(), r#"{"data":[{"id":"1"},{"id":[[]]}]}"#);
/// ```
#[must_use]
pub fn malform_row(response: Response<Bytes>, list: &str, place: RowPlace) -> Response<Bytes> {
    response.map(|body| {
        let Ok(mut json) = serde_json::from_slice::<Value>(&body) else { return body };
        let Some(Value::Array(rows)) = json.pointer_mut(list) else { return body };
        let number = match place {
            RowPlace::First => 0,
            RowPlace::Middle => rows.len() / 2,
            RowPlace::Last => rows.len().saturating_sub(1),
        };
        let Some(row) = rows.get_mut(number) else { return body };
        let malformed = || Value::Array(vec![Value::Array(Vec::new())]);
        *row = match row {
            Value::Object(fields) => {
                let fields = fields.keys().map(|name| (name.clone(), malformed()));
                Value::Object(fields.collect::<Map<_, _>>())
            }
            _ => malformed(),
        };
        json.to_string().into()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_row_is_malformed_and_the_others_stay() {
        let list = r#"{"a":{"rows":[{"id":1},{"id":2},{"id":3}]}}"#;
        for (place, expected) in [
            (RowPlace::First, r#"{"a":{"rows":[{"id":[[]]},{"id":2},{"id":3}]}}"#),
            (RowPlace::Middle, r#"{"a":{"rows":[{"id":1},{"id":[[]]},{"id":3}]}}"#),
            (RowPlace::Last, r#"{"a":{"rows":[{"id":1},{"id":2},{"id":[[]]}]}}"#),
        ] {
            let malformed = malform_row(Response::new(list.into()), "/a/rows", place);
            assert_eq!(malformed.body(), expected, "{place:?}");
        }
        for unchanged in ["<html>", r#"{"a":{"rows":[]}}"#, r#"{"a":{}}"#] {
            let response = malform_row(Response::new(unchanged.into()), "/a/rows", RowPlace::Last);
            assert_eq!(response.body(), unchanged);
        }
    }
}
