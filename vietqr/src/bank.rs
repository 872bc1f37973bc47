//! The directory of Vietnamese banks.

use std::fmt;
use std::sync::LazyLock;

use unicode_normalization::UnicodeNormalization;

use crate::transfer_text::without_marks;

/// One line per BIN. The columns and sources are described in `data/README.md`.
const DATA: &str = include_str!("../data/banks.tsv");

static BANKS: LazyLock<Vec<Bank>> = LazyLock::new(|| DATA.lines().filter_map(Bank::read).collect());

/// A bank, wallet or finance company that domestic transfers can reach, as public lists describe
/// it.
///
/// The directory is part of the crate and ages with it: a BIN that is not in it may still be valid.
/// Its sources are the State Bank's list of BINs (letter 1589/NHNN-TT of 5 March 2024), the list of
/// vietqr.io and public libraries.
#[derive(Clone, PartialEq, Eq)]
pub struct Bank {
    bin: &'static str,
    codes: &'static str,
    name: &'static str,
    other_names: &'static str,
    legal_name: &'static str,
    swift: Option<&'static str>,
    vietqr: VietQrSupport,
    name_lookup: Option<bool>,
    searchable: String,
}

/// The support of a bank's own app for VietQR codes, by the list of vietqr.io.
///
/// A payer can pay to accounts at every bank of the directory. This is about the banks whose app
/// can scan.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum VietQrSupport {
    /// The app scans codes and pays them.
    Transfer,
    /// Accounts receive payments, but the app does not scan codes.
    ReceiveOnly,
    /// The list does not state the support.
    Unknown,
}

impl Bank {
    /// Returns every bank of the directory, by ascending BIN.
    #[must_use]
    pub fn all() -> &'static [Self] {
        &BANKS
    }

    /// Returns the bank with this BIN, or `None` if it is not in the directory.
    #[must_use]
    pub fn by_bin(bin: &str) -> Option<&'static Self> {
        let index = BANKS.binary_search_by(|bank| bank.bin.cmp(bin)).ok()?;
        BANKS.get(index)
    }

    /// Returns the banks with this SWIFT code, in upper or lower case. It has eight characters, or
    /// eleven with a branch.
    ///
    /// There may be several, because branches and aliases of one bank share a code.
    pub fn by_swift(swift: &str) -> impl Iterator<Item = &'static Self> {
        let head = match swift.len() {
            8 | 11 => swift.get(..8),
            _ => None,
        };
        Self::all().iter().filter(move |bank| {
            bank.swift.zip(head).is_some_and(|(own, head)| own.eq_ignore_ascii_case(head))
        })
    }

    /// Returns the banks to which some public list gives this short code, in upper or lower case.
    ///
    /// There may be several: `BVB` is BaoViet Bank in one list and BVBank in another. To select one
    /// bank use [`Bank::one_by_code`]. For a code in a gateway's own message use the table of that
    /// gateway.
    pub fn by_code(code: &str) -> impl Iterator<Item = &'static Self> {
        Self::all()
            .iter()
            .filter(move |bank| bank.codes().any(|own| own.eq_ignore_ascii_case(code)))
    }

    /// Returns the bank with this short code, if all lists agree on it.
    ///
    /// # Errors
    /// Returns [`BankCodeError::Unknown`] if no list has the code, and [`BankCodeError::Ambiguous`]
    /// with the BINs of the candidates if lists give it to different banks.
    pub fn one_by_code(code: &str) -> Result<&'static Self, BankCodeError> {
        let mut found = Self::by_code(code);
        match (found.next(), found.next()) {
            (None, _) => Err(BankCodeError::Unknown { code: code.to_owned() }),
            (Some(bank), None) => Ok(bank),
            (Some(_), Some(_)) => Err(BankCodeError::Ambiguous {
                code: code.to_owned(),
                candidates: Self::by_code(code).map(Self::bin).collect(),
            }),
        }
    }

    /// Returns the banks with a name that contains this text, starting at the beginning of a word.
    ///
    /// Case, diacritics, spaces and punctuation are ignored: `ngoaithuong` finds `Ngân hàng TMCP
    /// Ngoại Thương Việt Nam`. [`Bank::name`], [`Bank::other_names`] and [`Bank::legal_name`] are
    /// searched. An empty text finds nothing.
    pub fn by_name(text: &str) -> impl Iterator<Item = &'static Self> {
        let wanted = searchable(text).replace(' ', "");
        Self::all().iter().filter(move |bank| {
            let names = bank.searchable.as_str();
            let words =
                names.match_indices([' ', '\n']).filter_map(|(space, _)| names.get(space + 1..));
            !wanted.is_empty() && words.chain([names]).any(|rest| begins_with(rest, &wanted))
        })
    }

    /// Returns the number of the bank in transfers: six digits, such as `970436` for Vietcombank.
    ///
    /// NAPAS calls it BIN or acquirer ID (NAPAS VietQR format 1.0, template 38.01, object 00).
    #[must_use]
    pub const fn bin(&self) -> &'static str {
        self.bin
    }

    /// Returns the bank's short codes in public lists. They are not unique, see [`Bank::by_code`].
    pub fn codes(&self) -> impl Iterator<Item = &'static str> {
        parts(self.codes)
    }

    /// Returns the name that payers know: `Vietcombank`.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        self.name
    }

    /// Returns further and former short names.
    pub fn other_names(&self) -> impl Iterator<Item = &'static str> {
        parts(self.other_names)
    }

    /// Returns the registered name, in Vietnamese: `Ngân hàng TMCP Ngoại Thương Việt Nam`.
    #[must_use]
    pub const fn legal_name(&self) -> &'static str {
        self.legal_name
    }

    /// Returns the SWIFT code (BIC) of eight characters, if a list has it.
    #[must_use]
    pub const fn swift(&self) -> Option<&'static str> {
        self.swift
    }

    /// Returns the support of the bank's app for VietQR codes.
    #[must_use]
    pub const fn vietqr(&self) -> VietQrSupport {
        self.vietqr
    }

    /// Returns whether the holder's name of an account can be looked up, by the list of vietqr.io.
    /// Returns `None` if the list does not give it.
    #[must_use]
    pub const fn supports_name_lookup(&self) -> Option<bool> {
        self.name_lookup
    }

    /// Reads one line of the data, or returns `None` for a comment. A test checks that every other
    /// line is a bank.
    fn read(line: &'static str) -> Option<Self> {
        let mut columns = line.split('\t');
        let bin = columns.next().filter(|bin| is_bin(bin))?;
        let (codes, name, other_names) = (columns.next()?, columns.next()?, columns.next()?);
        let legal_name = columns.next()?;
        let swift = Some(columns.next()?).filter(|swift| !swift.is_empty());
        let vietqr = match columns.next()? {
            "transfer" => VietQrSupport::Transfer,
            "receive_only" => VietQrSupport::ReceiveOnly,
            "unknown" => VietQrSupport::Unknown,
            _ => return None,
        };
        let name_lookup = match columns.next()? {
            "yes" => Some(true),
            "no" => Some(false),
            "unknown" => None,
            _ => return None,
        };
        let names = [name, other_names, legal_name].into_iter().flat_map(parts);
        // A line break prevents a match across two names.
        let searchable = names.map(searchable).collect::<Vec<_>>().join("\n");
        Some(Self {
            bin,
            codes,
            name,
            other_names,
            legal_name,
            swift,
            vietqr,
            name_lookup,
            searchable,
        })
    }
}

