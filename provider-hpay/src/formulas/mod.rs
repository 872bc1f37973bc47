//! HPay's signature formulas as data: one constant each, with its source and a level of confidence.
//!
//! The reference prints most formulas in images that are missing from its text. The formulas here
//! therefore come from the provider's own libraries, from images of the reference and from
//! merchants' code, and some are guesses. A wrong guess in a request does no harm: HPay refuses the
//! request with a distinct code, which is reported as "signature formula or passcode wrong" with
//! the name of the formula. An unknown formula of a response has no layout, and the responses that
//! it would sign are marked as unverified. The [configuration](in_use) of an account can give or
//! replace each formula.

mod account;
mod checkout;
mod field_shapes;
pub mod in_use;
mod openapi;
mod payout;
mod virtual_account;

use provider_kit::signature::Formula;

pub use account::{BALANCE_REQUEST, BALANCE_RESPONSE};
pub use checkout::{
    CHECKOUT_LINK, CHECKOUT_LINK_15_FIELDS, CHECKOUT_LINK_SHORT, CHECKOUT_V1_LINK,
    ORDER_INQUIRY_REQUEST, ORDER_INQUIRY_RESPONSE, PAYMENT_NOTIFICATION, REVOKE_TOKEN_LINK,
    REVOKE_TOKEN_NOTIFICATION,
};
pub use in_use::Formulas;
pub(crate) use in_use::key;
pub use openapi::{OPENAPI_REQUEST, OPENAPI_RESPONSE};
pub use payout::{
    NAME_CHECK_REQUEST, NAME_CHECK_RESPONSE, PAYOUT_INQUIRY_REQUEST, PAYOUT_INQUIRY_RESPONSE,
    PAYOUT_REQUEST, PAYOUT_RESPONSE, PAYOUT_RESPONSE_BY_NAME,
};
pub use virtual_account::{
    OPENAPI_VA_CALLBACK, VA_CALLBACK, VA_CLOSE_REQUEST, VA_CLOSE_RESPONSE, VA_CREATE_REQUEST,
    VA_CREATE_RESPONSE, VA_INQUIRY_REQUEST, VA_INQUIRY_RESPONSE, VA_RENAME_REQUEST,
};

/// Every formula of HPay, including those whose layout is unknown. The formulas of each surface
/// come first, then those of the newer OpenAPI.
pub const FORMULAS: &[Formula] = &[
    CHECKOUT_V1_LINK,
    CHECKOUT_LINK,
    CHECKOUT_LINK_15_FIELDS,
    CHECKOUT_LINK_SHORT,
    PAYMENT_NOTIFICATION,
    ORDER_INQUIRY_REQUEST,
    ORDER_INQUIRY_RESPONSE,
    REVOKE_TOKEN_LINK,
    REVOKE_TOKEN_NOTIFICATION,
    BALANCE_REQUEST,
    BALANCE_RESPONSE,
    VA_CREATE_REQUEST,
    VA_CREATE_RESPONSE,
    VA_RENAME_REQUEST,
    VA_CLOSE_REQUEST,
    VA_CLOSE_RESPONSE,
    VA_INQUIRY_REQUEST,
    VA_INQUIRY_RESPONSE,
    VA_CALLBACK,
    PAYOUT_REQUEST,
    PAYOUT_RESPONSE,
    PAYOUT_RESPONSE_BY_NAME,
    NAME_CHECK_REQUEST,
    NAME_CHECK_RESPONSE,
    PAYOUT_INQUIRY_REQUEST,
    PAYOUT_INQUIRY_RESPONSE,
    OPENAPI_REQUEST,
    OPENAPI_RESPONSE,
    OPENAPI_VA_CALLBACK,
];

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use provider_kit::signature::{Confidence, Layout};

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
