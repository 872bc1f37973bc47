//! Layouts in the form in which a merchant writes them in a configuration.

use std::borrow::Cow;
use std::fmt::Write as _;

use super::{
    Algorithm, Confidence, EmptyValues, Encoding, Formula, Item, Layout, Maker, Members,
    NestedKeys, Transform,
};

/// The reason why a template is refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum TemplateError {
    /// A brace is not closed.
    #[error("has a brace that is not closed")]
    Unclosed,
    /// Text follows the last name.
    #[error("ends with text outside of braces")]
    Tail,
    /// The text in braces is not a field name.
    #[error("has braces around text that is not a field name")]
    Name,
    /// The texts between the names differ.
    #[error("has different texts between its names")]
    Separators,
    /// The secret occurs more than once, or not at all.
    #[error("does not contain the secret exactly once")]
    Secret,
    /// The secret is in the template, although it is the key of this algorithm.
    #[error("contains the secret, which is the key of this algorithm and not a part of the string")]
    SecretIsKey,
    /// A field that the replaced formula covers is missing.
    #[error("leaves out {0:?}, which the formula it replaces covers")]
    Uncovered(String),
    /// `*` occurs beside something else, only once, or in two forms.
    #[error("has every member in another form than \"{{*}}&{{*}}\", with any separator between")]
    Members,
    /// The template has no field, so it would cover nothing.
    #[error("covers no field")]
    Nothing,
}

/// The words for algorithms, as they are serialised.
const ALGORITHMS: [(&str, Algorithm); 5] = [
    ("md5_hex", Algorithm::Md5Hex),
    ("hmac_sha256_base64", Algorithm::HmacSha256Base64),
    ("hmac_sha256_hex", Algorithm::HmacSha256Hex { prefix: "" }),
    ("hmac_sha512_hex", Algorithm::HmacSha512Hex),
    ("rsa_sha256_base64", Algorithm::RsaSha256Base64),
];

const EVERY: &str = "*";
const URI_COMPONENT: &str = "uri_component";
const LOWER: &str = "lower";
const URL_ENCODED: &str = "urlencoded";

impl Formula {
    /// Returns this formula with the layout of a template, and with its algorithm if it names one.
    ///
    /// A name in braces is a field as received, `{secret}` is the secret, and the text between them
    /// is literal and the same everywhere. `{name?}` is left out with its separator if the field is
    /// not sent, `{lower(name)}` and `{urlencoded(name)}` transform the field first, and
    /// `md5_hex(…)` around the template names another algorithm. `{*}&{*}` is [every
    /// member](Layout::Members), joined by `&`; `{*?}` leaves out empty ones, and
    /// `{uri_component(*)}` encodes names and values:
    ///
    /// ```
    /// use provider_kit::signature::{Algorithm, Confidence, Formula, Item, Layout, Maker};
    ///
    /// const UNKNOWN: Formula = Formula::new(
    ///     "acme.answer", "answer", Maker::Provider, Algorithm::Md5Hex, Layout::Unknown,
    ///     "the guide names the field only", Confidence::Unknown,
    /// );
    /// let told = UNKNOWN.replaced("{order}|{amount}|{secret}")?;
    /// assert_eq!(told.layout.fields(), ["order", "amount"]);
    /// # Ok::<(), provider_kit::signature::TemplateError>(())
    /// ```
    ///
    /// The template of a formula of the provider must cover at least one field and every field that
    /// the replaced formula covers. Its fields count as empty if they are absent.
    ///
    /// # Errors
    /// Returns the reason why the template is refused.
    pub fn replaced(&self, template: &str) -> Result<Self, TemplateError> {
        let (algorithm, layout) = unwrapped(template.trim_end(), self.algorithm);
        let layout = match every_member(layout, &self.layout)? {
            Some(members) => Layout::Members(members),
            None => parse(layout, |name| self.item(name))?,
        };
        let secrets = match &layout {
            Layout::Values { items, .. } => items.iter().filter(|i| **i == Item::Secret).count(),
            _ => 0,
        };
        match algorithm {
            Algorithm::Md5Hex | Algorithm::RsaSha256Base64 if secrets != 1 => {
                return Err(TemplateError::Secret);
            }
            Algorithm::HmacSha256Base64
            | Algorithm::HmacSha256Hex { .. }
            | Algorithm::HmacSha512Hex
                if secrets != 0 =>
            {
                return Err(TemplateError::SecretIsKey);
            }
            _ => {}
        }
        if self.maker == Maker::Provider && !matches!(layout, Layout::Members(_)) {
            if matches!(self.layout, Layout::Members(_)) {
                return Err(TemplateError::Uncovered(EVERY.to_owned()));
            }
            let fields = layout.fields();
            if let Some(lost) = self.layout.fields().into_iter().find(|f| !fields.contains(f)) {
                return Err(TemplateError::Uncovered(lost.to_owned()));
            }
            if fields.is_empty() {
                return Err(TemplateError::Nothing);
            }
        }
        Ok(Self {
            algorithm,
            layout,
            source: Cow::Borrowed("this merchant's configuration"),
            confidence: Confidence::Medium,
            ..self.clone()
        })
    }

