//! Why a signature is not the one that a formula makes.

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

use payments::{
    notification::SignedParts,
    signature::{CheckingKeys, Field, Formula, Item, Layout},
};
use serde::Serialize;

use candidate::Candidate;
use presented::Presented;
use search::{Found, Search};

/// What a formula expects of a message, and what would have made its signature match.
///
/// It holds the values of the message and no secret: where the secret stands in a string, it is
/// masked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Explanation {
    /// The formula's name.
    pub formula: Cow<'static, str>,
    /// The string that the formula expects to be signed; none if its layout is unknown.
    pub expected: Option<String>,
    /// The fields that the formula signs and that are not there; they count as empty here.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub missing: Vec<String>,
    /// What the signature is, by its form: `32 bytes in hexadecimal`.
    pub signature: String,
    /// What would have made it match, the simplest first; none if nothing did.
    pub matches: Vec<Match>,
    /// How many strings were tried.
    pub tried: usize,
    /// How many bytes were hashed for that, at most 64 MiB.
    pub hashed: usize,
    /// Whether the search came to its end before a bound of strings or bytes stopped it.
    pub exhausted: bool,
}

/// A string whose signature is the one that is there.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Match {
    /// The string, with the secret masked.
    pub signed_string: String,
    /// How it differs from what the formula says; nothing if the signature is good.
    pub differences: Vec<Difference>,
    /// The layout as a template for the configuration, as [`Formula::replaced`] reads it, where
    /// only the layout differs.
    pub template: Option<String>,
}

impl Explanation {
    /// Looks for what would have made `signature` match: another order, separator or leading text,
    /// another place of the secret, a value that was encoded, decoded or written otherwise, a JSON
    /// body as another language writes it, a secret copied with what stood around it, another
    /// algorithm or encoding of the signature. Where the layout is unknown, it is looked for among
    /// up to five fields. At most 64 MiB are hashed, so that long messages are answered soon too.
    ///
    /// The search is bounded and meant for people who wonder why a signature is refused. Never
    /// believe a message on its word: among so many strings one may match by a mistake of ours.
    ///
    /// ```
    /// use payments_cli::explain::Explanation;
    /// use payments_core::{Secret, signature::*};
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

    /// The same for a delivery, as its provider takes it apart.
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
