//! The limits of HPay's interface: lengths, alphabets and lifetimes.
//!
//! HPay documents no number of calls per second, so there is no rate limit; a response with HTTP
//! 429 is an error that can be tried again (`http_status`). The seven days of an order inquiry are
//! in `checkout::inquiry_window`.

use std::time::Duration;

use payments_core::rules::{Alphabet, TextRules};

/// References of the merchant, and HPay's numbers, which are signed next to others. HPay documents
/// no length of a reference; this crate accepts up to 50 characters.
pub(crate) const REFERENCE: TextRules = TextRules::new(1, 50, Alphabet::AlphanumericAnd("_.-"));

/// The reference of a virtual account of the newer OpenAPI: its `requestId` (public code of
/// merchants, 2026: at most 20 characters).
pub(crate) const OPENAPI_ACCOUNT_REFERENCE: TextRules =
    TextRules::new(1, 20, Alphabet::AlphanumericAnd("_.-"));

/// The reference of a payout of the newer OpenAPI: its `requestId` (public code of merchants, 2026:
/// at most 99 characters).
pub(crate) const OPENAPI_PAYOUT_REFERENCE: TextRules =
    TextRules::new(1, 99, Alphabet::AlphanumericAnd("_.-"));

/// The description of a payment. HPay documents no length; this crate accepts up to 255 characters.
pub(crate) const DESCRIPTION: TextRules = TextRules::new(0, 255, Alphabet::Printable);

/// The name of a payout's beneficiary: capital letters without diacritics, digits and single
/// spaces, which merchants' code sends and HPay accepts. The reference states no rule; this crate
/// accepts up to 100 characters.
pub(crate) const BENEFICIARY_NAME: TextRules = TextRules::new(1, 100, Alphabet::CapitalsAnd(" "));

/// The note of a payout (source: HPay API reference 1.0.0, iBFT Payment: 100 characters,
/// "unsigned", which means without diacritics).
pub(crate) const PAYOUT_NOTE: TextRules = TextRules::new(0, 100, Alphabet::Ascii);

/// The holder of a virtual account. The reference has capital letters and spaces, and no length;
/// this crate accepts up to 100 characters.
pub(crate) const ACCOUNT_HOLDER: TextRules = TextRules::new(1, 100, Alphabet::AlphanumericAnd(" "));

/// The remark of a virtual account (codes 046 and 047: at most 50 letters, no special characters).
pub(crate) const ACCOUNT_REMARK: TextRules = TextRules::new(1, 50, Alphabet::AlphanumericAnd(" "));

/// The longest life of a virtual account (code 049). Without an expiry HPay gives it one day.
pub(crate) const LONGEST_ACCOUNT_LIFE: Duration = Duration::from_secs(7 * 24 * 3600);

/// The time for which a virtual account inquiry lists credits: today and yesterday, so at least a
/// day.
pub(crate) const CREDITS_WINDOW: Duration = Duration::from_secs(24 * 3600);

/// The time until which an inquiry may not yet know an event that a delivery or a buyer has just
/// reported.
pub(crate) const SOON: Duration = Duration::from_secs(60);
