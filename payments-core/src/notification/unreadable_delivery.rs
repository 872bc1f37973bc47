//! A delivery that passed its check but whose content cannot be read.

use std::borrow::Cow;
use std::fmt;

use super::Proof;
use crate::printable;

/// A delivery that passed the check of its endpoint but has a field that cannot be read.
///
/// The delivery may report money, so it is neither acknowledged nor refused as a forgery. It yields
/// no event and no [`DedupeKey`](crate::DedupeKey), the gateway is asked to send it again later,
/// and the field is logged at `warn` for a person. An example is a signed amount of `"50.000"`,
/// which may mean 50000 or 50.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub struct UnreadableDelivery {
    /// The proof of who sent the delivery, with the fields that the proof covers.
    pub proof: Proof,
    /// The field as the gateway spells it, or `body` if the content has no fields.
    pub field: Cow<'static, str>,
    /// The problem, described for people. It never contains a secret or another field's value.
    pub detail: String,
}

impl UnreadableDelivery {
    /// The name of [`field`](Self::field) for a body that cannot be read at all.
    pub const BODY: &'static str = "body";

    /// Creates a report for a delivery with this proof, in which `field` cannot be read because of
    /// `detail`. `detail` must not contain a secret.
    pub fn new(
        proof: Proof,
        field: impl Into<Cow<'static, str>>,
        detail: impl Into<String>,
    ) -> Self {
        let detail = printable::message(detail.into()).into_owned();
        Self { proof, field: printable::message(field), detail }
    }
}

impl fmt::Display for UnreadableDelivery {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the delivery's field `{}` cannot be read: {}", self.field, self.detail)
    }
}
