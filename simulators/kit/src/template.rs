//! Signature formulas that a merchant's configuration gives in place of a gateway's own.

use base64::{Engine, engine::general_purpose::STANDARD};
use hmac::{Hmac, KeyInit, Mac};
use md5::{Digest, Md5};
use sha2::{Sha256, Sha512};

/// A signature formula as written in a configuration.
///
/// A name in braces is the value of that field on the wire, and `{secret}` or `{passcode}` is the
/// secret. The text between them is the separator, which must be the same everywhere. `{name?}` is
/// omitted with its separator if the field is not sent, `{lower(name)}` and `{urlencoded(name)}`
/// convert the value first, and `md5_hex(…)` around the whole template selects another algorithm.
/// `{*}&{*}` stands for every member, joined by `&`; `{*?}` omits empty ones, and
/// `{uri_component(*)}` encodes names and values.
///
/// This parser is independent of the client's, so that a mistake in one of them is noticed.
///
/// ```
/// use simulator_kit::{Algorithm, Template};
///
/// let template = Template::read("{order}|{amount?}|{secret}").unwrap();
/// let text = template.text("s", |name| (name == "order").then(|| "DH1".to_owned()));
/// assert_eq!(text, "DH1|s");
/// assert_eq!(template.algorithm(), None);
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Template {
    algorithm: Option<Algorithm>,
    layout: Layout,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Layout {
    Values { leading: String, separator: String, items: Vec<Item> },
    Members(Members),
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Item {
    Secret,
    Field { name: String, is_left_out: bool, is_encoded: bool, is_lowered: bool },
}

/// The part of a template that stands for every member of an object, sorted by name.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Members {
    /// The separator between two members.
    pub separator: String,
    /// Whether members with an empty value are omitted.
    pub leaves_empty_out: bool,
    /// Whether names and values are encoded like by `encodeURIComponent`.
    pub is_encoded: bool,
}

/// An algorithm that a template can name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Algorithm {
    /// `md5_hex`: MD5 in lower-case hexadecimal, of a text that includes the secret.
    Md5Hex,
    /// `hmac_sha256_base64`: HMAC-SHA256 in padded base64, with the secret as the key.
    HmacSha256Base64,
    /// `hmac_sha256_hex`: HMAC-SHA256 in lower-case hexadecimal, with the secret as the key.
    HmacSha256Hex,
    /// `hmac_sha512_hex`: HMAC-SHA512 in lower-case hexadecimal, with the secret as the key.
    HmacSha512Hex,
    /// `rsa_sha256_base64`: RSASSA-PKCS1-v1_5 over SHA-256 in padded base64, with a key pair.
    RsaSha256Base64,
}

/// The reason why a template is invalid.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct UnreadableTemplate(&'static str);

impl Template {
    /// Parses a template.
    ///
    /// # Errors
    /// Returns an error if `text` is not a valid template.
    pub fn read(text: &str) -> Result<Self, UnreadableTemplate> {
        let (algorithm, layout) = Algorithm::around(text.trim_end());
        let layout = match Members::read(layout)? {
            Some(members) => Layout::Members(members),
            None => values(layout)?,
        };
        Ok(Self { algorithm, layout })
    }

    /// Returns the algorithm, or `None` if the template does not name one.
    pub fn algorithm(&self) -> Option<Algorithm> {
        self.algorithm
    }

    /// Returns the rules for signing every member, or `None` if the template names single fields.
    pub fn members(&self) -> Option<&Members> {
        match &self.layout {
            Layout::Members(members) => Some(members),
            Layout::Values { .. } => None,
        }
    }

    /// Returns the names of the fields in the template.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        let items: &[Item] = match &self.layout {
            Layout::Values { items, .. } => items,
            Layout::Members(_) => &[],
        };
        items.iter().filter_map(|item| match item {
            Item::Field { name, .. } => Some(name.as_str()),
            Item::Secret => None,
        })
    }

    /// Returns the text to sign, or an empty text for a template of every member. A field that is
    /// not sent is empty unless the template omits it.
    pub fn text(&self, secret: &str, field: impl Fn(&str) -> Option<String>) -> String {
        let Layout::Values { leading, separator, items } = &self.layout else {
            return String::new();
        };
        let parts = items.iter().filter_map(|item| match item {
            Item::Secret => Some(secret.to_owned()),
            Item::Field { name, is_left_out, is_encoded, is_lowered } => {
                let value = match field(name) {
                    None if *is_left_out => return None,
                    value => value.unwrap_or_default(),
                };
                let value = if *is_encoded { url_encoded(&value) } else { value };
                Some(if *is_lowered { value.to_ascii_lowercase() } else { value })
            }
        });
        format!("{leading}{}", parts.collect::<Vec<_>>().join(separator))
    }
}

