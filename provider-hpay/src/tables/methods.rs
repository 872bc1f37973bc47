//! Tables 1 and 2 of the reference: payment methods and their groups.

use super::find;

const METHODS: &str = include_str!("../../data/methods.tsv");
const GROUPS: &str = include_str!("../../data/method_groups.tsv");
const SUPPORTED: &str = "supported";

/// The kind of a payment method, as table 1 names it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum MethodKind {
    Atm,
    InternetBanking,
    VirtualAccount,
    /// Visa, MasterCard, JCB.
    Card,
}

/// The kind of a payment method that table 1 lists as supported.
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

/// Whether table 2 lists a group as supported.
pub(crate) fn takes_group(method_group: &str) -> bool {
    find(GROUPS, 1, method_group).is_some_and(|row| row.cell(2) == SUPPORTED)
}
