//! Every operation of HPay's interface that this crate carries out.

use provider_kit::signature::Formula;

use crate::{
    account::api::BALANCE,
    checkout::api::{ADVANCED_LINK, FIND_PAYMENT, REVOKE_TOKEN, SHORT_LINK, V1_LINK},
    openapi,
    operation::Operation,
    payout::api::{FIND_PAYOUT, FORM_PAYOUT, NAME_CHECK, OPENAPI_PAYOUT, PAYOUT},
    virtual_account::api::{CLOSE, CREDITS, OPEN, RENAME},
};

/// One operation for each endpoint and formula. Operations that differ only in their name are
/// omitted.
pub(crate) static OPERATIONS: [Operation<'static>; 25] = [
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
    openapi::virtual_account::api::OPEN,
    openapi::virtual_account::api::RENAME,
    openapi::virtual_account::api::CLOSE,
    openapi::virtual_account::api::LIST,
    openapi::virtual_account::api::CREDITS,
    openapi::payout::api::TRANSFER,
    openapi::payout::api::FIND_TRANSFER,
    openapi::payout::api::GET_NAME,
    openapi::account::api::GET_BALANCE,
    openapi::account::api::GET_DETAIL,
];

/// Returns the fields of the request that a formula signs. `None` if it does not sign a request of
/// the merchant.
pub(crate) fn fields_signed_by(formula: &Formula) -> Option<&'static [&'static str]> {
    let signs = |operation: &&Operation<'_>| operation.request.formula.id == formula.id;
    OPERATIONS.iter().find(signs).map(|operation| operation.fields)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use payments_core::Environment;

    use super::*;
    use crate::operation::Encoding;

    const TABLE: &str = include_str!("../docs/endpoints.md");

    /// Returns the method and the address in the form of the documentation's table.
    fn endpoint(operation: &Operation<'_>) -> String {
        let host = operation.host.address(Environment::Production);
        let host = host.strip_prefix("https://").unwrap();
        format!("{} {host}{}", operation.encoding.method(), operation.path)
    }

    #[test]
    fn the_table_of_endpoints_lists_every_operation_and_no_other() {
        let listed: BTreeSet<&str> = TABLE
            .lines()
            .filter_map(|line| line.strip_prefix("| `")?.split_once('`'))
            .map(|(endpoint, _)| endpoint)
            .filter(|endpoint| endpoint.contains(".vn/"))
            .collect();
        let mut ours: BTreeSet<String> = OPERATIONS.iter().map(endpoint).collect();
        // The alternative value of `compat.order_inquiry_path`.
        ours.insert("POST checkout.hpay.com.vn/api/transaction".to_owned());
        // Each service of the newer OpenAPI has its own tokens.
        ours.extend(OPERATIONS.iter().filter_map(|operation| match operation.encoding {
            Encoding::Envelope { service } => {
                Some(format!("POST openapi.htpgroup.com.vn/service/{service}/v1/oauth2/token"))
            }
            _ => None,
        }));
        assert_eq!(listed, ours.iter().map(String::as_str).collect());
    }

    #[test]
    fn an_instruction_is_a_post_and_a_link_a_get() {
        use crate::operation::Class::{Inquiry, Instruction, Link, PaidInquiry};
        for operation in &OPERATIONS {
            let method = operation.encoding.method();
            match operation.class {
                Link => assert_eq!(method, "GET", "{}", operation.name),
                Instruction => assert_eq!(method, "POST", "{}", operation.name),
                Inquiry | PaidInquiry => {}
            }
        }
    }
}