    /// Returns the item for a field name, as this formula has it or by the default of its maker.
    fn item(&self, name: &str) -> Item {
        let known = match &self.layout {
            Layout::Values { items, .. } => items.iter().find(|item| match item {
                // A field is transformed only if the template does so.
                Item::Changed(..) | Item::Given(_) => false,
                item => item.name() == Some(name),
            }),
            _ => None,
        };
        known.cloned().unwrap_or_else(|| {
            let name = Cow::Owned(name.to_owned());
            match self.maker {
                Maker::Merchant => Item::Field(name),
                Maker::Provider => Item::Optional(name),
            }
        })
    }
}

impl Layout {
    /// Returns the layout as a template that [`Formula::replaced`] reads. Returns `None` for pairs
    /// of listed fields and for an unknown layout.
    pub fn to_template(&self) -> Option<String> {
        if let Self::Members(members) = self {
            let item = template_of(members.empty, members.encoding);
            return Some(format!("{item}{}{item}", members.separator));
        }
        let Self::Values { leading, separator, items } = self else { return None };
        let mut template = leading.to_string();
        for (index, item) in items.iter().enumerate() {
            if index > 0 {
                template.push_str(separator);
            }
            // Writing into a string cannot fail.
            let _ = match item {
                Item::Field(name)
                | Item::Optional(name)
                | Item::Timestamp(name)
                | Item::Body(name) => {
                    write!(template, "{{{name}}}")
                }
                Item::Given(name) => write!(template, "{{{name}?}}"),
                Item::Changed(name, Transform::AsciiLower) => {
                    write!(template, "{{{LOWER}({name})}}")
                }
                Item::Changed(name, Transform::UrlEncoded) => {
                    write!(template, "{{{URL_ENCODED}({name})}}")
                }
                Item::Changed(name, Transform::UrlEncodedLower) => {
                    write!(template, "{{{LOWER}({URL_ENCODED}({name}))}}")
                }
                Item::Secret => write!(template, "{{secret}}"),
            };
        }
        Some(template)
    }
}

/// Returns every member in the notation of a template.
fn template_of(empty: EmptyValues, encoding: Encoding) -> String {
    let name = match encoding {
        Encoding::Raw => EVERY.to_owned(),
        Encoding::UriComponent => format!("{URI_COMPONENT}({EVERY})"),
    };
    match empty {
        EmptyValues::Kept => format!("{{{name}}}"),
        EmptyValues::Dropped => format!("{{{name}?}}"),
    }
}

/// Returns the members of a template that names `*` twice, with the separator between. The order of
/// keys in JSON values is not changed by a template.
fn every_member(template: &str, usual: &Layout) -> Result<Option<Members>, TemplateError> {
    for empty in [EmptyValues::Kept, EmptyValues::Dropped] {
        for encoding in [Encoding::Raw, Encoding::UriComponent] {
            let item = template_of(empty, encoding);
            let Some(rest) = template.strip_prefix(&item) else { continue };
            let separator = rest.strip_suffix(&item).ok_or(TemplateError::Members)?;
            if separator.is_empty() || separator.contains(['{', '}']) {
                return Err(TemplateError::Members);
            }
            let (nested, null_words_are_empty) = match usual {
                Layout::Members(usual) => (usual.nested, usual.null_words_are_empty),
                _ => (NestedKeys::AsSent, false),
            };
            let separator = Cow::Owned(separator.to_owned());
            return Ok(Some(Members { separator, empty, encoding, nested, null_words_are_empty }));
        }
    }
    Ok(None)
}

