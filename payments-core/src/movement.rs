//! Money that arrived or left, as one source reported it.

use std::fmt;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::{
    DedupeKey, OrderRef, Timestamp, bank::AccountNumber, money::Money, payment_code::PaymentCode,
    raw::Raw,
};

/// One movement of money on an account, as one source reported it: a line of a statement, a
/// bank's notification, a row of an inquiry. One with [`Direction::In`] is a *credit*.
#[doc(alias("transaction", "statement entry", "credit"))]
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Movement {
    /// The source's own name for it: the same in every report of that source. Another source of
    /// the same provider, of another [scope](DedupeKey::scope), reports the same money under
    /// another key: count money by [`match_credit`](crate::match_credit).
    pub key: DedupeKey,
    /// In or out.
    pub direction: Direction,
    /// How much; positive in both directions.
    pub amount: Money,
    /// Our bank account.
    pub account: Option<AccountNumber>,
    /// The virtual account that it arrived on.
    pub virtual_account: Option<AccountNumber>,
    /// When the bank booked it.
    pub at: Option<Timestamp>,
    /// The bank's own reference. Not unique alone.
    pub bank_reference: Option<String>,
    /// The transfer's memo, as the bank passed it on.
    pub memo: Option<String>,
    /// The payment code that the provider or we found in the memo.
    pub code: Option<PaymentCode>,
    /// The order that it belongs to, where the source says so.
    pub order: Option<OrderRef>,
    /// The balance after it.
    pub balance: Option<Money>,
    /// The source's own words.
    #[serde(skip)]
    pub raw: Raw,
}

/// Whether money arrived or left.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Direction {
    /// It arrived.
    In,
    /// It left.
    Out,
}

impl Movement {
    /// A movement of `amount`.
    pub fn new(key: DedupeKey, direction: Direction, amount: Money) -> Self {
        Self {
            key,
            direction,
            amount,
            account: None,
            virtual_account: None,
            at: None,
            bank_reference: None,
            memo: None,
            code: None,
            order: None,
            balance: None,
            raw: Raw::default(),
        }
    }

    /// Says on which of our accounts.
    #[must_use]
    pub fn with_account(mut self, account: AccountNumber) -> Self {
        self.account = Some(account);
        self
    }

    /// Says on which virtual account.
    #[must_use]
    pub fn with_virtual_account(mut self, number: AccountNumber) -> Self {
        self.virtual_account = Some(number);
        self
    }

    /// Says when the bank booked it.
    #[must_use]
    pub fn with_time(mut self, at: Timestamp) -> Self {
        self.at = Some(at);
        self
    }

    /// Keeps the bank's reference.
    #[must_use]
    pub fn with_bank_reference(mut self, reference: impl Into<String>) -> Self {
        self.bank_reference = Some(reference.into());
        self
    }

    /// Keeps the memo.
    #[must_use]
    pub fn with_memo(mut self, memo: impl Into<String>) -> Self {
        self.memo = Some(memo.into());
        self
    }

    /// Keeps the payment code that was found.
    #[must_use]
    pub fn with_code(mut self, code: PaymentCode) -> Self {
        self.code = Some(code);
        self
    }

    /// Says to which order it belongs.
    #[must_use]
    pub fn with_order(mut self, order: OrderRef) -> Self {
        self.order = Some(order);
        self
    }

    /// Keeps the balance after it.
    #[must_use]
    pub fn with_balance(mut self, balance: Money) -> Self {
        self.balance = Some(balance);
        self
    }

    /// Keeps the source's own words.
    #[must_use]
    pub fn with_raw(mut self, raw: Raw) -> Self {
        self.raw = raw;
        self
    }

    /// Whether it is a credit: money that arrived.
    pub fn is_credit(&self) -> bool {
        self.direction == Direction::In
    }
}

impl fmt::Debug for Movement {
    /// Without memo and balance: people's names stand in memos.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Movement")
            .field("key", &self.key)
            .field("direction", &self.direction)
            .field("amount", &self.amount)
            .field("account", &self.account)
            .field("virtual_account", &self.virtual_account)
            .field("at", &self.at)
            .field("bank_reference", &self.bank_reference)
            .field("code", &self.code)
            .field("order", &self.order)
            .finish_non_exhaustive()
    }
}

/// Whether two reports are of the same money.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SameMoney {
    /// They are: count it once.
    Same,
    /// They are not.
    Different,
    /// They may be: count nothing twice and merge nothing silently; a person or one more
    /// inquiry decides.
    Maybe,
}

/// Banks report one transfer through several channels up to a day apart.
const SAME_DAY: Duration = Duration::from_secs(24 * 60 * 60);

/// Whether two credits (or debits) reported by different sources are the same money.
/// [`match_credit`](crate::match_credit) compares one with all that are known.
///
/// Sources share no identifier, so this goes by direction, amount, account, bank reference and
/// date. A difference that both sides state is [`SameMoney::Different`], unless one side only says
/// less of the same: a reference inside the other's or in other letters, an account number that ends
/// with the other's. A blank reference states nothing.
/// An equal bank reference on an equal account and day is [`SameMoney::Same`]; everything else is
/// [`SameMoney::Maybe`].
pub fn same_credit(a: &Movement, b: &Movement) -> SameMoney {
    if a.direction != b.direction || a.amount != b.amount {
        return SameMoney::Different;
    }
    let account = agree(number(&a.account), number(&b.account));
    let virtual_account = agree(number(&a.virtual_account), number(&b.virtual_account));
    let reference = agree(a.bank_reference.as_deref(), b.bank_reference.as_deref());
    let day = match (a.at, b.at) {
        (Some(a), Some(b)) => Some(a.distance(b) < SAME_DAY),
        _ => None,
    };
    let known = [account, virtual_account, reference, day];
    if known.contains(&Some(false)) {
        return SameMoney::Different;
    }
    let same_account = account == Some(true) || virtual_account == Some(true);
    if reference == Some(true) && day == Some(true) && same_account {
        SameMoney::Same
    } else {
        SameMoney::Maybe
    }
}

