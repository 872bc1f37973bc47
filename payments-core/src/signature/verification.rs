//! The checks that create a [`Proof`], and their signers, for tests and simulators.
//!
//! A signed message is passed as [`Part`]s, so that a proof covers exactly what was checked. Each
//! check accepts several keys, newest first, so that keys can be rotated.

use std::borrow::Cow;
use std::fmt;
use std::time::Duration;

use base64::{Engine as _, engine::general_purpose::STANDARD};
use hmac::{Hmac, KeyInit, Mac};
use md5::{Digest as _, Md5};
use sha2::Sha512;

use super::{Coverage, Keys, Proof, Scheme, Untrusted, UntrustedReason, keys::Key};
use crate::{
    Timestamp,
    secret::{Secret, same_bytes},
};

/// One part of a signed message.
#[derive(Clone, Copy)]
pub enum Part<'a> {
    /// A separator or another fixed text.
    Literal(&'a str),
    /// A named field.
    Field(&'a str, &'a [u8]),
    /// A named field that is a timestamp in Unix seconds, checked against the [`Window`].
    Timestamp(&'a str, &'a str),
    /// The whole body.
    Body(&'a [u8]),
    /// The secret itself.
    Secret,
}

/// The window in which a signed timestamp is accepted, in both directions from now.
#[derive(Clone, Copy, Debug)]
pub struct Window {
    /// The current time.
    pub now: Timestamp,
    /// The greatest accepted distance from `now`.
    pub tolerance: Duration,
}

/// A signature as received.
#[derive(Clone, Copy)]
pub enum Signature<'a> {
    /// Hexadecimal digits, in either case.
    Hex(&'a str),
    /// Standard base64 with padding.
    Base64(&'a str),
}

/// An RSA public key. The crate `provider-kit` has one; a test may use another.
pub trait VerifyingKey {
    /// Returns whether `signature` is a valid signature of `message` by this key (PKCS#1 v1.5 with SHA-256).
    fn verify(&self, message: &[u8], signature: &[u8]) -> bool;
}

/// Checks a secret that was sent with a delivery. The proof covers nothing of the content.
///
/// # Errors
/// Returns [`Untrusted`] if the secret is missing or wrong.
pub fn shared_token(keys: &Keys, presented: Option<&[u8]>) -> Result<Proof, Untrusted> {
    let Some(presented) = presented.filter(|token| !token.is_empty()) else {
        return Err(missing());
    };
    // Every key is compared, so that the time does not reveal which one matched.
    let mut matched = None;
    for (index, key) in keys.0.iter().enumerate() {
        if key.secret.matches(presented) && matched.is_none() {
            matched = Some(index);
        }
    }
    match matched {
        Some(key) => Ok(Proof::new(Scheme::SharedToken, Coverage::Nothing, key)),
        None => Err(wrong()),
    }
}

/// Checks nothing: the delivery contains no evidence, and anyone who knows the address may have
/// sent the delivery.
///
/// It is for endpoints that a configuration deliberately leaves without a check, and for the
/// returns of browsers. Everything received at such an endpoint has to be confirmed by inquiry.
pub fn unauthenticated() -> Proof {
    Proof::new(Scheme::Unauthenticated, Coverage::Nothing, 0)
}

/// Checks an HMAC with SHA-256 over `parts`.
///
/// # Errors
/// Returns [`Untrusted`] if the signature is malformed or wrong, or a timestamp is outside the
/// window.
pub fn hmac_sha256(
    keys: &Keys,
    parts: &[Part<'_>],
    signature: Signature<'_>,
    window: Option<Window>,
) -> Result<Proof, Untrusted> {
    let presented = signature.decode::<32>()?;
    let matched = keys.0.iter().position(|key| same_bytes(&hmac_of(key, parts), &presented));
    conclude(Scheme::HmacSha256, parts, matched, window)
}

/// Checks an HMAC with SHA-512 over `parts`.
///
/// # Errors
/// Returns [`Untrusted`] if the signature is malformed or wrong, or a timestamp is outside the
/// window.
pub fn hmac_sha512(
    keys: &Keys,
    parts: &[Part<'_>],
    signature: Signature<'_>,
    window: Option<Window>,
) -> Result<Proof, Untrusted> {
    let presented = signature.decode::<64>()?;
    let matched =
        keys.0.iter().position(|key| same_bytes(&sign_hmac_sha512(&key.secret, parts), &presented));
    conclude(Scheme::HmacSha512, parts, matched, window)
}

/// Checks an MD5 over `parts`, which must contain [`Part::Secret`] exactly once.
///
/// # Errors
/// Returns [`Untrusted`] if the signature is malformed or wrong, or `parts` does not contain the
/// secret exactly once.
pub fn md5_concat(
    keys: &Keys,
    parts: &[Part<'_>],
    signature: Signature<'_>,
) -> Result<Proof, Untrusted> {
    if secrets_in(parts) != 1 {
        return Err(Untrusted::new(
            UntrustedReason::Misconfigured,
            "an MD5 code that does not include the secret proves nothing",
        ));
    }
    let presented = signature.decode::<16>()?;
    let matched = keys.0.iter().position(|key| same_bytes(&md5_of(&key.secret, parts), &presented));
    conclude(Scheme::Md5Concat, parts, matched, None)
}

/// Checks an RSA signature (PKCS#1 v1.5 with SHA-256) over `parts`. The newest of `secrets` is used
/// for [`Part::Secret`] if the message contains one.
///
/// # Errors
/// Returns [`Untrusted`] if the signature is malformed or wrong.
pub fn rsa_sha256(
    keys: &[impl VerifyingKey],
    secrets: Option<&Keys>,
    parts: &[Part<'_>],
    signature: Signature<'_>,
) -> Result<Proof, Untrusted> {
    let presented = signature.decode_any()?;
    let messages: Vec<Vec<u8>> = match (secrets_in(parts), secrets) {
        (0, _) => vec![signed_bytes(None, parts)],
        (1, Some(secrets)) => {
            secrets.0.iter().map(|key| signed_bytes(Some(&key.secret), parts)).collect()
        }
        _ => {
            return Err(Untrusted::new(
                UntrustedReason::Misconfigured,
                "the signed message contains a secret that is not configured, or contains it twice",
            ));
        }
    };
    let matched =
        keys.iter().position(|key| messages.iter().any(|message| key.verify(message, &presented)));
    conclude(Scheme::RsaSha256, parts, matched, None)
}

/// Returns the signature that [`hmac_sha256`] accepts.
pub fn sign_hmac_sha256(secret: &Secret, parts: &[Part<'_>]) -> [u8; 32] {
    hmac_of(&Key::new(secret.clone()), parts)
}

/// Returns the signature that [`hmac_sha256`] accepts, made with the newest of `keys`.
pub fn sign_hmac_sha256_with(keys: &Keys, parts: &[Part<'_>]) -> Option<[u8; 32]> {
    keys.0.first().map(|key| hmac_of(key, parts))
}

/// Returns the signature that [`hmac_sha512`] accepts.
pub fn sign_hmac_sha512(secret: &Secret, parts: &[Part<'_>]) -> [u8; 64] {
    // An HMAC accepts a key of any length, so this cannot fail; the fallback key is never used.
    let mut hmac = Hmac::<Sha512>::new_from_slice(secret.expose().as_bytes())
        .unwrap_or_else(|_| Hmac::<Sha512>::new(&Default::default()));
    feed(secret, parts, |bytes| hmac.update(bytes));
    hmac.finalize().into_bytes().into()
}

/// Returns the signature that [`md5_concat`] accepts.
pub fn sign_md5_concat(secret: &Secret, parts: &[Part<'_>]) -> [u8; 16] {
    md5_of(secret, parts)
}

/// Returns the signed message, for signers outside this crate, such as those of RSA. It contains
/// `secret` if `parts` contain [`Part::Secret`]: never print it.
pub fn signed_bytes(secret: Option<&Secret>, parts: &[Part<'_>]) -> Vec<u8> {
    let mut message = Vec::with_capacity(parts.iter().map(|part| part.bytes(secret).len()).sum());
    for part in parts {
        message.extend_from_slice(part.bytes(secret));
    }
    message
}

fn hmac_of(key: &Key, parts: &[Part<'_>]) -> [u8; 32] {
    /// From this many parts on, joining them first is faster than hashing each.
    const MANY: usize = 8;

    let mut hmac = key.hmac.clone();
    if parts.len() < MANY {
        feed(&key.secret, parts, |bytes| hmac.update(bytes));
    } else {
        hmac.update(&signed_bytes(Some(&key.secret), parts));
    }
    hmac.finalize().into_bytes().into()
}

fn md5_of(secret: &Secret, parts: &[Part<'_>]) -> [u8; 16] {
    let mut md5 = Md5::new();
    feed(secret, parts, |bytes| md5.update(bytes));
    md5.finalize().into()
}

fn feed(secret: &Secret, parts: &[Part<'_>], mut take: impl FnMut(&[u8])) {
    for part in parts {
        take(part.bytes(Some(secret)));
    }
}

fn secrets_in(parts: &[Part<'_>]) -> usize {
    parts.iter().filter(|part| matches!(part, Part::Secret)).count()
}

fn conclude(
    scheme: Scheme,
    parts: &[Part<'_>],
    matched: Option<usize>,
    window: Option<Window>,
) -> Result<Proof, Untrusted> {
    let Some(key) = matched else { return Err(wrong()) };
    let stamp = stamp_within(parts, window)?;
    Ok(Proof::new(scheme, coverage(parts), key).stamped(stamp))
}

fn stamp_within(
    parts: &[Part<'_>],
    window: Option<Window>,
) -> Result<Option<Timestamp>, Untrusted> {
    let stamps = parts.iter().filter_map(|part| match part {
        Part::Timestamp(_, text) => Some(*text),
        _ => None,
    });
    let mut seen = None;
    for text in stamps {
        let Some(Ok(seconds)) =
            text.bytes().all(|b| b.is_ascii_digit()).then(|| text.parse::<i64>())
        else {
            return Err(Untrusted::new(
                UntrustedReason::StaleTimestamp,
                "the signed timestamp is not a number of seconds",
            ));
        };
        let stamp = Timestamp::from_unix(seconds);
        let Some(window) = window else {
            return Err(Untrusted::new(
                UntrustedReason::Misconfigured,
                "a timestamp is signed, but no window is set for it",
            ));
        };
        if stamp.distance(window.now) > window.tolerance {
            let detail = format!(
                "the signed timestamp is {} s from now; at most {} s are allowed",
                stamp.distance(window.now).as_secs(),
                window.tolerance.as_secs()
            );
            return Err(Untrusted::new(UntrustedReason::StaleTimestamp, detail).with_stale(stamp));
        }
        seen = Some(stamp);
    }
    Ok(seen)
}

fn coverage(parts: &[Part<'_>]) -> Coverage {
    if parts.iter().any(|part| matches!(part, Part::Body(_))) {
        return Coverage::Body;
    }
    let fields: Vec<Cow<'static, str>> = parts
        .iter()
        .filter_map(|part| match part {
            Part::Field(name, _) | Part::Timestamp(name, _) => Some(Cow::Owned((*name).to_owned())),
            Part::Literal(_) | Part::Body(_) | Part::Secret => None,
        })
        .collect();
    if fields.is_empty() { Coverage::Nothing } else { Coverage::Fields(fields) }
}

impl<'a> Part<'a> {
    fn bytes(&self, secret: Option<&'a Secret>) -> &'a [u8] {
        match self {
            Self::Literal(text) | Self::Timestamp(_, text) => text.as_bytes(),
            Self::Field(_, value) => value,
            Self::Body(body) => body,
            Self::Secret => secret.map(|secret| secret.expose().as_bytes()).unwrap_or_default(),
        }
    }
}

impl Signature<'_> {
    fn decode<const N: usize>(self) -> Result<[u8; N], Untrusted> {
        match self {
            // The length is known, so no allocation is needed.
            Self::Hex(text) if !text.is_empty() => {
                let mut code = [0; N];
                hex::decode_to_slice(text, &mut code).map_err(|_| malformed())?;
                Ok(code)
            }
            _ => self.decode_any()?.try_into().map_err(|_| malformed()),
        }
    }

    fn decode_any(self) -> Result<Vec<u8>, Untrusted> {
        let (Self::Hex(text) | Self::Base64(text)) = self;
        if text.is_empty() {
            return Err(missing());
        }
        match self {
            Self::Hex(text) => hex::decode(text).map_err(|_| malformed()),
            Self::Base64(text) => STANDARD.decode(text).map_err(|_| malformed()),
        }
    }
}

impl fmt::Debug for Part<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Literal(text) => write!(f, "Literal({text:?})"),
            Self::Field(name, _) | Self::Timestamp(name, _) => write!(f, "Field({name})"),
            Self::Body(body) => write!(f, "Body({} bytes)", body.len()),
            Self::Secret => f.write_str("Secret"),
        }
    }
}

impl fmt::Debug for Signature<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Signature(…)")
    }
}

fn missing() -> Untrusted {
    Untrusted::new(UntrustedReason::MissingSignature, "there is no signature")
}

fn malformed() -> Untrusted {
    Untrusted::new(UntrustedReason::MalformedSignature, "the signature is malformed")
}

fn wrong() -> Untrusted {
    Untrusted::new(UntrustedReason::WrongSignature, "the signature is wrong")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn secret(text: &str) -> Secret {
        Secret::new(text).unwrap()
    }

    fn window(now: i64) -> Option<Window> {
        Some(Window { now: Timestamp::from_unix(now), tolerance: Duration::from_secs(300) })
    }

    #[test]
    fn an_hmac_over_a_stamp_and_the_body_covers_the_body() {
        let parts = [Part::Timestamp("t", "1700000000"), Part::Literal("."), Part::Body(b"{}")];
        let signature = hex::encode(sign_hmac_sha256(&secret("new"), &parts));
        let keys = Keys::one(secret("newer")).or(secret("new"));
        let proof =
            hmac_sha256(&keys, &parts, Signature::Hex(&signature), window(1_700_000_300)).unwrap();
        assert_eq!((proof.key(), proof.coverage()), (1, &Coverage::Body));
        assert!(proof.covers("anything"));
        assert_eq!(proof.stamp(), Some(Timestamp::from_unix(1_700_000_000)));
    }

    #[test]
    fn a_stamp_outside_the_window_is_stale_in_both_directions() {
        let parts = [Part::Timestamp("t", "1700000000"), Part::Body(b"{}")];
        let signature = hex::encode(sign_hmac_sha256(&secret("k"), &parts));
        for now in [1_700_000_301, 1_699_999_699] {
            let untrusted = hmac_sha256(
                &Keys::one(secret("k")),
                &parts,
                Signature::Hex(&signature),
                window(now),
            )
            .unwrap_err();
            assert_eq!(untrusted.reason, UntrustedReason::StaleTimestamp);
            assert_eq!(untrusted.stale, Some(Timestamp::from_unix(1_700_000_000)));
        }
    }

    #[test]
    fn a_stamp_without_a_window_fails_closed() {
        let parts = [Part::Timestamp("t", "1700000000"), Part::Body(b"{}")];
        let signature = hex::encode(sign_hmac_sha256(&secret("k"), &parts));
        let untrusted =
            hmac_sha256(&Keys::one(secret("k")), &parts, Signature::Hex(&signature), None)
                .unwrap_err();
        assert_eq!(untrusted.reason, UntrustedReason::Misconfigured);
    }

    #[test]
    fn an_md5_covers_only_the_fields_in_it() {
        let parts = [
            Part::Field("cashin", b"28275709"),
            Part::Literal("|"),
            Part::Field("order_id", b"51239782"),
            Part::Literal("|"),
            Part::Secret,
        ];
        let signature = hex::encode(sign_md5_concat(&secret("abcdef"), &parts));
        assert_eq!(signature, "9c49cd91b5ffa61f143c7f482365aba4");
        let proof =
            md5_concat(&Keys::one(secret("abcdef")), &parts, Signature::Hex(&signature)).unwrap();
        assert!(proof.covers("cashin") && proof.covers("order_id"));
        assert!(!proof.covers("amount"));
    }

    #[test]
    fn an_md5_without_the_secret_proves_nothing() {
        let parts = [Part::Field("a", b"1")];
        let signature = hex::encode(sign_md5_concat(&secret("k"), &parts));
        let untrusted =
            md5_concat(&Keys::one(secret("k")), &parts, Signature::Hex(&signature)).unwrap_err();
        assert_eq!(untrusted.reason, UntrustedReason::Misconfigured);
    }

    #[test]
    fn a_missing_doubled_truncated_or_reencoded_signature_is_refused() {
        let parts = [Part::Body(b"{}")];
        let good = hex::encode(sign_hmac_sha256(&secret("k"), &parts));
        let keys = Keys::one(secret("k"));
        let twice = format!("{good}{good}");
        let base64 = STANDARD.encode(hex::decode(&good).unwrap());
        let spaced = format!(" {good}");
        for bad in ["", &good[..63], &good[..62], &twice, &base64, &spaced] {
            assert!(hmac_sha256(&keys, &parts, Signature::Hex(bad), None).is_err(), "{bad:?}");
        }
        assert!(hmac_sha256(&keys, &parts, Signature::Hex(&good.to_uppercase()), None).is_ok());
        assert!(hmac_sha256(&keys, &parts, Signature::Base64(&base64), None).is_ok());
    }

    /// RFC 4231, test case 2, and the same message changed.
    #[test]
    fn an_hmac_with_sha512_is_that_of_the_rfc() {
        let parts = [Part::Field("data", b"what do ya want for nothing?")];
        let code = "164b7a7bfcf819e2e395fbe73b56e0a387bd64222e831fd610270cd7ea250554\
                    9758bf75c05a994a6d034f65f8f0e6fdcaeab1a34d4a6b4b636e070a38bce737";
        let keys = Keys::one(secret("newer")).or(secret("Jefe"));
        let proof = hmac_sha512(&keys, &parts, Signature::Hex(code), None).unwrap();
        assert_eq!((proof.scheme(), proof.key()), (Scheme::HmacSha512, 1));
        assert!(proof.covers("data") && !proof.covers("amount"));
        let other = [Part::Field("data", b"what do ya want for something?")];
        for (parts, code) in [(&other, code), (&parts, &code[..64]), (&parts, "")] {
            assert!(hmac_sha512(&keys, parts, Signature::Hex(code), None).is_err(), "{code}");
        }
    }

    #[test]
    fn a_shared_token_covers_nothing_and_an_empty_one_never_matches() {
        let keys = Keys::one(secret("token"));
        let proof = shared_token(&keys, Some(b"token")).unwrap();
        assert!(!proof.covers("order"));
        for bad in [None, Some(&b""[..]), Some(b"toke"), Some(b"token2")] {
            assert!(shared_token(&keys, bad).is_err(), "{bad:?}");
        }
    }
}
