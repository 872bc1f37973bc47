//! During the rotation of a secret the newest one signs and all of them check, with every
//! algorithm.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test may panic")]

use payments_core::{Secret, Timestamp};
use provider_kit::signature::{
    CheckingKeys, Formula, Keys, SigningKeys, UntrustedReason,
    rsa::{PublicKey, SignerKind},
    shared_token, token,
};

mod formulas {
    use provider_kit::signature::{Algorithm, Confidence, Formula, Layout, Maker};

    pub(crate) const PLAIN: Formula = Formula::new(
        "acme.test",
        "a test",
        Maker::Provider,
        Algorithm::Md5Hex,
        Layout::Unknown,
        "this test",
        Confidence::High,
    );
}

const SECRETS: [&str; 3] = ["the secret to come", "the secret of now", "the secret of last year"];
const STRANGER: &str = "the secret of somebody else";
const FIELDS: [(&str, &[u8]); 2] = [("order", b"DH-1"), ("amount", b"50000")];

const KEY: &[u8] = include_bytes!("data/rsa/pkcs8.pem");
const CERTIFICATE: &[u8] = include_bytes!("data/rsa/certificate.pem");

/// Each algorithm. The RSA signature is over the secret as well.
const TEMPLATES: [&str; 5] = [
    "md5_hex({order}|{amount}|{secret})",
    "hmac_sha256_base64({order}|{amount})",
    "hmac_sha256_hex({order}|{amount})",
    "hmac_sha512_hex({order}|{amount})",
    "rsa_sha256_base64({order}|{amount}|{secret})",
];

fn secret(text: &str) -> Secret {
    Secret::new(text).unwrap()
}

/// Returns these secrets, the newest first.
fn keys(secrets: &[&str]) -> Keys {
    let (newest, older) = secrets.split_first().unwrap();
    older.iter().fold(Keys::one(secret(newest)), |keys, older| keys.or(secret(older)))
}

fn formulas() -> impl Iterator<Item = Formula> {
    TEMPLATES.into_iter().map(|template| formulas::PLAIN.replaced(template).unwrap())
}

fn sign(formula: &Formula, keys: &Keys) -> String {
    let signer = SignerKind::Rsa.read(KEY).unwrap();
    formula.sign(&FIELDS, SigningKeys { secret: Some(keys), signer: Some(&*signer) }).unwrap()
}

#[test]
fn the_newest_secret_signs_by_every_algorithm() {
    for formula in formulas() {
        let algorithm = formula.algorithm;
        let newest = sign(&formula, &keys(&SECRETS[..1]));
        for secrets in [&SECRETS[..2], &SECRETS[..], &[SECRETS[0], STRANGER]] {
            assert_eq!(sign(&formula, &keys(secrets)), newest, "{algorithm:?}");
        }
        assert_ne!(sign(&formula, &keys(&SECRETS[1..])), newest, "{algorithm:?}");
    }
}

#[test]
fn every_secret_checks_by_every_algorithm_and_no_other_does() {
    let public = [PublicKey::from_bytes(CERTIFICATE).unwrap()];
    for formula in formulas() {
        let algorithm = formula.algorithm;
        for count in 1..=SECRETS.len() {
            let known = keys(&SECRETS[..count]);
            for (place, text) in SECRETS.into_iter().chain([STRANGER]).enumerate() {
                let signature = sign(&formula, &keys(&[text]));
                let checking = CheckingKeys { secrets: Some(&known), public: &public };
                let checked = formula.check(&FIELDS, &signature, checking, None);
                let case = format!("{algorithm:?}: {place} of {count}");
                match checked {
                    Ok(proof) => {
                        assert!(place < count, "{case}");
                        assert!(proof.covers("order") && proof.covers("amount"), "{case}");
                        // The index of an RSA proof is that of the public key.
                        let is_rsa = format!("{algorithm:?}").starts_with("Rsa");
                        assert_eq!(proof.key(), if is_rsa { 0 } else { place }, "{case}");
                    }
                    Err(untrusted) => {
                        assert!(place >= count, "{case}: {untrusted}");
                        assert_eq!(untrusted.reason, UntrustedReason::WrongSignature, "{case}");
                    }
                }
            }
        }
    }
}

#[test]
fn every_secret_is_accepted_as_a_token_and_checks_tokens_that_the_newest_issued() {
    let known = keys(&SECRETS);
    let until = Timestamp::from_unix(1_000);
    for (place, text) in SECRETS.into_iter().enumerate() {
        assert_eq!(shared_token(&known, Some(text.as_bytes())).unwrap().key(), place);
        let issued = token::issue(&keys(&[text]), "access", until).unwrap();
        let proof = token::check(&known, "access", &issued, Timestamp::from_unix(0)).unwrap();
        assert_eq!(proof.key(), place, "{text}");
        for near in [&text[1..], &text[..text.len() - 1], &format!("{text}x"), &text.to_uppercase()]
        {
            assert!(shared_token(&known, Some(near.as_bytes())).is_err(), "{near}");
        }
    }
    assert!(shared_token(&known, Some(STRANGER.as_bytes())).is_err());
    let newest = token::issue(&known, "access", until);
    assert_eq!(newest, token::issue(&keys(&SECRETS[..1]), "access", until));
}
