//! The capabilities of the mock. The gateway and the provider have the same rules.

use std::time::Duration;

use payments_core::{
    money::{Currency, Money},
    payment::{CreateMode, PaymentCapabilities, PaymentMethod},
    payout::PayoutCapabilities,
    rules::{AbsenceRule, Alphabet, AmountLimits, Repeat, RepeatWindow, TextRules},
    statement::StatementCapabilities,
    virtual_account::{ResolveOpen, Uses, VirtualAccountCapabilities},
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
/// The most entries on a page of the statement.
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

pub(crate) fn payments(create: CreateMode, repeat: Repeat) -> PaymentCapabilities {
    PaymentCapabilities::new(create, PaymentMethod::ALL.to_vec(), limits())
        .with_buyer_choice()
        .with_reference(REFERENCE)
        .with_description(TEXT)
        .with_expiry()
        .with_find(None, AbsenceRule::Never)
        .with_cancel()
        .with_refund()
        .with_find_refund()
        .with_repeat(repeat)
}

pub(crate) fn virtual_accounts() -> VirtualAccountCapabilities {
    let uses = vec![Uses::Once, Uses::Many];
    VirtualAccountCapabilities::new(limits(), uses, ResolveOpen::ByReference)
        .with_reference(REFERENCE)
        .with_holder(HOLDER)
        .with_remark(TEXT)
        .with_any_amount()
        .with_longest(LONGEST)
        .with_find()
        .with_update()
        .with_close()
        .with_reopen()
        .with_credits(None)
}

pub(crate) fn payouts(repeat: Repeat, absence: AbsenceRule) -> PayoutCapabilities {
    PayoutCapabilities::new(limits(), repeat)
        .with_reference(REFERENCE)
        .with_name(HOLDER)
        .with_note(TEXT)
        .with_find(None, absence)
        .with_name_check(false)
        .with_balance()
}

pub(crate) fn statements() -> StatementCapabilities {
    StatementCapabilities::new(vec![Currency::VND, Currency::USD], PAGE)
        .with_outgoing()
        .with_balances()
}
