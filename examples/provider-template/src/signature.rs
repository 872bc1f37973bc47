//! Template's signature formulas, as data with their sources.

use std::time::Duration;

use payments_core::{
    Timestamp,
    notification::{Proof, Untrusted},
};
use provider_kit::signature::{
    Algorithm, CheckingKeys, Confidence, Formula, Item, Keys, Layout, Maker, SignedParts, Window,
};

/// Every formula of this crate.
pub(crate) const FORMULAS: &[Formula] = &[NOTIFICATION];

/// An HMAC over the time, a full stop and the raw body, with its source and our confidence in it.
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

/// The largest difference between the signed timestamp and the time of receipt (same chapter).
const TOLERANCE: Duration = Duration::from_secs(300);

/// Returns the signed parts of a notification.
pub(crate) fn parts<'a>(
    keys: &'a Keys,
    stamp: &'a str,
    body: &'a [u8],
    signature: &'a str,
) -> SignedParts<'a> {
    let keys = CheckingKeys { secrets: Some(keys), public: &[] };
    SignedParts::new(NOTIFICATION, signature, keys)
        .with_field("stamp", stamp.as_bytes())
        .with_field("body", body)
}

/// Checks a notification's signature. Only the core's checks can make a [`Proof`].
pub(crate) fn check(parts: &SignedParts<'_>, now: Timestamp) -> Result<Proof, Untrusted> {
    let window = Window { now, tolerance: TOLERANCE };
    parts.formula().check(&parts.fields(), parts.signature(), parts.keys(), Some(window))
}
