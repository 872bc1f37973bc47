//! The tables of HPay's reference, read from the files in `data/`.

use serde::{Deserialize, Deserializer, de::Error};

const CHECKOUT_CODES: &str = include_str!("../data/errors_checkout.tsv");
const ACCOUNT_CODES: &str = include_str!("../data/errors_va.tsv");
const PAYOUT_CODES: &str = include_str!("../data/errors_ibft.tsv");
const BANKS: &str = include_str!("../data/banks.tsv");
const METHODS: &str = include_str!("../data/methods.tsv");
const METHOD_GROUPS: &str = include_str!("../data/method_groups.tsv");

/// A family of error codes. The same number means different things in two of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Service {
    Checkout,
    VirtualAccount,
    Payout,
}

impl Service {
    /// What the reference says about `code`; `None` where it does not list it.
    pub(crate) fn meaning(self, code: &str) -> Option<&'static str> {
        let table = match self {
            Self::Checkout => CHECKOUT_CODES,
            Self::VirtualAccount => ACCOUNT_CODES,
            Self::Payout => PAYOUT_CODES,
        };
        cell(table, 0, code, 1)
    }
}

/// Text of a table. The name keeps serde from borrowing it from what it reads.
pub(crate) type Static = &'static str;

/// Reads the BIN of a bank of table 3, or nothing.
pub(crate) fn deserialize_bin<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<Static>, D::Error> {
    let Some(bin) = Option::<String>::deserialize(deserializer)? else { return Ok(None) };
    let known = BANKS.lines().skip(1).filter_map(|row| row.split('\t').nth(1));
    let found = known.into_iter().find(|known| *known == bin);
    found.map(Some).ok_or_else(|| D::Error::custom(format!("no bank has the BIN {bin}")))
}

/// Whether table 3 lists a bank under this code.
pub(crate) fn is_bank(code: &str) -> bool {
    bank_bin(code).is_some()
}

/// The BIN that table 3 gives for a bank.
pub(crate) fn bank_bin(code: &str) -> Option<&'static str> {
    cell(BANKS, 0, code, 1)
}

/// The kind of a payment method that table 1 marks as supported.
pub(crate) fn supported_method(payment_method_id: &str) -> Option<&'static str> {
    cell(METHODS, 0, payment_method_id, 3).filter(|status| *status == "supported")?;
    cell(METHODS, 0, payment_method_id, 1)
}

/// Whether table 2 marks a group of payment methods as supported.
pub(crate) fn is_supported_group(method_group: &str) -> bool {
    cell(METHOD_GROUPS, 1, method_group, 2) == Some("supported")
}

/// The `wanted` column of the first row that has `key` in its `key_column`.
fn cell(table: &'static str, key_column: usize, key: &str, wanted: usize) -> Option<&'static str> {
    let row = table.lines().skip(1).find(|row| row.split('\t').nth(key_column) == Some(key))?;
    row.split('\t').nth(wanted)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_text_within_its_own_service() {
        assert_eq!(Service::Payout.meaning("4"), Some("amount under the minimum"));
        assert_eq!(Service::Payout.meaning("04"), None);
        assert_ne!(Service::Payout.meaning("043"), Service::VirtualAccount.meaning("043"));
    }

    #[test]
    fn the_method_for_virtual_accounts_is_unsupported_and_its_group_is_not() {
        assert_eq!(supported_method("396284"), None);
        assert!(is_supported_group("VA"));
        assert_eq!(supported_method("1095"), Some("Visa"));
    }

    #[test]
    fn banks_are_found_by_the_code_of_table_3() {
        assert_eq!(bank_bin("BIDV"), Some("970418"));
        assert!(!is_bank("SHBVN"));
    }

    #[test]
    fn the_tables_are_those_of_the_provider() {
        for (here, there) in [
            (CHECKOUT_CODES, include_str!("../../../provider-hpay/data/errors_checkout.tsv")),
            (ACCOUNT_CODES, include_str!("../../../provider-hpay/data/errors_va.tsv")),
            (PAYOUT_CODES, include_str!("../../../provider-hpay/data/errors_ibft.tsv")),
            (BANKS, include_str!("../../../provider-hpay/data/banks.tsv")),
            (METHODS, include_str!("../../../provider-hpay/data/methods.tsv")),
            (METHOD_GROUPS, include_str!("../../../provider-hpay/data/method_groups.tsv")),
        ] {
            assert_eq!(here, there);
        }
    }
}
