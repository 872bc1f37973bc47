//! The rules of the mock for references, texts and amounts. The gateway and the provider have the same.

use std::time::Duration;

use payments_core::{
    money::{Currency, Money},
    rules::{Alphabet, AmountLimits, Repeat, RepeatWindow, TextRules},
};

/// The rules for references of orders, payouts and refunds: only characters that need no escaping
/// in a path.
pub(crate) const REFERENCE: TextRules = TextRules::new(1, 64, Alphabet::AlphanumericAnd("-_"));
/// The rules for texts that buyers, payers and beneficiaries read.
pub(crate) const TEXT: TextRules = TextRules::new(0, 200, Alphabet::Printable);
/// The rules for names of holders.
pub(crate) const HOLDER: TextRules = TextRules::new(1, 70, Alphabet::Printable);
/// The longest life of a virtual account.
pub(crate) const LONGEST: Duration = Duration::from_secs(365 * 24 * 60 * 60);
/// The maximum number of entries on a page of the statement.
pub(crate) const PAGE: usize = 50;

pub(crate) const FOR_EVER: Repeat = Repeat::Deduplicated { within: RepeatWindow::Forever };
pub(crate) const FOR_AN_HOUR: Repeat =
    Repeat::Deduplicated { within: RepeatWindow::For(Duration::from_secs(60 * 60)) };

/// Returns the limits of amounts: 1,000 to 500,000,000 VND, and 1.00 to 20,000.00 USD.
pub(crate) fn limits() -> Vec<AmountLimits> {
    let dollars = |cents| Money::from_minor(cents, Currency::USD);
    vec![
        AmountLimits::at_least(Money::vnd(1_000)).up_to(Money::vnd(500_000_000)),
        AmountLimits::at_least(dollars(100)).up_to(dollars(2_000_000)),
    ]
}
