//! The input of a delivery's signature check, for tools that explain it.

use std::borrow::Cow;
use std::fmt;

use super::{CheckingKeys, Field, Formula};

/// The input of a delivery's signature check: the formula, the fields with their values as
/// received, the presented signature, and the keys.
///
/// It is for tools that explain why a signature is refused, such as `payments verify --explain`.
/// Nothing in it is verified, because anybody may have sent the delivery.
///
/// ```
/// use payments_core::Secret;
/// use provider_kit::signature::*;
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
    /// Creates the input of a check without fields. `signature` is the presented signature, or
    /// empty if there is none.
    pub fn new(
        formula: Formula,
        signature: impl Into<Cow<'a, str>>,
        keys: CheckingKeys<'a>,
    ) -> Self {
        Self { formula, fields: Vec::new(), signature: signature.into(), keys }
    }

    /// Adds a field after the others, under its name in the formula. If a name occurs twice, the
    /// formula uses the first; it ignores fields that it does not sign.
    #[must_use]
    pub fn with_field(
        mut self,
        name: impl Into<Cow<'a, str>>,
        value: impl Into<Cow<'a, [u8]>>,
    ) -> Self {
        self.fields.push((name.into(), value.into()));
        self
    }

    /// Returns the formula that checks the delivery, as configured.
    pub fn formula(&self) -> &Formula {
        &self.formula
    }

    /// Returns the fields of the delivery, in the order in which they arrived.
    pub fn fields(&self) -> Vec<Field<'_>> {
        self.fields.iter().map(|(name, value)| (name.as_ref(), value.as_ref())).collect()
    }

    /// Returns the presented signature. It is empty if there is none.
    pub fn signature(&self) -> &str {
        &self.signature
    }

    /// Returns the keys that check the signature.
    pub fn keys(&self) -> CheckingKeys<'a> {
        self.keys
    }
}

impl fmt::Debug for SignedParts<'_> {
    /// Shows the formula and the number of fields. Values may be personal data, and names are the
    /// sender's own text.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SignedParts({}, {} fields)", self.formula.id, self.fields.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::signature::{Algorithm, Confidence, Item, Keys, Layout, Maker, SigningKeys};
    use payments_core::Secret;

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
