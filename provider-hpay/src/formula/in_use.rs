//! The formulas that a merchant's client uses: HPay's, or what the configuration puts in their
//! place.
//!
//! Each is replaced under the key `formula_` and its number by a template, as
//! [`Formula::replaced`] reads it. The secret is written `{passcode}` or `{secret}`:
//!
//! ```toml
//! formula_f05 = "{merchant_id}|{order_code}|{passcode}"
//! formula_f06 = "{order_code}|{transaction_status}|{total_amount}|{passcode}"  # HPay told us
//! ```
//!
//! The fields of an answer are those around its `data` and those in it, by the names on the wire;
//! `{data}` is the JSON text of all of it. One whose formula was unknown is then checked.

use payments_core::formula::{Formula, TemplateError};

use super::{
    F01, F02, F03, F04, F05, F06, F07, F08, F09, F10, F11, F12, F13, F14, F15, F16, F17, F18, F19,
    F20, F21, F22, F23, F24,
};

/// The formulas that a merchant's client uses.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Formulas {
    /// Checkout link, V1: [`F01`].
    pub checkout_link: Formula,
    /// Checkout link, legacy: [`F02`].
    pub legacy_link: Formula,
    /// Checkout link, legacy, in short: [`F03`].
    pub legacy_short_link: Formula,
    /// Payment notification: [`F04`].
    pub payment_notice: Formula,
    /// Order inquiry: [`F05`].
    pub order_inquiry: Formula,
    /// Answer to an order inquiry: [`F06`].
    pub order_answer: Formula,
    /// Revoking a card token: [`F07`].
    pub token_revocation: Formula,
    /// Callback of a revoked card token: [`F08`].
    pub token_notice: Formula,
    /// Balance inquiry: [`F09`].
    pub balance_inquiry: Formula,
    /// Answer to a balance inquiry: [`F10`].
    pub balance_answer: Formula,
    /// Opening a virtual account: [`F11`].
    pub open_account: Formula,
    /// Answer to opening a virtual account: [`F12`].
    pub open_account_answer: Formula,
    /// Renaming a virtual account: [`F13`].
    pub rename_account: Formula,
    /// Closing and reopening a virtual account: [`F14`].
    pub switch_account: Formula,
    /// Answer to closing or reopening a virtual account: [`F15`].
    pub switch_account_answer: Formula,
    /// Virtual account inquiry: [`F16`].
    pub account_inquiry: Formula,
    /// Answer to a virtual account inquiry: [`F17`].
    pub account_inquiry_answer: Formula,
    /// Virtual account callback: [`F18`].
    pub credit_notice: Formula,
    /// Payout: [`F19`].
    pub payout: Formula,
    /// Answer to a payout: [`F20`].
    pub payout_answer: Formula,
    /// Name check: [`F21`].
    pub name_check: Formula,
    /// Answer to a name check: [`F22`].
    pub name_answer: Formula,
    /// Payout inquiry: [`F23`].
    pub payout_inquiry: Formula,
    /// Answer to a payout inquiry: [`F24`].
    pub payout_inquiry_answer: Formula,
}

impl Default for Formulas {
    /// HPay's own, as far as they are known.
    fn default() -> Self {
        Self {
            checkout_link: F01,
            legacy_link: F02,
            legacy_short_link: F03,
            payment_notice: F04,
            order_inquiry: F05,
            order_answer: F06,
            token_revocation: F07,
            token_notice: F08,
            balance_inquiry: F09,
            balance_answer: F10,
            open_account: F11,
            open_account_answer: F12,
            rename_account: F13,
            switch_account: F14,
            switch_account_answer: F15,
            account_inquiry: F16,
            account_inquiry_answer: F17,
            credit_notice: F18,
            payout: F19,
            payout_answer: F20,
            name_check: F21,
            name_answer: F22,
            payout_inquiry: F23,
            payout_inquiry_answer: F24,
        }
    }
}