/// The reason why a short code does not identify a bank.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum BankCodeError {
    /// The code is in none of the lists.
    #[error("no bank with the code {code:?} is known: name the bank by its BIN")]
    Unknown {
        /// The code.
        code: String,
    },

    /// The code means different banks in different lists.
    #[error(
        "the code {code:?} means different banks in different lists: name the bank by its BIN, one \
         of {}",
        .candidates.join(", ")
    )]
    Ambiguous {
        /// The code.
        code: String,
        /// The BINs of the banks that it may mean.
        candidates: Vec<&'static str>,
    },
}

impl fmt::Debug for Bank {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Bank({} {})", self.bin, self.name)
    }
}

fn is_bin(text: &str) -> bool {
    text.len() == 6 && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// Returns the non-empty parts of a cell with several values.
fn parts(cell: &'static str) -> impl Iterator<Item = &'static str> {
    cell.split('|').filter(|part| !part.is_empty())
}

/// Returns a name in the form for searching: in lower case and without diacritics, with single
/// spaces between words of letters and digits.
fn searchable(name: &str) -> String {
    let plain: String = name
        .nfc()
        .map(|character| without_marks(character).unwrap_or(character))
        .flat_map(char::to_lowercase)
        .collect();
    plain
        .split(|character: char| !character.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .collect::<Vec<_>>()
        .join(" ")
}

/// Returns whether a name, without its spaces, begins with a text that has none.
fn begins_with(name: &str, wanted: &str) -> bool {
    let mut letters = name.chars().filter(|&character| character != ' ');
    wanted.chars().all(|character| letters.next() == Some(character))
}