impl Algorithm {
    const ALL: [(&str, Self); 5] = [
        ("md5_hex", Self::Md5Hex),
        ("hmac_sha256_base64", Self::HmacSha256Base64),
        ("hmac_sha256_hex", Self::HmacSha256Hex),
        ("hmac_sha512_hex", Self::HmacSha512Hex),
        ("rsa_sha256_base64", Self::RsaSha256Base64),
    ];

    /// Returns the algorithm around a template, and the template inside it.
    fn around(text: &str) -> (Option<Self>, &str) {
        let inner = |(word, algorithm)| Some((Some(algorithm), called(text, word)?));
        Self::ALL.into_iter().find_map(inner).unwrap_or((None, text))
    }

    /// Returns the signature of a text with a shared secret. `None` if the algorithm needs a key
    /// pair.
    pub fn sign(self, secret: &str, text: &[u8]) -> Option<String> {
        match self {
            Self::Md5Hex => Some(hex::encode(Md5::digest(text))),
            Self::HmacSha256Base64 => sha256(secret, text).map(|mac| STANDARD.encode(mac)),
            Self::HmacSha256Hex => sha256(secret, text).map(hex::encode),
            Self::HmacSha512Hex => {
                let mut mac = Hmac::<Sha512>::new_from_slice(secret.as_bytes()).ok()?;
                mac.update(text);
                Some(hex::encode(mac.finalize().into_bytes()))
            }
            Self::RsaSha256Base64 => None,
        }
    }
}

fn sha256(secret: &str, text: &[u8]) -> Option<Vec<u8>> {
    let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).ok()?;
    mac.update(text);
    Some(mac.finalize().into_bytes().to_vec())
}

impl Members {
    fn read(text: &str) -> Result<Option<Self>, UnreadableTemplate> {
        const PROBLEM: UnreadableTemplate =
            UnreadableTemplate("names every member otherwise than as \"{*}&{*}\"");
        for (item, leaves_empty_out, is_encoded) in [
            ("{*}", false, false),
            ("{*?}", true, false),
            ("{uri_component(*)}", false, true),
            ("{uri_component(*)?}", true, true),
        ] {
            let Some(rest) = text.strip_prefix(item) else { continue };
            let separator = rest.strip_suffix(item).ok_or(PROBLEM)?;
            if separator.is_empty() || separator.contains(['{', '}']) {
                return Err(PROBLEM);
            }
            let separator = separator.to_owned();
            return Ok(Some(Self { separator, leaves_empty_out, is_encoded }));
        }
        Ok(None)
    }
}

fn values(text: &str) -> Result<Layout, UnreadableTemplate> {
    let (mut literals, mut items) = (Vec::new(), Vec::new());
    let mut rest = text;
    while let Some((literal, after)) = rest.split_once('{') {
        let (name, after) = after
            .split_once('}')
            .ok_or(UnreadableTemplate("has a brace that is opened and not closed"))?;
        literals.push(literal);
        items.push(item(name)?);
        rest = after;
    }
    if items.is_empty() || !rest.is_empty() {
        return Err(UnreadableTemplate("ends with text that is in no braces"));
    }
    let mut literals = literals.into_iter();
    let leading = literals.next().unwrap_or_default().to_owned();
    let separator = literals.next().unwrap_or_default().to_owned();
    if literals.any(|literal| literal != separator) {
        return Err(UnreadableTemplate("has different texts between its names"));
    }
    Ok(Layout::Values { leading, separator, items })
}

