//! Checks that the table of endpoints in the documentation lists exactly the operations of this
//! crate.

use std::collections::BTreeSet;

use crate::{
    bank,
    client::{Api, Operation},
    payment_gateway,
};

const TABLE: &str = include_str!("../docs/endpoints.md");

fn operations() -> Vec<&'static Operation> {
    let mut all: Vec<&'static Operation> = Vec::new();
    all.extend(payment_gateway::api::OPERATIONS);
    all.extend(bank::api::OPERATIONS);
    all.extend(bank::virtual_account::api::V1.all());
    all.extend(bank::virtual_account::api::V2.all());
    #[cfg(feature = "oauth")]
    all.extend(crate::oauth::api::OPERATIONS);
    all
}

/// Returns the endpoint in the form of the table, with `{}` for every identifier.
fn endpoint(operation: &Operation) -> String {
    let host = match operation.api {
        Api::PaymentGateway => "pgapi.sepay.vn",
        Api::UserApiV1 => "my.sepay.vn/userapi",
        Api::UserApiV2 => "userapi.sepay.vn",
        #[cfg(feature = "oauth")]
        Api::OAuth => "my.sepay.vn",
    };
    let path: Vec<_> = operation
        .path
        .split('/')
        .map(|segment| if segment.starts_with('{') { "{}" } else { segment })
        .collect();
    format!("{} {host}{}", operation.method, path.join("/"))
}

#[test]
fn the_table_has_every_operation_and_no_other() {
    let known: BTreeSet<String> = operations().into_iter().map(endpoint).collect();
    let listed: BTreeSet<String> = TABLE
        .lines()
        .filter_map(|line| line.strip_prefix("| `")?.split('`').next().map(str::to_owned))
        // Endpoints that a browser opens, that SePay calls at the shop, and that a library calls.
        .filter(|row| {
            let (_, address) = row.split_once(' ').unwrap_or_default();
            let is_oauth = ["/api/v1/", "/oauth/"].iter().any(|path| address.contains(path));
            !address.starts_with("pay.")
                && !address.starts_with("qr.")
                && address.contains('/')
                && !address.contains("/oauth/")
                && (cfg!(feature = "oauth") || !is_oauth)
        })
        .collect();
    let missing: Vec<_> = known.difference(&listed).collect();
    let unknown: Vec<_> = listed.difference(&known).collect();
    assert!(missing.is_empty() && unknown.is_empty(), "missing {missing:?}, unknown {unknown:?}");
}
