//! SePay's limits, as far as its documents or libraries name them: calls per second, rows per page,
//! times, lengths and amounts.

use std::time::Duration;

use payments_core::{
    money::Money,
    rules::{Alphabet, AmountLimits, TextRules},
};

/// The maximum number of calls of the User API v2 in a second (source: developer.sepay.vn, SePay
/// API v2: authentication).
pub(crate) const USER_API_V2_CALLS_PER_SECOND: u32 = 3;

/// The maximum number of calls of the User API v1 in a second. SePay's older pages say 2 and its
/// newer ones 3 (source: SePay API v1: introduction).
pub(crate) const USER_API_V1_CALLS_PER_SECOND: u32 = 2;

/// The period of the rate limits, slightly longer than a second. Calls leave evenly but take
/// different times to arrive, and SePay must not receive too many of them in one second.
pub(crate) const SECOND: Duration = Duration::from_millis(1_050);

/// The maximum number of rows on a page of the User API v2 (source: SePay API v2: authentication).
pub(crate) const USER_API_V2_PER_PAGE: usize = 100;

/// The maximum number of rows in a response of the User API v1 (source: SePay API v1:
/// transactions).
pub(crate) const USER_API_V1_PER_PAGE: usize = 5_000;

/// The longest accepted distance of a webhook's signed timestamp from now (source:
/// developer.sepay.vn, webhook security).
pub(crate) const WEBHOOK_TOLERANCE: Duration = Duration::from_secs(300);

/// The lifetime of the access token of webhooks, which is SePay's own default (source:
/// developer.sepay.vn, SePay webhooks: authentication, OAuth 2.0).
pub(crate) const WEBHOOK_ACCESS_TOKEN: Duration = Duration::from_secs(3_600);

/// The lifetime of the refresh token of webhooks, which is that of SePay's own.
pub(crate) const WEBHOOK_REFRESH_TOKEN: Duration = Duration::from_secs(30 * 24 * 3_600);

/// The time for which a list of bank accounts is cached. SePay documents no such time.
pub(crate) const ACCOUNTS_KEPT: Duration = Duration::from_secs(60);

/// The latest expiry of an order with virtual accounts, from now. SePay documents no limit; this
/// one is a precaution.
pub(crate) const VIRTUAL_ACCOUNT_LONGEST: Duration = Duration::from_secs(366 * 24 * 3_600);

/// The longest order code at Vietcombank (source: SePay API v2: create order).
pub(crate) const ORDER_CODE_AT_VIETCOMBANK: usize = 15;

/// Returns the rules for `order_invoice_number`, which is the order reference
/// (github.com/sepayvn/sepay-pg-php: `A–Z`, `a–z`, digits, `_` and `-`, at most 100).
pub(crate) const fn invoice() -> TextRules {
    TextRules::new(1, 100, Alphabet::AlphanumericAnd("_-"))
}

/// Returns the rules for `order_description`: free text in Unicode (source: developer.sepay.vn,
/// payment form). SePay documents no length; this one is a precaution.
pub(crate) const fn description() -> TextRules {
    TextRules::new(0, 255, Alphabet::Printable)
}

/// Returns the limits of a checkout's amount: whole đồng, at least one. SePay accepts no other
/// currency, and a purchase must have an amount (source: developer.sepay.vn, payment form;
/// github.com/sepayvn/sepay-pg-php).
pub(crate) const fn checkout_amounts() -> AmountLimits {
    AmountLimits::at_least(Money::vnd(1))
}

/// The amount of a verification.
pub(crate) const NOTHING: Money = Money::vnd(0);

/// Returns the limits of a transfer's amount, which are those of a VietQR code (NAPAS VietQR format
/// 1.0, object 54: 13 digits).
pub(crate) const fn transfer_amounts() -> AmountLimits {
    AmountLimits::at_least(Money::vnd(1)).up_to(Money::vnd(9_999_999_999_999))
}

/// Returns the rules for the `order_code` of an order with virtual accounts (source:
/// developer.sepay.vn, SePay API v2: create order). Vietcombank accepts at most 15 characters.
pub(crate) const fn order_code() -> TextRules {
    order_code_up_to(50)
}

/// Returns the rules for the `order_code` at a bank that accepts fewer characters.
pub(crate) const fn order_code_up_to(longest: usize) -> TextRules {
    TextRules::new(6, longest, Alphabet::AlphanumericAnd(""))
}

/// Returns the limits of the amount of such an order: at most 12 digits (the same page).
pub(crate) const fn order_amounts() -> AmountLimits {
    AmountLimits::at_least(Money::vnd(1)).up_to(Money::vnd(999_999_999_999))
}

/// Returns the rules for `va_holder_name`: capital letters, digits and spaces (the same page).
/// SePay documents no length; this one is a precaution.
pub(crate) const fn va_holder() -> TextRules {
    TextRules::new(1, 100, Alphabet::AlphanumericAnd(" "))
}
