//! The finding of a case about amounts, as data and as a sentence.

use std::fmt;

use payments_core::{ProviderId, money::Money};
use serde::{Deserialize, Serialize};

/// The finding of a case about amounts, as data, so that an app can format the amounts for its
/// readers.
///
/// Its `Display` is the English sentence with plain amounts, which is stored as the detail of the
/// case. With the feature `localized`, `Case::text` returns the sentence in the language and the
/// format of its readers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "what", rename_all = "snake_case")]
#[non_exhaustive]
pub enum Seen {
    /// Money arrived that belongs to no known order.
    Arrived {
        /// The amount.
        amount: Money,
    },
    /// Money left, and no payout or refund on record explains it.
    Left {
        /// The amount.
        amount: Money,
    },
    /// More arrived than was asked for.
    TooMuch {
        /// The excess over the requested amount.
        excess: Money,
        /// The number of providers through which the order was paid. It is 1 in a case of the kind
        /// [`Over`](crate::record::CaseKind::Over).
        providers: u32,
    },
    /// A statement lists the payout or credit with another amount.
    Listed {
        /// The amount that the statement lists.
        amount: Money,
        /// The key of the credit, or `None` for a payout.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        credit: Option<String>,
    },
    /// A provider reports a received amount in another currency than was asked for.
    StatedInAnotherCurrency {
        /// The provider.
        provider: ProviderId,
        /// The amount that the provider reports.
        amount: Money,
    },
    /// A credit is in another currency than was asked for.
    ArrivedInAnotherCurrency {
        /// The amount of the credit.
        amount: Money,
    },
    /// A finding of a kind that this version does not know; see the detail of the case.
    #[serde(other)]
    Unrecognised,
}

/// The text of a case, and the same as data if it is about amounts.
#[derive(Clone, Debug)]
pub(crate) struct CaseText {
    pub(crate) detail: String,
    pub(crate) seen: Option<Seen>,
}

impl CaseText {
    /// Creates the text, with characters that cannot be printed escaped.
    pub(crate) fn new(detail: &str, seen: Option<Seen>) -> Self {
        Self { detail: payments_core::printable(detail).to_string(), seen }
    }
}

impl From<&str> for CaseText {
    fn from(detail: &str) -> Self {
        Self::new(detail, None)
    }
}

impl From<&String> for CaseText {
    fn from(detail: &String) -> Self {
        Self::new(detail, None)
    }
}

impl From<Seen> for CaseText {
    fn from(seen: Seen) -> Self {
        Self::new(&seen.to_string(), Some(seen))
    }
}

impl Seen {
    /// Returns the English sentence, with amounts as `write` formats them.
    fn english(&self, write: impl Fn(&Money) -> String) -> String {
        match self {
            Self::Arrived { amount } => format!("{} arrived for no known order", write(amount)),
            Self::Left { amount } => {
                format!("{} left for no payout or refund on record", write(amount))
            }
            Self::TooMuch { excess, providers: ..=1 } => {
                format!("{} more than was asked for", write(excess))
            }
            Self::TooMuch { excess, providers } => {
                let excess = write(excess);
                format!("{excess} more than was asked for, paid through {providers} providers")
            }
            Self::Listed { amount, credit: None } => {
                format!("the statement lists it as {}", write(amount))
            }
            Self::Listed { amount, credit: Some(credit) } => {
                format!("the statement lists {credit} as {}", write(amount))
            }
            Self::StatedInAnotherCurrency { provider, amount } => {
                format!("{provider} states {}", write(amount))
            }
            Self::ArrivedInAnotherCurrency { amount } => format!("{} arrived", write(amount)),
            Self::Unrecognised => "a later version says what it is".to_owned(),
        }
    }
}

impl fmt::Display for Seen {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.english(Money::to_string))
    }
}

#[cfg(feature = "localized")]
mod localized {
    use payments_core::money::{Language, Money};

    use super::Seen;
    use crate::record::Case;

    impl Case {
        /// Returns the finding in one line, in `language` and with amounts in its format. A finding
        /// that is stored only as text is returned unchanged.
        pub fn text(&self, language: Language) -> String {
            let write = |amount: &Money| amount.localized(language);
            match (&self.seen, language) {
                (None | Some(Seen::Unrecognised), _) => self.detail.clone(),
                (Some(seen), Language::Vietnamese) => seen.vietnamese(write),
                (Some(seen), _) => seen.english(write),
            }
        }
    }

