use proptest::prelude::*;

use super::*;
use crate::{ConsumerData, Detail, Initiation, Tip, VietQrError};

/// Generates a code with any of the optional fields. Values that are not allowed are left out.
fn any_code() -> impl Strategy<Value = VietQr> {
    any_code_with(prop::option::of(r"\PC{1,25}").boxed())
}

/// Generates such a code without the one field that need not be ASCII.
fn any_ascii_code() -> impl Strategy<Value = VietQr> {
    any_code_with(Just(None).boxed())
}

fn any_code_with(local_name: BoxedStrategy<Option<String>>) -> impl Strategy<Value = VietQr> {
    let start =
        ("[0-9]{6}", "[A-Za-z0-9]{1,19}", any::<bool>()).prop_map(|(bank, account, card)| {
            let to = if card { VietQr::to_card } else { VietQr::to_account };
            to(&bank, &account).unwrap()
        });
    let initiation =
        prop::option::of(prop_oneof![Just(Initiation::Static), Just(Initiation::Dynamic)]);
    let amount = prop::option::of(1..=9_999_999_999_999_i64);
    let tip = prop::option::of(prop_oneof![
        Just(Tip::AskPayer),
        (1..=9_999_999_999_999_i64).prop_map(Tip::Fixed),
        (1..=9_999_u16).prop_map(Tip::Percent),
    ]);
    let text = || prop::option::of("[ -~à-ỹđĐ]{1,25}");
    let texts = (text(), prop::option::of("[ -~]{1,90}"), text(), text(), "[0-9]{4}");
    let details = prop::collection::vec(("[ -~]{1,25}", 0..7_usize), 0..4);
    let more = (local_name, prop::collection::vec(0..3_usize, 0..4));
    (start, initiation, amount, tip, texts, details, more).prop_map(
        |(qr, initiation, amount, tip, texts, details, (local_name, wanted))| {
            let qr = initiation.into_iter().fold(qr, VietQr::with_initiation);
            let qr = try_each(qr, amount, VietQr::with_amount);
            let qr = try_each(qr, tip, VietQr::with_tip);
            let (purpose, long_purpose, name, city, category) = texts;
            let qr = try_each(qr, purpose, |qr, text| qr.with_purpose(&text));
            let qr = try_each(qr, long_purpose, |qr, text| qr.with_long_purpose(&text));
            let qr = try_each(qr, name, |qr, text| qr.with_merchant_name(&text));
            let qr = try_each(qr, city, |qr, text| qr.with_merchant_city(&text));
            let qr = try_each(qr, [category], |qr, text| qr.with_category(&text));
            let qr =
                try_each(qr, details, |qr, (text, index)| qr.with_detail(DETAILS[index], &text));
            let qr = try_each(qr, local_name, |qr, text| qr.with_other_language("vi", &text, None));
            let wanted: Vec<_> = wanted.into_iter().map(|index| ConsumerData::ALL[index]).collect();
            try_each(qr, [wanted], |qr, wanted| qr.with_consumer_data(&wanted))
        },
    )
}

const DETAILS: [Detail; 7] = [
    Detail::Bill,
    Detail::Mobile,
    Detail::Store,
    Detail::Loyalty,
    Detail::Reference,
    Detail::Customer,
    Detail::Terminal,
];

/// Sets a field if its value is allowed.
fn try_each<T>(
    qr: VietQr,
    values: impl IntoIterator<Item = T>,
    set: impl Fn(VietQr, T) -> Result<VietQr, VietQrError>,
) -> VietQr {
    values.into_iter().fold(qr, |qr, value| set(qr.clone(), value).unwrap_or(qr))
}

