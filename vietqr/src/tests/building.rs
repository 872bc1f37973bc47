use super::*;
use crate::{ConsumerData, Detail, Flaw, Initiation, Tip, VietQrError, Warning};

fn flaw(result: Result<VietQr, VietQrError>) -> (String, Flaw) {
    let error = result.unwrap_err();
    (error.field().to_string(), error.flaw().clone())
}

#[test]
fn a_code_for_an_amount_is_for_one_payment_and_one_without_is_for_many() {
    assert_eq!(plain().initiation(), Initiation::Static);
    let with_amount = plain().with_amount(1).unwrap();
    assert_eq!(with_amount.initiation(), Initiation::Dynamic);
    let sticker = plain().with_initiation(Initiation::Static).with_amount(1).unwrap();
    assert_eq!(sticker.initiation(), Initiation::Static);
    assert!(sticker.payload().starts_with("000201010211"));
}

#[test]
fn an_amount_is_a_positive_number_of_dong_of_thirteen_digits() {
    let with = |amount| plain().with_amount(amount);
    let most = 9_999_999_999_999;
    assert!(with(most).unwrap().payload().contains("54139999999999999"));
    assert_eq!(flaw(with(10_000_000_000_000)), ("54".into(), Flaw::AmountTooLong));
    assert_eq!(flaw(with(0)), ("54".into(), Flaw::NotPositive));
    assert_eq!(flaw(with(-1)), ("54".into(), Flaw::NotPositive));
}

#[test]
fn a_purpose_is_sent_without_marks_and_is_never_cut() {
    let qr = plain().with_purpose("  Thanh toán đơn\u{a0}hàng 5 ").unwrap();
    assert_eq!(qr.purpose(), Some("Thanh toan don hang 5"));
    let marked = "Đ".repeat(25);
    assert!(plain().with_purpose(&marked).is_ok(), "25 characters, although 50 bytes");

    let long = flaw(plain().with_purpose(&"x".repeat(26)));
    assert_eq!(long, ("62.08".into(), Flaw::LongPurpose { length: 26 }));
    assert_eq!(flaw(plain().with_purpose(" ")), ("62.08".into(), Flaw::Empty));
}

#[test]
fn a_long_purpose_is_taken_when_it_is_asked_for() {
    let qr = plain().with_long_purpose(&"x".repeat(90)).unwrap();
    assert_eq!(VietQr::parse(&qr.payload()).as_ref(), Ok(&qr));
    let longer = flaw(plain().with_long_purpose(&"x".repeat(91)));
    assert_eq!(longer, ("62.08".into(), Flaw::TooLong { length: 91, limit: 90 }));
}

#[test]
fn a_detail_is_taken_as_it_is_or_refused() {
    let qr = plain().with_detail(Detail::Bill, "A  B").unwrap();
    assert_eq!(qr.detail(Detail::Bill), Some("A  B"));
    assert_eq!(
        flaw(plain().with_detail(Detail::Terminal, "Quầy 1")),
        ("62.07".into(), Flaw::Character { character: 'ầ' })
    );
    assert_eq!(
        flaw(plain().with_detail(Detail::Store, &"S".repeat(26))),
        ("62.03".into(), Flaw::TooLong { length: 26, limit: 25 })
    );
}

#[test]
fn a_field_that_is_set_again_is_replaced() {
    let qr = plain().with_purpose("first").unwrap().with_purpose("second").unwrap();
    assert_eq!(qr, plain().with_purpose("second").unwrap());
    let local = plain().with_other_language("vi", "Phở", Some("Huế")).unwrap();
    let without_city = local.with_other_language("vi", "Bún", None).unwrap();
    assert_eq!(without_city, plain().with_other_language("vi", "Bún", None).unwrap());
}

#[test]
fn merchant_fields_keep_their_lengths() {
    let qr =
        plain().with_merchant_name("PHƯƠNG CÁC").unwrap().with_merchant_city("Hà Nội").unwrap();
    assert_eq!((qr.merchant_name(), qr.merchant_city()), (Some("PHUONG CAC"), Some("Ha Noi")));
    let too_long = |length, limit| Flaw::TooLong { length, limit };
    let text = "x".repeat(26);
    assert_eq!(flaw(plain().with_merchant_name(&text)), ("59".into(), too_long(26, 25)));
    assert_eq!(flaw(plain().with_merchant_city(&text)), ("60".into(), too_long(26, 15)));
    assert_eq!(flaw(plain().with_postal_code(&text)), ("61".into(), too_long(26, 10)));
    for category in ["", "581", "58120", "58a2"] {
        let (field, _) = flaw(plain().with_category(category));
        assert_eq!(field, "52", "{category}");
    }
}