/// Returns the algorithm around a template, and the template inside it.
fn unwrapped(template: &str, usual: Algorithm) -> (Algorithm, &str) {
    for (word, algorithm) in ALGORITHMS {
        if let Some(inner) = call(template, word) {
            return (algorithm, inner);
        }
    }
    (usual, template)
}

/// Returns the text in the brackets of `name(…)`.
fn call<'a>(text: &'a str, name: &str) -> Option<&'a str> {
    text.strip_prefix(name)?.strip_prefix('(')?.strip_suffix(')')
}

fn parse(template: &str, plain: impl Fn(&str) -> Item) -> Result<Layout, TemplateError> {
    let mut literals = Vec::new();
    let mut items = Vec::new();
    let mut rest = template;
    while let Some((literal, after)) = rest.split_once('{') {
        let (name, after) = after.split_once('}').ok_or(TemplateError::Unclosed)?;
        literals.push(literal);
        items.push(item(name, &plain)?);
        rest = after;
    }
    if !rest.is_empty() {
        return Err(TemplateError::Tail);
    }
    let mut literals = literals.into_iter();
    let leading = literals.next().unwrap_or_default();
    let separator = literals.next().unwrap_or_default();
    if literals.any(|literal| literal != separator) {
        return Err(TemplateError::Separators);
    }
    Ok(Layout::Values {
        leading: Cow::Owned(leading.to_owned()),
        separator: Cow::Owned(separator.to_owned()),
        items: Cow::Owned(items),
    })
}

fn item(text: &str, plain: impl Fn(&str) -> Item) -> Result<Item, TemplateError> {
    let changed = |name: &str, transform| {
        named(name).map(|name| Item::Changed(Cow::Owned(name.to_owned()), transform))
    };
    if text == "secret" {
        Ok(Item::Secret)
    } else if let Some(name) = text.strip_suffix('?') {
        named(name).map(|name| Item::Given(Cow::Owned(name.to_owned())))
    } else if let Some(inner) = call(text, LOWER) {
        match call(inner, URL_ENCODED) {
            Some(name) => changed(name, Transform::UrlEncodedLower),
            None => changed(inner, Transform::AsciiLower),
        }
    } else if let Some(name) = call(text, URL_ENCODED) {
        changed(name, Transform::UrlEncoded)
    } else {
        named(text).map(plain)
    }
}

