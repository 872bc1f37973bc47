//! Checks the signature of a response and determines its authenticity.
//!
//! The reference names the signatures of most responses but prints none of their formulas. A
//! response whose formula is unknown is marked as unverified or, if the configuration demands it,
//! refused.

use std::borrow::Cow;
use std::collections::BTreeMap;

use bytes::Bytes;
use payments_core::{
    Authenticity, Error, ErrorKind, Raw, Uncertain, UncertainCause, notification::Untrusted,
};
use provider_kit::signature::{CheckingKeys, Field, Formula, Layout};
use serde_json::value::RawValue;

use crate::{
    config::UnverifiedAnswers,
    error_codes::FORMULA_OR_CREDENTIALS,
    formulas::{self, Formulas},
    operation::Signature,
};

/// Verifies responses of HPay.
#[derive(Clone, Copy)]
pub(crate) struct ResponseCheck<'a> {
    pub(crate) formulas: &'a Formulas,
    pub(crate) keys: CheckingKeys<'a>,
    pub(crate) unverified: UnverifiedAnswers,
}

/// The reason why a response is not accepted.
#[derive(Debug)]
pub(crate) struct Doubt {
    words: String,
    untrusted: Option<Untrusted>,
}

impl ResponseCheck<'_> {
    /// Returns the bytes of a successful response, with the authenticity of its signature.
    /// `left_out` are fields that the signature covers and the response does not contain. If
    /// `signature` is `None`, HPay does not sign the response.
    ///
    /// # Errors
    /// Returns a [`Doubt`] if the signature is wrong, or if it cannot be verified and the
    /// configuration refuses such responses.
    pub(crate) fn verify(
        self,
        signature: Option<Signature>,
        body: &Bytes,
        left_out: &[Field<'_>],
    ) -> Result<Raw, Doubt> {
        let raw = Raw::new(body.clone());
        let Some(Signature { field, formula }) = signature else {
            return match self.unverified {
                UnverifiedAnswers::Accept => Ok(raw),
                UnverifiedAnswers::Refuse => Err(Doubt::without_formula()),
            };
        };
        let formula = self.formulas.get(formula);
        let authenticity = if formula.layout == Layout::Unknown {
            Authenticity::Unverified { formula: formula.id.clone() }
        } else {
            let values = NamedTexts::of(body);
            let fields = [left_out, &values.fields()].concat();
            let signature = values.text(field).unwrap_or_default();
            formula.authenticate(&fields, signature, self.keys).map_err(|untrusted| {
                let words =
                    format!("the {field} of HPay's response is not valid by {}", formula.id);
                Doubt { words, untrusted: Some(untrusted) }
            })?
        };
        match authenticity {
            Authenticity::Verified(_) => Ok(raw.with_authenticity(authenticity)),
            _ if self.unverified == UnverifiedAnswers::Refuse => Err(match formula.layout {
                Layout::Unknown => Doubt::unverified(formula),
                _ => Doubt::uncovered(formula),
            }),
            _ => Ok(raw.with_authenticity(authenticity)),
        }
    }

    /// Verifies a response if it has a signature.
    ///
    /// # Errors
    /// Returns a [`Doubt`] if the signature is wrong.
    pub(crate) fn verify_if_signed(
        self,
        signature: Option<Signature>,
        body: &Bytes,
    ) -> Result<(), Doubt> {
        let is_signed = signature.is_some_and(|signature| {
            NamedTexts::of(body).text(signature.field).is_some_and(|text| !text.is_empty())
        });
        if is_signed { self.verify(signature, body, &[]).map(drop) } else { Ok(()) }
    }

    /// Refuses a response that reports data without a signature, if the configuration refuses
    /// responses that cannot be verified.
    ///
    /// # Errors
    /// Returns a [`Doubt`] if the configuration refuses such responses.
    pub(crate) fn refuse_unsigned(self, signature: Option<Signature>) -> Result<(), Doubt> {
        match (self.unverified, signature) {
            (UnverifiedAnswers::Accept, _) => Ok(()),
            (UnverifiedAnswers::Refuse, None) => Err(Doubt::without_formula()),
            (UnverifiedAnswers::Refuse, Some(signature)) => {
                Err(Doubt::unverified(self.formulas.get(signature.formula)))
            }
        }
    }
}

impl Doubt {
    fn without_formula() -> Self {
        let words = "HPay does not sign this response, and unverified_answers refuses it";
        Self { words: words.to_owned(), untrusted: None }
    }

