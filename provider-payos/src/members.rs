//! The members of a JSON object in the form in which payOS signs them.

use payments_core::json::JsonError;
use provider_kit::signature::{Field, Formula, Layout, Members};

/// Returns the members of a JSON object as the texts that a formula signs.
///
/// # Errors
/// Returns an error if `object` is not an object, or if a name occurs twice.
pub(crate) fn texts(formula: &Formula, object: &[u8]) -> Result<Vec<(String, String)>, JsonError> {
    match &formula.layout {
        Layout::Members(members) => members.json_texts(object),
        _ => Members::joined_by("&").json_texts(object),
    }
}

/// Converts texts to fields.
pub(crate) fn fields(texts: &[(String, String)]) -> Vec<Field<'_>> {
    texts.iter().map(|(name, text)| (name.as_str(), text.as_bytes())).collect()
}
