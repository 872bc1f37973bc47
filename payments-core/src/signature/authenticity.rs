//! How far bytes are known to come from the gateway.

use std::borrow::Cow;

use serde::Serialize;

use super::Proof;

/// How far bytes are known to come from the gateway, apart from the connection.
///
/// A response over TLS comes from the gateway's connection, but a proxy that ends TLS can change
/// bytes that are not verified. This enum is exhaustive on purpose.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Authenticity {
    /// The bytes are not signed.
    #[default]
    Unsigned,
    /// The bytes have a signature that proves nothing: its formula is not known outside the
    /// gateway, or it covers no field with certainty.
    Unverified {
        /// The name of the formula.
        formula: Cow<'static, str>,
    },
    /// The signature of the bytes is valid. The proof gives the fields that it covers.
    Verified(Proof),
}
