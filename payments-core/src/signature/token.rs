//! Tokens that the app issues to a gateway and can check without storing them.
//!
//! Some gateways fetch a token from the app and send it with every delivery. Such a token contains
//! its expiry and the app's signature, so every replica of an app can check it without a store.

use super::{
    Coverage, Keys, Part, Proof, Scheme, Signature, Untrusted, UntrustedReason, hmac_sha256,
    verification::sign_hmac_sha256_with,
};
use crate::Timestamp;

/// Issues a token that is valid for `purpose` until `until`. The same arguments give the same
/// token. Returns `None` if there is no key.
///
/// ```
/// use payments_core::{Secret, Timestamp, signature::{Keys, token}};
///
/// let keys = Keys::one(Secret::new("client secret")?);
/// let issued = token::issue(&keys, "access", Timestamp::from_unix(3_600)).unwrap();
/// assert!(token::check(&keys, "access", &issued, Timestamp::from_unix(3_599)).is_ok());
/// assert!(token::check(&keys, "access", &issued, Timestamp::from_unix(3_600)).is_err());
/// assert!(token::check(&keys, "refresh", &issued, Timestamp::from_unix(0)).is_err());
/// # Ok::<(), payments_core::SecretError>(())
/// ```
pub fn issue(keys: &Keys, purpose: &str, until: Timestamp) -> Option<String> {
    let until = until.unix_seconds().to_string();
    let code = sign_hmac_sha256_with(keys, &parts(purpose, &until))?;
    Some(format!("{until}.{}", hex::encode(code)))
}

/// Checks a token that was sent with a delivery. The proof covers nothing of the content.
///
/// # Errors
/// Returns [`Untrusted`] if the app did not issue the token for `purpose`, or if the token has
/// expired.
pub fn check(
    keys: &Keys,
    purpose: &str,
    presented: &str,
    now: Timestamp,
) -> Result<Proof, Untrusted> {
    let malformed =
        || Untrusted::new(UntrustedReason::MalformedSignature, "the token is malformed");
    let (until, code) = presented.split_once('.').ok_or_else(malformed)?;
    let proof = hmac_sha256(keys, &parts(purpose, until), Signature::Hex(code), None)?;
    // From here on it is known that the app issued the text before the full stop.
    let until: i64 = until.parse().map_err(|_| malformed())?;
    if now.unix_seconds() >= until {
        return Err(Untrusted::new(UntrustedReason::StaleTimestamp, "the token has expired"));
    }
    Ok(Proof::new(Scheme::SharedToken, Coverage::Nothing, proof.key()))
}

/// Returns the signed parts. They are literals only, because a token signs nothing of a delivery.
fn parts<'a>(purpose: &'a str, until: &'a str) -> [Part<'a>; 5] {
    [
        Part::Literal("issued token\n"),
        Part::Literal(purpose),
        Part::Literal("\n"),
        Part::Literal(until),
        Part::Literal("\n"),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Secret;

    fn keys(secret: &str) -> Keys {
        Keys::one(Secret::new(secret).unwrap())
    }

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_unix(seconds)
    }

    #[test]
    fn a_token_covers_nothing_and_tells_which_key_issued_it() {
        let issued = issue(&keys("old"), "access", at(100)).unwrap();
        let rotated = keys("new").or(Secret::new("old").unwrap());
        let proof = check(&rotated, "access", &issued, at(99)).unwrap();
        assert_eq!((proof.key(), proof.scheme()), (1, Scheme::SharedToken));
        assert!(!proof.covers("amount"));
    }

    #[test]
    fn a_token_of_another_key_purpose_or_time_is_not_ours() {
        let issued = issue(&keys("k"), "access", at(100)).unwrap();
        assert!(check(&keys("other"), "access", &issued, at(0)).is_err());
        assert!(check(&keys("k"), "access\n1", &issued, at(0)).is_err());
        let stretched = issued.replace("100.", "9999999999.");
        for forged in [&stretched, &issued[..issued.len() - 1], "100.", "100", "", ".", "100.00"] {
            let untrusted = check(&keys("k"), "access", forged, at(0)).unwrap_err();
            assert_ne!(untrusted.reason, UntrustedReason::StaleTimestamp, "{forged}");
        }
        let untrusted = check(&keys("k"), "access", &issued, at(100)).unwrap_err();
        assert_eq!(untrusted.reason, UntrustedReason::StaleTimestamp);
    }
}
