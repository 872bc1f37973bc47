use proptest::prelude::*;

use crate::{Bank, BankCodeError, TextError, transfer_text};

const DATA: &str = include_str!("../../data/banks.tsv");

fn bins<'a>(banks: impl Iterator<Item = &'a Bank>) -> Vec<String> {
    banks.map(|bank| bank.bin().to_string()).collect()
}

#[test]
fn every_line_of_the_directory_is_a_bank() {
    let lines = DATA.lines().filter(|line| !line.starts_with('#')).count();
    assert_eq!(Bank::all().len(), lines);
    assert!(
        Bank::all().is_sorted_by(|earlier, later| earlier.bin() < later.bin()),
        "BINs must ascend"
    );
    for line in DATA.lines() {
        assert_eq!(
            line.split('\t').count(),
            if line.starts_with("# Banks") { 1 } else { 9 },
            "{line}"
        );
        assert_eq!(line.trim(), line, "no space at the ends");
    }
}

#[test]
fn every_bank_is_whole_and_found_by_what_it_says() {
    for bank in Bank::all() {
        assert_eq!(Bank::by_bin(bank.bin()), Some(bank));
        assert!(!bank.name().is_empty() && !bank.legal_name().is_empty(), "{bank:?}");
        assert!(
            bank.codes().all(|code| Bank::by_code(code).any(|found| found == bank)),
            "{bank:?}"
        );
        for name in bank.other_names().chain([bank.name(), bank.legal_name()]) {
            assert!(Bank::by_name(name).any(|found| found == bank), "{name}");
        }
        if let Some(swift) = bank.swift() {
            assert!(swift.len() == 8 && &swift[4..6] == "VN", "{swift}");
            assert!(Bank::by_swift(swift).any(|found| found == bank), "{swift}");
        }
    }
}

#[test]
fn an_unknown_bin_is_no_bank() {
    assert_eq!(Bank::by_bin("000000"), None);
}

#[test]
fn momo_has_its_own_bin() {
    assert_eq!(Bank::by_bin("971025").map(Bank::name), Some("MoMo"));
}

#[test]
fn renamed_banks_are_found_by_both_names() {
    for (former, now, bin) in [("ĐôngA", "Vikki", "970406"), ("oceanbank", "MBV", "970414")] {
        assert_eq!(bins(Bank::by_name(former)), [bin], "{former}");
        assert_eq!(bins(Bank::by_name(now)), [bin], "{now}");
    }
}

#[test]
fn a_code_that_two_lists_give_to_two_banks_is_an_error_with_both() {
    assert_eq!(bins(Bank::by_code("bvb")), ["970438", "970454"]);
    let candidates = vec!["970438", "970454"];
    let error = Bank::one_by_code("BVB").unwrap_err();
    assert_eq!(error, BankCodeError::Ambiguous { code: "BVB".to_owned(), candidates });
    assert!(error.to_string().ends_with("one of 970438, 970454"), "{error}");
}

#[test]
fn a_code_of_one_bank_finds_it_in_any_case() {
    assert_eq!(Bank::one_by_code("vcb").map(Bank::name), Ok("Vietcombank"));
    assert_eq!(
        Bank::one_by_code("IBK - HN").map(|bank| bank.bin().to_string()),
        Ok("970455".to_owned())
    );
    for code in ["", "NOBANK", "VC"] {
        assert_eq!(Bank::one_by_code(code), Err(BankCodeError::Unknown { code: code.to_owned() }));
    }
}

#[test]
fn a_swift_code_is_found_with_and_without_branch() {
    for swift in ["BFTVVNVX", "bftvvnvx", "BFTVVNVX007"] {
        assert_eq!(bins(Bank::by_swift(swift)), ["970436"], "{swift}");
    }
    assert_eq!(bins(Bank::by_swift("IBKOVNVX")), ["970455", "970456"]);
    for swift in ["", "BFTVVNV", "BFTVVNVX0", "ĐĐĐĐ"] {
        assert_eq!(Bank::by_swift(swift).count(), 0, "{swift}");
    }
}

#[test]
fn names_are_found_without_case_marks_and_spaces() {
    for text in [
        "Ngoại Thương",
        "ngoai thuong",
        "NGOẠITHƯƠNG",
        "Ngoa\u{323}i Thu\u{31b}o\u{31b}ng",
        "vietcom",
    ] {
        assert_eq!(bins(Bank::by_name(text)).first().map(String::as_str), Some("970436"), "{text}");
    }
    assert!(Bank::by_name("ngân hàng").count() > 50);
    for text in ["", " - ", "no such bank", "vietcombank ngan hang", "ietcom"] {
        assert_eq!(Bank::by_name(text).count(), 0, "{text:?}");
    }
}

#[test]
fn vietnamese_marks_come_off_composed_and_decomposed() {
    let letters = "àáảãạ ăằắẳẵặ âầấẩẫậ đ èéẻẽẹ êềếểễệ ìíỉĩị òóỏõọ ôồốổỗộ ơờớởỡợ ùúủũụ ưừứửữự ỳýỷỹỵ";
    let plain = "aaaaa aaaaaa aaaaaa d eeeee eeeeee iiiii ooooo oooooo oooooo uuuuu uuuuuu yyyyy";
    use unicode_normalization::UnicodeNormalization;
    for text in [letters.to_owned(), letters.nfd().collect()] {
        assert_eq!(transfer_text(&text).as_deref(), Ok(plain));
        assert_eq!(
            transfer_text(&text.to_uppercase()).as_deref(),
            Ok(plain.to_uppercase().as_str())
        );
    }
}

#[test]
fn spaces_of_all_kinds_become_single_spaces() {
    assert_eq!(transfer_text("\u{a0} a \u{3000}\u{2003} b  c \u{202f}").as_deref(), Ok("a b c"));
    assert_eq!(transfer_text("   ").as_deref(), Ok(""));
}

#[test]
fn what_transfers_cannot_carry_is_named_and_not_dropped() {
    for character in [
        '😀', 'ë', 'ß', '–', '“', '\n', '\t', '\0', '\u{7f}', '\u{200b}', '\u{feff}', '\u{2028}',
        '中',
    ] {
        let text = format!("DH{character}01");
        assert_eq!(transfer_text(&text), Err(TextError { character }), "{text:?}");
    }
    let error = transfer_text("😀").unwrap_err();
    assert!(error.to_string().contains("U+1F600"), "{error}");
}

proptest! {
    #[test]
    fn transfer_text_is_printable_ascii_and_stays_as_it_is(text in r"[ -~àạậđĐƠữ\u{a0}\u{3000}]*") {
        let plain = transfer_text(&text).unwrap().into_owned();
        prop_assert!(plain.bytes().all(|byte| matches!(byte, b' '..=b'~')));
        prop_assert!(!plain.contains("  ") && plain.trim() == plain);
        let again = transfer_text(&plain).unwrap();
        prop_assert!(matches!(again, std::borrow::Cow::Borrowed(_)), "copied {:?}", again);
        prop_assert_eq!(&again, &plain);
    }

    #[test]
    fn transfer_text_keeps_every_letter_and_digit(text in r"[a-zA-Z0-9 ]*") {
        let wanted: String = text.split(' ').collect();
        prop_assert_eq!(transfer_text(&text).unwrap().replace(' ', ""), wanted);
    }

    #[test]
    fn no_text_panics(text in r"\PC*|.*") {
        let _ = transfer_text(&text);
        let _ = Bank::one_by_code(&text);
        let _ = (Bank::by_name(&text).count(), Bank::by_swift(&text).count());
    }
}
