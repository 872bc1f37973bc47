//! Every operation of HPay's interface that this crate carries out.

use payments_core::formula::Formula;

use crate::{
    account::api::BALANCE,
    checkout::api::{ADVANCED_LINK, FIND_PAYMENT, REVOKE_TOKEN, SHORT_LINK, V1_LINK},
    operation::Operation,
    payout::api::{FIND_PAYOUT, FORM_PAYOUT, NAME_CHECK, OPENAPI_PAYOUT, PAYOUT},
    virtual_account::api::{CLOSE, CREDITS, OPEN, RENAME},
};

/// One operation for each endpoint and formula; those that differ in their name alone are left out.
pub(crate) static OPERATIONS: [Operation<'static>; 15] = [
    V1_LINK,
    ADVANCED_LINK,
    SHORT_LINK,
    FIND_PAYMENT,
    REVOKE_TOKEN,
    BALANCE,
    OPEN,
    RENAME,
    CLOSE,
    CREDITS,
    PAYOUT,
    OPENAPI_PAYOUT,
    FORM_PAYOUT,
    FIND_PAYOUT,
    NAME_CHECK,
];

/// The fields of the request that a formula signs; `None` if it signs no request of ours.
pub(crate) fn fields_signed_by(formula: &Formula) -> Option<&'static [&'static str]> {
    let signs = |operation: &&Operation<'_>| operation.request.formula.id == formula.id;
    OPERATIONS.iter().find(signs).map(|operation| operation.fields)
}
