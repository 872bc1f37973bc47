//! SePay's limits, as far as its documents or libraries name them: calls per second, rows per page,
//! times, lengths and amounts.

use std::time::Duration;

use payments_core::{
    money::Money,
    rules::{Alphabet, AmountLimits, TextRules},
};

/// How many calls of the User API v2 SePay takes in a second (developer.sepay.vn, SePay API v2:
/// authentication).
pub(crate) const USER_API_V2_CALLS_PER_SECOND: u32 = 3;

/// How many calls of the User API v1 it takes. Its older pages say 2 and its newer ones 3 (SePay
/// API v1: introduction).
pub(crate) const USER_API_V1_CALLS_PER_SECOND: u32 = 2;

/// A second of SePay's and a little more. Calls leave evenly; some travel longer than others, and a
/// second at SePay must not see one too many of them.
pub(crate) const SECOND: Duration = Duration::from_millis(1_050);

/// The most rows to a page of the User API v2 (SePay API v2: authentication).
pub(crate) const USER_API_V2_PER_PAGE: usize = 100;

/// The most rows to a response of the User API v1 (SePay API v1: transactions).
pub(crate) const USER_API_V1_PER_PAGE: usize = 5_000;

/// How far the signed timestamp of a webhook may be from now (developer.sepay.vn, webhook
/// security).
pub(crate) const WEBHOOK_TOLERANCE: Duration = Duration::from_secs(300);

/// How long the access token of webhooks is good: SePay's own default (developer.sepay.vn, SePay
/// webhooks: authentication, OAuth 2.0).
pub(crate) const WEBHOOK_ACCESS_TOKEN: Duration = Duration::from_secs(3_600);

/// How long the refresh token of webhooks is good: as long as SePay's own.
pub(crate) const WEBHOOK_REFRESH_TOKEN: Duration = Duration::from_secs(30 * 24 * 3_600);

/// How long a list of bank accounts is kept. A choice of ours.
pub(crate) const ACCOUNTS_KEPT: Duration = Duration::from_secs(60);

/// How far the end of an order with virtual accounts may be away. SePay names no limit; this one is
/// our caution.
pub(crate) const VIRTUAL_ACCOUNT_LONGEST: Duration = Duration::from_secs(366 * 24 * 3_600);

/// The longest order code at Vietcombank (SePay API v2: create order).
pub(crate) const ORDER_CODE_AT_VIETCOMBANK: usize = 15;

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
