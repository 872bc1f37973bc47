//! Signature formulas on the command line: the selected formula, its fields and its keys.

mod fields;
mod keys;

pub(crate) use fields::{Fields, refused};
pub(crate) use keys::{SecretFlag, key_file};

use payments::{registry::Registry, signature::Formula};

use crate::exit::Failure;

/// Returns the formula with this name, in any case. The provider's kind may be left out, as in
/// `payout_request` for `hpay.payout_request`, if only one formula has the rest of the name.
pub(crate) fn named(registry: &Registry, name: &str) -> Result<&'static Formula, Failure> {
    let formulas = || registry.registrations().iter().flat_map(|kind| kind.formulas);
    if let Some(formula) = formulas().find(|formula| formula.id.eq_ignore_ascii_case(name)) {
        return Ok(formula);
    }
    let is_short = |formula: &&Formula| {
        formula.id.split_once('.').is_some_and(|(_, rest)| rest.eq_ignore_ascii_case(name))
    };
    let candidates: Vec<&'static Formula> = formulas().filter(is_short).collect();
    match candidates.as_slice() {
        [formula] => Ok(formula),
        [] => Err(Failure::usage(
            "FORMULA",
            format!("there is no formula {name:?}; `formulas` lists them"),
        )),
        several => {
            let ids: Vec<_> = several.iter().map(|formula| formula.id.as_ref()).collect();
            Err(Failure::usage("FORMULA", format!("{name:?} may be {}", ids.join(" or "))))
        }
    }
}
