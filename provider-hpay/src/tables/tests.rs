//! The tables, row by row. The expectations stand here and not in the tables, so that a row that
//! is lost or changed is noticed.

use std::collections::BTreeSet;

use payments_core::bank::Bin;

use super::*;

const METHODS: &str = include_str!("../../data/methods.tsv");
const BANKS_FILE: &str = include_str!("../../data/banks.tsv");

/// Domestic cards, all supported.
const ATM: &[u32] = &[
    3380, 3382, 3383, 3385, 2181, 1282, 2860, 2861, 644924, 683774, 1003, 1006, 1009, 1012, 1015,
    1018, 1021, 1024, 1027, 1030, 1033, 1036, 1039, 1042, 1045, 1048, 1051, 1054, 1057, 1060, 1063,
    1067, 1069, 1072, 1075, 1078, 2620, 2260, 633269, 637154,
];

/// Internet banking, supported.
const INTERNET_BANKING: &[u32] = &[1281, 679889, 652694, 648809, 1090, 745934];

/// International cards: Visa, MasterCard, JCB.
const CARDS: &[u32] = &[1095, 1098, 1101];

/// Listed as unsupported: internet banking, and the virtual account as a single method.
const UNSUPPORTED: &[u32] = &[
    2401, 2402, 2403, 2549, 2550, 2551, 2600, 2601, 3203, 629384, 641039, 668234, 672119, 734279,
    660464, 691544, 710969, 718739, 738164, 742049, 656579, 707084, 714854, 726509, 730394, 676004,
    687659, 699314, 703199, 722624, 1081, 1084, 1087, 664349, 695429, 396284,
];

/// Table 3, in its order, with its double and its misspellings.
const BANKS: &[(&str, &str)] = &[
    ("VCB", "970436"),
    ("VIB", "970441"),
    ("MB", "970422"),
    ("ICB", "970415"),
    ("HDB", "970437"),
    ("NVB", "970419"),
    ("MSB", "970426"),
    ("VAB", "970427"),
    ("GPB", "970408"),
    ("OJB", "970414"),
    ("ABB", "970425"),
    ("BIDV", "970418"),
    ("BVB", "970438"),
    ("LVB", "970449"),
    ("TPB", "970423"),
    ("AGB", "970405"),
    ("SHB", "970443"),
    ("SCB", "970429"),
    ("STB", "970403"),
    ("SGB", "970400"),
    ("KLB", "970452"),
    ("SEA", "970440"),
    ("VRB", "970421"),
    ("PBVN", "970439"),
    ("NAB", "970428"),
    ("PVCB", "970412"),
    ("TCB", "970407"),
    ("EXB", "970431"),
    ("ACB", "970416"),
    ("VPB", "970432"),
    ("OCB", "970448"),
    ("PGB", "970430"),
    ("UOB", "970458"),
    ("IVB", "970434"),
    ("WRB", "970457"),
    ("SHNB", "970424"),
    ("VCCB", "970454"),
    ("VB", "970433"),
    ("BAB", "970409"),
    ("IBKHN", "970455"),
    ("IBKHCM", "970456"),
    ("CTB", "533948"),
    ("MAFC", "977777"),
    ("KASIKORNBANK", "668888"),
    ("KEBHANAHN", "970467"),
    ("KEBHANAHCM", "970466"),
    ("KOOKMINHN", "970462"),
    ("KOOKMINHCM", "970463"),
    ("HSBC", "458761"),
    ("HONLEONGBANK", "970442"),
    ("SC", "970410"),
    ("CBB", "970444"),
    ("VNSPB", "999888"),
    ("DBS", "796500"),
    ("NONGHYUPBANK", "801011"),
    ("COOPBANK", "970446"),
    ("CIMB", "422589"),
    ("CAKEVPB", "546034"),
    ("LIOBANK", "963369"),
    ("UMEEKLB", "963399"),
    ("UBANKVPB", "546035"),
    ("TIMOB", "963388"),
    ("VNPTMONEY", "971011"),
    ("VIETELMONEY", "971005"),
    ("DAB", "970406"),
    ("HDB", "970437"),
];

#[test]
fn every_method_of_table_1_is_taken_exactly_if_it_is_supported() {
    let kinds = [
        (ATM, Some(MethodKind::Atm)),
        (INTERNET_BANKING, Some(MethodKind::InternetBanking)),
        (CARDS, Some(MethodKind::Card)),
        (UNSUPPORTED, None),
    ];
    let mut listed = BTreeSet::new();
    for (ids, kind) in kinds {
        for id in ids {
            assert_eq!(method_kind(*id), kind, "method {id}");
            listed.insert(id.to_string());
        }
    }
    let in_file: BTreeSet<String> =
        METHODS.lines().skip(1).map(|row| Row(row).cell(0).to_owned()).collect();
    assert_eq!(listed, in_file);
    assert_eq!(method_kind(1), None);
}

#[test]
fn every_group_of_table_2_is_taken_exactly_if_it_is_supported() {
    for group in ["BANK_ONLINE", "VA", "CREDIT_CARD"] {
        assert!(takes_group(group), "{group}");
    }
    for group in ["WALLET", "", "va", "method_group"] {
        assert!(!takes_group(group), "{group}");
    }
    let rows = include_str!("../../data/method_groups.tsv").lines().count();
    assert_eq!(rows, 5, "four groups below a header");
}

#[test]
fn every_bank_of_table_3_is_found_by_its_number_and_by_its_code() {
    let in_file: Vec<_> =
        BANKS_FILE.lines().skip(1).map(|row| (Row(row).cell(0), Row(row).cell(1))).collect();
    assert_eq!(in_file, BANKS);
    for (code, bin) in BANKS {
        let bin = Bin::new(bin).unwrap();
        assert_eq!(Banks::default().code(bin).as_deref(), Some(*code));
        assert_eq!(Banks::default().bin(code), Some(bin));
    }
}

#[test]
fn a_bank_that_is_not_listed_has_no_code() {
    assert_eq!(Banks::default().code(Bin::new("000000").unwrap()), None);
    assert_eq!(Banks::default().bin("NCB"), None);
}

#[test]
fn a_configured_code_stands_in_the_place_of_the_table_s_or_beside_it() {
    let entries = [("970419", "NCB"), ("970499", "NEW")];
    let entries = entries.map(|(bin, code)| (bin.to_owned(), code.to_owned()));
    let banks = Banks::with(entries.into()).unwrap();
    let bin = |digits: &str| Bin::new(digits).unwrap();
    assert_eq!(banks.code(bin("970419")).as_deref(), Some("NCB"));
    assert_eq!(banks.code(bin("970499")).as_deref(), Some("NEW"));
    assert_eq!(banks.code(bin("970418")).as_deref(), Some("BIDV"));
    assert_eq!(banks.bin("NCB"), Some(bin("970419")));
    for (bin, code) in [("97041", "NCB"), ("NCB", "970419"), ("970419", ""), ("970419", "N|B")] {
        assert!(Banks::with([(bin.to_owned(), code.to_owned())].into()).is_err(), "{bin} {code}");
    }
}
