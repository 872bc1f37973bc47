//! What SePay takes, where its documents or libraries say so.

use payments_core::{
    money::Money,
    rules::{Alphabet, AmountLimits, TextRules},
};

/// `order_invoice_number`, which is the order reference (github.com/sepayvn/sepay-pg-php: `A–Z`,
/// `a–z`, digits, `_` and `-`, at most 100).
pub(crate) const fn invoice() -> TextRules {
    TextRules::new(1, 100, Alphabet::AlphanumericAnd("_-"))
}

/// `order_description`: free text, Unicode allowed (developer.sepay.vn, payment form). SePay names
/// no length; this one is our caution.
pub(crate) const fn description() -> TextRules {
    TextRules::new(0, 255, Alphabet::Printable)
}

/// Whole dong and at least one: SePay takes no other currency, and a purchase of nothing is none
/// (developer.sepay.vn, payment form; github.com/sepayvn/sepay-pg-php).
pub(crate) const fn checkout_amounts() -> AmountLimits {
    AmountLimits::at_least(Money::vnd(1))
}

/// The amount of a verification.
pub(crate) const NOTHING: Money = Money::vnd(0);

/// As many as the amount of a VietQR code takes (NAPAS VietQR format 1.0, object 54: 13 digits).
pub(crate) const fn transfer_amounts() -> AmountLimits {
    AmountLimits::at_least(Money::vnd(1)).up_to(Money::vnd(9_999_999_999_999))
}

/// `order_code` of an order with virtual accounts (developer.sepay.vn, SePay API v2: create order);
/// Vietcombank takes 15 at most.
pub(crate) const fn order_code() -> TextRules {
    order_code_up_to(50)
}

/// The same at a bank that takes fewer characters.
pub(crate) const fn order_code_up_to(longest: usize) -> TextRules {
    TextRules::new(6, longest, Alphabet::AlphanumericAnd(""))
}

/// The amount of such an order: at most 12 digits (the same page).
pub(crate) const fn order_amounts() -> AmountLimits {
    AmountLimits::at_least(Money::vnd(1)).up_to(Money::vnd(999_999_999_999))
}

/// `va_holder_name`: capitals, digits and spaces (the same page). It names no length; this one is
/// our caution.
pub(crate) const fn va_holder() -> TextRules {
    TextRules::new(1, 100, Alphabet::AlphanumericAnd(" "))
}
