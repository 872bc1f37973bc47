use super::*;
use crate::{ConsumerData, Flaw, Initiation, Service, Tip};

#[test]
fn objects_may_come_in_any_order() {
    let member = objects(&[("01", "0071001234567"), ("00", "970436")]);
    let template = objects(&[("02", "QRIBFTTA"), ("01", &member), ("00", "A000000727")]);
    let additional = objects(&[("08", "DH1"), ("01", "HD1")]);
    let payload = sealed(&objects(&[
        ("00", "01"),
        ("62", &additional),
        ("58", "VN"),
        ("53", "704"),
        ("38", &template),
        ("01", "11"),
    ]));
    let qr = VietQr::parse(&payload).unwrap();
    assert_eq!((qr.number(), qr.purpose()), ("0071001234567", Some("DH1")));
    assert_eq!(VietQr::parse(&qr.payload()), Ok(qr));
}

#[test]
fn the_crc_may_be_in_lower_case() {
    let payload = plain().payload();
    let (covered, crc) = payload.split_at(payload.len() - 4);
    assert_eq!(VietQr::parse(&format!("{covered}{}", crc.to_lowercase())), Ok(plain()));
}

#[test]
fn a_wrong_or_missing_crc_is_refused_before_anything_else() {
    let payload = plain().payload();
    let wrong = payload.replace("970436", "970422");
    assert!(
        matches!(refusal(&wrong), (field, Problem::WrongCrc { stated: 0xAF41, .. }) if field == "63")
    );
    for text in
        ["", "6304", "63040000", "hello", &payload[..payload.len() - 1], "6304+A12", "Đ6304"]
    {
        assert!(VietQr::parse(text).is_err(), "{text}");
    }
    assert_eq!(refusal(&payload.replace("6304AF41", "")).1, Problem::NoCrc);
}

#[test]
fn unknown_objects_are_kept_in_their_places() {
    let member = objects(&[("00", "970436"), ("01", "0071001234567"), ("05", "deep")]);
    let template =
        objects(&[("00", "A000000727"), ("01", &member), ("02", "QRIBFTTA"), ("03", "more")]);
    let additional = objects(&[("08", "DH1"), ("10", "later"), ("50", "0002xx")]);
    let language = objects(&[("00", "vi"), ("01", "Phở"), ("09", "Đ")]);
    let body = objects(&[
        ("00", "01"),
        ("01", "11"),
        ("26", "0003abc"),
        ("38", &template),
        ("52", "5812"),
        ("53", "704"),
        ("58", "VN"),
        ("62", &additional),
    ]);
    // Object 64 belongs after the CRC by its number, and the CRC is last.
    let payload = sealed(&(body + &objects(&[("64", &language), ("65", "rfu"), ("80", "123")])));

    let qr = VietQr::parse(&payload).unwrap();
    let unknown: Vec<_> =
        qr.unknown_objects().map(|(field, value)| format!("{field}={value}")).collect();
    assert_eq!(
        unknown,
        [
            "26=0003abc",
            "38.01.05=deep",
            "38.03=more",
            "62.10=later",
            "62.50=0002xx",
            "64.09=Đ",
            "65=rfu",
            "80=123"
        ]
    );
    assert_eq!(qr.payload(), payload);
}

#[test]
fn unknown_objects_leave_less_room_for_what_is_set_later() {
    let language = objects(&[("00", "vi"), ("01", "Ph"), ("09", &"x".repeat(79))]);
    let additional = object("50", &"x".repeat(80));
    let read = VietQr::parse(&plain_with(&[("62", &additional), ("64", &language)])).unwrap();
    let full = |length| Flaw::TemplateFull { length };
    let longer_name = read.clone().with_other_language("vi", "Phở Huế", None).unwrap_err();
    assert_eq!(longer_name.flaw(), &full(100));
    let purpose = read.with_purpose("12 characters").unwrap_err();
    assert_eq!(purpose.flaw(), &full(101));
}

#[test]
fn an_object_that_is_there_twice_is_refused() {
    assert_eq!(refusal(&plain_with(&[("58", "VN")])), ("58".into(), Problem::Duplicate));
    assert_eq!(
        refusal(&plain_with(&[("80", "1"), ("80", "1")])),
        ("80".into(), Problem::Duplicate)
    );
    let purposes = objects(&[("08", "A"), ("08", "B")]);
    assert_eq!(refusal(&plain_with(&[("62", &purposes)])), ("62.08".into(), Problem::Duplicate));
}

/// Returns the payload of [`plain`] with another beneficiary.
fn paying(beneficiary: &str) -> String {
    let fixed = [("00", "01"), ("01", "11"), ("38", beneficiary), ("53", "704"), ("58", "VN")];
    sealed(&objects(&fixed))
}

