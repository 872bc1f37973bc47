//! Table 3 of the reference: the banks that payouts reach, and HPay's code for each.

use payments_core::bank::Bin;

use super::find;

const BANKS: &str = include_str!("../../data/banks.tsv");
const CODE: usize = 0;
const BIN: usize = 1;

/// HPay's code for a bank, spelt as HPay spells it. One bank stands there twice, under one code.
pub(crate) fn bank_code(bin: Bin) -> Option<&'static str> {
    find(BANKS, BIN, bin.as_str()).map(|row| row.cell(CODE))
}

/// The bank of one of HPay's codes.
pub(crate) fn bin_of_code(code: &str) -> Option<Bin> {
    Bin::new(find(BANKS, CODE, code)?.cell(BIN)).ok()
}
