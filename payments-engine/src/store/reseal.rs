//! Which columns are sealed, so that they can be sealed anew.

/// A sealed column of a table.
pub(super) struct SealedColumn {
    /// The table without the prefix or schema of the store.
    pub(super) table: &'static str,
    pub(super) column: &'static str,
    /// The name of the table in what is sealed.
    pub(super) place: &'static str,
    /// What a row is about.
    pub(super) subject: Subject,
    /// What finds a row.
    pub(super) key: Key,
}

/// What a sealed row is about, by its columns.
#[derive(Clone, Copy)]
pub(super) enum Subject {
    /// The text of this column.
    Column(&'static str),
    /// The provider and key of a credit.
    Credit,
    /// The digest of a delivery.
    Digest,
}

/// What finds a row.
#[derive(Clone, Copy)]
pub(super) enum Key {
    /// A column of text.
    Text(&'static str),
    /// The provider and key of a credit.
    Credit,
    /// The number.
    Number,
}

/// The place of the last row that was looked at: the two parts of its key.
pub(crate) type Looked = (String, String);

/// What was done to some rows of a sealed column.
#[derive(Debug)]
pub(crate) struct Resealed {
    /// How many rows were sealed anew.
    pub(crate) changed: u64,
    /// Where to go on; `None` if no rows are left.
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
    /// The two parts of the key, as text.
    pub(super) fn parts(self) -> (&'static str, &'static str) {
        match self {
            Self::Text(column) => (column, "''"),
            Self::Credit => ("provider", "key"),
            Self::Number => ("cast(number AS TEXT)", "''"),
        }
    }
}
