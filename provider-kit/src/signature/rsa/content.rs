//! Recognises the content of a DER file by its first fields, to explain why it is not an RSA key.

use x509_cert::der::{
    Decode as _, Header, Reader as _, SliceReader, Tag,
    asn1::{ObjectIdentifier, OctetStringRef},
};

/// The algorithm of plain RSA keys (RFC 8017, appendix A.1).
const RSA: &str = "1.2.840.113549.1.1.1";

/// Other algorithms, each with its explanation for people.
const OTHERS: [(&str, &str); 8] = [
    ("1.2.840.113549.1.1.10", "it is for RSA-PSS only, and the signatures here are PKCS#1 v1.5"),
    ("1.2.840.10045.2.1", "it is of an elliptic curve; an RSA key is needed"),
    ("1.3.101.112", "it is an Ed25519 key; an RSA key is needed"),
    ("1.3.101.113", "it is an Ed448 key; an RSA key is needed"),
    ("1.3.101.110", "it is an X25519 key; an RSA key is needed"),
    ("1.3.101.111", "it is an X448 key; an RSA key is needed"),
    ("1.2.840.10040.4.1", "it is a DSA key; an RSA key is needed"),
    ("1.2.840.113549.1.3.1", "it is a Diffie-Hellman key; an RSA key is needed"),
];

/// Returns the reason why an algorithm is not that of an RSA key, or `None` if it is.
pub(super) fn not_rsa(algorithm: &ObjectIdentifier) -> Option<&'static str> {
    let algorithm = algorithm.to_string();
    if algorithm == RSA {
        return None;
    }
    let known = OTHERS.iter().find(|(known, _)| *known == algorithm);
    Some(known.map_or("it is of another algorithm; an RSA key is needed", |(_, why)| why))
}

pub(super) const PGP: &str = "it is of PGP; a key or certificate in PEM or DER is needed";

/// The beginnings of files in other formats, each with its explanation for people.
const FOREIGN: [(&[u8], &str); 12] = [
    (b"PuTTY-User-Key-File", "it is a key of PuTTY (.ppk); export it with PuTTYgen"),
    (b"ssh-", SSH),
    (b"ecdsa-", SSH),
    (b"---- BEGIN SSH2", SSH),
    (b"<RSAKeyValue", "it is a key in XML, as .NET writes it; write it in PEM"),
    (b"<?xml", "it is XML; write the key in PEM"),
    (b"{", "it is JSON, as a JWK is; write the key in PEM"),
    (b"\xfe\xed\xfe\xed", JAVA),
    (b"\xce\xce\xce\xce", JAVA),
    (b"\x99\x01", PGP),
    // In BER, which some tools write, the length of the first object is not given.
    (b"\x30\x80", "it is in BER; write it in PEM with `openssl`"),
    (b"\x30", "it is in DER and of another kind"),
];

const SSH: &str = "it is a public key in the format of SSH; write it in PEM with `ssh-keygen -e -m \
                   PKCS8 -f FILE`";
const JAVA: &str = "it is a keystore of Java (.jks); write it as .p12 with `keytool \
                    -importkeystore -srckeystore FILE -destkeystore BUNDLE -deststoretype pkcs12`";

/// Recognises by its beginning a file that is neither PEM nor the DER of a key.
pub(super) fn foreign(file: &[u8]) -> Option<&'static str> {
    let file = file.strip_prefix(b"\xef\xbb\xbf").unwrap_or(file).trim_ascii_start();
    FOREIGN.iter().find(|(begin, _)| file.starts_with(begin)).map(|(_, what)| *what)
}

/// The content of a DER file, as far as its first fields show it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Content {
    /// An encrypted PKCS#8 key (RFC 5958, section 3).
    EncryptedKey,
    /// A bundle of certificates, `.p7b` (RFC 2315).
    Certificates,
    /// A bundle of key and certificate, `.p12` or `.pfx` (RFC 7292).
    Bundle,
    /// A private key in PKCS#8, PKCS#1 or SEC 1. All of them begin with their version.
    PrivateKey,
    /// A public key (RFC 5280, section 4.1).
    PublicKey(ObjectIdentifier),
    /// Something else.
    Unknown,
}

impl Content {
    /// Recognises the content by the first fields.
    pub(super) fn of(der: &[u8]) -> Self {
        read(der).unwrap_or(Self::Unknown)
    }
}

fn read(der: &[u8]) -> Option<Content> {
    // In BER neither bundle need give its length, and Java and Windows do not give it.
    if der.starts_with(b"\x30\x80\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07") {
        return Some(Content::Certificates);
    }
    if der.starts_with(b"\x30\x80\x02\x01\x03") {
        return Some(Content::Bundle);
    }
    let mut file = SliceReader::new(der).ok()?;
    if Header::decode(&mut file).ok()?.tag != Tag::Sequence {
        return None;
    }
    match file.peek_tag().ok()? {
        // PKCS#7 begins with the identifier of its content.
        Tag::ObjectIdentifier => {
            let kind = ObjectIdentifier::decode(&mut file).ok()?.to_string();
            kind.starts_with("1.2.840.113549.1.7.").then_some(Content::Certificates)
        }
        Tag::Integer => Some(match u8::decode(&mut file) {
            Ok(3) => Content::Bundle,
            Ok(0 | 1) => Content::PrivateKey,
            _ => return None,
        }),
        // An algorithm, followed by the encrypted key or the bits of a public key.
        Tag::Sequence => {
            let mut inner = file;
            let header = Header::decode(&mut inner).ok()?;
            let mut algorithm = inner.clone();
            let oid = ObjectIdentifier::decode(&mut algorithm).ok()?;
            inner.read_slice(header.length).ok()?;
            match inner.peek_tag().ok()? {
                Tag::OctetString => {
                    OctetStringRef::decode(&mut inner).ok().map(|_| Content::EncryptedKey)
                }
                Tag::BitString => Some(Content::PublicKey(oid)),
                _ => None,
            }
        }
        _ => None,
    }
}
