//! The table of endpoints in the documentation names functions and tests that exist.

#[test]
fn every_endpoint_names_a_function_and_a_test_that_exists() {
    let table = include_str!("../docs/endpoints.md");
    conformance_tests::check_endpoint_table(table, env!("CARGO_MANIFEST_DIR"));
}
