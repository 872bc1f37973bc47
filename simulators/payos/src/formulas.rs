//! The signatures of the gateway: payOS's, or what a merchant's configuration puts in their place.

use serde_json::{Map, Value};
use simulator_kit::{Algorithm, Members, Template, UnreadableTemplate};

use crate::{settings::Settings, sign};

/// The formulas in the place of payOS's. The default replaces none.
#[derive(Clone, Debug, Default)]
pub struct Formulas {
    payment_link: Option<Template>,
    data: Option<Template>,
    payout: Option<Template>,
}

/// Why a formula cannot be replaced.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum UnusableFormula {
    /// It cannot be read.
    #[error(transparent)]
    Template(#[from] UnreadableTemplate),
    /// payOS has no formula of this name.
    #[error("is not a formula of payOS; known: payment_link, data, payout")]
    Unknown,
    /// It signs every member, or named ones, other than the formula that it replaces.
    #[error("has to sign {0}")]
    Signed(&'static str),
    /// It takes a key pair, and payOS gives out none.
    #[error("names an algorithm with a key pair, and payOS gives out none")]
    KeyPair,
}

impl Formulas {
    /// Every name.
    pub const NAMES: [&str; 3] = ["payment_link", "data", "payout"];

    /// Puts a formula of a configuration in the place of payOS's.
    ///
    /// # Errors
    /// It cannot be used there.
    pub fn replace(&mut self, name: &str, template: &str) -> Result<(), UnusableFormula> {
        let template = Template::read(template)?;
        if template.algorithm() == Some(Algorithm::RsaSha256Base64) {
            return Err(UnusableFormula::KeyPair);
        }
        let is_every = template.members().is_some();
        let place = match name {
            "payment_link" if is_every => return Err(UnusableFormula::Signed("named members")),
            "payment_link" => &mut self.payment_link,
            "data" | "payout" if !is_every => {
                return Err(UnusableFormula::Signed("every member, as \"{*}&{*}\" does"));
            }
            "data" => &mut self.data,
            "payout" => &mut self.payout,
            _ => return Err(UnusableFormula::Unknown),
        };
        *place = Some(template);
        Ok(())
    }
}

impl Settings {
    /// The signature of a request that creates a link.
    pub(crate) fn payment_link_signature(&self, body: &Map<String, Value>) -> String {
        let key = &self.payment.checksum_key;
        let Some(template) = &self.formulas.payment_link else {
            return sign::payment_link(key, body);
        };
        let text = template.text(key, |name| {
            let value = body.get(name).filter(|value| !value.is_null())?;
            Some(sign::text(value, true))
        });
        signed(template, key, &text)
    }

    /// The signature beside `data`.
    pub(crate) fn data_signature(&self, data: &Map<String, Value>) -> String {
        let key = &self.payment.checksum_key;
        match every_member(self.formulas.data.as_ref()) {
            Some((template, members)) => signed(template, key, &sign::members(data, members, true)),
            None => sign::data(key, data),
        }
    }

    /// The header `x-signature` of payouts.
    pub(crate) fn payout_signature(&self, data: &Map<String, Value>) -> String {
        let key = &self.payout.checksum_key;
        match every_member(self.formulas.payout.as_ref()) {
            Some((template, members)) => {
                signed(template, key, &sign::members(data, members, false))
            }
            None => sign::payout(key, data),
        }
    }
}

fn every_member(template: Option<&Template>) -> Option<(&Template, &Members)> {
    template.and_then(|template| Some((template, template.members()?)))
}

fn signed(template: &Template, key: &str, text: &str) -> String {
    let algorithm = template.algorithm().unwrap_or(Algorithm::HmacSha256Hex);
    // A key pair was refused when the formula was replaced.
    algorithm.sign(key, text.as_bytes()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn object(value: Value) -> Map<String, Value> {
        value.as_object().cloned().unwrap_or_default()
    }

    #[test]
    fn a_formula_that_repeats_payos_s_own_signs_alike_and_another_one_otherwise() {
        let body = object(
            json!({ "amount": 2000, "cancelUrl": "https://a/?b&c", "description": "Đ",
            "orderCode": 7, "returnUrl": "https://r", "empty": "", "list": [{ "b": 1, "a": null }] }),
        );
        let usual = Settings::test();
        let signatures = |settings: &Settings| {
            [
                settings.payment_link_signature(&body),
                settings.data_signature(&body),
                settings.payout_signature(&body),
            ]
        };
        let with = |formulas: [&str; 3]| {
            let mut settings = Settings::test();
            for (name, template) in Formulas::NAMES.into_iter().zip(formulas) {
                settings.formulas.replace(name, template).unwrap();
            }
            signatures(&settings)
        };
        let same = with(["{amount}", "{*}&{*}", "{uri_component(*)}&{uri_component(*)}"]);
        assert_eq!(same[1..], signatures(&usual)[1..]);
        let other = with(["{orderCode}|{amount}", "{*}|{*}", "hmac_sha512_hex({*}&{*})"]);
        let key = &usual.payment.checksum_key;
        assert_eq!(other[0], Algorithm::HmacSha256Hex.sign(key, b"7|2000").unwrap());
        assert!(other.iter().zip(signatures(&usual)).all(|(one, usual)| *one != usual));
        assert_eq!(other[2].len(), 128);
    }

    #[test]
    fn a_formula_that_has_no_meaning_at_payos_is_refused() {
        for (name, template, word) in [
            ("payment_link", "{*}&{*}", "named"),
            ("data", "{amount}", "every member"),
            ("refund", "{amount}", "payment_link"),
            ("payout", "rsa_sha256_base64({*}&{*})", "key pair"),
            ("data", "{*", "closed"),
        ] {
            let error = Formulas::default().replace(name, template).unwrap_err().to_string();
            assert!(error.contains(word), "{name}: {error}");
        }
    }
}
