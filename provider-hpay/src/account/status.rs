//! The meaning of the codes of the balance inquiry.

use crate::error_codes::ErrorCodes;

/// The known error codes of the account service. Success is the number 0, or a text of zeros like
/// in the other services.
pub(crate) static CODES: ErrorCodes = ErrorCodes {
    table: include_str!("../../data/errors_account.tsv"),
    success: &["0", "00", "000"],
    reasons: &[],
    not_found: &[],
    wrong_signature: &[],
    wrong_address: &[],
};
