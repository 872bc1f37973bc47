use super::*;

macro_rules! file {
    ($name:literal) => {
        include_bytes!(concat!("../../tests/data/rsa/", $name)) as &[u8]
    };
}

const MESSAGE: &[u8] = file!("message.txt");
/// By `openssl dgst -sha256 -sign`.
const SIGNATURE: &[u8] = file!("signature");

const PRIVATE: [(&str, &[u8]); 4] = [
    ("PKCS#8 in PEM", file!("pkcs8.pem")),
    ("PKCS#8 in DER", file!("pkcs8.der")),
    ("PKCS#1 in PEM", file!("pkcs1.pem")),
    ("PKCS#1 in DER", file!("pkcs1.der")),
];

const PUBLIC: [(&str, &[u8]); 6] = [
    ("certificate in PEM", file!("certificate.pem")),
    ("certificate in DER", file!("certificate.der")),
    ("public key in PEM", file!("public.pem")),
    ("public key in DER", file!("public.der")),
    ("PKCS#1 public key in PEM", file!("public_pkcs1.pem")),
    ("PKCS#1 public key in DER", file!("public_pkcs1.der")),
];

/// The kinds that are compiled in.
fn kinds() -> impl Iterator<Item = SignerKind> {
    let all = SignerKind::CHOICES.into_iter().map(|(_, kind)| kind);
    all.filter(|kind| *kind == SignerKind::Rsa || cfg!(feature = "aws-lc"))
}

#[test]
fn every_signer_makes_the_bytes_of_openssl_of_every_form_of_a_key() {
    for kind in kinds() {
        for (form, file) in PRIVATE {
            let signer = kind.read(file).unwrap_or_else(|error| panic!("{form}: {error:?}"));
            assert_eq!(signer.sign(MESSAGE).unwrap(), SIGNATURE, "{} of {form}", signer.name());
        }
    }
}

#[test]
fn every_form_of_a_public_key_checks_the_same() {
    for (form, file) in PUBLIC {
        let key = PublicKey::from_bytes(file).unwrap_or_else(|error| panic!("{form}: {error}"));
        assert!(key.verify(MESSAGE, SIGNATURE), "{form}");
        assert!(!key.verify(b"another message", SIGNATURE), "{form}");
        assert!(!key.verify(MESSAGE, &SIGNATURE[1..]), "{form}");
    }
}

#[test]
fn line_ends_and_what_stands_around_a_key_do_not_matter() {
    let pem = String::from_utf8(PRIVATE[0].1.to_vec()).unwrap();
    let certificate = String::from_utf8(PUBLIC[0].1.to_vec()).unwrap();
    let files = [
        pem.replace('\n', "\r\n"),
        pem.replace('\n', "\r"),
        format!("\n\nfriendlyName: merchant\n{pem}\n"),
        format!("{certificate}{pem}"),
    ];
    for kind in kinds() {
        for file in &files {
            assert!(kind.read(file.as_bytes()).is_ok(), "{file}");
        }
    }
    for file in [certificate.replace('\n', "\r\n"), format!("{pem}{certificate}")] {
        assert!(PublicKey::from_bytes(file.as_bytes()).is_ok(), "{file}");
    }
}

#[test]
fn a_key_that_cannot_be_used_is_refused_by_its_reason_and_never_printed() {
    let pem = String::from_utf8(PRIVATE[0].1.to_vec()).unwrap();
    let one_line = pem.replace('\n', " ");
    let (cut, _) = pem.split_at(600);
    let canary = pem.lines().nth(3).unwrap();
    for kind in kinds() {
        for (file, told) in [
            (file!("encrypted.pem"), "encrypted"),
            (file!("elliptic.pem"), "elliptic"),
            (file!("short.pem"), if kind == SignerKind::Rsa { "1024 bits" } else { "TooSmall" }),
            (PUBLIC[0].1, "no private key"),
            (PUBLIC[1].1, "private key"),
            (one_line.as_bytes(), "line ends lost"),
            (cut.as_bytes(), "line ends lost"),
            (b"", "neither"),
            (b"-----BEGIN PRIVATE KEY-----\n!\n-----END PRIVATE KEY-----\n", "not base64"),
        ] {
            let Err(error) = kind.read(file) else { panic!("{told}: it was read") };
            let printed = format!("{error} {error:?}");
            assert!(printed.contains(told), "{printed} is not {told}");
            assert!(!printed.contains(canary), "{printed}");
        }
    }
    for file in [PRIVATE[0].1, b"", b"\x30\x00", b"-----BEGIN CERTIFICATE-----\n"] {
        assert!(matches!(PublicKey::from_bytes(file), Err(RsaError::PublicKey)));
    }
}

#[test]
fn a_signer_that_is_not_compiled_in_names_its_feature() {
    let read = SignerKind::AwsLc.read(PRIVATE[0].1);
    assert_eq!(read.is_ok(), cfg!(feature = "aws-lc"));
    if let Err(error) = read {
        assert!(error.to_string().contains("cargo feature `aws-lc`"), "{error}");
    }
}
