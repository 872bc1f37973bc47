//! Signature formulas on the command line: the one that is named, its fields and its keys.

mod fields;
mod keys;

pub(crate) use fields::Fields;
pub(crate) use keys::{KeyFile, checking_keys, needs_public_key, secret, signer};

use payments::{
    formula::{Algorithm, Formula, Item, Layout},
    registry::Registry,
};

use crate::exit::Failure;

/// The formula of this name, in any case. The provider's kind may be left out, as in `f01` for
/// `hpay.f01`, if that leaves one.
pub(crate) fn named(name: &str) -> Result<&'static Formula, Failure> {
    let linked: Vec<&'static Formula> = Registry::linked()
        .registrations()
        .iter()
        .flat_map(|registration| registration.formulas)
        .collect();
    let exact = linked.iter().find(|formula| formula.id.eq_ignore_ascii_case(name));
    if let Some(formula) = exact {
        return Ok(formula);
    }
    let short = |formula: &&&Formula| {
        formula.id.split_once('.').is_some_and(|(_, rest)| rest.eq_ignore_ascii_case(name))
    };
    let candidates: Vec<_> = linked.iter().filter(short).collect();
    match candidates.as_slice() {
        [formula] => Ok(formula),
        [] => Err(unknown(format!("there is none of the name {name:?}; see `payments formulas`"))),
        several => {
            let names: Vec<_> = several.iter().map(|formula| formula.id.as_ref()).collect();
            Err(unknown(format!("{name:?} may be {}", names.join(" or "))))
        }
    }
}

/// Whether the secret is part of what is signed, or its key.
pub(crate) fn needs_secret(formula: &Formula) -> bool {
    let in_string = match &formula.layout {
        Layout::Values { items, .. } => items.contains(&Item::Secret),
        _ => false,
    };
    in_string || !needs_key_pair(formula)
}

/// Whether it takes a private key to sign and a public key to check.
pub(crate) fn needs_key_pair(formula: &Formula) -> bool {
    formula.algorithm == Algorithm::RsaSha256Base64
}

fn unknown(message: String) -> Failure {
    Failure::usage("FORMULA", message)
}
