//! Words that banks, wallets and SePay themselves write into memos.

use std::ops::RangeInclusive;

/// A word of a bank that is followed by digits or letters that are not the buyer's.
#[derive(Debug)]
pub(crate) struct BankWord {
    /// The word, in upper case.
    pub(crate) word: &'static str,
    /// An example of it in a memo, without personal data.
    pub(crate) sample: &'static str,
}

const fn word(word: &'static str, sample: &'static str) -> BankWord {
    BankWord { word, sample }
}

/// The words seen in public webhook logs, statements and integrations of SePay's merchants up to
/// November 2026 (docs/unverified.md, SePay). The list is certainly incomplete.
pub(crate) const BANK_WORDS: &[BankWord] = &[
    word("ACSP", "Ma GD ACSP/ A3817592"),
    word("BANKAPINOTIFY", "BankAPINotify DH952915"),
    word("CKN", "CKN 458949"),
    word("CT", "CT DEN:523320101151, .CT tu 0123456789"),
    word("CTLNHANH", "DH952915-CTLNhanh"),
    word("DEN", "CT DEN:523320101151"),
    word("FT", "FT24255276428461"),
    word("GD", "GD 464434-080625 10:55:18"),
    word("IB", "IB NGUYEN VAN A chuyen khoan"),
    word("IBFT", "IBFT DH952915"),
    word("ICB", "ICB;0123499999;Tien hang"),
    word("MBCT", "CUSTOMER MBCT DH952915"),
    word("MBVCB", "MBVCB.3278907687.DH952915"),
    word("MOMO", "MOMO103968932085MOMO"),
    word("NAPAS", "tai Napas 247"),
    word("ND", "ND 123456, ND:DH952915"),
    word("OQCH", "OQCH0002sFyH"),
    word("SD", "SD:12500000"),
    word("SEPAY", "SEPAY6747 1"),
    word("SEVQR", "SEVQR DH952915"),
    word("TK", "TK 0123499999"),
    word("TKP", "SEVQR TKP001 DH952915"),
    word("TOI", "toi 0123499999"),
    word("TRACE", "Trace 587293, Trace334971"),
    word("TU", "CT tu 0123456789"),
    word("VCB", "VCB 0123456789"),
];

/// Words of banks and wallets without digits after them (the same sources). A payment code of
/// letters with the same length can be found inside such a word.
const PLAIN_WORDS: &[BankWord] = &[
    word("CHUYEN", "DH952915-CHUYEN TIEN-OQCH0002sFyH"),
    word("CUSTOMER", "NG CHUYEN:CUSTOMER 0123456789"),
    word("DICH", "Ma giao dich Trace866229"),
    word("GIAO", "Ma giao dich Trace866229"),
    word("HANG", "Ngan hang TMCP Ngoai thuong Viet Nam"),
    word("KHOAN", "IB NGUYEN VAN A chuyen khoan"),
    word("NGAN", "Ngan hang TMCP Ngoai thuong Viet Nam"),
    word("NGOAI", "Ngan hang TMCP Ngoai thuong Viet Nam"),
    word("NHAN", "NHAN TU 0123499999 TRACE 456789"),
    word("SACOMBANK", "toi 0123499999 tai Sacombank"),
    word("THUONG", "Ngan hang TMCP Ngoai thuong Viet Nam"),
    word("TIEN", "DH952915-CHUYEN TIEN-OQCH0002sFyH"),
    word("TPBANK", "toi 0123499999 tai TPBANK"),
    word("VIET", "Ngan hang TMCP Ngoai thuong Viet Nam"),
    word("VIETINBANK", "Ngan hang Cong Thuong Viet Nam (VIETINBANK)"),
];

/// Returns a word of a bank in which a payment code with this prefix, followed by this many
/// characters, could be found by mistake.
///
/// Codes that allow letters are also found in words that only begin with the prefix: `MOMO1039`
/// would be a code with the prefix `MO`, and `CHUYEN` one with the prefix `CH`.
pub(crate) fn taken_for_codes(
    prefix: &str,
    digits_only: bool,
    lengths: RangeInclusive<usize>,
) -> Option<&'static BankWord> {
    let prefix = prefix.to_ascii_uppercase();
    let numbered = BANK_WORDS.iter().find(|bank| {
        bank.word.strip_prefix(&prefix).is_some_and(|rest| rest.is_empty() || !digits_only)
    });
    let is_code = |rest: &str| !digits_only && lengths.contains(&rest.len());
    numbered.or_else(|| {
        PLAIN_WORDS.iter().find(|bank| bank.word.strip_prefix(&prefix).is_some_and(is_code))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_prefix_is_taken_for_a_bank_word_where_codes_would_be_read_in_it() {
        for (prefix, digits_only, word) in [
            ("GD", true, Some("GD")),
            ("gd", false, Some("GD")),
            ("MOMO", true, Some("MOMO")),
            ("MO", false, Some("MOMO")),
            ("MO", true, None),
            ("OQ", false, Some("OQCH")),
            ("SE", false, Some("SEPAY")),
            ("FTX", false, None),
            ("DH", false, None),
            ("SPT", false, None),
        ] {
            let found = taken_for_codes(prefix, digits_only, 8..=8).map(|bank| bank.word);
            assert_eq!(found, word, "{prefix}");
        }
    }

    #[test]
    fn a_prefix_is_refused_if_a_word_without_digits_is_itself_a_code() {
        for (prefix, digits_only, lengths, word) in [
            ("CH", false, 4..=4, Some("CHUYEN")),
            ("ch", false, 1..=10, Some("CHUYEN")),
            ("CH", false, 5..=10, None),
            ("CH", true, 4..=4, None),
            ("TI", false, 2..=3, Some("TIEN")),
            ("HANG", false, 1..=10, None),
            ("DH", false, 1..=10, None),
        ] {
            let found = taken_for_codes(prefix, digits_only, lengths).map(|bank| bank.word);
            assert_eq!(found, word, "{prefix}");
        }
    }

    #[test]
    fn every_word_is_shown_as_it_is_seen() {
        for BankWord { word, sample } in BANK_WORDS.iter().chain(PLAIN_WORDS) {
            assert!(sample.to_ascii_uppercase().contains(word), "{word} in {sample:?}");
            assert!(word.bytes().all(|byte| byte.is_ascii_uppercase()), "{word}");
        }
    }
}
