//! Words that banks, wallets and SePay write into memos themselves.

/// A word that is followed by digits or letters which are not the buyer's.
#[derive(Debug)]
pub(crate) struct BankWord {
    /// The word, in upper case.
    pub(crate) word: &'static str,
    /// How it is seen in a memo, without personal data.
    pub(crate) sample: &'static str,
}

const fn word(word: &'static str, sample: &'static str) -> BankWord {
    BankWord { word, sample }
}

/// The words seen in public webhook logs, statements and integrations of SePay's merchants up to
/// November 2026 (docs/unverified.md, SePay). The list is certainly not complete.
pub(crate) const BANK_WORDS: &[BankWord] = &[
    word("ACSP", "Ma GD ACSP/ A3817592"),
    word("BANKAPINOTIFY", "BankAPINotify DH952915"),
    word("CKN", "CKN 458949"),
    word("CT", "CT DEN:523320101151, .CT tu 0123456789"),
    word("CTLNHANH", "DH952915-CTLNhanh"),
    word("DEN", "CT DEN:523320101151"),
    word("FT", "FT24255276428461"),
    word("GD", "GD 464434-080625 10:55:18"),
    word("IBFT", "IBFT DH952915"),
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

/// The word that a bank may write where a payment code with this prefix is looked for.
///
/// Codes that take letters are also found in words that only begin with the prefix: `MOMO1039` is
/// a code of the prefix `MO`.
pub(crate) fn taken_for_codes(prefix: &str, digits_only: bool) -> Option<&'static BankWord> {
    let prefix = prefix.to_ascii_uppercase();
    BANK_WORDS.iter().find(|bank| {
        bank.word.strip_prefix(&prefix).is_some_and(|rest| rest.is_empty() || !digits_only)
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
            let found = taken_for_codes(prefix, digits_only).map(|bank| bank.word);
            assert_eq!(found, word, "{prefix}");
        }
    }

    #[test]
    fn every_word_is_shown_as_it_is_seen() {
        for BankWord { word, sample } in BANK_WORDS {
            assert!(sample.to_ascii_uppercase().contains(word), "{word} in {sample:?}");
            assert!(word.bytes().all(|byte| byte.is_ascii_uppercase()), "{word}");
        }
    }
}