impl Formulas {
    /// Each of them.
    pub fn iter(&self) -> impl Iterator<Item = &Formula> {
        [
            &self.checkout_link,
            &self.legacy_link,
            &self.legacy_short_link,
            &self.payment_notice,
            &self.order_inquiry,
            &self.order_answer,
            &self.token_revocation,
            &self.token_notice,
            &self.balance_inquiry,
            &self.balance_answer,
            &self.open_account,
            &self.open_account_answer,
            &self.rename_account,
            &self.switch_account,
            &self.switch_account_answer,
            &self.account_inquiry,
            &self.account_inquiry_answer,
            &self.credit_notice,
            &self.payout,
            &self.payout_answer,
            &self.name_check,
            &self.name_answer,
            &self.payout_inquiry,
            &self.payout_inquiry_answer,
        ]
        .into_iter()
    }

    /// Each of them, with the configuration's key for its replacement.
    pub(crate) fn by_key(&mut self) -> [(&'static str, &mut Formula); 24] {
        [
            ("formula_f01", &mut self.checkout_link),
            ("formula_f02", &mut self.legacy_link),
            ("formula_f03", &mut self.legacy_short_link),
            ("formula_f04", &mut self.payment_notice),
            ("formula_f05", &mut self.order_inquiry),
            ("formula_f06", &mut self.order_answer),
            ("formula_f07", &mut self.token_revocation),
            ("formula_f08", &mut self.token_notice),
            ("formula_f09", &mut self.balance_inquiry),
            ("formula_f10", &mut self.balance_answer),
            ("formula_f11", &mut self.open_account),
            ("formula_f12", &mut self.open_account_answer),
            ("formula_f13", &mut self.rename_account),
            ("formula_f14", &mut self.switch_account),
            ("formula_f15", &mut self.switch_account_answer),
            ("formula_f16", &mut self.account_inquiry),
            ("formula_f17", &mut self.account_inquiry_answer),
            ("formula_f18", &mut self.credit_notice),
            ("formula_f19", &mut self.payout),
            ("formula_f20", &mut self.payout_answer),
            ("formula_f21", &mut self.name_check),
            ("formula_f22", &mut self.name_answer),
            ("formula_f23", &mut self.payout_inquiry),
            ("formula_f24", &mut self.payout_inquiry_answer),
        ]
    }
}

/// The source of a formula that the configuration gave.
pub(crate) const CONFIGURED: &str = "this merchant's configuration";

/// The formula as a template of the configuration has it.
///
/// # Errors
/// What is wrong with the template.
pub(crate) fn replaced(formula: &Formula, template: &str) -> Result<Formula, TemplateError> {
    let mut replaced = formula.replaced(&template.replace("{passcode}", "{secret}"))?;
    replaced.source = CONFIGURED.into();
    Ok(replaced)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::formula::{F02B, F20B, FORMULAS};

    #[test]
    fn every_formula_in_use_can_be_replaced_under_its_number() {
        let mut formulas = Formulas::default();
        let in_use = formulas.iter().count();
        for (key, formula) in formulas.by_key() {
            assert_eq!(key.replace("formula_", "hpay."), formula.id, "{key}");
        }
        assert_eq!(formulas.by_key().len(), in_use);
    }

    #[test]
    fn every_formula_is_in_use_but_those_kept_for_history() {
        let formulas = Formulas::default();
        let unused: Vec<_> = FORMULAS
            .iter()
            .filter(|formula| !formulas.iter().any(|used| used.id == formula.id))
            .collect();
        assert_eq!(unused, [&F02B, &F20B]);
    }

    #[test]
    fn the_secret_is_written_as_hpay_calls_it_or_as_everybody_does() {
        for template in ["{cashin},{order_id},{passcode}", "{cashin},{order_id},{secret}"] {
            let read = replaced(&F18, template).unwrap();
            assert_eq!(read.layout.to_template().unwrap(), "{cashin},{order_id},{secret}");
        }
    }
}
