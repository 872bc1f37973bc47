//! The formulas that a merchant's client uses: HPay's own, or their replacements from the
//! configuration.
//!
//! The table `formulas` of the configuration replaces a formula, under its name without `hpay.`, by
//! a template in the syntax of [`Formula::replaced`]. The secret is written `{passcode}` or
//! `{secret}`. If HPay has several formulas for one purpose, the name of another one can be given
//! instead of a template:
//!
//! ```toml
//! [providers.hpay-main.formulas]
//! order_inquiry_request = "{merchant_id}|{order_code}|{passcode}"
//! # As HPay gave it:
//! order_inquiry_response = "{order_code}|{transaction_status}|{total_amount}|{passcode}"
//! checkout_link = "checkout_v1_link"
//! payout_response = "payout_response_by_name"
//! ```
//!
//! In the template of a request, the fields are the parameters of the request, by their names on
//! the wire. In the template of a response, the fields are those beside `data` and those inside it;
//! `{data}` is the JSON text of all of `data`. A response whose formula was unknown is checked once
//! a template is given.

use std::borrow::Cow;
use std::collections::BTreeMap;

use provider_kit::signature::{Formula, Maker};

use super::{
    CHECKOUT_LINK, CHECKOUT_LINK_15_FIELDS, CHECKOUT_LINK_SHORT, CHECKOUT_V1_LINK, FORMULAS,
    PAYOUT_RESPONSE, PAYOUT_RESPONSE_BY_NAME,
};

/// The formulas that a merchant's client uses.
#[derive(Clone, Debug, Default)]
pub struct Formulas {
    /// The templates of the configuration, by the name of the formula that each of them replaces.
    templates: BTreeMap<&'static str, Formula>,
    /// Formulas of HPay that the configuration selects in place of others, by the names of the
    /// replaced ones.
    chosen: BTreeMap<&'static str, &'static Formula>,
}

impl Formulas {
    /// Returns the formula in use for `usual`, one of the [formulas](super::FORMULAS): its
    /// replacement from the configuration, or else `usual` itself.
    pub fn get<'a>(&'a self, usual: &'a Formula) -> &'a Formula {
        let chosen = self.chosen.get(&*usual.id).copied().unwrap_or(usual);
        self.templates.get(&*chosen.id).unwrap_or(chosen)
    }

    /// Returns an iterator over the formulas in use, one for each formula of HPay that the
    /// configuration can replace.
    pub fn iter(&self) -> impl Iterator<Item = &Formula> {
        replaceable().map(|usual| self.get(usual))
    }

    /// Returns the formula of HPay that is used for `usual`, whether or not a template replaces it:
    /// another one if the configuration selects it, or else `usual` itself.
    pub(crate) fn chosen<'a>(&'a self, usual: &'a Formula) -> &'a Formula {
        self.chosen.get(&*usual.id).copied().unwrap_or(usual)
    }

    /// Returns the templates of the configuration, each as a formula with its key.
    pub(crate) fn templates(&self) -> impl Iterator<Item = (&'static str, &Formula)> {
        self.templates.iter().map(|(id, formula)| (short(id), formula))
    }

    /// Returns warnings for an operator about formulas of the configuration that join fields so
    /// that it is uncertain where they end.
    pub(crate) fn warnings(&self) -> Vec<String> {
        let of = |formula: &Formula| {
            let why = formula.ambiguous_layout()?;
            let so = match formula.maker {
                Maker::Merchant => {
                    "requests whose signed text fits other values too are refused before they are \
                     sent"
                }
                Maker::Provider => {
                    "where the ends of the fields are not certain the signature covers none of \
                     them, and what they say is unconfirmed until an inquiry confirms it"
                }
            };
            Some(format!("{}: {why}; {so}", key(formula)))
        };
        self.templates.values().filter_map(of).collect()
    }

    /// Replaces a formula by the value that the configuration has under the key `name`: a template,
    /// or the name of another formula of HPay. `fields_signed_by` returns the fields of the request
    /// that a formula of the merchant signs.
    ///
    /// # Errors
    /// Returns a description of the problem if the key or its value is invalid.
    pub(crate) fn replace(
        &mut self,
        name: &str,
        value: &str,
        fields_signed_by: impl Fn(&Formula) -> Option<&'static [&'static str]>,
    ) -> Result<(), String> {
        let Some(usual) = replaceable().find(|usual| short(&usual.id) == name) else {
            let known: Vec<&str> = replaceable().map(|usual| short(&usual.id)).collect();
            return Err(format!("is not a formula of HPay; known: {}", known.join(", ")));
        };
        let Cow::Borrowed(id) = usual.id else { return Err("has no constant name".to_owned()) };
        if let Some(chosen) = alternatives(usual).iter().find(|known| short(&known.id) == value) {
            self.chosen.insert(id, chosen);
            return Ok(());
        }
        let template = value.replace("{passcode}", "{secret}");
        let formula = usual.replaced(&template).map_err(|error| error.to_string())?;
        // Otherwise a misspelt name would fail only with the first request.
        if let Some(names) = fields_signed_by(usual)
            && let Some(other) =
                formula.layout.fields().into_iter().find(|name| !names.contains(name))
        {
            let names = names.join(", ");
            return Err(format!(
                "names {other:?}, which its request does not have; it has {names}"
            ));
        }
        self.templates.insert(id, formula);
        Ok(())
    }
}

