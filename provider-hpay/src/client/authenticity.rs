//! How far an answer is known to be HPay's, by the code that it carries.
//!
//! The reference names the codes of most answers and prints none of their formulas. An answer
//! whose formula is unknown is carried as unverified, or refused where the configuration says so.

use std::borrow::Cow;
use std::collections::BTreeMap;

use bytes::Bytes;
use http::Response;
use payments_core::{
    Authenticity, Error, ErrorKind, Raw, Uncertain, UncertainCause,
    formula::{CheckingKeys, Field, Formula, Layout},
    notification::Untrusted,
};
use serde_json::value::RawValue;

use super::HPay;
use crate::formula::in_use;

/// What to do with an answer whose formula nobody outside HPay knows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum UnverifiedAnswers {
    /// Carry it as unverified: it is as good as its TLS.
    Accept,
    /// Do not believe it.
    Refuse,
}

/// Why an answer is not believed.
#[derive(Debug)]
pub(crate) struct Doubt {
    words: String,
    untrusted: Option<Untrusted>,
}

impl HPay {
    /// The bytes of an answer that worked, with what the code under `name` says of them by the
    /// formula in use for `formula`.
    ///
    /// # Errors
    /// The code is wrong, or it cannot be checked and the configuration refuses such answers.
    pub(crate) fn weigh(
        &self,
        formula: &Formula,
        name: &str,
        response: &Response<Bytes>,
    ) -> Result<Raw, Doubt> {
        self.weigh_beside(formula, name, response, &[])
    }

    /// As [`weigh`](Self::weigh), with fields that the answer leaves out and its code covers.
    ///
    /// # Errors
    /// As there.
    pub(crate) fn weigh_beside(
        &self,
        formula: &Formula,
        name: &str,
        response: &Response<Bytes>,
        left_out: &[Field<'_>],
    ) -> Result<Raw, Doubt> {
        let formula = self.formulas.get(formula);
        let raw = Raw::new(response.body().clone());
        let authenticity = if formula.layout == Layout::Unknown {
            Authenticity::Unverified { formula: formula.id.clone() }
        } else {
            let told = Told::of(response.body());
            let fields = [left_out, &told.fields()].concat();
            let signature = told.text(name).unwrap_or_default();
            formula.authenticate(&fields, signature, self.checking_keys()).map_err(|untrusted| {
                let words = format!("the {name} of HPay's answer is not good by {}", formula.id);
                Doubt { words, untrusted: Some(untrusted) }
            })?
        };
        match authenticity {
            Authenticity::Verified(_) => Ok(raw.with_authenticity(authenticity)),
            _ if self.unverified_answers == UnverifiedAnswers::Refuse => {
                Err(match formula.layout {
                    Layout::Unknown => Doubt::unverified(formula),
                    _ => Doubt::uncovered(formula),
                })
            }
            _ => Ok(raw.with_authenticity(authenticity)),
        }
    }

    /// The bytes of an answer to an inquiry: [weighed](Self::weigh) if it worked. One that did not
    /// carries no code and tells nothing but that.
    ///
    /// # Errors
    /// The answer is not believed.
    pub(crate) fn weigh_inquiry(
        &self,
        operation: &'static str,
        worked: bool,
        formula: &Formula,
        name: &str,
        response: &Response<Bytes>,
    ) -> Result<Raw, Error> {
        if worked {
            self.weigh(formula, name, response).map_err(|doubt| doubt.into_error(operation))
        } else {
            Ok(Raw::new(response.body().clone()))
        }
    }

    /// Says no to an answer that tells something and carries no code, if the configuration does.
    ///
    /// # Errors
    /// The configuration refuses such answers.
    pub(crate) fn refuse_unsigned(&self, formula: &Formula) -> Result<(), Doubt> {
        match self.unverified_answers {
            UnverifiedAnswers::Accept => Ok(()),
            UnverifiedAnswers::Refuse => Err(Doubt::unverified(self.formulas.get(formula))),
        }
    }

    /// As [`refuse_unsigned`](Self::refuse_unsigned), for an answer that has no formula at all.
    ///
    /// # Errors
    /// The configuration refuses such answers.
    pub(crate) fn refuse_without_formula(&self) -> Result<(), Doubt> {
        match self.unverified_answers {
            UnverifiedAnswers::Accept => Ok(()),
            UnverifiedAnswers::Refuse => {
                let words = "HPay signs no such answer, and unverified_answers refuses it";
                Err(Doubt { words: words.to_owned(), untrusted: None })
            }
        }
    }

    fn checking_keys(&self) -> CheckingKeys<'_> {
        CheckingKeys {
            secrets: Some(&self.merchant.passcode),
            public: self.rsa.as_ref().map(|keys| std::slice::from_ref(&keys.hpay)).unwrap_or(&[]),
        }
    }
}

