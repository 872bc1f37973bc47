//! Checks of signatures, and the proof of who sent a delivery.
//!
//! A signed message is a list of [`Part`]s and is checked with [`Keys`]. A valid signature yields a
//! [`Proof`], which only the checks of this module can create and which gives the fields that it
//! [covers](Coverage). The formulas, which say how a gateway builds its messages, and the keys of RSA
//! are in the crate `provider-kit`.
//!
//! ```
//! use payments_core::{Secret, signature::*};
//!
//! let parts = [Part::Field("order", b"A1"), Part::Literal("|"), Part::Field("amount", b"50000")];
//! let secret = Secret::new("canary")?;
//! let code = sign_hmac_sha512(&secret, &parts).map(|byte| format!("{byte:02x}")).concat();
//! let proof = hmac_sha512(&Keys::one(secret), &parts, Signature::Hex(&code), None)?;
//! assert!(proof.covers("amount") && !proof.covers("note"));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod authenticity;
mod keys;
mod proof;
pub mod token;
mod untrusted;
mod verification;

pub use authenticity::Authenticity;
pub use keys::Keys;
pub use proof::{Coverage, Proof, Scheme};
pub use untrusted::{Untrusted, UntrustedReason};
pub use verification::{
    Part, Signature, VerifyingKey, Window, hmac_sha256, hmac_sha512, md5_concat, rsa_sha256,
    shared_token, sign_hmac_sha256, sign_hmac_sha256_with, sign_hmac_sha512, sign_md5_concat,
    signed_bytes, unauthenticated,
};