fn item(text: &str) -> Result<Item, UnreadableTemplate> {
    if matches!(text, "secret" | "passcode") {
        return Ok(Item::Secret);
    }
    let (text, is_left_out) = text.strip_suffix('?').map_or((text, false), |text| (text, true));
    let (text, is_lowered) = called(text, "lower").map_or((text, false), |text| (text, true));
    let (name, is_encoded) = called(text, "urlencoded").map_or((text, false), |text| (text, true));
    let is_name = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
    if name.is_empty() || !name.bytes().all(is_name) {
        return Err(UnreadableTemplate("has braces around what is no field's name"));
    }
    Ok(Item::Field { name: name.to_owned(), is_left_out, is_encoded, is_lowered })
}

/// Returns the text inside the brackets of `name(…)`.
fn called<'a>(text: &'a str, name: &str) -> Option<&'a str> {
    text.strip_prefix(name)?.strip_prefix('(')?.strip_suffix(')')
}

/// Percent-encodes a value like PHP: all characters except letters, digits, `-`, `_` and `.`, and a
/// space as a plus sign.
fn url_encoded(text: &str) -> String {
    let mut encoded = String::with_capacity(text.len());
    for byte in text.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_' | b'.' => {
                encoded.push(char::from(byte));
            }
            b' ' => encoded.push('+'),
            other => encoded.push_str(&format!("%{other:02X}")),
        }
    }
    encoded
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(template: &str) -> Result<String, UnreadableTemplate> {
        let fields = [("a", "X y/Z"), ("b", ""), ("c", "3")];
        let field = |name: &str| {
            fields.iter().find(|(known, _)| *known == name).map(|(_, value)| (*value).to_owned())
        };
        Ok(Template::read(template)?.text("s", field))
    }

    #[test]
    fn a_template_is_the_text_that_it_describes() {
        for (template, expected) in [
            ("{a}|{c}|{secret}", "X y/Z|3|s"),
            (" {c} {passcode}", " 3 s"),
            ("{c}{secret}", "3s"),
            ("{a}|{none}|{secret}", "X y/Z||s"),
            ("{none?}|{b?}|{c?}|{secret}", "|3|s"),
            ("{lower(a)},{urlencoded(a)},{lower(urlencoded(a))}", "x y/z,X+y%2FZ,x+y%2fz"),
            ("hmac_sha256_hex({c}.{a})", "3.X y/Z"),
        ] {
            assert_eq!(text(template).as_deref(), Ok(expected), "{template}");
        }
        for (template, word) in [
            ("{a", "closed"),
            ("", "no braces"),
            ("{a}tail", "no braces"),
            ("{a}|{b},{c}", "different"),
            ("{a b}", "name"),
            ("{upper(a)}", "name"),
            ("{*}", "every member"),
            ("{*}&{*?}", "every member"),
        ] {
            let error = text(template).unwrap_err().to_string();
            assert!(error.contains(word), "{template}: {error}");
        }
    }

    #[test]
    fn every_member_and_the_algorithm_are_told_apart() {
        let read = |text: &str| Template::read(text).unwrap();
        let members = read("hmac_sha512_hex({uri_component(*)}, {uri_component(*)})");
        assert_eq!(members.algorithm(), Some(Algorithm::HmacSha512Hex));
        let expected =
            Members { separator: ", ".to_owned(), leaves_empty_out: false, is_encoded: true };
        assert_eq!(members.members(), Some(&expected));
        assert!(read("{*?}&{*?}").members().unwrap().leaves_empty_out);
        assert_eq!(read("{a}|{lower(b)}|{secret}").names().collect::<Vec<_>>(), ["a", "b"]);
    }

    /// The vectors are those of RFC 1321 and RFC 4231, test case 2.
    #[test]
    fn signatures_are_those_of_the_standards() {
        let data = b"what do ya want for nothing?";
        let sign = |algorithm: Algorithm| algorithm.sign("Jefe", data);
        assert_eq!(
            Algorithm::Md5Hex.sign("", b"abc").as_deref(),
            Some("900150983cd24fb0d6963f7d28e17f72")
        );
        let sha256 = "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843";
        assert_eq!(sign(Algorithm::HmacSha256Hex).as_deref(), Some(sha256));
        let base64 = STANDARD.encode(hex::decode(sha256).unwrap());
        assert_eq!(sign(Algorithm::HmacSha256Base64), Some(base64));
        assert!(sign(Algorithm::HmacSha512Hex).unwrap().starts_with("164b7a7bfcf819e2e395fbe7"));
        assert_eq!(sign(Algorithm::RsaSha256Base64), None);
    }
}
