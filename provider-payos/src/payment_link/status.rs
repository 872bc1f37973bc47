//! The meaning of the statuses and codes of payment links.

use payments_core::{DeclineReason, money::Money, payment::PaymentState};

/// The code of a link that payOS does not know.
pub(crate) const NO_SUCH_LINK: &str = "101";

/// Returns the state for a status of a link (npm `@payos/node` 2.0.5, `PaymentLinkStatus`;
/// payos.vn/docs, payment links). PAID counts only if the whole amount has arrived. UNDERPAID
/// exists only in the libraries, and it is not known whether the buyer can pay the rest.
pub(crate) fn state(word: &str, asked: Money, received: Money) -> PaymentState {
    match word {
        "PENDING" => PaymentState::Open,
        "PROCESSING" | "UNDERPAID" => PaymentState::Processing,
        "PAID" if received.minor() >= asked.minor() => PaymentState::Settled,
        "CANCELLED" => PaymentState::Cancelled,
        "EXPIRED" => PaymentState::Expired,
        "FAILED" => PaymentState::Failed,
        _ => PaymentState::Uncertain,
    }
}

/// Returns the state for the `status` in the address by which a buyer returns (source:
/// payos.vn/docs, return URL). It is not signed and only chooses the page to show.
pub(crate) fn returned_state(word: &str) -> PaymentState {
    match word {
        "PENDING" => PaymentState::Open,
        "PROCESSING" => PaymentState::Processing,
        "PAID" => PaymentState::Settled,
        "CANCELLED" => PaymentState::Cancelled,
        _ => PaymentState::Uncertain,
    }
}

/// Returns the meaning of a code of a refusal (source: payos.vn/docs, API: errors; merchants' logs
/// for 20, 101, 214 and 231).
pub(crate) fn refusal(code: &str) -> Option<DeclineReason> {
    Some(match code {
        "20" | NO_SUCH_LINK => DeclineReason::InvalidRequest,
        "201" | "214" | "401" => DeclineReason::Authentication,
        "231" => DeclineReason::Duplicate,
        "403" => DeclineReason::Permission,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_documented_status_is_known_and_an_invented_one_is_uncertain() {
        let (asked, less, more) = (Money::vnd(3_000), Money::vnd(2_999), Money::vnd(3_001));
        for (word, received, expected) in [
            ("PENDING", Money::vnd(0), PaymentState::Open),
            ("PROCESSING", Money::vnd(0), PaymentState::Processing),
            ("UNDERPAID", less, PaymentState::Processing),
            ("PAID", asked, PaymentState::Settled),
            ("PAID", more, PaymentState::Settled),
            ("PAID", less, PaymentState::Uncertain),
            ("CANCELLED", Money::vnd(0), PaymentState::Cancelled),
            ("EXPIRED", Money::vnd(0), PaymentState::Expired),
            ("FAILED", Money::vnd(0), PaymentState::Failed),
            ("DELETED", Money::vnd(0), PaymentState::Uncertain),
            ("paid", asked, PaymentState::Uncertain),
            ("", asked, PaymentState::Uncertain),
        ] {
            assert_eq!(state(word, asked, received), expected, "{word} {received}");
        }
        for (word, expected) in [
            ("PENDING", PaymentState::Open),
            ("PROCESSING", PaymentState::Processing),
            ("PAID", PaymentState::Settled),
            ("CANCELLED", PaymentState::Cancelled),
            ("EXPIRED", PaymentState::Uncertain),
        ] {
            assert_eq!(returned_state(word), expected, "{word}");
        }
    }

    #[test]
    fn every_documented_code_is_known_and_no_other() {
        for (code, reason) in [
            ("20", DeclineReason::InvalidRequest),
            ("101", DeclineReason::InvalidRequest),
            ("201", DeclineReason::Authentication),
            ("214", DeclineReason::Authentication),
            ("231", DeclineReason::Duplicate),
            ("401", DeclineReason::Authentication),
            ("403", DeclineReason::Permission),
        ] {
            assert_eq!(refusal(code), Some(reason), "{code}");
        }
        for code in ["", "0", "00", "01", "21", "26", "429", "500", "777"] {
            assert_eq!(refusal(code), None, "{code}");
        }
    }
}
