//! The meaning of the codes of the newer OpenAPI.

use crate::error_codes::ErrorCodes;

/// The error codes of the newer OpenAPI: the two that public code of merchants mentions. Every
/// other code is undecided.
pub(crate) static CODES: ErrorCodes = ErrorCodes {
    table: include_str!("../../data/errors_openapi.tsv"),
    success: &[],
    reasons: &[],
    not_found: &[],
    wrong_signature: &[],
    wrong_address: &[],
};

/// The refusal that HPay may return to a payout inquiry for a payout that it does not know. It
/// proves nothing about a payout that was sent.
pub(crate) const REFUSED: &str = "214404";