    impl Seen {
        /// Returns the Vietnamese sentence, with amounts as `write` formats them.
        fn vietnamese(&self, write: impl Fn(&Money) -> String) -> String {
            match self {
                Self::Arrived { amount } => {
                    format!("{} đến mà không thuộc đơn hàng nào", write(amount))
                }
                Self::Left { amount } => {
                    format!("{} đi mà không có lệnh chi hay hoàn tiền nào", write(amount))
                }
                Self::TooMuch { excess, providers: ..=1 } => {
                    format!("thừa {} so với số tiền yêu cầu", write(excess))
                }
                Self::TooMuch { excess, providers } => {
                    let excess = write(excess);
                    format!("thừa {excess} so với số tiền yêu cầu, trả qua {providers} cổng")
                }
                Self::Listed { amount, credit: None } => {
                    format!("sao kê ghi {}", write(amount))
                }
                Self::Listed { amount, credit: Some(credit) } => {
                    format!("sao kê ghi {} cho {credit}", write(amount))
                }
                Self::StatedInAnotherCurrency { provider, amount } => {
                    format!("{provider} báo {}", write(amount))
                }
                Self::ArrivedInAnotherCurrency { amount } => format!("{} đã đến", write(amount)),
                Self::Unrecognised => "một phiên bản mới hơn cho biết đó là gì".to_owned(),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    #[cfg(feature = "localized")]
    use crate::record::Case;

    fn all() -> Vec<(Seen, &'static str, &'static str, &'static str)> {
        let amount = Money::vnd(50_000);
        let provider = ProviderId::new("main").unwrap();
        let credit = || Some("acme.line:1".to_owned());
        vec![
            (
                Seen::Arrived { amount },
                "50000 VND arrived for no known order",
                "50,000 VND arrived for no known order",
                "50.000 ₫ đến mà không thuộc đơn hàng nào",
            ),
            (
                Seen::Left { amount },
                "50000 VND left for no payout or refund on record",
                "50,000 VND left for no payout or refund on record",
                "50.000 ₫ đi mà không có lệnh chi hay hoàn tiền nào",
            ),
            (
                Seen::TooMuch { excess: amount, providers: 1 },
                "50000 VND more than was asked for",
                "50,000 VND more than was asked for",
                "thừa 50.000 ₫ so với số tiền yêu cầu",
            ),
            (
                Seen::TooMuch { excess: amount, providers: 2 },
                "50000 VND more than was asked for, paid through 2 providers",
                "50,000 VND more than was asked for, paid through 2 providers",
                "thừa 50.000 ₫ so với số tiền yêu cầu, trả qua 2 cổng",
            ),
            (
                Seen::Listed { amount, credit: None },
                "the statement lists it as 50000 VND",
                "the statement lists it as 50,000 VND",
                "sao kê ghi 50.000 ₫",
            ),
            (
                Seen::Listed { amount, credit: credit() },
                "the statement lists acme.line:1 as 50000 VND",
                "the statement lists acme.line:1 as 50,000 VND",
                "sao kê ghi 50.000 ₫ cho acme.line:1",
            ),
            (
                Seen::StatedInAnotherCurrency { provider, amount },
                "main states 50000 VND",
                "main states 50,000 VND",
                "main báo 50.000 ₫",
            ),
            (
                Seen::ArrivedInAnotherCurrency { amount },
                "50000 VND arrived",
                "50,000 VND arrived",
                "50.000 ₫ đã đến",
            ),
        ]
    }

    #[test]
    fn what_was_seen_is_stored_and_read_back_and_its_words_are_those_of_earlier_versions() {
        for (seen, plain, ..) in all() {
            let stored = serde_json::to_string(&seen).unwrap();
            assert_eq!(serde_json::from_str::<Seen>(&stored).unwrap(), seen, "{stored}");
            assert_eq!(CaseText::from(seen).detail, plain);
        }
        let later = r#"{"what":"vanished","amount":{"minor":1,"currency":"VND"}}"#;
        assert_eq!(serde_json::from_str::<Seen>(later).unwrap(), Seen::Unrecognised);
    }

    #[cfg(feature = "localized")]
    #[test]
    fn each_reader_reads_amounts_as_usual_and_a_case_of_an_earlier_version_as_it_was_stored() {
        use payments_core::money::Language;
        let stored = r#"{"number":1,"kind":"over","opened_at":"2026-11-30T09:00:00Z",
                         "detail":"50000 VND more than was asked for"}"#;
        let mut case: Case = serde_json::from_str(stored).unwrap();
        for language in Language::ALL {
            assert_eq!(case.text(language), "50000 VND more than was asked for");
        }
        for (seen, _, english, vietnamese) in all() {
            case.seen = Some(seen);
            assert_eq!(case.text(Language::English), english);
            assert_eq!(case.text(Language::Vietnamese), vietnamese);
        }
    }
}
