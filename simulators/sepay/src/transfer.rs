//! Transfers at a bank, and how banks change their memos.

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
    /// How many seconds ago the bank's date of the transfer is.
    pub(super) late_by: i64,
}

impl Transfer {
    /// A transfer of `amount` đồng to the merchant's account, or virtual account, numbered
    /// `account`.
    pub fn into_account(account: &str, amount: u64, memo: &str) -> Self {
        Self::new(account, Direction::In, amount, memo)
    }

    /// A transfer by the merchant from the account numbered `account`.
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

    /// Sets how the bank changes the memo.
    #[must_use]
    pub fn mangled(mut self, mangling: Mangling) -> Self {
        self.mangling = mangling;
        self
    }

    /// Makes the transfer reach SePay late: its date is `by` ago.
    #[must_use]
    pub fn told_late(mut self, by: Duration) -> Self {
        self.late_by = i64::try_from(by.as_secs()).unwrap_or(i64::MAX);
        self
    }
}

/// Changes that a bank makes to the memo of a transfer before SePay reads it, applied in the order
/// of the methods here.
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

    /// Removes everything but letters, digits and spaces, such as underscores and hyphens.
    #[must_use]
    pub const fn drop_separators(mut self) -> Self {
        self.drop_separators = true;
        self
    }

    /// Removes spaces, which joins a code to the words around it: SePay still finds it there.
    #[must_use]
    pub const fn drop_spaces(mut self) -> Self {
        self.drop_spaces = true;
        self
    }

    /// Adds the bank's own text around the memo.
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
