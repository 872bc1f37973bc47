use proptest::prelude::*;

use super::*;

fn rules() -> CodeRules {
    CodeRules::new("DH", 5, 5).unwrap()
}

fn code(text: &str) -> PaymentCode {
    PaymentCode::new(text).unwrap()
}

#[test]
fn a_code_is_found_however_the_bank_mangled_the_memo() {
    for memo in [
        "DH00042",
        "dh00042",
        "DH_00042",
        "DH 00042",
        "IBFT DH-000-42 thanh toan",
        "MBVCB.3278907687.DH00042.CT tu 0123 toi 0456",
        "thanh toan don hang dh00042.",
        "DH00042 0912345678",
    ] {
        assert_eq!(rules().find(&Memo::new(memo)), CodeMatch::One(code("DH00042")), "{memo}");
    }
}

#[test]
fn none_or_two_codes_match_nothing() {
    assert_eq!(rules().find(&Memo::new("chuyen tien mua iphone")), CodeMatch::None);
    assert_eq!(rules().find(&Memo::new("")), CodeMatch::None);
    assert_eq!(
        rules().find(&Memo::new("DH00001 DH00002")),
        CodeMatch::Several(vec![code("DH00001"), code("DH00002")])
    );
    assert_eq!(rules().find(&Memo::new("DH00001 cho DH00001")), CodeMatch::One(code("DH00001")));
}

#[test]
fn a_code_inside_a_longer_word_is_not_a_code() {
    assert_eq!(rules().find(&Memo::new("DH123456")), CodeMatch::None);
    assert_eq!(rules().find(&Memo::new("XDH00042")), CodeMatch::None);
}

#[test]
fn a_code_that_also_occurs_inside_a_longer_word_is_not_a_code() {
    for memo in ["DH00042 DH000421", "DH00042 XDH00042", "DH000421 va DH 00042", "DH00042đ"] {
        assert_eq!(rules().find(&Memo::new(memo)), CodeMatch::None, "{memo}");
    }
}

#[test]
fn a_reported_code_counts_if_it_is_the_longest_reading_of_the_memo() {
    let ranged = CodeRules::new("DH", 1, 10).unwrap();
    let digits = CodeRules::new("DH", 1, 10).unwrap().digits_only();
    for (rules, reported, memo, found) in [
        (&digits, "DH123", "thanh toan DH1234", None),
        (&digits, "DH1234", "thanh toan DH1234", Some("DH1234")),
        (&digits, "dh1234", "thanh toan dh-1234", Some("DH1234")),
        (&digits, "DH123", "DH123 4", None),
        (&digits, "DH1234", "DH123 4", Some("DH1234")),
        (&digits, "DH123", "DH 1234", None),
        (&digits, "DH123", "XDH123", None),
        (&digits, "DH123", "DH123A", None),
        (&digits, "DH123", "DH123đ", None),
        (&digits, "DH123", "ĐH1234", None),
        (&digits, "DH123", "d\u{323}ĐH-12 34", None),
        (&digits, "DH123", "ＤＨ１２３４", None),
        (&digits, "DH123", "ĐH124", None),
        (&digits, "DH123", "ĐH123 nhé", Some("DH123")),
        (&digits, "DH123", "DH12", None),
        (&digits, "DH123", "DH 12", None),
        (&digits, "DH123", "DH123 DH124", None),
        (&digits, "DH123", "DH124", None),
        (&digits, "DH123", "", Some("DH123")),
        (&digits, "DH123", "DHL giao hang 5 ngay", Some("DH123")),
        (&digits, "DH20260521", "SEVQR DH20260521M9F2", None),
        (&ranged, "DH20260521", "DH20260521M9", None),
        (&ranged, "DH20260521M9", "DH20260521M9", Some("DH20260521M9")),
        (&rules(), "DH12345", "DH1234567", None),
        (&rules(), "DH12345", "DH 1234567", None),
        (&rules(), "DH12345", "DH12345 67", Some("DH12345")),
        (&rules(), "DH1234", "DH1234 5", None),
        (&rules(), "DH1234567", "DH12345 67", None),
        (&rules(), "DH99", "DH12345 va DH99", Some("DH12345")),
        (&rules(), "XYZ1", "XYZ12 DH12345", Some("DH12345")),
    ] {
        let code = match rules.find_reported(&Memo::new(memo), Some(reported)) {
            CodeMatch::One(code) => Some(code),
            CodeMatch::None | CodeMatch::Several(_) => None,
        };
        let code = code.as_ref().map(PaymentCode::as_str);
        assert_eq!(code, found, "{reported} in {memo:?} by {rules:?}");
    }
}

#[test]
fn with_a_range_of_lengths_a_broken_code_is_ambiguous_and_not_guessed() {
    let ranged = CodeRules::new("DH", 3, 8).unwrap();
    assert_eq!(
        ranged.find(&Memo::new("DH000 42")),
        CodeMatch::Several(vec![code("DH000"), code("DH00042")])
    );
}

