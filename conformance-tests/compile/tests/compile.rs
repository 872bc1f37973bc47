//! What the compiler says to somebody who forgets something.

#[test]
fn what_is_missing_is_named() {
    let cases = trybuild::TestCases::new();
    // An uncertain payout cannot be thrown away with a question mark, nor a proof be made by hand.
    cases.compile_fail("tests/core/*.rs");
    cases.compile_fail("tests/suite/no_*.rs");
    cases.compile_fail("tests/suite/unknown_role.rs");
}
