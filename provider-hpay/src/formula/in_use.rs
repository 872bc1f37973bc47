//! The formulas that a merchant's client uses: HPay's, or what the configuration puts in their
//! place.
//!
//! Each is replaced under the key `formula_` and its number or name by a template, as
//! [`Formula::replaced`] reads it. The secret is written `{passcode}` or `{secret}`:
//!
//! ```toml
//! formula_f05 = "{merchant_id}|{order_code}|{passcode}"
//! formula_f06 = "{order_code}|{transaction_status}|{total_amount}|{passcode}"  # HPay told us
//! ```
//!
//! The fields of a request are the parameters that it is sent with, by the names on the wire. The
//! fields of an answer are those around its `data` and those in it; `{data}` is the JSON text of
//! all of it. An answer whose formula was unknown is then checked.

use std::collections::BTreeMap;

use payments_core::formula::{Formula, Maker};

use super::{
    F01, F02, F03, F04, F05, F06, F07, F08, F09, F10, F11, F12, F13, F14, F15, F16, F17, F18, F19,
    F20, F20B, F21, F22, F23, F24, OPENAPI_VA_CALLBACK, requests,
};

/// The formulas that a merchant's client uses.
#[derive(Clone, Debug, Default)]
pub struct Formulas {
    /// What the configuration gave, by the name of the formula in whose place it stands.
    given: BTreeMap<String, Formula>,
}

impl Formulas {
    /// The one in use for one of the [formulas](super::FORMULAS): what the configuration put in its
    /// place, or else itself.
    pub fn get<'a>(&'a self, usual: &'a Formula) -> &'a Formula {
        self.given.get(&*usual.id).unwrap_or(usual)
    }

    /// Each of them.
    pub fn iter(&self) -> impl Iterator<Item = &Formula> {
        REPLACEABLE.iter().map(|(_, usual)| self.get(usual))
    }

    /// What an operator should know of the formulas that the configuration gave: which of them join
    /// fields so that their ends cannot be told.
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
        self.given.values().filter_map(of).collect()
    }

    /// Puts the formula of a template in the place of one of the formulas.
    ///
    /// # Errors
    /// What is wrong with the template.
    pub(crate) fn replace(&mut self, usual: &Formula, template: &str) -> Result<(), String> {
        let template = template.replace("{passcode}", "{secret}");
        let formula = usual.replaced(&template).map_err(|error| error.to_string())?;
        requests::check_names(&formula)?;
        self.given.insert(usual.id.clone().into_owned(), formula);
        Ok(())
    }

    /// Reads the answer to a payout as the Java sample does.
    pub(crate) fn use_f20b(&mut self) {
        self.given.insert(F20.id.clone().into_owned(), F20B);
    }
}

/// The formulas that a client uses, each under the configuration's key for its replacement.
pub(crate) static REPLACEABLE: [(&str, Formula); 25] = [
    ("formula_f01", F01),
    ("formula_f02", F02),
    ("formula_f03", F03),
    ("formula_f04", F04),
    ("formula_f05", F05),
    ("formula_f06", F06),
    ("formula_f07", F07),
    ("formula_f08", F08),
    ("formula_f09", F09),
    ("formula_f10", F10),
    ("formula_f11", F11),
    ("formula_f12", F12),
    ("formula_f13", F13),
    ("formula_f14", F14),
    ("formula_f15", F15),
    ("formula_f16", F16),
    ("formula_f17", F17),
    ("formula_f18", F18),
    ("formula_f19", F19),
    ("formula_f20", F20),
    ("formula_f21", F21),
    ("formula_f22", F22),
    ("formula_f23", F23),
    ("formula_f24", F24),
    ("formula_openapi_va_callback", OPENAPI_VA_CALLBACK),
];

/// The configuration's key for the replacement of a formula.
pub(crate) fn key(formula: &Formula) -> String {
    formula.id.replace("hpay.", "formula_")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::formula::{F02B, FORMULAS};

    #[test]
    fn every_formula_but_those_kept_for_history_can_be_replaced_and_is_found_again() {
        let unused = FORMULAS.iter().filter(|known| REPLACEABLE.iter().all(|(_, f)| f != *known));
        assert_eq!(unused.collect::<Vec<_>>(), [&F02B, &F20B]);
        for (key, usual) in &REPLACEABLE {
            assert_eq!(*key, super::key(usual));
            let mut formulas = Formulas::default();
            assert_eq!(formulas.get(usual), usual);
            let template = match usual.layout.to_template() {
                Some(template) => template,
                None => "{data}|{passcode}".to_owned(),
            };
            formulas.replace(usual, &template).unwrap();
            assert_eq!(formulas.get(usual).source, "this merchant's configuration");
            assert_eq!(formulas.iter().filter(|formula| formula.id == usual.id).count(), 1);
        }
    }

    #[test]
    fn the_secret_is_written_as_hpay_calls_it_or_as_everybody_does() {
        for template in ["{cashin},{order_id},{passcode}", "{cashin},{order_id},{secret}"] {
            let mut formulas = Formulas::default();
            formulas.replace(&F18, template).unwrap();
            let template = formulas.get(&F18).layout.to_template();
            assert_eq!(template.unwrap(), "{cashin},{order_id},{secret}");
        }
    }
}
