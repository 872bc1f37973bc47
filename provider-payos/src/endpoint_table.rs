//! Compares the table of endpoints in the documentation with the operations of this crate.

use std::collections::BTreeSet;

use crate::{
    operation::{Class, Operation},
    payment_link::api::{CANCEL, CREATE, FIND},
    payout::{
        api::{self, BALANCE, FIND_BY_ID},
        batch::{CREATE_BATCH, ESTIMATE_CREDIT},
    },
    webhook::api::REGISTER,
};

const TABLE: &str = include_str!("../docs/endpoints.md");

/// Returns one operation for each endpoint.
fn operations() -> [Operation; 10] {
    [
        CREATE,
        FIND,
        CANCEL,
        REGISTER,
        api::CREATE,
        CREATE_BATCH,
        ESTIMATE_CREDIT,
        FIND_BY_ID,
        api::FIND,
        BALANCE,
    ]
}

#[test]
fn the_table_of_endpoints_lists_every_operation_and_no_other() {
    let listed: BTreeSet<&str> = TABLE
        .lines()
        .filter_map(|line| line.strip_prefix("| `")?.split_once('`'))
        .map(|(endpoint, _)| endpoint)
        .filter(|endpoint| endpoint.contains(" /"))
        .collect();
    let ours: BTreeSet<String> = operations()
        .iter()
        .map(|operation| format!("{} {}", operation.method, operation.path))
        .collect();
    assert_eq!(listed, ours.iter().map(String::as_str).collect());
}

#[test]
fn every_instruction_is_a_post() {
    for operation in operations() {
        if operation.class == Class::Instruction {
            assert_eq!(operation.method, "POST", "{}", operation.name);
        }
    }
}
