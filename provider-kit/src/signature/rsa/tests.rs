use base64::{Engine as _, engine::general_purpose::STANDARD};

use payments_core::signature::VerifyingKey as _;

use super::*;

macro_rules! file {
    ($name:literal) => {
        include_bytes!(concat!("../../../tests/data/rsa/", $name)) as &[u8]
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

/// Returns the kinds that are compiled in.
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

/// Returns a PEM text in the forms in which people save it.
fn saved(pem: &str) -> Vec<Vec<u8>> {
    let utf_16 = |unit: fn(u16) -> [u8; 2]| {
        format!("\u{feff}{pem}").encode_utf16().flat_map(unit).collect::<Vec<u8>>()
    };
    let indented: String = pem.lines().map(|line| format!("    \t{line}  \n")).collect();
    let texts = [
        format!("\u{feff}{pem}"),
        format!("\u{feff}{}", pem.replace('\n', "\r\n")),
        indented,
        format!("\"{}\"\n", pem.trim_end()),
        format!("'{pem}'"),
        format!("\"{}\"", pem.replace('\n', "\\n")),
        pem.replace('\n', "\\r\\n"),
        pem.trim_end().to_owned(),
        format!("\n\n  {pem}\n\n"),
        format!("PRIVATE_KEY=\"{pem}\""),
        format!("export KEY='{}'", pem.replace('\n', "\\n")),
        format!("{{\"key\": \"{}\", \"id\": 1}}", pem.replace('\n', "\\n")),
        format!("{{\"key\": \"{}\"}}", pem.trim_end().replace('\n', "\\n")),
        pem.replace('\n', "\\\\n"),
        pem.lines().map(|line| format!("> {line}\n")).collect(),
        pem.lines().map(|line| format!("\"{line}\",\n")).collect(),
        pem.lines().map(|line| format!("\u{200b}{line}\u{a0}\n")).collect(),
        pem.replace('\n', "\n\n"),
        format!("“{pem}”"),
        format!("{pem}\0"),
        format!("{pem}\u{1a}"),
        STANDARD.encode(pem),
        pem.lines().filter(|line| !line.contains("-----")).collect(),
        pem.lines()
            .filter(|line| !line.contains("-----"))
            .map(|line| format!("{line}\r\n"))
            .collect(),
        format!(
            "\u{feff}\"{}\"\n",
            pem.lines().filter(|l| !l.contains("-----")).collect::<String>()
        ),
    ];
    let texts = texts.into_iter().map(String::into_bytes);
    let marked = [utf_16(u16::to_le_bytes), utf_16(u16::to_be_bytes)];
    let unmarked = marked.clone().map(|text| text[2..].to_vec());
    texts.chain(marked).chain(unmarked).collect()
}

#[test]
fn a_file_is_read_however_an_editor_saved_it() {
    for kind in kinds() {
        for (form, file) in [PRIVATE[0], PRIVATE[2]] {
            for saved in saved(str::from_utf8(file).unwrap()) {
                let signer = kind.read(&saved);
                let signer = signer.unwrap_or_else(|error| panic!("{form}: {error}: {saved:?}"));
                assert_eq!(signer.sign(MESSAGE).unwrap(), SIGNATURE, "{form}");
            }
        }
    }
    for (form, file) in [PUBLIC[0], PUBLIC[2], PUBLIC[4]] {
        for saved in saved(str::from_utf8(file).unwrap()) {
            let key = PublicKey::from_bytes(&saved);
            let key = key.unwrap_or_else(|error| panic!("{form}: {error}: {saved:?}"));
            assert!(key.verify(MESSAGE, SIGNATURE), "{form}");
        }
    }
}

#[test]
fn a_key_under_another_label_is_read_by_what_it_is() {
    let relabelled = |file: &[u8], from: &str, to: &str| {
        let text = str::from_utf8(file).unwrap();
        let other = text.replace(&format!(" {from}-----"), &format!(" {to}-----"));
        assert_ne!(other, text, "{from}");
        other.into_bytes()
    };
    for kind in kinds() {
        for file in [
            relabelled(PRIVATE[0].1, "PRIVATE KEY", "RSA PRIVATE KEY"),
            relabelled(PRIVATE[2].1, "RSA PRIVATE KEY", "PRIVATE KEY"),
        ] {
            assert_eq!(kind.read(&file).unwrap().sign(MESSAGE).unwrap(), SIGNATURE);
        }
        for file in [
            relabelled(PUBLIC[2].1, "PUBLIC KEY", "PRIVATE KEY"),
            relabelled(PUBLIC[0].1, "CERTIFICATE", "PRIVATE KEY"),
        ] {
            let error = kind.read(&file).err().unwrap().to_string();
            assert!(error.contains("only a"), "{error}");
        }
    }
    for file in [
        relabelled(PUBLIC[0].1, "CERTIFICATE", "PUBLIC KEY"),
        relabelled(PUBLIC[0].1, "CERTIFICATE", "X509 CERTIFICATE"),
        relabelled(PUBLIC[2].1, "PUBLIC KEY", "CERTIFICATE"),
        relabelled(PUBLIC[2].1, "PUBLIC KEY", "RSA PUBLIC KEY"),
        relabelled(PUBLIC[4].1, "RSA PUBLIC KEY", "PUBLIC KEY"),
    ] {
        assert!(PublicKey::from_bytes(&file).unwrap().verify(MESSAGE, SIGNATURE));
    }
    let private = relabelled(PRIVATE[0].1, "PRIVATE KEY", "PUBLIC KEY");
    let error = PublicKey::from_bytes(&private).unwrap_err().to_string();
    assert!(error.contains("it is a private key"), "{error}");
}

#[test]
fn what_is_no_rsa_key_is_refused_by_what_it_is() {
    for kind in kinds() {
        for (file, told) in [
            (file!("encrypted_traditional.pem"), "is encrypted"),
            (file!("encrypted.der"), "is encrypted"),
            (file!("openssh.pem"), "ssh-keygen -p -m PKCS8"),
            (file!("elliptic.pem"), "elliptic curve"),
            (file!("elliptic_pkcs8.pem"), "elliptic curve"),
            (file!("ed25519.pem"), "Ed25519"),
            (file!("rsa_pss.pem"), "RSA-PSS only"),
            (file!("certificates.p7b"), ".p7b"),
            (file!("certificates.p7b.der"), ".p7b"),
            (file!("bundle.p12"), ".p12"),
            (file!("certificate.pem"), "only a certificate"),
            (file!("certificate.der"), "only a certificate"),
            (file!("public.pem"), "only a public key"),
            (file!("public.der"), "only a public key"),
        ] {
            let error = kind.read(file).err().unwrap().to_string();
            assert!(error.contains(told), "{error} is not {told}");
        }
    }
    for (file, told) in [
        (file!("certificates.p7b"), ".p7b"),
        (file!("certificates.p7b.der"), ".p7b"),
        (file!("bundle.p12"), ".p12"),
        (file!("elliptic_public.pem"), "elliptic curve"),
        (file!("rsa_pss_public.pem"), "RSA-PSS only"),
        (file!("pkcs8.pem"), "it is a private key"),
        (file!("pkcs8.der"), "it is a private key"),
        (file!("pkcs1.der"), "it is a private key"),
        (file!("encrypted.pem"), "it is a private key"),
        (file!("openssh.pem"), "it is a private key"),
        (b"", "empty"),
        (b"hello", "neither PEM nor DER"),
    ] {
        let error = PublicKey::from_bytes(file).unwrap_err().to_string();
        assert!(error.contains(told), "{error} is not {told}");
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
        assert!(matches!(PublicKey::from_bytes(file), Err(RsaError::PublicKey(_))));
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

#[test]
fn a_file_of_another_format_is_named_by_that_format() {
    let labelled = |label: &str, der: &[u8]| {
        format!("-----BEGIN {label}-----\n{}\n-----END {label}-----\n", STANDARD.encode(der))
    };
    let certificate = file!("certificate.der");
    let request = labelled("NEW CERTIFICATE REQUEST", certificate);
    let pgp = labelled("PGP PRIVATE KEY BLOCK", b"pgp");
    let bundle = labelled("PKCS7", file!("certificates.p7b.der"));
    for (file, told) in [
        (&b"PuTTY-User-Key-File-3: ssh-rsa\r\nEncryption: none\r\n"[..], "PuTTY"),
        (b"ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAABAQ== shop@example", "SSH"),
        (b"\xef\xbb\xbfssh-ed25519 AAAAC3NzaC1lZDI1NTE5 shop", "SSH"),
        (b"---- BEGIN SSH2 PUBLIC KEY ----\nAAAA\n", "SSH"),
        (b"<RSAKeyValue><Modulus>AQAB</Modulus></RSAKeyValue>", "XML"),
        (b" {\"kty\":\"RSA\",\"n\":\"AQAB\"}", "JSON"),
        (b"\xfe\xed\xfe\xed\0\0\0\x02", "Java"),
        (b"\x30\x80\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07\x02\xa0\x80", ".p7b"),
        (b"\x30\x80\x02\x01\x03\x30\x80", ".p12"),
        (b"\x30\x03\x02\x01\x09", "in DER"),
        (b"", "empty"),
        (request.as_bytes(), "request for a certificate"),
        (pgp.as_bytes(), "PGP"),
        (bundle.as_bytes(), ".p7b"),
    ] {
        let errors = kinds().map(|kind| kind.read(file).err().unwrap().to_string());
        let errors = errors.chain([PublicKey::from_bytes(file).unwrap_err().to_string()]);
        for error in errors {
            assert!(error.contains(told), "{error} is not {told}");
        }
    }
}

#[test]
fn a_pem_file_without_an_rsa_key_is_refused_by_its_label() {
    for (label, told) in [
        ("DSA PRIVATE KEY", "it is a DSA key; an RSA key is needed"),
        ("DH PARAMETERS", "there is no private key in it"),
    ] {
        let file = format!("-----BEGIN {label}-----\nAAAA\n-----END {label}-----\n");
        for kind in kinds() {
            let error = kind.read(file.as_bytes()).err().unwrap();
            assert!(matches!(error, RsaError::KeyFile(why) if why == told), "{error}");
        }
    }
}

#[test]
fn the_base64_of_a_key_alone_is_refused_by_what_it_is() {
    for (file, told) in [
        (file!("encrypted.der"), "encrypted"),
        (file!("certificate.der"), "only a certificate"),
        (file!("public.der"), "only a public key"),
        (file!("bundle.p12"), ".p12"),
        (file!("elliptic_pkcs8.pem"), "elliptic curve"),
    ] {
        for kind in kinds() {
            let error = kind.read(STANDARD.encode(file).as_bytes()).err().unwrap().to_string();
            assert!(error.contains(told), "{error} is not {told}");
        }
    }
}
