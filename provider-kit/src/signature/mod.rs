//! Signatures: formulas as data, canonical strings, algorithms and RSA keys.
//!
//! A [`Formula`] gives the signed fields ([`Layout`]), the [`Algorithm`], and the document that
//! describes them. This module signs messages to a gateway and verifies signatures of messages from
//! it. A valid signature yields a [`Proof`], which only the checks of
//! [`payments_core::signature`](mod@payments_core::signature) can create. This module re-exports those
//! checks.
//!
//! ```
//! use payments_core::Secret;
//! use provider_kit::signature::*;
//!
//! const ITEMS: &[Item] = &[Item::field("order"), Item::field("amount"), Item::Secret];
//! const NOTICE: Formula = Formula::new(
//!     "acme.notice", "notice", Maker::Provider, Algorithm::Md5Hex,
//!     Layout::values("|", ITEMS), "the guide", Confidence::High,
//! );
//! let keys = Keys::one(Secret::new("canary")?);
//! let fields = [("order", b"A1".as_slice()), ("amount", b"50000")];
//! // The MD5 of `A1|50000|canary`.
//! let signature = NOTICE.sign(&fields, SigningKeys { secret: Some(&keys), signer: None })?;
//! let checking = CheckingKeys { secrets: Some(&keys), public: &[] };
//! let proof = NOTICE.check(&fields, &signature, checking, None)?;
//! assert!(proof.covers("amount") && !proof.covers("note"));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod algorithm;
mod explanation;
mod formula;
mod injective;
mod json_members;
mod keys;
mod layout;
mod members;
mod percent;
mod resplit;
pub mod rsa;
mod shape;
mod signed_parts;
mod template;

pub use algorithm::Algorithm;
pub use explanation::{ExplainSignature, SignatureExplainer};
pub use formula::{Confidence, Field, Formula, Maker};
pub use keys::{CheckingKeys, SigningKeys};
pub use layout::{EmptyValues, Item, Layout, Order, Transform};
pub use members::{Encoding, Members, NestedKeys};
pub use payments_core::signature::{
    Authenticity, Coverage, Keys, Part, Proof, Scheme, Signature, Untrusted, UntrustedReason,
    VerifyingKey, Window, hmac_sha256, hmac_sha512, md5_concat, rsa_sha256, shared_token,
    sign_hmac_sha256, sign_hmac_sha256_with, sign_hmac_sha512, sign_md5_concat, signed_bytes,
    token, unauthenticated,
};
pub use shape::Shape;
pub use signed_parts::SignedParts;
pub use template::TemplateError;
