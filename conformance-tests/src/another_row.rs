//! Lists with a row of another order, payout or account in them.

use bytes::Bytes;
use http::Response;
use serde_json::Value;

use crate::RowPlace;

/// Returns the same response with one more row in the list at the JSON pointer `list`: a copy of the
/// row that is there, which `change` makes another one's. A response without such a list, or with an
/// empty one, is returned unchanged.
///
/// For the entries of [`Gateway::changed_responses`](crate::Gateway::changed_responses) that mean
/// [`AnothersRow`](crate::Meaning::AnothersRow). A gateway that signs its responses signs the
/// returned one again.
///
/// ```
/// use bytes::Bytes;
/// use conformance_tests::{RowPlace, insert_row};
/// use http::Response;
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
    response.map(|body| {
        let Ok(mut json) = serde_json::from_slice::<Value>(&body) else { return body };
        let Some(Value::Array(rows)) = json.pointer_mut(list) else { return body };
        let Some(mut row) = rows.first().cloned() else { return body };
        change(&mut row);
        let number = match place {
            RowPlace::First => 0,
            RowPlace::Middle => rows.len() / 2,
            RowPlace::Last => rows.len(),
        };
        rows.insert(number, row);
        json.to_string().into()
    })
}
