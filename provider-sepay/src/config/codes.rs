//! The payment codes, and the word before them in a memo.

use payments_core::{
    OrderRef,
    rules::{Alphabet, TextRules},
};
use provider_kit::{
    config::Reader,
    payment_code::{CodeMatch, CodeRules, Memo},
};

use super::{CodeAlphabet, Config, given::parsed};
use crate::bank::{
    bank_words::{self, BankWord},
    transfer,
};

/// The format of payment codes, which must match the one on SePay's dashboard: the prefix, and the
/// lengths of the order references after it.
pub(super) struct Codes {
    pub(super) rules: CodeRules,
    /// The length of the prefix.
    pub(super) prefix: usize,
    pub(super) references: TextRules,
    /// The lengths of the shortest and the longest reference.
    lengths: [usize; 2],
}

const LONGEST_REFERENCE: u8 = 20;

/// The longest purpose of a VietQR code that banks' apps accept without a warning
/// (docs/unverified.md, VietQR).
const LONGEST_MEMO: usize = 25;

impl Codes {
    /// Reads the format of payment codes. `None` if none is configured.
    pub(super) fn of(config: &Config, read: &mut Reader<'_>) -> Option<Self> {
        if !read.is_given("code_prefix", &config.code_prefix) {
            for (key, given) in [
                ("code_min", config.code_min.is_some()),
                ("code_max", config.code_max.is_some()),
                ("code_characters", config.code_characters.is_some()),
                ("accept_bank_word", config.accept_bank_word.is_some()),
            ] {
                if given {
                    read.problem(key, "needs code_prefix");
                }
            }
            return None;
        }
        let Some(min) = config.code_min else {
            read.problem("code_min", "is missing; set the length of your order references");
            return None;
        };
        let min = length(read, "code_min", min, 1)?;
        let max = length(read, "code_max", config.code_max.unwrap_or(min), min)?;
        let digits = config.code_characters.unwrap_or_default() == CodeAlphabet::Digits;
        let (min, max) = (usize::from(min), usize::from(max));
        let prefix = config.code_prefix.as_deref()?;
        let rules = match CodeRules::new(prefix, min, max) {
            Ok(rules) if digits => rules.digits_only(),
            Ok(rules) => rules,
            Err(error) => {
                read.problem("code_prefix", error.to_string());
                return None;
            }
        };
        let word = bank_words::taken_for_codes(prefix, digits, min..=max);
        check_bank_word(read, word, config.accept_bank_word.unwrap_or_default());
        if max > min && !digits {
            read.warn(
                "code_max",
                "with letters and different lengths, a code that a bank breaks before a letter is \
                 read as a shorter one; use one length, or code_characters = \"digits\"",
            );
        }
        Some(Self {
            rules,
            prefix: prefix.len(),
            references: TextRules::new(min, max, Alphabet::CapitalsAnd("")),
            lengths: [min, max],
        })
    }

    /// Returns the length of the longest code.
    fn longest(&self) -> usize {
        let [_, longest] = self.lengths;
        self.prefix + longest
    }

    fn begins_with(&self, word: &str) -> bool {
        self.rules.prefix().eq_ignore_ascii_case(word)
    }
}

/// Reads a length of references between the shortest allowed and the longest.
fn length(read: &mut Reader<'_>, key: &str, given: u8, least: u8) -> Option<u8> {
    if (least..=LONGEST_REFERENCE).contains(&given) {
        return Some(given);
    }
    read.problem(key, format!("is not between {least} and {LONGEST_REFERENCE}"));
    None
}

/// Reports a prefix that banks themselves write into memos (docs/unverified.md, SePay): with such a
/// prefix, a number of the bank would be read as an order reference.
fn check_bank_word(read: &mut Reader<'_>, bank: Option<&BankWord>, accepted: bool) {
    let Some(bank) = bank else { return };
    let what = format!(
        "banks write {:?} into memos themselves, as in {:?}, and what follows the prefix is read as \
         an order reference",
        bank.word, bank.sample
    );
    if accepted {
        read.warn("accept_bank_word", what);
    } else {
        read.problem(
            "code_prefix",
            format!(
                "is on the list of words of banks (docs/unverified.md): {what}; choose another \
                 prefix, or set accept_bank_word = true"
            ),
        );
    }
}

/// Reads the word before the code in the memo of a transfer.
///
/// For VietinBank it is [`transfer::VIETINBANK_LEAD`], unless the configuration sets another or
/// `none`.
pub(super) fn memo_lead(
    config: &Config,
    read: &mut Reader<'_>,
    is_vietinbank: bool,
    codes: Option<&Codes>,
) -> Option<String> {
    let codes = codes?;
    let is_needed = is_vietinbank && !codes.begins_with(transfer::VIETINBANK_LEAD);
    let given = config.memo_lead.as_deref();
    let lead = match given {
        Some(text) => parsed(read, "memo_lead", text, words).flatten(),
        None => is_needed.then(|| transfer::VIETINBANK_LEAD.to_owned()),
    };
    let begins = |lead: &String| {
        lead.split(' ')
            .next()
            .is_some_and(|first| first.to_ascii_uppercase().starts_with(transfer::VIETINBANK_LEAD))
    };
    if is_needed && !lead.as_ref().is_some_and(begins) {
        read.warn(
            "memo_lead",
            format_args!(
                "SePay hears of a transfer to VietinBank only if its memo begins with {} \
                 (docs/unverified.md); transfers without it stay unknown",
                transfer::VIETINBANK_LEAD
            ),
        );
    }
    let sub_accounts = config.sub_accounts.iter().flatten();
    let by_memo = sub_accounts.filter(|number| is_vietinbank && transfer::is_named_by_memo(number));
    let longest_sub_account = by_memo.map(|number| number.as_str().len() + 1).max().unwrap_or(0);
    let longest_lead = lead.as_ref().map_or(0, |lead| lead.len() + 1);
    let longest = longest_lead + longest_sub_account + codes.longest();
    if longest > LONGEST_MEMO {
        let key = if given.is_some() { "memo_lead" } else { "code_max" };
        read.problem(
            key,
            format!(
                "makes memos of {longest} characters, with {longest_lead} before the code and \
                 {longest_sub_account} for a sub-account; a VietQR code takes {LONGEST_MEMO}"
            ),
        );
    }
    if let Some(lead) = &lead
        && !leaves_codes_alone(lead, codes)
    {
        read.problem("memo_lead", "reads as a payment code, or as a part of one");
    }
    lead
}

/// Parses letters and digits, as words separated by single spaces. `none` gives no word.
fn words(text: &str) -> Result<Option<String>, String> {
    if text == "none" {
        return Ok(None);
    }
    let is_word = |word: &str| !word.is_empty() && word.bytes().all(|b| b.is_ascii_alphanumeric());
    match text.split(' ').all(is_word) {
        true => Ok(Some(text.to_owned())),
        false => Err("is not made of letters and digits, words one space apart".to_owned()),
    }
}

/// Returns `true` if codes of the shortest and of the longest form are found after this word.
fn leaves_codes_alone(lead: &str, codes: &Codes) -> bool {
    let references =
        codes.lengths.into_iter().flat_map(|length| ["1", "2"].map(|digit| digit.repeat(length)));
    references.map(OrderRef::new).all(|order| {
        let code = order.and_then(|order| codes.rules.code_for(&order));
        code.is_ok_and(|code| {
            codes.rules.find(&Memo::new(&format!("{lead} {code}"))) == CodeMatch::One(code)
        })
    })
}
