//! Rows of a list. Each is read separately, so that a malformed row does not hide the others.

use std::borrow::Cow;
use std::collections::BTreeMap;

use bytes::Bytes;
use payments_core::{Listed, Raw, UnreadableRow, json};
use serde::Deserialize;
use serde_json::value::RawValue;
use sha2::{Digest, Sha256};

use super::{text::Text, unclear::Unclear};

/// Reads one row. `None` if `read` finds nothing to report in it.
pub(crate) fn row<'a, W: Deserialize<'a>, T>(
    row: &'a RawValue,
    read: impl FnOnce(&W) -> Result<Option<T>, Unclear>,
) -> Option<Listed<T>> {
    let read = json::read::<W>(row.get().as_bytes())
        .map_err(|error| Unclear::json("the row", error))
        .and_then(|wire| read(&wire));
    match read {
        Ok(read) => read.map(Listed::Read),
        Err(unclear) => Some(Listed::Unreadable(unreadable(row, &unclear))),
    }
}

/// Reads every row of a list.
pub(crate) fn rows<'a, W: Deserialize<'a>, T>(
    list: &[&'a RawValue],
    read: impl Fn(&W) -> Result<T, Unclear>,
) -> Vec<Listed<T>> {
    list.iter().filter_map(|json| row(json, |wire: &W| read(wire).map(Some))).collect()
}

/// Returns the key that distinguishes a row from every other row: SePay's id, or the text of the
/// row itself.
pub(crate) fn row_key(json: &RawValue) -> String {
    row_id(json).unwrap_or_else(|| hex::encode(Sha256::digest(json.get())))
}

/// Returns SePay's id of a row if it can be read, even if the rest of the row cannot.
fn row_id(json: &RawValue) -> Option<String> {
    let fields: BTreeMap<Cow<'_, str>, &RawValue> = serde_json::from_str(json.get()).ok()?;
    let id: Text<'_> = serde_json::from_str(fields.get("id")?.get()).ok()?;
    Some(id.as_str().to_owned()).filter(|id| !id.is_empty())
}

fn unreadable(json: &RawValue, unclear: &Unclear) -> UnreadableRow {
    let row = UnreadableRow::new(unclear.to_string())
        .with_raw(Raw::new(Bytes::copy_from_slice(json.get().as_bytes())));
    match row_id(json) {
        Some(id) => row.with_id(id),
        None => row,
    }
}