#[test]
fn a_beneficiary_has_one_bank_one_number_and_one_service() {
    let member = |parts: &[(&str, &str)]| {
        paying(&objects(&[("00", "A000000727"), ("01", &objects(parts)), ("02", "QRIBFTTA")]))
    };
    let (bank, account) = (("00", "970436"), ("01", "0071001234567"));
    assert!(VietQr::parse(&member(&[bank, account])).is_ok());
    assert_eq!(refusal(&member(&[bank])), ("38.01.01".into(), Problem::Missing));
    assert_eq!(refusal(&member(&[account])), ("38.01.00".into(), Problem::Missing));
    let twice = member(&[bank, account, ("01", "1")]);
    assert_eq!(refusal(&twice), ("38.01.01".into(), Problem::Duplicate));
    let character = Flaw::NumberCharacter { character: '-' };
    let hyphen = member(&[bank, ("01", "0071-001")]);
    assert_eq!(refusal(&hyphen), ("38.01.01".into(), Problem::Value(character)));

    let member = objects(&[bank, account]);
    let template = |parts: &[(&str, &str)]| refusal(&paying(&objects(parts)));
    let (scheme, service) = (("00", "A000000727"), ("02", "QRIBFTTA"));
    assert_eq!(template(&[scheme, service]), ("38.01".into(), Problem::Missing));
    assert_eq!(template(&[("01", &member), service]), ("38.00".into(), Problem::Missing));
    assert_eq!(template(&[scheme, ("01", &member)]), ("38.02".into(), Problem::Missing));
    let expected = |expected| Problem::Unexpected { expected };
    assert_eq!(
        template(&[("00", "A000000775"), ("01", &member), service]),
        ("38.00".into(), expected("A000000727"))
    );
    assert_eq!(
        template(&[scheme, ("01", &member), ("02", "QRPUSH")]),
        ("38.02".into(), expected("QRIBFTTA"))
    );
}

#[test]
fn a_card_is_read_as_a_card() {
    let qr = VietQr::to_card("970436", "9704361234567890").unwrap();
    let read = VietQr::parse(&qr.payload()).unwrap();
    assert_eq!((read.service(), read.initiation()), (Service::Card, Initiation::Static));
}

#[test]
fn what_every_code_has_must_be_there_and_say_what_it_says_everywhere() {
    let template = beneficiary();
    let fixed =
        [("00", "01"), ("01", "11"), ("38", template.as_str()), ("53", "704"), ("58", "VN")];
    for missing in ["01", "38", "53", "58"] {
        let rest: Vec<_> = fixed.into_iter().filter(|(id, _)| *id != missing).collect();
        assert_eq!(refusal(&sealed(&objects(&rest))), (missing.into(), Problem::Missing));
    }
    for (changed, value) in [("00", "02"), ("01", "13"), ("53", "840"), ("58", "US")] {
        let parts = fixed.map(|(id, own)| (id, if id == changed { value } else { own }));
        let (field, problem) = refusal(&sealed(&objects(&parts)));
        assert_eq!(field, changed);
        assert!(matches!(problem, Problem::Unexpected { .. }), "{problem}");
    }
}

#[test]
fn the_format_comes_first_and_the_crc_last() {
    let late = sealed(&objects(&[("01", "11"), ("00", "01")]));
    assert_eq!(refusal(&late), ("01".into(), Problem::OutOfPlace));
    let early = sealed(&objects(&[("00", "01"), ("63", "0000"), ("01", "11")]));
    assert_eq!(refusal(&early), ("63".into(), Problem::OutOfPlace));
    // The value of the last object includes the text that looks like the CRC.
    let swallowed = sealed(&(objects(&[("00", "01")]) + "8008"));
    assert_eq!(refusal(&swallowed), ("80".into(), Problem::OutOfPlace));
}

#[test]
fn lengths_must_come_out_even() {
    let start = objects(&[("00", "01")]);
    let problem = |body: &str| refusal(&sealed(&format!("{start}{body}")));
    assert_eq!(problem("8000"), ("80".into(), Problem::Value(Flaw::Empty)));
    // Three characters and the eight of the CRC remain.
    assert_eq!(problem("8012123"), ("80".into(), Problem::Truncated { stated: 12, left: 11 }));
    assert_eq!(problem("80x1123"), ("payload".into(), Problem::NoHeader));
    let left_over = plain_with(&[("62", "0801A080")]);
    assert_eq!(refusal(&left_over), ("62".into(), Problem::LeftOver { count: 3 }));
    let too_long = plain_with(&[("62", "0803AB")]);
    assert_eq!(refusal(&too_long), ("62.08".into(), Problem::Truncated { stated: 3, left: 2 }));
}

#[test]
fn an_amount_may_end_in_a_point() {
    let amount = |text: &str| VietQr::parse(&plain_with(&[("54", text)])).map(|qr| qr.amount());
    for text in ["50000", "50000.", "0050000"] {
        assert_eq!(amount(text), Ok(Some(50_000)), "{text}");
    }
    assert_eq!(amount("9999999999999"), Ok(Some(9_999_999_999_999)));
    for text in ["99999999999999", "9999999999999.", "99999999999999999999"] {
        let problem = Problem::Value(Flaw::AmountTooLong);
        assert_eq!(refusal(&plain_with(&[("54", text)])), ("54".into(), problem), "{text}");
    }
}