/// Returns the formulas that a client uses, each of which a configuration can replace. Of the two
/// others, one is kept for history, and the other is used only if the configuration selects it
/// instead of the usual one.
fn replaceable() -> impl Iterator<Item = &'static Formula> {
    let unused = [CHECKOUT_LINK_15_FIELDS.id, PAYOUT_RESPONSE_BY_NAME.id];
    FORMULAS.iter().filter(move |formula| !unused.contains(&formula.id))
}

/// The formulas of links, each with its own parameters.
static LINKS: [Formula; 3] = [CHECKOUT_V1_LINK, CHECKOUT_LINK, CHECKOUT_LINK_SHORT];

/// The formulas of the response to a payout.
static PAYOUT_RESPONSES: [Formula; 2] = [PAYOUT_RESPONSE, PAYOUT_RESPONSE_BY_NAME];

/// Returns the formulas of HPay that can be used instead of `usual`, including itself.
fn alternatives(usual: &Formula) -> &'static [Formula] {
    [LINKS.as_slice(), &PAYOUT_RESPONSES]
        .into_iter()
        .find(|same_purpose| same_purpose.iter().any(|known| known.id == usual.id))
        .unwrap_or_default()
}

/// Returns the key of the configuration that replaces a formula.
pub(crate) fn key(formula: &Formula) -> String {
    format!("formulas.{}", short(&formula.id))
}

/// Returns the part of a formula's name after the dot.
fn short(id: &str) -> &str {
    id.strip_prefix("hpay.").unwrap_or(id)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::formulas::VA_CALLBACK;
    use crate::operations::fields_signed_by;

    #[test]
    fn every_formula_but_those_kept_for_history_can_be_replaced_and_is_found_again() {
        assert_eq!(replaceable().count(), FORMULAS.len() - 2);
        for usual in replaceable() {
            let mut formulas = Formulas::default();
            assert_eq!(formulas.get(usual), usual);
            let template = match usual.layout.to_template() {
                Some(template) => template,
                None => "{data}|{passcode}".to_owned(),
            };
            formulas.replace(short(&usual.id), &template, fields_signed_by).unwrap();
            assert_eq!(formulas.get(usual).source, "this merchant's configuration");
            assert_eq!(formulas.iter().filter(|formula| formula.id == usual.id).count(), 1);
        }
    }

    #[test]
    fn the_secret_is_written_as_hpay_calls_it_or_as_everybody_does() {
        for template in ["{cashin},{order_id},{passcode}", "{cashin},{order_id},{secret}"] {
            let mut formulas = Formulas::default();
            formulas.replace("va_callback", template, fields_signed_by).unwrap();
            let template = formulas.get(&VA_CALLBACK).layout.to_template();
            assert_eq!(template.unwrap(), "{cashin},{order_id},{secret}");
        }
    }

    #[test]
    fn another_formula_of_hpay_s_is_used_by_its_name_with_its_own_template() {
        let mut formulas = Formulas::default();
        formulas.replace("checkout_link", "checkout_v1_link", fields_signed_by).unwrap();
        assert_eq!(formulas.get(&CHECKOUT_LINK), &CHECKOUT_V1_LINK);
        formulas.replace("checkout_v1_link", "{order_code}|{passcode}", fields_signed_by).unwrap();
        assert_eq!(formulas.get(&CHECKOUT_LINK).layout.fields(), ["order_code"]);
        assert_eq!(formulas.get(&CHECKOUT_LINK_SHORT), &CHECKOUT_LINK_SHORT);
        for (name, value) in [
            ("checkout_link", "payout_response"),
            ("payout_response", "checkout_link"),
            ("checkout_link_15_fields", "checkout_link"),
            ("checkout", "{order_code}|{passcode}"),
        ] {
            assert!(formulas.replace(name, value, fields_signed_by).is_err(), "{name} = {value}");
        }
    }
}
