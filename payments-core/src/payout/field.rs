//! The fields of a payout's request that a provider may require.

use serde::Serialize;

use super::CreatePayout;
use crate::{Error, Result};

/// A field that a [`CreatePayout`] can be made without, unless the provider
/// [requires](super::PayoutCapabilities::required) it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum PayoutField {
    /// What the beneficiary reads in the transfer's memo.
    Note,
}

impl PayoutField {
    /// Every field.
    pub const ALL: [Self; 1] = [Self::Note];

    /// Its name in errors.
    pub fn name(self) -> &'static str {
        match self {
            Self::Note => "note",
        }
    }

    /// Whether a request has it: white space alone is nothing.
    pub fn is_in(self, request: &CreatePayout) -> bool {
        match self {
            Self::Note => request.note.as_ref().is_some_and(|note| !note.trim().is_empty()),
        }
    }

    /// Takes it out of a request.
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