    fn unverified(formula: &Formula) -> Self {
        let words = if formula.layout == Layout::Unknown {
            let key = formulas::key(formula);
            format!(
                "HPay's answer carries a code whose formula is unknown outside HPay, and \
                 unverified_answers refuses it; once HPay gives you {}, set {key}",
                formula.id
            )
        } else {
            format!("HPay's response has no code by {}, and is refused without one", formula.id)
        };
        Self { words, untrusted: None }
    }

    fn uncovered(formula: &Formula) -> Self {
        let words = format!(
            "the ends of the fields of HPay's answer are not certain by {}, so that its code covers \
             none of them, and unverified_answers refuses it; see {}",
            formula.id,
            formulas::key(formula)
        );
        Self { words, untrusted: None }
    }

    /// Converts it to the error of an inquiry.
    pub(crate) fn into_error(self, operation: &'static str) -> Error {
        let error = Error::new(ErrorKind::Malformed, self.words).with_operation(operation);
        match self.untrusted {
            Some(untrusted) => error.with_suspects(FORMULA_OR_CREDENTIALS).with_source(untrusted),
            None => error,
        }
    }

    /// Converts it to the result of an instruction.
    pub(crate) fn into_uncertain(self) -> Uncertain {
        let uncertain = Uncertain::new(UncertainCause::BadSignature, self.words);
        match self.untrusted {
            Some(untrusted) => uncertain.with_source(untrusted),
            None => uncertain,
        }
    }
}

/// The named texts of a response, both inside `data` and beside it. A name with two values is
/// omitted, so that a signature over one of them does not authenticate the other.
struct NamedTexts<'a>(Vec<(Cow<'a, str>, Cow<'a, str>)>);

impl<'a> NamedTexts<'a> {
    fn of(body: &'a [u8]) -> Self {
        let mut texts = Vec::new();
        let around = object(std::str::from_utf8(body).unwrap_or_default());
        if let Some(data) = around.get("data") {
            texts.extend(object(data.get()).into_iter().filter_map(text));
        }
        for (name, value) in around {
            match &*name {
                // `data` may also be a list, whose rows have no names, or the text of a sealed
                // envelope.
                "data" if value.get().starts_with('"') => texts.extend(text((name, value))),
                "data" => texts.push((name, Cow::Borrowed(value.get()))),
                _ => texts.extend(text((name, value))),
            }
        }
        texts.sort();
        texts.dedup();
        let by_name = texts.chunk_by(|(one, _), (other, _)| one == other);
        Self(by_name.filter(|values| values.len() == 1).flatten().cloned().collect())
    }

    fn fields(&self) -> Vec<Field<'_>> {
        self.0.iter().map(|(name, value)| (&**name, value.as_bytes())).collect()
    }

    fn text(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(known, _)| known == name).map(|(_, value)| &**value)
    }
}

fn object(json: &str) -> BTreeMap<Cow<'_, str>, &RawValue> {
    serde_json::from_str(json).unwrap_or_default()
}

/// Returns the text of a text value, or a number as it is written. Lists and objects have no text.
fn text<'a>((name, value): (Cow<'a, str>, &'a RawValue)) -> Option<(Cow<'a, str>, Cow<'a, str>)> {
    let json = value.get();
    let text = match json.as_bytes().first() {
        Some(b'"') => Cow::Owned(serde_json::from_str(json).ok()?),
        Some(b'[' | b'{') => return None,
        _ if json == "null" => return None,
        _ => Cow::Borrowed(json),
    };
    Some((name, text))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_fields_of_a_response_are_those_in_its_data_and_around_it() {
        let body = br#"{"error_code": 0, "data": {"a": "x\"y", "b": 1.50, "c": [1], "d": null},
            "checksum": "c0de"}"#;
        let values = NamedTexts::of(body);
        assert_eq!(values.text("error_code"), Some("0"));
        assert_eq!((values.text("a"), values.text("b")), (Some("x\"y"), Some("1.50")));
        assert_eq!((values.text("c"), values.text("d"), values.text("e")), (None, None, None));
        assert!(values.text("data").is_some_and(|data| data.starts_with('{')));
        assert_eq!(values.text("checksum"), Some("c0de"));
        assert_eq!(NamedTexts::of(b"<html>").fields().len(), 0);
    }

    #[test]
    fn a_name_with_two_values_is_left_out() {
        let body =
            br#"{"error_code": "00", "order": "1", "data": {"error_code": "82", "order": "1"}}"#;
        let values = NamedTexts::of(body);
        assert_eq!((values.text("error_code"), values.text("order")), (None, Some("1")));
    }
}