impl Doubt {
    fn unverified(formula: &Formula) -> Self {
        let words = if formula.layout == Layout::Unknown {
            let key = in_use::key(formula);
            format!(
                "HPay's answer carries a code that nobody outside HPay can check, and \
                 unverified_answers refuses it; once HPay told you {}, give it as {key}",
                formula.id
            )
        } else {
            format!("HPay's answer carries no code by {}, and it is refused without", formula.id)
        };
        Self { words, untrusted: None }
    }

    fn uncovered(formula: &Formula) -> Self {
        let words = format!(
            "the ends of the fields of HPay's answer are not certain by {}, so that its code covers \
             none of them, and unverified_answers refuses it; see {}",
            formula.id,
            in_use::key(formula)
        );
        Self { words, untrusted: None }
    }

    /// What that makes of an inquiry.
    pub(crate) fn into_error(self, operation: &'static str) -> Error {
        let error = Error::new(ErrorKind::Malformed, self.words).with_operation(operation);
        match self.untrusted {
            Some(untrusted) => error.with_source(untrusted),
            None => error,
        }
    }

    /// What that makes of an instruction.
    pub(crate) fn into_uncertain(self) -> Uncertain {
        let uncertain = Uncertain::new(UncertainCause::BadSignature, self.words);
        match self.untrusted {
            Some(untrusted) => uncertain.with_source(untrusted),
            None => uncertain,
        }
    }
}

/// The named texts of an answer: those in its `data` and those around it. A name with two values
/// is left out, so that no code over the one vouches for the other.
struct Told<'a>(Vec<(Cow<'a, str>, Cow<'a, str>)>);

impl<'a> Told<'a> {
    fn of(body: &'a [u8]) -> Self {
        let mut told = Vec::new();
        let around = object(std::str::from_utf8(body).unwrap_or_default());
        if let Some(data) = around.get("data") {
            told.extend(object(data.get()).into_iter().filter_map(text));
        }
        for (name, value) in around {
            match &*name {
                // Also a list, whose rows have no names.
                "data" => told.push((name, Cow::Borrowed(value.get()))),
                _ => told.extend(text((name, value))),
            }
        }
        told.sort();
        told.dedup();
        let by_name = told.chunk_by(|(one, _), (other, _)| one == other);
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

/// Text as it reads, and a number as it is written; a list or an object has no text.
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
    fn the_fields_of_an_answer_are_those_in_its_data_and_around_it() {
        let body = br#"{"error_code": 0, "data": {"a": "x\"y", "b": 1.50, "c": [1], "d": null},
            "checksum": "c0de"}"#;
        let told = Told::of(body);
        assert_eq!(told.text("error_code"), Some("0"));
        assert_eq!((told.text("a"), told.text("b")), (Some("x\"y"), Some("1.50")));
        assert_eq!((told.text("c"), told.text("d"), told.text("e")), (None, None, None));
        assert!(told.text("data").is_some_and(|data| data.starts_with('{')));
        assert_eq!(told.text("checksum"), Some("c0de"));
        assert_eq!(Told::of(b"<html>").fields().len(), 0);
    }

    #[test]
    fn a_name_with_two_values_is_not_told() {
        let body =
            br#"{"error_code": "00", "order": "1", "data": {"error_code": "82", "order": "1"}}"#;
        let told = Told::of(body);
        assert_eq!((told.text("error_code"), told.text("order")), (None, Some("1")));
    }
}