fn number(account: &Option<AccountNumber>) -> Option<&str> {
    account.as_ref().map(AccountNumber::as_str)
}

/// Whether both sides state the same; `None` if one states nothing, which a blank is too, or only
/// a part of the other, or the same in other letters.
fn agree(a: Option<&str>, b: Option<&str>) -> Option<bool> {
    let (a, b) = (stated(a?)?, stated(b?)?);
    if a != b && a.eq_ignore_ascii_case(b) {
        return None;
    }
    let part = a.len() != b.len() && (a.contains(b) || b.contains(a));
    (!part).then_some(a == b)
}

/// What is stated without white space around it; `None` if it names nothing, such as `""` or `-`.
fn stated(text: &str) -> Option<&str> {
    let text = text.trim();
    text.chars().any(char::is_alphanumeric).then_some(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn credit(amount: i64) -> Movement {
        Movement::new(
            DedupeKey::new("acme.transaction", "k").unwrap(),
            Direction::In,
            Money::vnd(amount),
        )
    }

    fn told_by_the_bank(reference: &str, at: i64) -> Movement {
        credit(50_000)
            .with_account(AccountNumber::new("0123499999").unwrap())
            .with_bank_reference(reference)
            .with_time(Timestamp::from_unix(at))
    }

    #[test]
    fn the_same_reference_account_and_day_is_the_same_money() {
        let webhook = told_by_the_bank("MBVCB.1", 1_000_000);
        let statement = told_by_the_bank("MBVCB.1", 1_000_060);
        assert_eq!(same_credit(&webhook, &statement), SameMoney::Same);
    }

    #[test]
    fn any_stated_difference_makes_it_other_money() {
        let one = told_by_the_bank("MBVCB.1", 1_000_000);
        assert_eq!(
            same_credit(&one, &told_by_the_bank("MBVCB.2", 1_000_000)),
            SameMoney::Different
        );
        assert_eq!(
            same_credit(&one, &told_by_the_bank("MBVCB.1", 9_000_000)),
            SameMoney::Different
        );
        assert_eq!(same_credit(&one, &credit(50_001)), SameMoney::Different);
        let mut out = one.clone();
        out.direction = Direction::Out;
        assert_eq!(same_credit(&one, &out), SameMoney::Different);
    }

    #[test]
    fn a_part_of_the_same_reference_or_number_is_maybe() {
        let one = told_by_the_bank("MBVCB.3278907687", 1_000_000);
        assert_eq!(same_credit(&one, &told_by_the_bank("3278907687", 1_000_000)), SameMoney::Maybe);
        let mut short = one.clone();
        short.account = Some(AccountNumber::new("3499999").unwrap());
        assert_eq!(same_credit(&one, &short), SameMoney::Maybe);
    }

    #[test]
    fn a_blank_reference_never_makes_two_credits_the_same_money() {
        for blank in ["", " ", "\u{a0}", "\u{200b}", "-", "---", "\t\n", "."] {
            let one = told_by_the_bank(blank, 1_000_000);
            let other = told_by_the_bank(blank, 1_000_000);
            assert_eq!(same_credit(&one, &other), SameMoney::Maybe, "{blank:?}");
            let named = told_by_the_bank("MBVCB.1", 1_000_000);
            assert_eq!(same_credit(&one, &named), SameMoney::Maybe, "{blank:?}");
        }
    }

    #[test]
    fn one_reference_in_another_spelling_is_not_counted_as_other_money() {
        let one = told_by_the_bank("FT26001abc", 1_000_000);
        for (other, verdict) in [
            ("FT26001ABC", SameMoney::Maybe),
            ("ft26001abc", SameMoney::Maybe),
            (" FT26001abc\n", SameMoney::Same),
            ("FT26001abd", SameMoney::Different),
            ("FT26002ABC", SameMoney::Different),
        ] {
            let other = told_by_the_bank(other, 1_000_000);
            assert_eq!(same_credit(&one, &other), verdict, "{other:?}");
            assert_eq!(same_credit(&other, &one), verdict, "{other:?}");
        }
    }

    #[test]
    fn a_memo_is_not_printed() {
        let printed = format!("{:?}", credit(1).with_memo("NGUYEN VAN A"));
        assert!(!printed.contains("NGUYEN"), "{printed}");
    }

    #[test]
    fn what_one_side_does_not_say_is_maybe_and_never_merged() {
        let one = told_by_the_bank("MBVCB.1", 1_000_000);
        assert_eq!(same_credit(&one, &credit(50_000)), SameMoney::Maybe);
        let mut silent = one.clone();
        silent.bank_reference = None;
        assert_eq!(same_credit(&one, &silent), SameMoney::Maybe);
    }
}
