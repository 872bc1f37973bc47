//! A transfer that somebody makes at a bank, and what banks do to its memo.

use std::time::Duration;

use super::bank::Direction;

/// A bank transfer to or from an account of the merchant.
///
/// ```
/// use simulator_sepay::{Mangling, Transfer};
///
/// let transfer = Transfer::into_account("0900000001", 50_000, "don hang SPT_123456")
///     .mangled(Mangling::NONE.upper_case().drop_separators());
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Transfer {
    pub(super) account: String,
    pub(super) direction: Direction,
    pub(super) amount: u64,
    pub(super) memo: String,
    pub(super) mangling: Mangling,
    /// How many seconds ago the bank dates it.
    pub(super) late_by: i64,
}

impl Transfer {
    /// Money for the merchant: `amount` đồng to the account, or virtual account, numbered
    /// `account`.
    pub fn into_account(account: &str, amount: u64, memo: &str) -> Self {
        Self::new(account, Direction::In, amount, memo)
    }

    /// Money that the merchant sends from the account numbered `account`.
    pub fn out_of_account(account: &str, amount: u64, memo: &str) -> Self {
        Self::new(account, Direction::Out, amount, memo)
    }

    fn new(account: &str, direction: Direction, amount: u64, memo: &str) -> Self {
        Self {
            account: account.to_owned(),
            direction,
            amount,
            memo: memo.to_owned(),
            mangling: Mangling::NONE,
            late_by: 0,
        }
    }

    /// The same transfer through a bank that does `mangling` to the memo.
    #[must_use]
    pub fn mangled(mut self, mangling: Mangling) -> Self {
        self.mangling = mangling;
        self
    }

    /// The same transfer, of which SePay hears so late: the bank dates it `by` ago.
    #[must_use]
    pub fn told_late(mut self, by: Duration) -> Self {
        self.late_by = i64::try_from(by.as_secs()).unwrap_or(i64::MAX);
        self
    }
}

/// What a bank does to the memo of a transfer before SePay reads it. Applied in the order of the
/// methods here.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Mangling {
    upper_case: bool,
    drop_separators: bool,
    drop_spaces: bool,
    bank_text: bool,
}

impl Mangling {
    /// The memo arrives as it was written.
    pub const NONE: Self =
        Self { upper_case: false, drop_separators: false, drop_spaces: false, bank_text: false };

    /// `SPT_abc` becomes `SPT_ABC`.
    #[must_use]
    pub const fn upper_case(mut self) -> Self {
        self.upper_case = true;
        self
    }

    /// Underscores, hyphens and all else but letters, digits and spaces go.
    #[must_use]
    pub const fn drop_separators(mut self) -> Self {
        self.drop_separators = true;
        self
    }

    /// Spaces go, which glues a code to the words around it: SePay still takes it out of the word.
    #[must_use]
    pub const fn drop_spaces(mut self) -> Self {
        self.drop_spaces = true;
        self
    }

    /// The bank's own words stand around the memo.
    #[must_use]
    pub const fn bank_text(mut self) -> Self {
        self.bank_text = true;
        self
    }

    /// The memo that the bank reports for a transfer with this `reference`.
    pub(super) fn apply(self, memo: &str, reference: &str) -> String {
        let mut content = memo.to_owned();
        if self.upper_case {
            content = content.to_uppercase();
        }
        if self.drop_separators {
            content.retain(|c| c.is_alphanumeric() || c == ' ');
        }
        if self.drop_spaces {
            content.retain(|c| c != ' ');
        }
        if self.bank_text {
            content = format!("{reference}.{content}.CT tu 0901234567 NGUYEN VAN THU");
        }
        content
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn banks_change_memos_in_known_ways() {
        let memo = "Đơn spt_12-34";
        for (mangling, reported) in [
            (Mangling::NONE, "Đơn spt_12-34"),
            (Mangling::NONE.upper_case(), "ĐƠN SPT_12-34"),
            (Mangling::NONE.drop_separators(), "Đơn spt1234"),
            (Mangling::NONE.drop_spaces().drop_separators(), "Đơnspt1234"),
            (Mangling::NONE.bank_text(), "FT1.Đơn spt_12-34.CT tu 0901234567 NGUYEN VAN THU"),
        ] {
            assert_eq!(mangling.apply(memo, "FT1"), reported);
        }
    }
}
