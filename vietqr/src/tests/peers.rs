//! Inputs on which public implementations disagree when run side by side, and the right result: one
//! test for each. The comments count the implementations that differ.

use super::*;
use crate::{Detail, Flaw, VietQrError};

fn flaw(result: Result<VietQr, VietQrError>) -> Flaw {
    result.unwrap_err().flaw().clone()
}

/// Two implementations write two or three digits if the CRC is small.
#[test]
fn a_crc_has_four_digits() {
    let qr = VietQr::to_account("970427", "76545634").unwrap();
    let qr = qr.with_amount(1_846_882).unwrap().with_purpose("DH917574").unwrap();
    let payload = qr.payload();
    assert!(payload.ends_with("63040003"), "{payload}");

    let without_zeros = payload.replace("63040003", "63043");
    assert_eq!(refusal(&without_zeros), ("63".into(), Problem::NoCrc));
}

/// Six write the diacritics and count characters, one counts bytes, one crashes.
#[test]
fn marks_come_off_the_purpose() {
    let qr = plain().with_purpose("Thanh toán đơn hàng").unwrap();
    assert_eq!(qr.purpose(), Some("Thanh toan don hang"));

    let marked = plain_with(&[("62", &object("08", "đơn hàng"))]);
    assert_eq!(
        refusal(&marked),
        ("62.08".into(), Problem::Value(Flaw::Character { character: 'đ' }))
    );
    let in_bytes = sealed(&(objects(&[("00", "01")]) + "6207" + "0803đơ"));
    assert!(VietQr::parse(&in_bytes).is_err());
}

/// Some count UTF-16 units, some characters, some bytes.
#[test]
fn an_emoji_in_the_purpose_is_refused() {
    assert_eq!(flaw(plain().with_purpose("cam on 🙏")), Flaw::Character { character: '🙏' });
}

/// Six write it, one truncates it, two refuse it.
#[test]
fn a_purpose_of_26_characters_is_refused() {
    assert_eq!(flaw(plain().with_purpose(&"x".repeat(26))), Flaw::LongPurpose { length: 26 });
}

/// One implementation writes the length `00`, four write three digits, which no parser can read.
#[test]
fn a_purpose_of_100_characters_is_refused() {
    let purpose = "x".repeat(100);
    assert_eq!(flaw(plain().with_long_purpose(&purpose)), Flaw::TooLong { length: 100, limit: 90 });

    let three_digits = sealed(&format!("{}6210408100{purpose}", objects(&[("00", "01")])));
    assert!(VietQr::parse(&three_digits).is_err());
    let zero = plain_with(&[("62", &format!("0800{purpose}")[..99])]);
    assert_eq!(refusal(&zero), ("62.08".into(), Problem::Value(Flaw::Empty)));
}

/// Four write it, and one truncates the account number.
#[test]
fn an_account_of_20_characters_is_refused() {
    let to = |number| flaw(VietQr::to_account("970436", number));
    assert_eq!(to("12345678901234567890"), Flaw::TooLong { length: 20, limit: 19 });
}

/// Seven write the separators into the code.
#[test]
fn separators_in_an_account_are_refused() {
    for (text, character) in [("0071-001-234567", '-'), ("0071 001 234567", ' ')] {
        let refused = flaw(VietQr::to_account("970436", text));
        assert_eq!(refused, Flaw::NumberCharacter { character });
    }
}

/// Five write an amount of zero.
#[test]
fn an_amount_of_zero_is_refused() {
    assert_eq!(flaw(plain().with_amount(0)), Flaw::NotPositive);
    let payload = plain_with(&[("54", "0")]);
    assert_eq!(refusal(&payload), ("54".into(), Problem::Value(Flaw::NotPositive)));
}

/// Four write such amounts unchanged.
#[test]
fn an_amount_that_is_not_digits_is_refused() {
    assert_eq!(flaw(plain().with_amount(-5_000)), Flaw::NotPositive);
    for text in ["-5000", "50,000", "1e6", "+5", "50 000", "."] {
        assert_eq!(refusal(&plain_with(&[("54", text)])), ("54".into(), Problem::NotAnAmount));
    }
}

/// Six write the decimals, which VND does not have.
#[test]
fn an_amount_with_decimals_is_refused() {
    let payload = plain_with(&[("54", "50000.50")]);
    assert_eq!(refusal(&payload), ("54".into(), Problem::Decimals));
    assert!(VietQr::parse_lenient(&payload).is_err());
}

/// Five write such a BIN.
#[test]
fn a_bin_that_is_not_six_digits_is_refused() {
    for text in ["97043", "9704360", "97O436"] {
        assert_eq!(flaw(VietQr::to_account(text, "1")), Flaw::NotDigits { count: 6 });
    }
    let payload = plain().payload().replace("0006970436", "0006ABCDEF");
    let payload = sealed(payload.split("6304").next().unwrap());
    assert_eq!(
        refusal(&payload),
        ("38.01.00".into(), Problem::Value(Flaw::NotDigits { count: 6 }))
    );
}

/// Six write a code without an account.
#[test]
fn an_empty_account_is_refused() {
    assert_eq!(flaw(VietQr::to_account("970436", "")), Flaw::Empty);
}

/// One implementation writes the length `00`, two write three digits.
#[test]
fn additional_data_of_more_than_99_characters_is_refused() {
    let full = plain()
        .with_detail(Detail::Bill, &"B".repeat(25))
        .and_then(|qr| qr.with_detail(Detail::Reference, &"R".repeat(25)))
        .and_then(|qr| qr.with_purpose(&"P".repeat(25)))
        .unwrap();
    assert!(full.clone().with_detail(Detail::Terminal, "12345678").is_ok(), "99 fit");
    assert_eq!(
        flaw(full.with_detail(Detail::Terminal, "123456789")),
        Flaw::TemplateFull { length: 100 }
    );
}

/// One implementation always adds a category and a merchant of its own.
#[test]
fn what_was_not_set_is_not_written() {
    assert_eq!(
        plain().payload(),
        "00020101021138570010A00000072701270006970436011300710012345670208QRIBFTTA53037045802VN6304\
         AF41"
    );
}

/// Eight write the line break.
#[test]
fn a_line_break_in_the_purpose_is_refused() {
    assert_eq!(flaw(plain().with_purpose("DH1\nDH2")), Flaw::Character { character: '\n' });
    let payload = plain_with(&[("62", &object("08", "DH1\nDH2"))]);
    let problem = Problem::Value(Flaw::Character { character: '\n' });
    assert_eq!(refusal(&payload), ("62.08".into(), problem));
}
