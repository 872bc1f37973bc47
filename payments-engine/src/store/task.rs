//! Due work: one table for every kind of it.

use payments_core::Timestamp;

/// What kind of work is due.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum TaskKind {
    /// A payout is sent, asked about or closed. The subject is its reference.
    Payout,
    /// An order is asked about of which an opening or a refund is in doubt. The subject is the order.
    Payment,
    /// A delivery is confirmed with its provider. The subject is the number of the delivery.
    Confirm,
    /// A handler is given what changed. The subject is the name of the handler, a space, and the
    /// text of a [`Subject`](crate::change::Subject).
    Handle,
    /// The statements of a provider are read on. The subject is the name of the provider.
    Read,
    /// An order is asked about, because its buyer came back. The subject is the provider, a line
    /// break, and the order.
    Ask,
}

impl TaskKind {
    /// The kind as it is stored.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Payout => "payout",
            Self::Payment => "payment",
            Self::Confirm => "confirm",
            Self::Handle => "handle",
            Self::Read => "read",
            Self::Ask => "ask",
        }
    }
}

/// When something is due next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Due {
    /// At this time.
    At(Timestamp),
    /// Never.
    Never,
}

impl Due {
    /// At once: before everything that is due at a time.
    pub(crate) fn at_once() -> Self {
        Self::At(Timestamp::from_unix(0))
    }
}

/// Due work that was claimed.
#[derive(Clone, Debug)]
pub(crate) struct Claim {
    pub(crate) kind: TaskKind,
    pub(crate) subject: String,
    /// Grows with every claim of it.
    pub(crate) fence: u64,
    /// How often it was claimed since it was made due anew.
    pub(crate) tries: u32,
}