#[test]
fn consumer_data_is_asked_for_once_each() {
    use ConsumerData::{Address, Email, Mobile};
    let qr = plain().with_consumer_data(&[Email, Address, Email]).unwrap();
    assert!(qr.payload().contains("62060902AE"));
    assert_eq!(qr.consumer_data().collect::<Vec<_>>(), [Address, Email]);
    assert!(qr.clone().with_consumer_data(&[Mobile]).unwrap().consumer_data().eq([Mobile]));
    assert_eq!(qr.with_consumer_data(&[]).unwrap(), plain());
}

#[test]
fn a_name_in_another_language_keeps_its_marks() {
    let qr = plain().with_other_language("vi", "Cà phê Đà Lạt", Some("Đà Lạt")).unwrap();
    let payload = qr.payload();
    assert!(payload.contains("6433" /* characters, not bytes */), "{payload}");
    assert!(payload.contains("0002vi0113Cà phê Đà Lạt0206Đà Lạt6304"), "{payload}");
    let language = qr.other_language().unwrap();
    assert_eq!((language.language, language.name), ("vi", "Cà phê Đà Lạt"));
    assert_eq!(VietQr::parse(&payload).as_ref(), Ok(&qr));

    let refused = |language, name| flaw(plain().with_other_language(language, name, None));
    assert_eq!(refused("VIE", "x"), ("64.00".into(), Flaw::NotALanguage));
    assert_eq!(refused("vi", ""), ("64.01".into(), Flaw::Empty));
    assert_eq!(refused("vi", "a\nb"), ("64.01".into(), Flaw::Character { character: '\n' }));
}

#[test]
fn tips_are_written_with_their_indicator() {
    let written = |tip| plain().with_tip(tip).unwrap().payload();
    assert!(written(Tip::AskPayer).contains("53037045502015802VN"));
    assert!(written(Tip::Fixed(5_000)).contains("530370455020256045000"));
    assert!(written(Tip::Percent(550)).contains("5502035705" /* ID and length */));
    assert!(written(Tip::Percent(550)).contains("05.50"));
    let fixed = flaw(plain().with_tip(Tip::Fixed(0)));
    assert_eq!(fixed, ("56".into(), Flaw::NotPositive));
    for hundredths in [0, 10_000] {
        let percent = flaw(plain().with_tip(Tip::Percent(hundredths)));
        assert_eq!(percent, ("57".into(), Flaw::PercentOutOfRange));
    }
}

#[test]
fn warnings_name_what_may_keep_payers_from_paying() {
    let amount = |dong| plain().with_amount(dong).unwrap().warnings();
    assert_eq!(amount(499_999_999), []);
    let limit = 500_000_000;
    assert_eq!(amount(500_000_000), [Warning::AmountAboveLimit { amount: limit, limit }]);

    let unknown = VietQr::to_account("000000", "1").unwrap();
    assert_eq!(unknown.warnings(), [Warning::UnknownBank { bin: "000000".to_owned() }]);

    let card = |digits| VietQr::to_card("970436", digits).unwrap().warnings();
    assert_eq!(card("9704361234567890"), []);
    assert_eq!(card("9704151234567890"), [Warning::CardOfAnotherBank { bin: "970436".to_owned() }]);

    let long = plain().with_long_purpose(&"x".repeat(26)).unwrap().warnings();
    assert_eq!(long, [Warning::LongPurpose { length: 26 }]);
    assert_eq!(
        long[0].to_string(),
        "the purpose has 26 characters: some bank apps cut or refuse more than 25"
    );
}

#[test]
fn an_error_names_the_field_and_what_to_do() {
    let error = plain().with_purpose("Cảm ơn 🙏").unwrap_err();
    assert_eq!(
        error.to_string(),
        "the purpose (62.08) contains '🙏' (U+1F64F): use printable ASCII characters only"
    );
}
