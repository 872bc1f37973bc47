//! The formulas that a merchant's client uses: HPay's, or what the configuration puts in their
//! place.
//!
//! A replacement is a template. A name in braces is a field as it stands on the wire,
//! `{passcode}` is the secret, and what stands between is literal:
//!
//! ```
//! use payments_core::formula::Maker;
//! use provider_hpay::formula::in_use::layout;
//!
//! let layout = layout("{cashin},{order_id},{passcode}", Maker::Provider)?;
//! assert_eq!(layout.fields(), ["cashin", "order_id"]);
//! # Ok::<(), String>(())
//! ```

use std::borrow::Cow;

use payments_core::formula::{Confidence, Formula, Item, Layout, Maker};

use super::{F01, F04, F05, F09, F11, F13, F14, F16, F18, F19, F20, F21, F23};

/// The formulas that a merchant's client uses.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Formulas {
    /// Checkout link, V1: [`F01`].
    pub checkout_link: Formula,
    /// Payment notification: [`F04`].
    pub payment_notice: Formula,
    /// Order inquiry: [`F05`].
    pub order_inquiry: Formula,
    /// Balance inquiry: [`F09`].
    pub balance_inquiry: Formula,
    /// Opening a virtual account: [`F11`].
    pub open_account: Formula,
    /// Renaming a virtual account: [`F13`].
    pub rename_account: Formula,
    /// Closing and reopening a virtual account: [`F14`].
    pub switch_account: Formula,
    /// Virtual account inquiry: [`F16`].
    pub account_inquiry: Formula,
    /// Virtual account callback: [`F18`].
    pub credit_notice: Formula,
    /// Payout: [`F19`].
    pub payout: Formula,
    /// Answer to a payout: [`F20`].
    pub payout_answer: Formula,
    /// Name check: [`F21`].
    pub name_check: Formula,
    /// Payout inquiry: [`F23`].
    pub payout_inquiry: Formula,
}

impl Default for Formulas {
    /// HPay's own, as far as they are known.
    fn default() -> Self {
        Self {
            checkout_link: F01,
            payment_notice: F04,
            order_inquiry: F05,
            balance_inquiry: F09,
            open_account: F11,
            rename_account: F13,
            switch_account: F14,
            account_inquiry: F16,
            credit_notice: F18,
            payout: F19,
            payout_answer: F20,
            name_check: F21,
            payout_inquiry: F23,
        }
    }
}

impl Formulas {
    /// Each of them.
    pub fn iter(&self) -> impl Iterator<Item = &Formula> {
        [
            &self.checkout_link,
            &self.payment_notice,
            &self.order_inquiry,
            &self.balance_inquiry,
            &self.open_account,
            &self.rename_account,
            &self.switch_account,
            &self.account_inquiry,
            &self.credit_notice,
            &self.payout,
            &self.payout_answer,
            &self.name_check,
            &self.payout_inquiry,
        ]
        .into_iter()
    }

    /// Each of them, with the configuration's key for its replacement.
    pub(crate) fn by_key(&mut self) -> [(&'static str, &mut Formula); 13] {
        [
            ("formula_f01", &mut self.checkout_link),
            ("formula_f04", &mut self.payment_notice),
            ("formula_f05", &mut self.order_inquiry),
            ("formula_f09", &mut self.balance_inquiry),
            ("formula_f11", &mut self.open_account),
            ("formula_f13", &mut self.rename_account),
            ("formula_f14", &mut self.switch_account),
            ("formula_f16", &mut self.account_inquiry),
            ("formula_f18", &mut self.credit_notice),
            ("formula_f19", &mut self.payout),
            ("formula_f20", &mut self.payout_answer),
            ("formula_f21", &mut self.name_check),
            ("formula_f23", &mut self.payout_inquiry),
        ]
    }
}

/// The formula with the layout of a template; its algorithm stays.
///
/// # Errors
/// What is wrong with the template.
pub(crate) fn replaced(formula: &Formula, template: &str) -> Result<Formula, String> {
    let mut replaced = formula.clone();
    replaced.layout = layout(template, formula.maker)?;
    replaced.source = Cow::Borrowed("this merchant's configuration");
    replaced.confidence = Confidence::Medium;
    Ok(replaced)
}

/// Reads a template. What stands between the names has to be the same everywhere, and the
/// passcode has to be among them once.
///
/// A field that is missing is an error in what we sign, and counts as empty in what HPay
/// signs, as it does for HPay.
///
/// # Errors
/// What is wrong with the template.
pub fn layout(template: &str, maker: Maker) -> Result<Layout, String> {
    let mut literals = Vec::new();
    let mut items = Vec::new();
    let mut rest = template;
    while let Some((literal, after)) = rest.split_once('{') {
        let (name, after) =
            after.split_once('}').ok_or("has a brace that is opened and not closed")?;
        literals.push(literal);
        items.push(item(name, maker)?);
        rest = after;
    }
    if !rest.is_empty() {
        return Err("ends with text that is in no braces".to_owned());
    }
    if items.iter().filter(|item| **item == Item::Secret).count() != 1 {
        return Err("does not hold {passcode} exactly once".to_owned());
    }
    let mut literals = literals.into_iter();
    let leading = literals.next().unwrap_or_default();
    let separator = literals.next().unwrap_or_default();
    if literals.any(|literal| literal != separator) {
        return Err("has different texts between its names".to_owned());
    }
    Ok(Layout::Values {
        leading: Cow::Owned(leading.to_owned()),
        separator: Cow::Owned(separator.to_owned()),
        items: Cow::Owned(items),
    })
}

fn item(name: &str, maker: Maker) -> Result<Item, String> {
    let is_name = |name: &str| name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_');
    match name {
        "" => Err("has empty braces".to_owned()),
        "passcode" => Ok(Item::Secret),
        _ if !is_name(name) => Err("has braces around what is no field's name".to_owned()),
        _ => {
            let name = Cow::Owned(name.to_owned());
            Ok(match maker {
                Maker::Merchant => Item::Field(name),
                Maker::Provider => Item::Optional(name),
            })
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_template_is_read_with_its_leading_text_and_its_separator() {
        let read = layout(" {a}, {passcode}, {b}", Maker::Merchant).unwrap();
        let Layout::Values { leading, separator, items } = read else { panic!("{read:?}") };
        assert_eq!((&*leading, &*separator), (" ", ", "));
        let names: Vec<_> = items.iter().map(Item::name).collect();
        assert_eq!(names, [Some("a"), None, Some("b")]);
    }

    #[test]
    fn a_template_that_proves_nothing_or_is_malformed_is_refused() {
        for bad in ["{a}|{b}", "{a}|{passcode}|{passcode}", "{a}|{b},{passcode}", "{a", "{}", ""] {
            assert!(layout(bad, Maker::Merchant).is_err(), "{bad:?}");
        }
        for bad in ["{passcode}|tail", "{a b}|{passcode}"] {
            assert!(layout(bad, Maker::Merchant).is_err(), "{bad:?}");
        }
    }

    #[test]
    fn every_formula_in_use_can_be_replaced_under_its_number() {
        let mut formulas = Formulas::default();
        let in_use = formulas.iter().count();
        for (key, formula) in formulas.by_key() {
            assert_eq!(key.replace("formula_", "hpay."), formula.id, "{key}");
        }
        assert_eq!(formulas.by_key().len(), in_use);
    }
}
