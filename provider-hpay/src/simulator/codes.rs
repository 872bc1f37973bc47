//! The error codes that the simulated gateway gives, by service.

/// In every service: the HTTP method is wrong.
pub(crate) const WRONG_METHOD: &str = "01";

/// Checkout links and order inquiries.
pub(crate) mod checkout {
    pub(crate) const DONE: &str = "00";
    pub(crate) const WRONG_PARAMETERS: &str = "03";
    pub(crate) const NO_SUCH_FUNCTION: &str = "04";
    pub(crate) const UNKNOWN_MERCHANT: &str = "06";
    pub(crate) const INVALID_AMOUNT: &str = "11";
    pub(crate) const INVALID_CURRENCY: &str = "12";
    pub(crate) const WRONG_RECEIVER: &str = "110";
    pub(crate) const INVALID_RETURN_URL: &str = "121";
    pub(crate) const INVALID_CANCEL_URL: &str = "122";
    pub(crate) const INVALID_TIME_LIMIT: &str = "128";
    pub(crate) const INVALID_METHOD: &str = "134";
    pub(crate) const MERCHANT_MISSING: &str = "30010";
    pub(crate) const REFERENCE_MISSING: &str = "30011";
    pub(crate) const CODE_MISSING: &str = "30012";
    pub(crate) const MERCHANT_INACTIVE: &str = "30013";
    pub(crate) const WRONG_CODE: &str = "30014";
    pub(crate) const NO_ORDER: &str = "30015";
}

/// Virtual accounts.
pub(crate) mod account {
    pub(crate) const DONE: &str = "00";
    /// What a create prints where every other call prints [`DONE`].
    pub(crate) const CREATED: &str = "0";
    pub(crate) const WRONG_PARAMETERS: &str = "03";
    pub(crate) const UNKNOWN_MERCHANT: &str = "06";
    pub(crate) const UNKNOWN_ACCOUNT: &str = "07";
    pub(crate) const EXPIRED: &str = "08";
    pub(crate) const WRONG_FLAG: &str = "040";
    pub(crate) const WRONG_STATUS: &str = "041";
    pub(crate) const ALREADY_PAID: &str = "043";
    pub(crate) const INVALID_NAME: &str = "045";
    pub(crate) const SPECIAL_CHARACTERS: &str = "046";
    pub(crate) const LONG_REMARK: &str = "047";
    pub(crate) const INVALID_REMARK: &str = "048";
    pub(crate) const INVALID_TIME_LIMIT: &str = "049";
}

/// Payouts (iBFT).
pub(crate) mod payout {
    pub(crate) const DONE: &str = "000";
    pub(crate) const PROCESSING: &str = "050";
    pub(crate) const INTERNAL: &str = "999";
    pub(crate) const PARAMETER_MISSING: &str = "008";
    pub(crate) const BAD_SIGNATURE: &str = "001";
    pub(crate) const OTHER_TEXT_SIGNED: &str = "010";
    pub(crate) const BALANCE_TOO_LOW: &str = "035";
    pub(crate) const AMOUNT_TOO_LOW: &str = "4";
    pub(crate) const UNKNOWN_BANK: &str = "116";
    pub(crate) const WRONG_NAME: &str = "117";
    pub(crate) const BAD_NUMBER: &str = "124";
    pub(crate) const MERCHANT_MISSING: &str = "20010";
    pub(crate) const BANK_MISSING: &str = "20011";
    pub(crate) const NUMBER_MISSING: &str = "20012";
    pub(crate) const CODE_MISSING: &str = "20013";
    pub(crate) const MERCHANT_INACTIVE: &str = "20014";
    pub(crate) const WRONG_CODE: &str = "20015";
    pub(crate) const INVALID_NOTE: &str = "20017";
    pub(crate) const NO_PAYOUT: &str = "217301";
}

/// The balance, whose codes are numbers.
pub(crate) mod balance {
    /// Printed in the reference: the merchant does not exist.
    pub(crate) const UNKNOWN_MERCHANT: &str = "215303";
    /// In no table. HPay's portal knows it; that it means this is an assumption.
    pub(crate) const WRONG_PARAMETERS: &str = "3";
}