/// Objects of any kind, nested by chance, most of them with right lengths.
fn any_objects() -> impl Strategy<Value = String> {
    let id = prop_oneof![
        Just(0_u8),
        Just(1),
        Just(2),
        Just(8),
        Just(38),
        Just(53),
        Just(54),
        Just(58),
        Just(62),
        Just(64),
        0..=99_u8
    ];
    let leaf = prop_oneof![
        Just("01".to_owned()),
        Just("11".to_owned()),
        Just("704".to_owned()),
        Just("VN".to_owned()),
        Just("A000000727".to_owned()),
        Just("970436".to_owned()),
        Just("QRIBFTTA".to_owned()),
        r"[ -~Đ]{0,9}"
    ];
    leaf.prop_recursive(4, 40, 8, move |value| {
        prop::collection::vec((id.clone(), value), 0..8).prop_map(|parts| {
            parts.iter().map(|(id, value)| object(&format!("{id:02}"), value)).collect()
        })
    })
}

/// Checks that a parsed text is written as a text that parses to the same code.
fn check_reading(text: &str) -> Result<(), TestCaseError> {
    for read in [VietQr::parse(text), VietQr::parse_lenient(text)] {
        match read {
            Ok(qr) => prop_assert_eq!(VietQr::parse(&qr.payload()), Ok(qr)),
            Err(error) => prop_assert!(error.offset() <= text.len(), "{}", error),
        }
    }
    Ok(())
}

proptest! {
    #[test]
    fn what_is_built_reads_back_and_builds_again(qr in any_code()) {
        let payload = qr.payload();
        let read = VietQr::parse(&payload).unwrap();
        prop_assert_eq!(&read, &qr);
        prop_assert_eq!(read.payload(), payload);
    }

    #[test]
    fn no_change_of_one_character_goes_unnoticed(
        qr in any_ascii_code(),
        place in any::<prop::sample::Index>(),
        new in "[ -~]",
    ) {
        let payload = qr.payload();
        let place = place.index(payload.len());
        // A CRC of 16 bits detects every error within one byte, and every swap of two.
        let changed = format!("{}{new}{}", &payload[..place], &payload[place + 1..]);
        match VietQr::parse(&changed) {
            Err(_) => {}
            // Only the case of the CRC does not matter.
            Ok(read) => prop_assert!(read == qr && changed.eq_ignore_ascii_case(&payload)),
        }
    }

    #[test]
    fn no_swap_of_neighbours_goes_unnoticed(
        qr in any_ascii_code(),
        place in any::<prop::sample::Index>(),
    ) {
        let payload = qr.payload();
        let mut bytes = payload.clone().into_bytes();
        let place = place.index(bytes.len() - 1);
        bytes.swap(place, place + 1);
        let swapped = String::from_utf8(bytes).unwrap();
        prop_assert!(swapped == payload || VietQr::parse(&swapped).is_err(), "{}", swapped);
    }

    #[test]
    fn no_text_panics(bytes in prop::collection::vec(any::<u8>(), 0..200), text in r"\PC{0,200}") {
        check_reading(&String::from_utf8_lossy(&bytes))?;
        check_reading(&text)?;
        check_reading(&sealed(&String::from_utf8_lossy(&bytes)))?;
        check_reading(&sealed(&text))?;
    }

    #[test]
    fn no_objects_panic(body in any_objects()) {
        check_reading(&sealed(&body))?;
        check_reading(&sealed(&format!("000201{body}")))?;
        check_reading(&plain_with(&[("62", body.get(..99).unwrap_or(&body))]))?;
        let start = objects(&[("00", "01"), ("01", "11"), ("38", &beneficiary())]);
        check_reading(&sealed(&(start + &body)))?;
    }

    /// The misprint of the official document, with any number of lost characters.
    #[test]
    fn a_number_that_is_cut_by_its_length_is_refused(lost in 1..=18_usize) {
        let payload = VietQr::to_account("970436", "1234567890123456789").unwrap().payload();
        let (body, _) = payload.split_once("6304").unwrap();
        let cut = body.replace("0119", &format!("01{:02}", 19 - lost));
        prop_assert!(VietQr::parse(&sealed(&cut)).is_err(), "{}", cut);
    }
}
