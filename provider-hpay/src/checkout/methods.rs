//! Payment methods and their groups (source: HPay API reference 1.0.0, tables 1 and 2).

use crate::table::find;

const METHODS: &str = include_str!("../../data/methods.tsv");
const GROUPS: &str = include_str!("../../data/method_groups.tsv");
const SUPPORTED: &str = "supported";

/// The kind of a payment method in table 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum MethodKind {
    Atm,
    InternetBanking,
    VirtualAccount,
    /// Visa, MasterCard, JCB.
    Card,
}

/// Returns the kind of a payment method that table 1 lists as supported. Otherwise `None`.
pub(crate) fn method_kind(payment_method_id: u32) -> Option<MethodKind> {
    let row = find(METHODS, 0, &payment_method_id.to_string())?;
    if row.cell(3) != SUPPORTED {
        return None;
    }
    match row.cell(1) {
        "ATM" => Some(MethodKind::Atm),
        "InternetBanking" => Some(MethodKind::InternetBanking),
        "Virtual Account" => Some(MethodKind::VirtualAccount),
        "Visa" | "MasterCard" | "JCB" => Some(MethodKind::Card),
        _ => None,
    }
}

/// Returns `true` if table 2 lists a group as supported.
pub(crate) fn takes_group(method_group: &str) -> bool {
    find(GROUPS, 1, method_group).is_some_and(|row| row.cell(2) == SUPPORTED)
}

/// The expectations are repeated here row by row, so that a lost or changed row is noticed.
#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::table::rows;

    /// Domestic cards, all supported.
    const ATM: &[u32] = &[
        3380, 3382, 3383, 3385, 2181, 1282, 2860, 2861, 644924, 683774, 1003, 1006, 1009, 1012,
        1015, 1018, 1021, 1024, 1027, 1030, 1033, 1036, 1039, 1042, 1045, 1048, 1051, 1054, 1057,
        1060, 1063, 1067, 1069, 1072, 1075, 1078, 2620, 2260, 633269, 637154,
    ];

    /// Internet banking, supported.
    const INTERNET_BANKING: &[u32] = &[1281, 679889, 652694, 648809, 1090, 745934];

    /// International cards: Visa, MasterCard, JCB.
    const CARDS: &[u32] = &[1095, 1098, 1101];

    /// Methods that are listed as unsupported: internet banking, and the virtual account as a
    /// single method.
    const UNSUPPORTED: &[u32] = &[
        2401, 2402, 2403, 2549, 2550, 2551, 2600, 2601, 3203, 629384, 641039, 668234, 672119,
        734279, 660464, 691544, 710969, 718739, 738164, 742049, 656579, 707084, 714854, 726509,
        730394, 676004, 687659, 699314, 703199, 722624, 1081, 1084, 1087, 664349, 695429, 396284,
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
        let in_file: BTreeSet<String> = rows(METHODS).map(|row| row.cell(0).to_owned()).collect();
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
        let rows = rows(GROUPS).count();
        assert_eq!(rows, 4);
    }
}
