//! The sealed columns, for sealing them with another key and for the new name of a provider.

#[cfg(any(feature = "sqlite", feature = "postgres"))]
use super::{Renaming, StoreError};
#[cfg(any(feature = "sqlite", feature = "postgres"))]
use crate::sealing::{Place, Seal};

/// A sealed column of a table.
pub(super) struct SealedColumn {
    /// The table without the prefix or schema of the store.
    pub(super) table: &'static str,
    pub(super) column: &'static str,
    /// The name of the table that is authenticated with sealed rows.
    pub(super) place: &'static str,
    /// The subject of a row.
    pub(super) subject: Subject,
    /// The columns that identify a row.
    pub(super) key: Key,
}

/// The columns with the subject of a sealed row.
#[derive(Clone, Copy)]
pub(super) enum Subject {
    /// The text of this column.
    Column(&'static str),
    /// The provider and key of a credit.
    Credit,
    /// The digest of a delivery.
    Digest,
}

/// The columns that identify a row.
#[derive(Clone, Copy)]
pub(super) enum Key {
    /// A column of text.
    Text(&'static str),
    /// The provider and key of a credit.
    Credit,
    /// The number.
    Number,
}

#[cfg(any(feature = "sqlite", feature = "postgres"))]
impl SealedColumn {
    /// Returns the value that replaces the stored one, with the new name of a provider or else
    /// sealed with the first key, or `None` if the stored one stays. `key` identifies the row.
    pub(super) fn again(
        &self,
        seal: &Seal,
        key: (&str, &str),
        subject: &str,
        stored: &str,
        renaming: Option<&Renaming>,
    ) -> Result<Option<String>, StoreError> {
        let place = Place { table: self.place, subject };
        let Some(renaming) = renaming else { return seal.again(place, stored) };
        if self.column == "request" {
            // A request is stored as it arrived.
            return Ok(None);
        }
        let (provider, rest) = key;
        let renamed = match self.subject {
            Subject::Credit if provider == renaming.from.as_str() => {
                format!("{} {rest}", renaming.to)
            }
            Subject::Credit | Subject::Column(_) | Subject::Digest => subject.to_owned(),
        };
        seal.with_new_name(place, &renamed, stored, renaming)
    }
}

/// The key of the last row that was examined, in two parts.
pub(crate) type Looked = (String, String);

/// The result of sealing some rows of a column.
#[derive(Debug)]
pub(crate) struct Resealed {
    /// The number of rows that were sealed.
    pub(crate) changed: u64,
    /// Where to continue, or `None` if no rows are left.
    pub(crate) last: Option<Looked>,
}

/// Every sealed column.
pub(super) const SEALED: [SealedColumn; 8] = [
    column("payout", "record", "payout", Subject::Column("reference"), Key::Text("reference")),
    column(
        "observation",
        "observation",
        "observation",
        Subject::Column("token"),
        Key::Text("token"),
    ),
    column("payment", "record", "payment", Subject::Column("reference"), Key::Text("reference")),
    column(
        "payment_observation",
        "observation",
        "payment observation",
        Subject::Column("token"),
        Key::Text("token"),
    ),
    column("credit", "record", "credit", Subject::Credit, Key::Credit),
    column("delivery", "events", "delivery events", Subject::Digest, Key::Number),
    column("delivery", "request", "delivery request", Subject::Digest, Key::Number),
    column(
        "refused_sample",
        "request",
        "refused request",
        Subject::Column("endpoint"),
        Key::Number,
    ),
];

const fn column(
    table: &'static str,
    column: &'static str,
    place: &'static str,
    subject: Subject,
    key: Key,
) -> SealedColumn {
    SealedColumn { table, column, place, subject, key }
}

impl Key {
    /// Returns the two parts of the key, as text.
    pub(super) fn parts(self) -> (&'static str, &'static str) {
        match self {
            Self::Text(column) => (column, "''"),
            Self::Credit => ("provider", "key"),
            Self::Number => ("cast(number AS TEXT)", "''"),
        }
    }
}