#[test]
fn where_only_digits_are_taken_a_letter_makes_it_no_code() {
    let digits = CodeRules::new("DH", 5, 5).unwrap().digits_only();
    assert_eq!(digits.find(&Memo::new("DH0004A")), CodeMatch::None);
    assert_eq!(digits.find(&Memo::new("DH0004A dh00043")), CodeMatch::One(code("DH00043")));
    assert_eq!(digits.recognise("DH0004A"), None);
    let error = digits.code_for(&OrderRef::new("0004A").unwrap()).unwrap_err();
    assert_eq!(error.field(), Some("order"));
    assert!(digits.code_for(&OrderRef::new("00042").unwrap()).is_ok());
}

#[test]
fn rules_cover_those_whose_codes_they_take() {
    let of = |prefix, min, max| CodeRules::new(prefix, min, max).unwrap();
    assert!(of("DH", 3, 8).covers(&of("dh", 5, 5)));
    assert!(of("DH", 5, 5).covers(&of("DH", 5, 5).digits_only()));
    assert!(!of("DH", 5, 5).digits_only().covers(&of("DH", 5, 5)));
    assert!(!of("DH", 5, 5).covers(&of("DH", 5, 6)));
    assert!(!of("DH", 5, 5).covers(&of("HD", 5, 5)));
}

#[test]
fn a_reference_that_banks_would_change_is_refused() {
    for bad in ["Đ1234", "a1234", "A-123", "123", "123456"] {
        let order = OrderRef::new(bad).unwrap();
        assert_eq!(rules().code_for(&order).unwrap_err().field(), Some("order"), "{bad}");
    }
    assert_eq!(rules().code_for(&OrderRef::new("00042").unwrap()).unwrap(), code("DH00042"));
}

/// Rules of either alphabet, a code by them, and a character that a code could go on with.
fn ruled() -> impl Strategy<Value = (CodeRules, String, char)> {
    let rules = (any::<bool>(), 1_usize..=8, 0_usize..=6).prop_map(|(digits, min, more)| {
        let rules = CodeRules::new("DH", min, min + more).unwrap();
        if digits { rules.digits_only() } else { rules }
    });
    rules.prop_flat_map(|rules| {
        let class = if rules.digits { "[0-9]" } else { "[A-Z0-9]" };
        let (least, most) = (rules.min_suffix, rules.max_suffix);
        let suffix = proptest::string::string_regex(&format!("{class}{{{least},{most}}}")).unwrap();
        let next = proptest::string::string_regex(class).unwrap();
        (Just(rules), suffix, next).prop_map(|(rules, suffix, next)| {
            let next = next.chars().next().unwrap();
            (rules, format!("DH{suffix}"), next)
        })
    })
}

proptest! {
    #[test]
    fn a_memo_with_the_code_as_a_whole_word_has_that_code(
        (rules, text, _) in ruled(),
        before in "[ .,:/-]{0,2}|[a-c ]{1,9} ",
        after in "[ .,:/-]{0,2}| [a-c ]{1,9}",
        lower in any::<bool>(),
    ) {
        let written = if lower { text.to_lowercase() } else { text.clone() };
        let memo = format!("{before}{written}{after}");
        let expected = CodeMatch::One(code(&text));
        prop_assert_eq!(rules.find(&Memo::new(&memo)), expected.clone(), "{}", memo);
        prop_assert_eq!(rules.find_reported(&Memo::new(&memo), Some(&text)), expected, "{}", memo);
    }

    #[test]
    fn a_word_that_goes_on_after_a_code_is_never_that_code(
        (rules, text, next) in ruled(),
        broken in any::<bool>(),
        before in "([a-c ]{1,9} )?",
    ) {
        // A bank breaks codes before a digit as well.
        let space = if broken && next.is_ascii_digit() { " " } else { "" };
        let memo = format!("{before}{text}{space}{next}");
        let never = CodeMatch::One(code(&text));
        let is_word = space == " " && rules.recognise(&format!("{text}{next}")).is_none();
        prop_assume!(!is_word);
        prop_assert_ne!(rules.find(&Memo::new(&memo)), never.clone(), "{}", memo);
        prop_assert_ne!(rules.find_reported(&Memo::new(&memo), Some(&text)), never, "{}", memo);
    }

    #[test]
    fn a_code_with_a_letter_or_digit_before_it_is_never_that_code(
        (rules, text, next) in ruled(),
    ) {
        let memo = format!("{next}{text}");
        let never = CodeMatch::One(code(&text));
        prop_assert_ne!(rules.find(&Memo::new(&memo)), never.clone(), "{}", memo);
        prop_assert_ne!(rules.find_reported(&Memo::new(&memo), Some(&text)), never, "{}", memo);
    }
}
