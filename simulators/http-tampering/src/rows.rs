//! Lists in JSON of which one row is malformed, or with one row more.

use bytes::Bytes;
use http::Response;
use serde_json::{Map, Value};

/// A place in a list.
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
/// the row's fields is there, and its value is of a kind that no server documents. A response
/// without such a list, or with an empty one, is returned unchanged.
///
/// ```
/// use bytes::Bytes;
/// use http::Response;
/// use http_tampering::rows::{RowPlace, malform_row};
///
/// let list = Response::new(Bytes::from(r#"{"data":[{"id":"1"},{"id":"2"}]}"#));
/// let malformed = malform_row(list, "/data", RowPlace::Last);
/// assert_eq!(malformed.body(), r#"{"data":[{"id":"1"},{"id":[[]]}]}"#);
/// ```
#[must_use]
pub fn malform_row(response: Response<Bytes>, list: &str, place: RowPlace) -> Response<Bytes> {
    with_rows(response, list, |rows| {
        let index = place.index(rows.len(), rows.len().saturating_sub(1));
        let row = rows.get_mut(index)?;
        let malformed = || Value::Array(vec![Value::Array(Vec::new())]);
        *row = match row {
            Value::Object(fields) => {
                let fields = fields.keys().map(|name| (name.clone(), malformed()));
                Value::Object(fields.collect::<Map<_, _>>())
            }
            _ => malformed(),
        };
        Some(())
    })
}

/// Returns the same response with one more row in the list at the JSON pointer `list`: a copy of the
/// row that is there, which `change` makes another one's. A response without such a list, or with an
/// empty one, is returned unchanged.
///
/// ```
/// use bytes::Bytes;
/// use http::Response;
/// use http_tampering::rows::{RowPlace, insert_row};
///
/// let list = Response::new(Bytes::from(r#"{"data":[{"id":"1"}]}"#));
/// let inserted = insert_row(list, "/data", RowPlace::First, |row| row["id"] = "2".into());
/// assert_eq!(inserted.body(), r#"{"data":[{"id":"2"},{"id":"1"}]}"#);
/// ```
#[must_use]
pub fn insert_row(
    response: Response<Bytes>,
    list: &str,
    place: RowPlace,
    change: impl FnOnce(&mut Value),
) -> Response<Bytes> {
    with_rows(response, list, |rows| {
        let mut row = rows.first()?.clone();
        change(&mut row);
        rows.insert(place.index(rows.len(), rows.len()), row);
        Some(())
    })
}

fn with_rows(
    response: Response<Bytes>,
    list: &str,
    change: impl FnOnce(&mut Vec<Value>) -> Option<()>,
) -> Response<Bytes> {
    response.map(|body| {
        let Ok(mut json) = serde_json::from_slice::<Value>(&body) else { return body };
        let changed = json.pointer_mut(list).and_then(Value::as_array_mut).and_then(change);
        changed.map_or(body, |()| json.to_string().into())
    })
}

impl RowPlace {
    fn index(self, number: usize, last: usize) -> usize {
        match self {
            Self::First => 0,
            Self::Middle => number / 2,
            Self::Last => last,
        }
    }
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
            for place in [RowPlace::First, RowPlace::Middle, RowPlace::Last] {
                let response = malform_row(Response::new(unchanged.into()), "/a/rows", place);
                assert_eq!(response.body(), unchanged);
                let response =
                    insert_row(Response::new(unchanged.into()), "/a/rows", place, |_| {});
                assert_eq!(response.body(), unchanged);
            }
        }
    }
}