#[test]
fn what_a_scanner_adds_around_the_text_is_left_out_and_only_around() {
    let payload = plain().payload();
    for text in [
        format!("{payload}\n"),
        format!("{payload}\r\n"),
        format!(" \t{payload}  "),
        format!("\u{feff}{payload}"),
        format!("\u{feff} {payload}\u{a0}\n"),
        format!("\u{200b}{payload}\u{200b}"),
        format!("\u{200e}{payload}\u{2060}"),
        format!("\u{2}{payload}\u{3}"),
        format!("{payload}\0"),
        format!("{payload}\u{1d}\u{4}\r\n"),
        format!("{payload}\u{1a}"),
        format!("\u{85}\u{2028}{payload}\u{2029}\u{3000}"),
    ] {
        assert_eq!(VietQr::parse(&text).as_ref(), Ok(&plain()), "{text:?}");
        assert_eq!(VietQr::parse_lenient(&text).as_ref(), Ok(&plain()), "{text:?}");
    }
    let (start, end) = payload.split_at(20);
    for between in [" ", "\n", "\u{feff}"] {
        assert!(VietQr::parse(&format!("{start}{between}{end}")).is_err(), "{between:?}");
    }
    let damaged = format!("\u{feff}{}0000\n", payload.split_at(payload.len() - 4).0);
    assert!(matches!(VietQr::parse(&damaged).unwrap_err().problem(), Problem::WrongCrc { .. }));
}

#[test]
fn decimals_that_are_zero_are_read_leniently_only() {
    for text in ["50000.0", "50000.00"] {
        let payload = plain_with(&[("54", text)]);
        assert_eq!(refusal(&payload), ("54".into(), Problem::Decimals));
        let qr = VietQr::parse_lenient(&payload).unwrap();
        assert_eq!(qr.amount(), Some(50_000));
        assert!(qr.payload().contains("540550000"));
    }
    for text in ["50000.01", "50000.0.0", "0.00", ".00", "50.000", "2.000", "50000.000"] {
        assert!(VietQr::parse_lenient(&plain_with(&[("54", text)])).is_err(), "{text}");
    }
}

#[test]
fn lengths_count_characters_where_marks_may_stand() {
    let payload = plain_with(&[("64", &objects(&[("00", "vi"), ("01", "Phở Huế")]))]);
    let qr = VietQr::parse(&payload).unwrap();
    assert_eq!(qr.other_language().map(|language| language.name), Some("Phở Huế"));

    let name = plain_with(&[("59", "Phở Huế")]);
    let problem = Problem::Value(Flaw::Character { character: 'ở' });
    assert_eq!(refusal(&name), ("59".into(), problem));
    let no_name = plain_with(&[("64", &objects(&[("00", "vi")]))]);
    assert_eq!(refusal(&no_name), ("64.01".into(), Problem::Missing));
}

#[test]
fn a_fee_goes_with_its_indicator() {
    let tip = |parts: &[(&str, &str)]| VietQr::parse(&plain_with(parts)).map(|qr| qr.tip());
    assert_eq!(tip(&[("55", "01")]), Ok(Some(Tip::AskPayer)));
    assert_eq!(tip(&[("55", "02"), ("56", "5000")]), Ok(Some(Tip::Fixed(5_000))));
    for (text, hundredths) in
        [("05.00", 500), ("5", 500), ("0.5", 50), ("00.01", 1), ("99.99", 9_999)]
    {
        assert_eq!(
            tip(&[("57", text), ("55", "03")]),
            Ok(Some(Tip::Percent(hundredths))),
            "{text}"
        );
    }
    for text in ["0", "00.00", "100", "1.234", "5%", "", "."] {
        assert!(tip(&[("55", "03"), ("57", text)]).is_err(), "{text}");
    }
    for (parts, field) in [
        (&[("55", "02")][..], "55"),
        (&[("55", "04")], "55"),
        (&[("55", "01"), ("56", "1")], "55"),
        (&[("55", "02"), ("57", "1")], "55"),
        (&[("56", "1")], "56"),
        (&[("57", "1")], "57"),
    ] {
        assert_eq!(refusal(&plain_with(parts)), (field.into(), Problem::TipMismatch));
    }
}

#[test]
fn consumer_data_is_read_in_any_order() {
    let asked = |letters: &str| VietQr::parse(&plain_with(&[("62", &object("09", letters))]));
    let all = [ConsumerData::Address, ConsumerData::Mobile, ConsumerData::Email];
    assert!(asked("EMA").unwrap().consumer_data().eq(all));
    for letters in ["AA", "AX", "ame", "AMEA"] {
        assert_eq!(
            refusal(&plain_with(&[("62", &object("09", letters))])),
            ("62.09".into(), Problem::Value(Flaw::NotConsumerData))
        );
    }
}

#[test]
fn an_error_is_one_line_with_place_and_advice() {
    let misprint = "00020101021138570010A00000072701270006970403011200110123456780208QRIBFTTA\
                    53037045802VN6304F4E5";
    assert_eq!(
        VietQr::parse(misprint).unwrap_err().to_string(),
        "38.01 at 60: the remaining text is too short for an object (characters: 1): a length before \
         it is wrong"
    );
}
