use proptest::prelude::*;

use super::*;

#[test]
fn a_bin_is_six_digits_as_text() {
    let bin: Bin = "970436".parse().unwrap();
    assert_eq!(
        (bin.to_string(), format!("{bin:?}")),
        ("970436".to_owned(), "Bin(970436)".to_owned())
    );
    assert_eq!(serde_json::to_string(&bin).unwrap(), "\"970436\"");
    assert_eq!(serde_json::from_str::<Bin>("\"970436\"").unwrap(), bin);
    assert!(serde_json::from_str::<Bin>("970436").is_err());
    for text in ["", "97043", "9704367", "97043a", "９７０４３６", " 970436"] {
        assert_eq!(Bin::new(text), Err(BankError::MalformedBin), "{text}");
    }
}

#[test]
fn an_account_number_is_letters_and_digits_as_text() {
    for text in ["0", "0071001234567", "99ZP24009M07248267", "aB1", "1234567890123456789"] {
        let number = AccountNumber::new(text).unwrap();
        assert_eq!(number.as_str(), text);
        assert_eq!(number.to_string(), text);
        assert_eq!(serde_json::to_string(&number).unwrap(), format!("\"{text}\""));
        assert_eq!(serde_json::from_str::<AccountNumber>(&format!("\"{text}\"")).unwrap(), number);
    }
    assert_eq!(AccountNumber::new(""), Err(BankError::AccountNumberLength { length: 0 }));
    assert_eq!(
        AccountNumber::new("1".repeat(20)),
        Err(BankError::AccountNumberLength { length: 20 })
    );
    for character in ['-', ' ', '.', 'Đ', '\n', '５', '\0'] {
        let error = BankError::AccountNumberCharacter { character };
        assert_eq!(AccountNumber::new(format!("12{character}34")), Err(error));
    }
    assert!(
        serde_json::from_str::<AccountNumber>("71001234567").is_err(),
        "a JSON number has lost its zeros"
    );
    assert_ne!(AccountNumber::new("0012"), AccountNumber::new("12"));
}

#[test]
fn separators_are_dropped_only_when_asked() {
    assert_eq!(
        AccountNumber::strip_separators(" 0071 001-234.567\u{a0}"),
        AccountNumber::new("0071001234567")
    );
    assert_eq!(
        AccountNumber::strip_separators(" - "),
        Err(BankError::AccountNumberLength { length: 0 })
    );
    assert!(AccountNumber::strip_separators("0071_001").is_err());
}

#[test]
fn debug_shows_only_the_end_of_an_account_number() {
    let shown = |text: &str| format!("{:?}", AccountNumber::new(text).unwrap());
    assert_eq!(shown("0071001234567"), "AccountNumber(…4567)");
    assert_eq!(shown("12345678"), "AccountNumber(…5678)");
    assert_eq!(shown("1234567"), "AccountNumber(…)");
    let account =
        BankAccount::new(Bin::new("970436").unwrap(), AccountNumber::new("0071001234567").unwrap());
    assert!(!format!("{account:?}").contains("0071001"), "{account:?}");
}

#[test]
fn an_account_reads_back_with_and_without_holder() {
    let account =
        BankAccount::new(Bin::new("970436").unwrap(), AccountNumber::new("0071001234567").unwrap());
    assert_eq!(
        serde_json::to_string(&account).unwrap(),
        r#"{"bin":"970436","number":"0071001234567"}"#
    );
    for account in [account.clone(), account.with_holder("NGUYEN VAN A")] {
        let json = serde_json::to_string(&account).unwrap();
        assert_eq!(serde_json::from_str::<BankAccount>(&json).unwrap(), account);
    }
}

proptest! {
    #[test]
    fn no_text_panics(text in r"\PC*|.*") {
        let _ = AccountNumber::new(&text);
        let _ = AccountNumber::strip_separators(&text);
        let _ = Bin::new(&text);
    }
}
