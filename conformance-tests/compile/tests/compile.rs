//! What `suite!` says to somebody who uses it for the first time.

#[test]
fn the_compiler_says_what_a_suite_lacks() {
    let cases = trybuild::TestCases::new();
    cases.compile_fail("tests/compile/no_gateway.rs");
    cases.compile_fail("tests/compile/no_roles.rs");
    cases.compile_fail("tests/compile/no_start.rs");
    cases.compile_fail("tests/compile/no_trait_of_a_role.rs");
    cases.compile_fail("tests/compile/unknown_role.rs");
}
