//! The optional fields of a [`CreatePayout`] that a provider may require.

use serde::Serialize;

use super::CreatePayout;
use crate::{Error, Result};

/// A field that is optional in a [`CreatePayout`], but that a provider may
/// [require](super::PayoutCapabilities::required).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum PayoutField {
    /// The text that the beneficiary sees in the transfer's memo.
    Note,
}

impl PayoutField {
    /// Every field.
    pub const ALL: [Self; 1] = [Self::Note];

    /// Returns the field's name as errors show it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Note => "note",
        }
    }

    /// Returns whether the request sets this field. A text of white space only counts as not set.
    pub fn is_in(self, request: &CreatePayout) -> bool {
        match self {
            Self::Note => request.note.as_ref().is_some_and(|note| !note.trim().is_empty()),
        }
    }

    /// Removes the field's value from a request.
    pub fn take_from(self, request: &mut CreatePayout) {
        match self {
            Self::Note => request.note = None,
        }
    }

    pub(super) fn check(self, request: &CreatePayout) -> Result<()> {
        if self.is_in(request) {
            return Ok(());
        }
        Err(Error::invalid(self.name(), "is missing; the provider requires it"))
    }
}
