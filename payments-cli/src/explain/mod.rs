//! Explains why a signature does not match a formula.

mod candidate;
mod change;
mod difference;
mod json;
mod presented;
mod search;

use std::borrow::Cow;

pub use change::Change;
pub use difference::Difference;
pub use json::{Escapes, JsonWriter, LineEnds, Spacing, UnicodeForm};

use payments::signature::{CheckingKeys, Field, Formula, Item, Layout, SignedParts};
use serde::Serialize;

use candidate::Candidate;
use presented::Presented;
use search::{Found, Search};

/// The reason why the signature of a message does not match a [`Formula`]: the string that should
/// have been signed, and the changes to this string with which the signature would match.
///
/// An explanation contains the values of the message. Secrets are masked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Explanation {
    /// The formula's name.
    pub formula: Cow<'static, str>,
    /// The string that the formula expects to be signed, or `None` if its layout is unknown.
    pub expected: Option<String>,
    /// The fields that the formula signs and the message does not have. They count as empty.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub missing: Vec<String>,
    /// The form of the signature, such as `32 bytes in hexadecimal`.
    pub signature: String,
    /// The strings with which the signature matches, the simplest first. Empty if none was found.
    pub matches: Vec<Match>,
    /// The number of strings that were tried.
    pub tried: usize,
    /// The number of bytes that were hashed for them, at most 64 MiB.
    pub hashed: usize,
    /// Whether the search was completed before it reached a limit of strings or bytes.
    pub exhausted: bool,
}

/// A string whose signature is the presented one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Match {
    /// The string, with the secret masked.
    pub signed_string: String,
    /// The differences from the formula. Empty if the signature is valid.
    pub differences: Vec<Difference>,
    /// The layout as a template for the configuration, in the syntax of [`Formula::replaced`], or
    /// `None` if more than the layout differs.
    pub template: Option<String>,
}

impl Explanation {
    /// Searches for the changes with which `signature` would match.
    ///
    /// It tries another order, separator or leading text, another place of the secret, values
    /// encoded, decoded or written in another form, a JSON body as another language writes it, a
    /// secret copied with the text around it, and another algorithm or encoding of the signature.
    /// If the layout is unknown, it is searched for in up to five fields. At most 64 MiB are
    /// hashed, so that a long message does not take long.
    ///
    /// The search is bounded, and meant for people who look for the cause of a refused signature.
    /// Never trust a message because of it: among so many strings, one may match by chance.
    ///
    /// ```
    /// use payments_cli::explain::Explanation;
    /// use payments_core::Secret;
    /// use provider_kit::signature::*;
    ///
    /// const ITEMS: &[Item] = &[Item::field("order"), Item::field("amount"), Item::Secret];
    /// const NOTICE: Formula = Formula::new(
    ///     "acme.notice", "notice", Maker::Provider, Algorithm::Md5Hex,
    ///     Layout::values("|", ITEMS), "the guide", Confidence::Low,
    /// );
    /// let keys = Keys::one(Secret::new("canary")?);
    /// let keys = CheckingKeys { secrets: Some(&keys), public: &[] };
    /// let fields = [("order", b"A1".as_slice()), ("amount", b"50000")];
    /// // The MD5 of `50000|A1|canary`.
    /// let why = Explanation::of(&NOTICE, &fields, "94c97f649bea68a062efb9cef846b24e", keys);
    /// assert_eq!(why.expected.as_deref(), Some("A1|50000|‹secret›"));
    /// assert_eq!(why.matches[0].template.as_deref(), Some("{amount}|{order}|{secret}"));
    /// # Ok::<(), payments_core::SecretError>(())
    /// ```
    pub fn of(
        formula: &Formula,
        fields: &[Field<'_>],
        signature: &str,
        keys: CheckingKeys<'_>,
    ) -> Self {
        let presented = Presented::read(signature, formula.algorithm);
        let mut search = Search::new(formula, fields, &presented, keys);
        search.run();
        let Found { matches, tried, hashed, exhausted } = search.end();
        let base = Candidate::of(formula, fields);
        Self {
            formula: formula.id.clone(),
            expected: base.map(|base| base.masked(keys.secrets)),
            missing: missing(&formula.layout, fields),
            signature: presented.description(),
            matches,
            tried,
            hashed,
            exhausted,
        }
    }

    /// Explains the signature of a delivery, in the parts that its provider found.
    pub fn of_parts(parts: &SignedParts<'_>) -> Self {
        Self::of(parts.formula(), &parts.fields(), parts.signature(), parts.keys())
    }
}

fn missing(layout: &Layout, fields: &[Field<'_>]) -> Vec<String> {
    let Layout::Values { items, .. } = layout else { return Vec::new() };
    let is_there = |name: &str| fields.iter().any(|(field, _)| *field == name);
    items
        .iter()
        .filter(|item| !matches!(item, Item::Given(_) | Item::Optional(_)))
        .filter_map(Item::name)
        .filter(|name| !is_there(name))
        .map(str::to_owned)
        .collect()
}

#[cfg(test)]
mod causes;
#[cfg(test)]
mod tests;
