//! How far bytes are known to be the provider's own.

use std::borrow::Cow;

use serde::Serialize;

use super::Proof;

/// How far bytes are known to be the provider's own, apart from the connection they came by.
///
/// Exhaustive on purpose. The bytes of an answer that went over TLS are never anybody's; but a
/// proxy that ends TLS can change what is not verified.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Authenticity {
    /// Nothing of them is signed.
    #[default]
    Unsigned,
    /// They carry a signature that could not be checked, because its formula is not
    /// known outside the provider.
    Unverified {
        /// The name of the formula whose layout is missing.
        formula: Cow<'static, str>,
    },
    /// Their signature is good; the proof says what it covers.
    Verified(Proof),
}
