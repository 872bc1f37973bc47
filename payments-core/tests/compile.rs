//! What must not compile, and what must.

#[test]
fn an_uncertain_payout_cannot_be_thrown_away_with_a_question_mark() {
    let cases = trybuild::TestCases::new();
    cases.compile_fail("tests/compile/question_mark.rs");
    cases.compile_fail("tests/compile/boxed_question_mark.rs");
    cases.compile_fail("tests/compile/proof_by_hand.rs");
    cases.pass("tests/compile/three_arms.rs");
}
