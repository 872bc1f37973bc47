//! The meaning of the codes of the newer OpenAPI.

use crate::error_codes::ErrorCodes;

/// The error codes of the newer OpenAPI: the two that public code of merchants names. Every other
/// one is undecided.
pub(crate) static CODES: ErrorCodes = ErrorCodes {
    table: include_str!("../../data/errors_openapi.tsv"),
    success: &[],
    reasons: &[],
    not_found: &[],
    wrong_signature: &[],
    wrong_address: &[],
};

/// The refusal that a payout inquiry may get for a payout that HPay does not know: it proves
/// nothing about one that was sent.
pub(crate) const REFUSED: &str = "214404";
