//! Observations as a database stores them.

use payments_core::Timestamp;
use serde::de::DeserializeOwned;

use super::StoreError;
use crate::{
    record::Observed,
    sealing::{Place, Seal},
};

/// The revision, the time, the start, the sealed observation, and the token of the write.
pub(super) type ObservedRow = (i64, i64, i64, String, String);

/// Reads an observation of `table`.
pub(super) fn observed<O: DeserializeOwned>(
    seal: &Seal,
    table: &str,
    (revision, at, start, observation, token): ObservedRow,
) -> Result<Observed<O>, StoreError> {
    Ok(Observed {
        revision: revision.unsigned_abs(),
        at: Timestamp::from_unix(at),
        start: start.unsigned_abs(),
        observation: seal.open(Place { table, subject: &token }, &observation)?,
    })
}
