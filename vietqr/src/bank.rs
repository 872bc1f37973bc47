//! The directory of Vietnamese banks.

use std::fmt;
use std::sync::LazyLock;

use unicode_normalization::UnicodeNormalization;

use crate::transfer_text::without_marks;

/// One line per BIN; its columns and sources are in `data/README.md`.
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

/// What a bank's own app does with VietQR codes, by the list of vietqr.io.
///
/// Accounts at every bank of the directory can be paid to; this is about who can scan.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum VietQrSupport {
    /// The app scans codes and pays them.
    Transfer,
    /// Accounts receive, but the app does not scan.
    ReceiveOnly,
    /// The list does not say.
    Unknown,
}

impl Bank {
    /// Every bank of the directory, by ascending BIN.
    #[must_use]
    pub fn all() -> &'static [Self] {
        &BANKS
    }

    /// The bank with a BIN of six digits, if the directory has it.
    #[must_use]
    pub fn by_bin(bin: &str) -> Option<&'static Self> {
        let index = BANKS.binary_search_by(|bank| bank.bin.cmp(bin)).ok()?;
        BANKS.get(index)
    }

    /// The banks with a SWIFT code, of eight characters or with a branch of three more; in any
    /// case.
    ///
    /// There may be several: branches and aliases of one bank share a code.
    pub fn by_swift(swift: &str) -> impl Iterator<Item = &'static Self> {
        let head = match swift.len() {
            8 | 11 => swift.get(..8),
            _ => None,
        };
        Self::all().iter().filter(move |bank| {
            bank.swift.zip(head).is_some_and(|(own, head)| own.eq_ignore_ascii_case(head))
        })
    }

    /// The banks that some public list gives a short code, in any case.
    ///
    /// There may be several: `BVB` is BaoViet Bank in one list and BVBank in another. To name one
    /// bank use [`Bank::one_by_code`]; for a code in a gateway's own message use the table of that
    /// gateway.
    pub fn by_code(code: &str) -> impl Iterator<Item = &'static Self> {
        Self::all()
            .iter()
            .filter(move |bank| bank.codes().any(|own| own.eq_ignore_ascii_case(code)))
    }

    /// The bank with a short code, if no list gives the code to another.
    ///
    /// # Errors
    ///
    /// [`BankCodeError::Unknown`], and [`BankCodeError::Ambiguous`] with the candidates' BINs.
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

    /// The banks with a text in one of their names, from the beginning of a word on.
    ///
    /// Case, marks, spaces and punctuation do not matter: `ngoaithuong` finds `Ngân hàng TMCP Ngoại
    /// Thương Việt Nam`. [`Bank::name`], [`Bank::other_names`] and [`Bank::legal_name`] are
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

    /// The number by which transfers name the bank: six digits, such as `970436` for Vietcombank.
    ///
    /// NAPAS calls it BIN or acquirer ID (NAPAS VietQR format 1.0, template 38.01, object 00).
    #[must_use]
    pub const fn bin(&self) -> &'static str {
        self.bin
    }

    /// Its short codes in public lists; never a key, see [`Bank::by_code`].
    pub fn codes(&self) -> impl Iterator<Item = &'static str> {
        parts(self.codes)
    }

    /// The name that payers know: `Vietcombank`.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        self.name
    }

    /// Further short names and former ones.
    pub fn other_names(&self) -> impl Iterator<Item = &'static str> {
        parts(self.other_names)
    }

    /// The registered name, in Vietnamese: `Ngân hàng TMCP Ngoại Thương Việt Nam`.
    #[must_use]
    pub const fn legal_name(&self) -> &'static str {
        self.legal_name
    }

    /// The SWIFT code (BIC) of eight characters, where a list has it.
    #[must_use]
    pub const fn swift(&self) -> Option<&'static str> {
        self.swift
    }

    /// What the bank's app does with VietQR codes.
    #[must_use]
    pub const fn vietqr(&self) -> VietQrSupport {
        self.vietqr
    }

    /// Whether the list of vietqr.io says that the name of an account's holder can be looked up.
    #[must_use]
    pub const fn supports_name_lookup(&self) -> Option<bool> {
        self.name_lookup
    }

    /// Reads one line of the data; comments are no banks, and a test holds that every other line is
    /// one.
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
        // A line break keeps a search from matching across two names.
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

/// Why a short code names no bank.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum BankCodeError {
    /// The code stands in no list known here.
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

/// The non-empty parts of a cell with several values.
fn parts(cell: &'static str) -> impl Iterator<Item = &'static str> {
    cell.split('|').filter(|part| !part.is_empty())
}

/// A name as it is searched: lower case, without marks, its words of letters and digits one space
/// apart.
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

/// Whether a name begins with a text that has no spaces, the name's own spaces apart.
fn begins_with(name: &str, wanted: &str) -> bool {
    let mut letters = name.chars().filter(|&character| character != ' ');
    wanted.chars().all(|character| letters.next() == Some(character))
}