fn named(name: &str) -> Result<&str, TemplateError> {
    let is_name = |name: &str| name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_');
    if name.is_empty() || !is_name(name) { Err(TemplateError::Name) } else { Ok(name) }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ITEMS: &[Item] = &[Item::optional("cashin"), Item::optional("order"), Item::Secret];

    const NOTICE: Formula = formula(Maker::Provider, Layout::values("|", ITEMS));
    const REQUEST: Formula = formula(Maker::Merchant, Layout::Unknown);

    const fn formula(maker: Maker, layout: Layout) -> Formula {
        let md5 = Algorithm::Md5Hex;
        Formula::new("test.one", "a test", maker, md5, layout, "none", Confidence::Low)
    }

    #[test]
    fn a_template_is_read_with_its_leading_text_and_its_separator_and_written_back() {
        for template in [
            " {a}, {secret}, {b}",
            "{secret}{a}",
            "{a}|{b?}|{lower(c)}|{urlencoded(d)}|{lower(urlencoded(e))}|{secret}",
        ] {
            let read = REQUEST.replaced(template).unwrap();
            assert_eq!(read.layout.to_template().as_deref(), Some(template));
            assert_eq!((read.algorithm, &*read.id), (Algorithm::Md5Hex, "test.one"));
        }
        assert_eq!(Layout::Unknown.to_template(), None);
    }

    #[test]
    fn an_algorithm_may_stand_around_the_layout() {
        let read = REQUEST.replaced("rsa_sha256_base64({a}|{secret})").unwrap();
        assert_eq!(read.algorithm, Algorithm::RsaSha256Base64);
        assert_eq!(read.layout.fields(), ["a"]);
        assert_eq!(
            REQUEST.replaced("hmac_sha256_base64({a}|{secret})"),
            Err(TemplateError::SecretIsKey)
        );
    }

    #[test]
    fn a_template_that_is_malformed_is_refused() {
        use TemplateError::*;
        for (template, error) in [
            ("{a}|{b}", Secret),
            ("{secret}|{a}|{secret}", Secret),
            ("", Secret),
            ("{a}|{b},{secret}", Separators),
            ("{a", Unclosed),
            ("{}|{secret}", Name),
            ("{a b}|{secret}", Name),
            ("{upper(a)}|{secret}", Name),
            ("{secret}|tail", Tail),
        ] {
            assert_eq!(REQUEST.replaced(template), Err(error), "{template:?}");
        }
    }

    #[test]
    fn what_replaces_a_formula_of_the_provider_covers_as_much_and_something() {
        assert!(NOTICE.replaced("{order},{cashin},{amount},{secret}").is_ok());
        let lost = TemplateError::Uncovered("order".to_owned());
        assert_eq!(NOTICE.replaced("{cashin}|{secret}"), Err(lost));
        let unknown = formula(Maker::Provider, Layout::Unknown);
        assert_eq!(unknown.replaced("{secret}"), Err(TemplateError::Nothing));
        assert!(unknown.replaced("{amount}{secret}").is_ok());
        assert!(REQUEST.replaced("{secret}").is_ok());
    }

    #[test]
    fn every_member_is_named_twice_with_the_separator_between() {
        let mut signed = NOTICE;
        signed.algorithm = Algorithm::HmacSha512Hex;
        for template in ["{*}&{*}", "{*?}, {*?}", "{uri_component(*)}|{uri_component(*)}"] {
            let read = signed.replaced(template).unwrap();
            assert!(matches!(read.layout, Layout::Members(_)), "{read:?}");
            assert_eq!(read.layout.to_template().as_deref(), Some(template));
        }
        for template in ["{*}", "{*}{*}", "{*}&{*?}", "{*}&{a}", "{*}&{*}&{*}", "{*}&{secret}"] {
            let error = signed.replaced(template).unwrap_err();
            assert_eq!(error, TemplateError::Members, "{template}");
        }
        assert_eq!(signed.replaced("{a}&{*}"), Err(TemplateError::Name));
        assert_eq!(NOTICE.replaced("{*}&{*}"), Err(TemplateError::Secret));
    }

    #[test]
    fn what_replaces_every_member_is_every_member_with_nested_keys_as_before() {
        let members = Members::joined_by("&").with_nested_keys(NestedKeys::Sorted);
        let mut signed = formula(Maker::Provider, Layout::Members(members.with_null_words_empty()));
        signed.algorithm = Algorithm::HmacSha512Hex;
        let lost = TemplateError::Uncovered("*".to_owned());
        assert_eq!(signed.replaced("{order}&{amount}"), Err(lost));
        let Layout::Members(read) = signed.replaced("{*}|{*}").unwrap().layout else { panic!() };
        assert_eq!((read.nested, read.null_words_are_empty), (NestedKeys::Sorted, true));
        assert_eq!((&*read.separator, read.empty), ("|", EmptyValues::Kept));
    }

    #[test]
    fn a_field_keeps_its_kind() {
        const STAMPED: &[Item] = &[Item::stamp("time"), Item::body("body")];
        let mut webhook = formula(Maker::Provider, Layout::values(".", STAMPED));
        webhook.algorithm = Algorithm::HmacSha256Base64;
        let read = webhook.replaced("{body}:{time}").unwrap();
        let Layout::Values { items, .. } = read.layout else { panic!() };
        assert_eq!(items[..], [Item::body("body"), Item::stamp("time")]);
    }
}
