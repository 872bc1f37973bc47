//! The limits of payOS's interface: lengths, alphabets and amounts.
//!
//! payOS publishes no number of calls per second, so there is no rate limit; a response with HTTP
//! 429 is an error that can be tried again.

use payments_core::{
    money::Money,
    rules::{Alphabet, AmountLimits, TextRules},
};

/// `orderCode`: a number up to 2^53 - 1 (the text of a code-20 refusal).
pub(crate) const ORDER: TextRules = TextRules::numbers(1, 9_007_199_254_740_991);

/// The orderCode of payOS's sample delivery. A delivery about an order with this number would look
/// like the sample.
pub(crate) const SAMPLE_ORDER: &str = "123";

/// The longest `description` of a link (the text of a code-20 refusal). It is 9 if the bank account
/// was not linked through payOS (source: payos.vn/docs, creating a payment link).
pub(crate) const LONGEST_DESCRIPTION: u8 = 25;

/// Returns the rules for the `description` of a link, up to a length: the characters that every
/// bank keeps in a memo. payOS also accepts Vietnamese letters, but it is not known what banks do
/// with them.
pub(crate) const fn description(longest: u8) -> TextRules {
    TextRules::new(1, longest as usize, Alphabet::AlphanumericAnd(" "))
}

/// Returns the limits of amounts: whole đồng, at least one. payOS documents none.
pub(crate) const fn amounts() -> AmountLimits {
    AmountLimits::at_least(Money::vnd(1))
}

/// The latest `expiredAt`: it is a 32-bit number of seconds (source: payos.vn/docs, creating a
/// payment link).
pub(crate) const LATEST_END: i64 = i32::MAX as i64;

/// The `referenceId` of a payout. payOS documents no rule. All of its libraries sign these
/// characters in the same way; this crate accepts up to 50 characters.
pub(crate) const PAYOUT: TextRules = TextRules::new(1, 50, Alphabet::AlphanumericAnd("-_."));

/// The `description` of a payout: merchants send up to 25 characters. All of payOS's libraries sign
/// these characters in the same way.
pub(crate) const PAYOUT_NOTE: TextRules = TextRules::new(1, 25, Alphabet::AlphanumericAnd(" -_."));

/// The maximum number of payouts on a page of the list. payOS documents no maximum; its default is
/// 10.
pub(crate) const PAYOUTS_PER_PAGE: u32 = 10;

/// The maximum number of pages of payouts that are read for one reference, which should have a
/// single payout.
pub(crate) const MOST_PAGES: u32 = 10;
