//! Notifications whose signature is in the body, beside the event that it covers.

use std::fmt;

use payments_core::signature::Part;
use serde::{
    Deserialize, Deserializer,
    de::{MapAccess, Visitor},
};
use serde_json::value::RawValue;

/// The body of such a notification. The signature covers every member of `event`, and only those.
#[derive(Debug, Deserialize)]
pub(crate) struct SignedEvent {
    pub(crate) event: Box<RawValue>,
    pub(crate) signature: String,
}

/// The members of a JSON object in their order. A name may appear twice.
#[derive(Debug)]
pub(crate) struct Members(pub(crate) Vec<(String, Box<RawValue>)>);

impl Members {
    /// Returns the signed fields: every member by name, sorted, with texts as they are and other
    /// values as JSON. `None` if a name occurs twice, or if a text contains `&`, because the signed
    /// text could then also be that of other members.
    pub(crate) fn signed_fields(&self) -> Option<Vec<(String, String)>> {
        let mut fields = Vec::with_capacity(self.0.len());
        for (name, value) in &self.0 {
            let text = serde_json::from_str::<String>(value.get());
            if name.contains(['&', '=']) || text.as_ref().is_ok_and(|text| text.contains('&')) {
                return None;
            }
            fields.push((name.clone(), text.unwrap_or_else(|_| value.get().to_owned())));
        }
        fields.sort_unstable();
        let is_doubled = fields.windows(2).any(|pair| matches!(pair, [a, b] if a.0 == b.0));
        (!is_doubled).then_some(fields)
    }
}

/// Returns the signed text of these fields: `name=value`, joined by `&`.
pub(crate) fn signed_parts(fields: &[(String, String)]) -> Vec<Part<'_>> {
    let separators = std::iter::once("").chain(std::iter::repeat("&"));
    let parts = separators.zip(fields).flat_map(|(separator, (name, value))| {
        let value = Part::Field(name, value.as_bytes());
        [Part::Literal(separator), Part::Literal(name), Part::Literal("="), value]
    });
    parts.collect()
}

impl<'de> Deserialize<'de> for Members {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct InOrder;

        impl<'de> Visitor<'de> for InOrder {
            type Value = Members;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Members, A::Error> {
                let mut members = Vec::new();
                while let Some(member) = map.next_entry()? {
                    members.push(member);
                }
                Ok(Members(members))
            }
        }

        deserializer.deserialize_map(InOrder)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fields(json: &str) -> Option<Vec<(String, String)>> {
        serde_json::from_str::<Members>(json).unwrap().signed_fields()
    }

    #[test]
    fn every_member_is_signed_by_its_name() {
        let expected = [("a", "x"), ("b", r#"{"d":1, "c":2}"#), ("e", "null")];
        let expected = expected.map(|(name, value)| (name.to_owned(), value.to_owned()));
        assert_eq!(fields(r#"{"b":{"d":1, "c":2},"a":"x","e":null}"#).unwrap(), expected);
    }

    #[test]
    fn members_whose_text_could_be_that_of_others_are_not_signed() {
        for json in [r#"{"a":"x","a":"x"}"#, r#"{"a":"x&b=y"}"#, r#"{"a=1&b":"y"}"#] {
            assert_eq!(fields(json), None, "{json}");
        }
    }
}
