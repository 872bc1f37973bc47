//! A movement of money, as one source reports it.

use std::fmt;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::{
    DedupeKey, OrderRef, Timestamp, bank::AccountNumber, money::Money, payment_code::PaymentCode,
    raw::Raw,
};

/// A movement of money on an account, as one source reports it: a line of a statement, a bank's
/// notification or a row of an inquiry. A movement with [`Direction::In`] is a *credit*.
#[doc(alias("transaction", "statement entry", "credit"))]
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Movement {
    /// The source's key for the movement, the same in every report of this source. Another source
    /// of the same provider has another [scope](DedupeKey::scope) and reports the same money under
    /// another key: count money with [`match_credit`](crate::match_credit).
    pub key: DedupeKey,
    /// Whether the money arrived or left.
    pub direction: Direction,
    /// The amount. It is positive in both directions.
    pub amount: Money,
    /// The merchant's bank account.
    pub account: Option<AccountNumber>,
    /// The virtual account on which the money arrived.
    pub virtual_account: Option<AccountNumber>,
    /// The time at which the bank booked the movement.
    pub at: Option<Timestamp>,
    /// The bank's own reference. It is not unique by itself.
    pub bank_reference: Option<String>,
    /// The transfer's memo, as the bank reports it.
    pub memo: Option<String>,
    /// The payment code found in the memo, by the gateway or by the provider crate.
    pub code: Option<PaymentCode>,
    /// The order that the movement belongs to, if the source reports it.
    pub order: Option<OrderRef>,
    /// The balance of the account after the movement.
    pub balance: Option<Money>,
    /// The source's data, unchanged.
    #[serde(skip)]
    pub raw: Raw,
}

/// Whether money arrived or left.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Direction {
    /// The money arrived.
    In,
    /// The money left.
    Out,
}

impl Movement {
    /// Creates a movement of `amount`.
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

    /// Sets the merchant's bank account.
    #[must_use]
    pub fn with_account(mut self, account: AccountNumber) -> Self {
        self.account = Some(account);
        self
    }

    /// Sets the virtual account.
    #[must_use]
    pub fn with_virtual_account(mut self, number: AccountNumber) -> Self {
        self.virtual_account = Some(number);
        self
    }

    /// Sets the time at which the bank booked the movement.
    #[must_use]
    pub fn with_time(mut self, at: Timestamp) -> Self {
        self.at = Some(at);
        self
    }

    /// Sets the bank's reference.
    #[must_use]
    pub fn with_bank_reference(mut self, reference: impl Into<String>) -> Self {
        self.bank_reference = Some(reference.into());
        self
    }

    /// Sets the memo.
    #[must_use]
    pub fn with_memo(mut self, memo: impl Into<String>) -> Self {
        self.memo = Some(memo.into());
        self
    }

    /// Sets the payment code that was found in the memo.
    #[must_use]
    pub fn with_code(mut self, code: PaymentCode) -> Self {
        self.code = Some(code);
        self
    }

    /// Sets the order that the movement belongs to.
    #[must_use]
    pub fn with_order(mut self, order: OrderRef) -> Self {
        self.order = Some(order);
        self
    }

    /// Sets the balance after the movement.
    #[must_use]
    pub fn with_balance(mut self, balance: Money) -> Self {
        self.balance = Some(balance);
        self
    }

    /// Sets the source's data.
    #[must_use]
    pub fn with_raw(mut self, raw: Raw) -> Self {
        self.raw = raw;
        self
    }

    /// Returns whether the movement is a credit: money that arrived.
    pub fn is_credit(&self) -> bool {
        self.direction == Direction::In
    }
}

impl fmt::Debug for Movement {
    /// Leaves out the memo and the balance, because memos contain people's names.
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

/// Whether two reports are about the same money.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SameMoney {
    /// Both reports are about the same money: count it once.
    Same,
    /// The reports are about different money.
    Different,
    /// The reports may be about the same money: do not count it twice and do not merge the reports
    /// silently. A person or a further inquiry decides.
    Maybe,
}

/// The longest time between two reports of one transfer: banks report it through several channels
/// up to a day apart.
const SAME_DAY: Duration = Duration::from_secs(24 * 60 * 60);

/// Compares two credits (or two debits) that different sources reported.
/// [`match_credit`](crate::match_credit) compares one movement with all the known ones.
///
/// Sources share no identifier, so the comparison uses direction, amount, account, bank reference
/// and time. A difference in a value that both state is [`SameMoney::Different`], unless one value
/// may be an incomplete form of the other: a reference that contains the other's or differs only in
/// the case of its letters, an account number that ends with the other's. A blank reference counts
/// as absent, and times less than 24 h apart count as equal. If bank reference, time, and account
/// or virtual account are equal, the result is [`SameMoney::Same`]; otherwise it is
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

/// Returns whether both sides state the same value. Returns `None` if one of them is absent or
/// blank, or if one may be an incomplete form of the other.
fn agree(a: Option<&str>, b: Option<&str>) -> Option<bool> {
    let (a, b) = (stated(a?)?, stated(b?)?);
    if a != b && a.eq_ignore_ascii_case(b) {
        return None;
    }
    let part = a.len() != b.len() && (a.contains(b) || b.contains(a));
    (!part).then_some(a == b)
}

/// Returns a stated value without surrounding white space, or `None` if it is a placeholder such as
/// `""` or `-`.
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
