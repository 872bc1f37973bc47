//! Table 3 of the reference: the banks that payouts reach, and HPay's code for each.

use std::borrow::Cow;
use std::collections::BTreeMap;

use payments_core::bank::Bin;

use super::find;

const BANKS: &str = include_str!("../../data/banks.tsv");
const CODE: usize = 0;
const BIN: usize = 1;

/// HPay's code for each bank: table 3, and what the configuration puts in its place. Older samples
/// of HPay's print other codes, and banks come and go.
#[derive(Clone, Debug, Default)]
pub(crate) struct Banks(BTreeMap<Bin, String>);

impl Banks {
    /// Table 3 with these codes instead of its own, or beside them.
    ///
    /// # Errors
    /// What is wrong with an entry.
    pub(crate) fn with(entries: BTreeMap<String, String>) -> Result<Self, String> {
        let mut codes = BTreeMap::new();
        for (bin, code) in entries {
            let bin = Bin::new(&bin)
                .map_err(|_| format!("has {bin:?} for a bank's number; six digits are needed"))?;
            if code.is_empty() || !code.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
                return Err(format!("has no letters and digits alone for the bank {bin}"));
            }
            codes.insert(bin, code);
        }
        Ok(Self(codes))
    }

    /// HPay's code for a bank, spelt as HPay spells it. One bank stands in table 3 twice, under
    /// one code.
    pub(crate) fn code(&self, bin: Bin) -> Option<Cow<'static, str>> {
        match self.0.get(&bin) {
            Some(code) => Some(Cow::Owned(code.clone())),
            None => find(BANKS, BIN, bin.as_str()).map(|row| Cow::Borrowed(row.cell(CODE))),
        }
    }

    /// The bank of one of HPay's codes.
    pub(crate) fn bin(&self, code: &str) -> Option<Bin> {
        let ours = self.0.iter().find(|(_, known)| *known == code);
        match ours {
            Some((bin, _)) => Some(*bin),
            None => Bin::new(find(BANKS, CODE, code)?.cell(BIN)).ok(),
        }
    }
}
