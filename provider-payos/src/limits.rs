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

/// The orderCode of payOS's sample delivery. An order of ours with it would look like that.
pub(crate) const SAMPLE_ORDER: &str = "123";

/// The longest `description` of a link (the text of a code-20 refusal). 9 where the bank account
/// was not linked through payOS (payos.vn/docs, creating a payment link).
pub(crate) const LONGEST_DESCRIPTION: u8 = 25;

/// `description` of a link, up to a length: what every bank keeps of a memo. payOS takes Vietnamese
/// letters too; what banks make of them is not known.
pub(crate) const fn description(longest: u8) -> TextRules {
    TextRules::new(1, longest as usize, Alphabet::AlphanumericAnd(" "))
}

/// payOS names no limits: whole đồng, and at least one.
pub(crate) const fn amounts() -> AmountLimits {
    AmountLimits::at_least(Money::vnd(1))
}

/// The latest `expiredAt`: it is a 32-bit number of seconds (payos.vn/docs, creating a payment
/// link).
pub(crate) const LATEST_END: i64 = i32::MAX as i64;

/// `referenceId` of a payout. payOS prints no rule; these letters are the ones that all of its
/// libraries sign alike, and 50 is ours.
pub(crate) const PAYOUT: TextRules = TextRules::new(1, 50, Alphabet::AlphanumericAnd("-_."));

/// `description` of a payout: 25 characters are what merchants send, of the letters that all of
/// payOS's libraries sign alike.
pub(crate) const PAYOUT_NOTE: TextRules = TextRules::new(1, 25, Alphabet::AlphanumericAnd(" -_."));

/// The most payouts to a page of the list. payOS prints no maximum; its default is 10.
pub(crate) const PAYOUTS_PER_PAGE: u32 = 10;

/// How many pages of payouts under one reference are read: under a reference there should be one.
pub(crate) const MOST_PAGES: u32 = 10;
