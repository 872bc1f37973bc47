//! The limits of HPay's interface: lengths, alphabets and lifetimes.
//!
//! HPay documents no number of calls per second, so there is no rate limit; a response with HTTP
//! 429 is an error that can be tried again (`http_status`). The seven days of an order inquiry are
//! in `checkout::inquiry_window`.

use std::time::Duration;

use payments_core::rules::{Alphabet, TextRules};

/// Our references and HPay's numbers, which are signed next to others. HPay prints no length of a
/// reference: 50 is ours.
pub(crate) const REFERENCE: TextRules = TextRules::new(1, 50, Alphabet::AlphanumericAnd("_.-"));

/// The reference of a virtual account of the newer OpenAPI, its `requestId` (public code of
/// merchants, 2026: at most 20).
pub(crate) const OPENAPI_ACCOUNT_REFERENCE: TextRules =
    TextRules::new(1, 20, Alphabet::AlphanumericAnd("_.-"));

/// The reference of a payout of the newer OpenAPI, its `requestId` (public code of merchants, 2026:
/// at most 99).
pub(crate) const OPENAPI_PAYOUT_REFERENCE: TextRules =
    TextRules::new(1, 99, Alphabet::AlphanumericAnd("_.-"));

/// The description of a payment. HPay prints no length: 255 is ours.
pub(crate) const DESCRIPTION: TextRules = TextRules::new(0, 255, Alphabet::Printable);

/// The name of a payout's beneficiary: what merchants' code sends and HPay accepts, unaccented
/// capitals, digits and single spaces. The reference states no rule; 100 is ours.
pub(crate) const BENEFICIARY_NAME: TextRules = TextRules::new(1, 100, Alphabet::CapitalsAnd(" "));

/// The note of a payout (HPay API reference 1.0.0, iBFT Payment: 100 characters, "unsigned", that
/// is without marks).
pub(crate) const PAYOUT_NOTE: TextRules = TextRules::new(0, 100, Alphabet::Ascii);

/// The holder of a virtual account. The reference prints capitals and spaces and no length; 100 is
/// ours.
pub(crate) const ACCOUNT_HOLDER: TextRules = TextRules::new(1, 100, Alphabet::AlphanumericAnd(" "));

/// The remark of a virtual account (codes 046 and 047: at most 50 letters and nothing special).
pub(crate) const ACCOUNT_REMARK: TextRules = TextRules::new(1, 50, Alphabet::AlphanumericAnd(" "));

/// The longest life of a virtual account (code 049). Without an end HPay gives it a day.
pub(crate) const LONGEST_ACCOUNT_LIFE: Duration = Duration::from_secs(7 * 24 * 3600);

/// A virtual account inquiry lists the credits of today and yesterday, so no less than a day.
pub(crate) const CREDITS_WINDOW: Duration = Duration::from_secs(24 * 3600);

/// How soon an inquiry may know what a delivery, or a buyer, has just reported.
pub(crate) const SOON: Duration = Duration::from_secs(60);
