//! What the signature of a delivery is made of, for tools that explain it.

use std::borrow::Cow;
use std::fmt;

use super::{CheckingKeys, Field, Formula};

/// What the signature of a delivery is made of: the formula, the fields with their values as they
/// arrived, the presented signature, and the keys that check it.
///
/// For tools that say why a signature is refused, such as `payments verify --explain`. Nothing of it is
/// verified: it is read out of a delivery that anybody may have sent.
///
/// ```
/// use payments_core::{Secret, signature::*};
///
/// const ITEMS: &[Item] = &[Item::field("order"), Item::Secret];
/// const NOTICE: Formula = Formula::new(
///     "acme.notice", "notice", Maker::Provider, Algorithm::Md5Hex,
///     Layout::values("|", ITEMS), "the guide", Confidence::High,
/// );
/// let secrets = Keys::one(Secret::new("canary")?);
/// let keys = CheckingKeys { secrets: Some(&secrets), public: &[] };
/// let parts = SignedParts::new(NOTICE, "9e107d9d372bb6826bd81d3542a419d6", keys)
///     .with_field("order", b"A1".as_slice());
/// assert_eq!(parts.formula().signed_string(&parts.fields())?, "A1|‹secret›");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone)]
pub struct SignedParts<'a> {
    formula: Formula,
    fields: Vec<(Cow<'a, str>, Cow<'a, [u8]>)>,
    signature: Cow<'a, str>,
    keys: CheckingKeys<'a>,
}

impl<'a> SignedParts<'a> {
    /// The parts without fields. `signature` is the presented one, empty if there is none.
    pub fn new(
        formula: Formula,
        signature: impl Into<Cow<'a, str>>,
        keys: CheckingKeys<'a>,
    ) -> Self {
        Self { formula, fields: Vec::new(), signature: signature.into(), keys }
    }

    /// Adds a field behind those before it, under the name that the formula has for it. A formula
    /// takes the first of two fields of one name and ignores those that it does not sign.
    #[must_use]
    pub fn with_field(
        mut self,
        name: impl Into<Cow<'a, str>>,
        value: impl Into<Cow<'a, [u8]>>,
    ) -> Self {
        self.fields.push((name.into(), value.into()));
        self
    }

    /// The formula that checks the delivery, as configured.
    pub fn formula(&self) -> &Formula {
        &self.formula
    }

    /// The fields of the delivery as the formula takes them, in the order in which they arrived.
    pub fn fields(&self) -> Vec<Field<'_>> {
        self.fields.iter().map(|(name, value)| (name.as_ref(), value.as_ref())).collect()
    }

    /// The presented signature; empty if there is none.
    pub fn signature(&self) -> &str {
        &self.signature
    }

    /// The keys that check it.
    pub fn keys(&self) -> CheckingKeys<'a> {
        self.keys
    }
}

impl fmt::Debug for SignedParts<'_> {
    /// The formula and how many fields there are: values may be personal, and names are the
    /// sender's own text.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SignedParts({}, {} fields)", self.formula.id, self.fields.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        Secret,
        signature::{Algorithm, Confidence, Item, Keys, Layout, Maker, SigningKeys},
    };

    const ITEMS: &[Item] = &[Item::field("holder"), Item::Secret];
    const NOTICE: Formula = Formula::new(
        "test.notice",
        "a test",
        Maker::Provider,
        Algorithm::Md5Hex,
        Layout::values("|", ITEMS),
        "none",
        Confidence::High,
    );

    #[test]
    fn parts_check_by_their_formula_and_print_no_value_and_no_secret() {
        let secrets = Keys::one(Secret::new("canary").unwrap());
        let fields: [Field<'_>; 1] = [("holder", b"NGUYEN VAN A")];
        let signing = SigningKeys { secret: Some(&secrets), signer: None };
        let signature = NOTICE.sign(&fields, signing).unwrap();
        let keys = CheckingKeys { secrets: Some(&secrets), public: &[] };
        let parts = SignedParts::new(NOTICE, signature.clone(), keys)
            .with_field("holder", b"NGUYEN VAN A".as_slice())
            .with_field("LE THI B", b"1".to_vec());
        let checked = parts.formula().check(&parts.fields(), parts.signature(), keys, None);
        assert!(checked.is_ok());
        let shown = format!("{parts:?}");
        assert_eq!(shown, "SignedParts(test.notice, 2 fields)");
        for hidden in ["NGUYEN", "LE THI", "canary", &signature] {
            assert!(!shown.contains(hidden), "{shown}");
        }
    }
}
