//! The error codes that the simulated gateway returns, by service.

/// Names codes, and lists them for the test that looks each up in its service's table.
macro_rules! codes {
    ($($name:ident = $code:literal;)+) => {
        $(pub(crate) const $name: &str = $code;)+
        #[cfg(test)]
        pub(super) const ALL: &[&str] = &[$($code),+];
    };
}

/// In every service: the HTTP method is wrong.
pub(crate) const WRONG_METHOD: &str = "01";

/// Checkout links and order inquiries.
pub(crate) mod checkout {
    codes! {
        DONE = "00";
        WRONG_PARAMETERS = "03";
        NO_SUCH_FUNCTION = "04";
        UNKNOWN_MERCHANT = "06";
        INVALID_AMOUNT = "11";
        INVALID_CURRENCY = "12";
        UNKNOWN_TOKEN = "29";
        WRONG_RECEIVER = "110";
        INVALID_RETURN_URL = "121";
        INVALID_CANCEL_URL = "122";
        INVALID_TIME_LIMIT = "128";
        INVALID_METHOD = "134";
        NO_INSTALLMENT = "140";
        MERCHANT_MISSING = "30010";
        REFERENCE_MISSING = "30011";
        CODE_MISSING = "30012";
        MERCHANT_INACTIVE = "30013";
        WRONG_CODE = "30014";
        NO_ORDER = "30015";
    }
}

/// Virtual accounts.
pub(crate) mod account {
    /// The code of a successful create; every other call has [`DONE`]. In no table.
    pub(crate) const CREATED: &str = "0";

    codes! {
        DONE = "00";
        WRONG_PARAMETERS = "03";
        UNKNOWN_MERCHANT = "06";
        UNKNOWN_ACCOUNT = "07";
        EXPIRED = "08";
        WRONG_FLAG = "040";
        WRONG_STATUS = "041";
        ALREADY_PAID = "043";
        INVALID_NAME = "045";
        SPECIAL_CHARACTERS = "046";
        LONG_REMARK = "047";
        INVALID_REMARK = "048";
        INVALID_TIME_LIMIT = "049";
    }
}

/// Payouts (iBFT).
pub(crate) mod payout {
    codes! {
        DONE = "000";
        PROCESSING = "050";
        INTERNAL = "999";
        PARAMETER_MISSING = "008";
        BAD_SIGNATURE = "001";
        OTHER_TEXT_SIGNED = "010";
        BALANCE_TOO_LOW = "035";
        AMOUNT_TOO_LOW = "4";
        UNKNOWN_BANK = "116";
        WRONG_NAME = "117";
        INVALID_RECIPIENT = "120";
        BAD_NUMBER = "124";
        MERCHANT_MISSING = "20010";
        BANK_MISSING = "20011";
        NUMBER_MISSING = "20012";
        CODE_MISSING = "20013";
        MERCHANT_INACTIVE = "20014";
        WRONG_CODE = "20015";
        INVALID_NOTE = "20017";
        NO_PAYOUT = "217301";
    }
}

/// The newer OpenAPI: the two codes that merchants have seen, and an HTTP status.
pub(crate) mod openapi {
    pub(crate) const DONE: &str = "00";
    pub(crate) const REFUSED: &str = "214404";
    /// No code: the response has this HTTP status.
    pub(crate) const UNAUTHORIZED: &str = "HTTP 401";
}

/// The balance, whose codes are numbers.
pub(crate) mod balance {
    /// Printed in the reference: the merchant does not exist.
    pub(crate) const UNKNOWN_MERCHANT: &str = "215303";
    /// In no table. HPay's portal returns it; that this is its meaning is an assumption.
    pub(crate) const WRONG_PARAMETERS: &str = "3";
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tables::Service;

    #[test]
    fn every_code_that_is_given_stands_in_its_services_table() {
        for (service, codes) in [
            (Service::Checkout, checkout::ALL),
            (Service::VirtualAccount, account::ALL),
            (Service::Payout, payout::ALL),
        ] {
            for code in codes.iter().chain([&WRONG_METHOD]) {
                assert!(service.meaning(code).is_some(), "{service:?} {code}");
            }
        }
    }
}
