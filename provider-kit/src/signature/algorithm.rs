//! How a signature is computed from a signed string, and checked.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use payments_core::{Error, ErrorKind, Result};
use serde::Serialize;

use super::{
    CheckingKeys, Formula, Keys, Part, Proof, Signature, SigningKeys, Untrusted, UntrustedReason,
    Window, hmac_sha256, hmac_sha512, md5_concat, rsa_sha256, sign_hmac_sha256_with,
    sign_hmac_sha512, sign_md5_concat, signed_bytes,
};

/// How a signature is computed from a signed string.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Algorithm {
    /// MD5 in lower-case hexadecimal; the secret is part of the signed string.
    Md5Hex,
    /// HMAC with SHA-256 in base64.
    HmacSha256Base64,
    /// HMAC with SHA-256 in lower-case hexadecimal after a prefix.
    HmacSha256Hex {
        /// The text before the hexadecimal digits.
        prefix: &'static str,
    },
    /// HMAC with SHA-512 in lower-case hexadecimal.
    HmacSha512Hex,
    /// RSA with SHA-256, PKCS#1 v1.5, in base64.
    RsaSha256Base64,
}

impl Formula {
    pub(super) fn sign_parts(&self, parts: &[Part<'_>], keys: SigningKeys<'_>) -> Result<String> {
        let secret = || {
            keys.secret.and_then(Keys::newest).ok_or_else(|| self.misconfigured("needs a secret"))
        };
        match self.algorithm {
            Algorithm::Md5Hex => Ok(hex::encode(sign_md5_concat(secret()?, parts))),
            Algorithm::HmacSha256Base64 => {
                let hmac = keys.secret.and_then(|keys| sign_hmac_sha256_with(keys, parts));
                Ok(STANDARD.encode(hmac.ok_or_else(|| self.misconfigured("needs a secret"))?))
            }
            Algorithm::HmacSha256Hex { prefix } => {
                let hmac = keys.secret.and_then(|keys| sign_hmac_sha256_with(keys, parts));
                let hmac = hmac.ok_or_else(|| self.misconfigured("needs a secret"))?;
                Ok(format!("{prefix}{}", hex::encode(hmac)))
            }
            Algorithm::HmacSha512Hex => Ok(hex::encode(sign_hmac_sha512(secret()?, parts))),
            Algorithm::RsaSha256Base64 => {
                let signer =
                    keys.signer.ok_or_else(|| self.misconfigured("needs a private key"))?;
                let secret = if parts.iter().any(|part| matches!(part, Part::Secret)) {
                    Some(secret()?)
                } else {
                    None
                };
                let signature = signer
                    .sign(&signed_bytes(secret, parts))
                    .map_err(|error| self.misconfigured("cannot be signed").with_source(error))?;
                Ok(STANDARD.encode(signature))
            }
        }
    }

    pub(super) fn check_parts(
        &self,
        parts: &[Part<'_>],
        signature: &str,
        keys: CheckingKeys<'_>,
        window: Option<Window>,
    ) -> Result<Proof, Untrusted> {
        let misconfigured = |detail: String| Untrusted::new(UntrustedReason::Misconfigured, detail);
        let secrets =
            || keys.secrets.ok_or_else(|| misconfigured(format!("{} needs a secret", self.id)));
        match self.algorithm {
            Algorithm::Md5Hex => md5_concat(secrets()?, parts, Signature::Hex(signature)),
            Algorithm::HmacSha256Base64 => {
                hmac_sha256(secrets()?, parts, Signature::Base64(signature), window)
            }
            Algorithm::HmacSha256Hex { prefix } => {
                let Some(hex) = signature.strip_prefix(prefix) else {
                    let (reason, detail) = if signature.is_empty() {
                        (UntrustedReason::MissingSignature, "there is no signature".to_owned())
                    } else {
                        (
                            UntrustedReason::MalformedSignature,
                            format!("the signature does not start with {prefix:?}"),
                        )
                    };
                    return Err(Untrusted::new(reason, detail));
                };
                hmac_sha256(secrets()?, parts, Signature::Hex(hex), window)
            }
            Algorithm::HmacSha512Hex => {
                hmac_sha512(secrets()?, parts, Signature::Hex(signature), window)
            }
            Algorithm::RsaSha256Base64 => {
                rsa_sha256(keys.public, keys.secrets, parts, Signature::Base64(signature))
            }
        }
    }

    fn misconfigured(&self, what: &str) -> Error {
        Error::new(ErrorKind::Configuration, format!("the formula {} {what}", self.id))
    }
}
