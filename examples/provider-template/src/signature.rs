//! Template's signature formulas, as data with their sources.

use std::time::Duration;

use payments_core::{
    Timestamp,
    formula::{Algorithm, CheckingKeys, Confidence, Formula, Item, Layout, Maker},
    notification::{
        Proof, Untrusted,
        check::{Keys, Window},
    },
};

/// Every formula of this crate.
pub(crate) const FORMULAS: &[Formula] = &[NOTIFICATION];

/// An HMAC over the time, a full stop and the raw body: who says so, and how sure that is.
const NOTIFICATION: Formula = Formula::new(
    "template.notification",
    "notification, header Template-Signature",
    Maker::Provider,
    Algorithm::HmacSha256Hex { prefix: "v1=" },
    Layout::values(".", ITEMS),
    "Template API guide, chapter \"Notifications\"",
    Confidence::High,
);

const ITEMS: &[Item] = &[Item::stamp("stamp"), Item::body("body")];

/// How far the signed time may be from now (same chapter).
const TOLERANCE: Duration = Duration::from_secs(300);

/// Checks a notification's signature. Only the core's checks can make a [`Proof`].
pub(crate) fn check(
    keys: &Keys,
    stamp: &str,
    body: &[u8],
    signature: &str,
    now: Timestamp,
) -> Result<Proof, Untrusted> {
    NOTIFICATION.check(
        &[("stamp", stamp.as_bytes()), ("body", body)],
        signature,
        CheckingKeys { secrets: Some(keys), public: &[] },
        Some(Window { now, tolerance: TOLERANCE }),
    )
}
