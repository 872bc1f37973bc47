//! Due work of every kind, in one table.

use payments_core::Timestamp;

/// The kind of due work.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum TaskKind {
    /// Send a payout, inquire about it, or close it. The subject is its reference.
    Payout,
    /// Inquire about an order with a doubtful opening or refund. The subject is the order.
    Payment,
    /// Confirm a delivery with its provider. The subject is the number of the delivery.
    Confirm,
    /// Pass a change to a handler. The subject is the name of the handler, a space, and the text of
    /// a [`Subject`](crate::change::Subject).
    Handle,
    /// Read more of the statements of a provider. The subject is the name of the provider.
    Read,
    /// Inquire about an order whose buyer came back. The subject is the provider, a line break, and
    /// the order.
    Ask,
    /// Inquire about the last failed payout of a provider whose permits are held. The subject is
    /// the name of the provider.
    Held,
}

impl TaskKind {
    /// Returns the kind as it is stored.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Payout => "payout",
            Self::Payment => "payment",
            Self::Confirm => "confirm",
            Self::Handle => "handle",
            Self::Read => "read",
            Self::Ask => "ask",
            Self::Held => "held",
        }
    }
}

/// When a task is next due.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Due {
    /// At this time.
    At(Timestamp),
    /// Never.
    Never,
}

impl Due {
    /// Returns the time before every other time, so that the task is due immediately.
    pub(crate) fn at_once() -> Self {
        Self::At(Timestamp::from_unix(0))
    }
}

/// Due work that was claimed.
#[derive(Clone, Debug)]
pub(crate) struct Claim {
    pub(crate) kind: TaskKind,
    pub(crate) subject: String,
    /// Grows with every claim of the work.
    pub(crate) fence: u64,
    /// How often it was claimed since it was made due.
    pub(crate) tries: u32,
}
