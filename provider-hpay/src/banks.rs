//! The banks that payouts reach, with HPay's code for each (source: HPay API reference 1.0.0, table
//! 3).

use std::borrow::Cow;
use std::collections::BTreeMap;

use payments_core::{
    Error, Result,
    bank::{BankAccount, Bin},
};

use crate::table::find;

const BANKS: &str = include_str!("../data/banks.tsv");
const CODE: usize = 0;
const BIN: usize = 1;

/// HPay's code for each bank: those of table 3, and those of the configuration, which take
/// precedence. Older samples of HPay have other codes, and the list of banks changes.
#[derive(Clone, Debug, Default)]
pub(crate) struct Banks(BTreeMap<Bin, String>);

impl Banks {
    /// Creates the list of table 3 with these codes in addition to or instead of its own.
    ///
    /// # Errors
    /// Returns a description of the problem if an entry is invalid.
    pub(crate) fn with(entries: &BTreeMap<String, String>) -> std::result::Result<Self, String> {
        let mut codes = BTreeMap::new();
        for (bin, code) in entries {
            let bin = Bin::new(bin)
                .map_err(|_| format!("has {bin:?} for a bank's number; six digits are needed"))?;
            if code.is_empty() || !code.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
                return Err(format!("has no letters and digits alone for the bank {bin}"));
            }
            codes.insert(bin, code.clone());
        }
        Ok(Self(codes))
    }

    /// Returns HPay's code for a bank, in HPay's spelling. Table 3 has one bank twice, under one
    /// code.
    fn code(&self, bin: Bin) -> Option<Cow<'static, str>> {
        match self.0.get(&bin) {
            Some(code) => Some(Cow::Owned(code.clone())),
            None => find(BANKS, BIN, bin.as_str()).map(|row| Cow::Borrowed(row.cell(CODE))),
        }
    }

    /// Returns HPay's code for the bank of a beneficiary's account.
    ///
    /// # Errors
    /// Returns `InvalidRequest` if neither table 3 nor the configuration lists the bank.
    pub(crate) fn code_of(&self, account: &BankAccount) -> Result<Cow<'static, str>> {
        self.code(account.bin).ok_or_else(|| {
            Error::invalid(
                "beneficiary.account.bin",
                format!("HPay's table of banks does not list {}; see bank_codes", account.bin),
            )
        })
    }

    /// Returns the bank with one of HPay's codes.
    pub(crate) fn bin(&self, code: &str) -> Option<Bin> {
        let ours = self.0.iter().find(|(_, known)| *known == code);
        match ours {
            Some((bin, _)) => Some(*bin),
            None => Bin::new(find(BANKS, CODE, code)?.cell(BIN)).ok(),
        }
    }
}

/// The expectations are repeated here row by row, so that a lost or changed row is noticed.
#[cfg(test)]
mod tests {
    use super::*;
    use crate::table::rows;

    /// Table 3 in its order, with its duplicate and its misspellings.
    const TABLE_3: &[(&str, &str)] = &[
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
    fn every_bank_of_table_3_is_found_by_its_number_and_by_its_code() {
        let in_file: Vec<_> = rows(BANKS).map(|row| (row.cell(CODE), row.cell(BIN))).collect();
        assert_eq!(in_file, TABLE_3);
        for (code, bin) in TABLE_3 {
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
        let banks = Banks::with(&entries.into()).unwrap();
        let bin = |digits: &str| Bin::new(digits).unwrap();
        assert_eq!(banks.code(bin("970419")).as_deref(), Some("NCB"));
        assert_eq!(banks.code(bin("970499")).as_deref(), Some("NEW"));
        assert_eq!(banks.code(bin("970418")).as_deref(), Some("BIDV"));
        assert_eq!(banks.bin("NCB"), Some(bin("970419")));
        for (bin, code) in [("97041", "NCB"), ("NCB", "970419"), ("970419", ""), ("970419", "N|B")]
        {
            assert!(
                Banks::with(&[(bin.to_owned(), code.to_owned())].into()).is_err(),
                "{bin} {code}"
            );
        }
    }
}
