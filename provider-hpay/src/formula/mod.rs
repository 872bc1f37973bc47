//! HPay's signature formulas as data: one constant each, with its source and how sure it is.
//!
//! The reference prints most formulas in pictures that are missing from its text, so they come
//! from the provider's own libraries, from pictures of the reference, from merchants' code, and
//! some are guesses. A wrong guess does no harm on its way out: HPay refuses it with a code of
//! its own, which surfaces as "signature formula or passcode wrong" and names the formula.
//! Formulas of answers that are unknown have no layout, and what they sign is carried as
//! unverified. Each can be given or replaced in the [configuration](in_use) of one account.

mod account;
mod checkout;
pub mod in_use;
mod payout;
mod requests;
mod shapes;
mod virtual_account;

use payments_core::formula::Formula;

pub use account::{F09, F10};
pub use checkout::{F01, F02, F02B, F03, F04, F05, F06, F07, F08};
pub use in_use::Formulas;
pub use payout::{F19, F20, F20B, F21, F22, F23, F24};
pub use virtual_account::{F11, F12, F13, F14, F15, F16, F17, F18, OPENAPI_VA_CALLBACK};

/// Every formula of HPay that is known, or known to be unknown, in the order of their numbers, and
/// then those of the newer OpenAPI.
pub const FORMULAS: &[Formula] = &[
    F01,
    F02,
    F02B,
    F03,
    F04,
    F05,
    F06,
    F07,
    F08,
    F09,
    F10,
    F11,
    F12,
    F13,
    F14,
    F15,
    F16,
    F17,
    F18,
    F19,
    F20,
    F20B,
    F21,
    F22,
    F23,
    F24,
    OPENAPI_VA_CALLBACK,
];

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use payments_core::formula::{Confidence, Layout};

    use super::*;

    #[test]
    fn each_formula_has_its_own_name() {
        let names: BTreeSet<&str> = FORMULAS.iter().map(|formula| &*formula.id).collect();
        assert_eq!(names.len(), FORMULAS.len());
        assert!(names.iter().all(|name| name.starts_with("hpay.")), "{names:?}");
    }

    #[test]
    fn a_formula_is_unknown_exactly_if_it_has_no_layout() {
        for formula in FORMULAS {
            assert_eq!(
                formula.layout == Layout::Unknown,
                formula.confidence == Confidence::Unknown,
                "{}",
                formula.id
            );
        }
    }
}
