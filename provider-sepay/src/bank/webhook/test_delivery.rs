//! Webhooks without a transaction, which the dashboard's test button sends.

use std::borrow::Cow;
use std::collections::BTreeMap;

use serde_json::value::RawValue;

use super::body::Format;

/// The fields of which every transaction has at least one that is not empty: its number, its
/// direction, the bank's reference. An amount alone, which the test button was seen to send, is not
/// a transaction.
const NAMES_OF_A_TRANSACTION: [&str; 3] = ["id", "transferType", "referenceCode"];

/// Texts that occur in a transaction, even in a truncated one.
const TRACES: [&str; 4] = ["transferType", "transferAmount", "referenceCode", "accountNumber"];

/// Returns `true` if a body may contain a transaction, even one that cannot be read. A body without
/// a transaction is acknowledged, because SePay suspends a webhook after several failures. A body
/// that may contain one is read, and SePay is asked to repeat it if it cannot be.
pub(crate) fn may_hold_a_transaction(format: &Format<'_>, body: &[u8]) -> bool {
    let Ok(json) = format.as_json(body) else { return has_traces(body) };
    match serde_json::from_str::<BTreeMap<Cow<'_, str>, &RawValue>>(&json) {
        Ok(fields) => fields.iter().any(|(name, value)| {
            let is_name =
                NAMES_OF_A_TRANSACTION.iter().any(|known| known.eq_ignore_ascii_case(name));
            // A transaction inside another object or a list cannot be read either.
            let is_wrapped = value.get().starts_with(['{', '[']);
            is_name && says_something(value)
                || !is_name && is_wrapped && has_traces(value.get().as_bytes())
        }),
        Err(_) => has_traces(json.as_bytes()),
    }
}

/// Returns `true` if a value contains anything except blanks and zeros.
fn says_something(value: &RawValue) -> bool {
    let is_blank = |c: char| c.is_whitespace() || "\"0[]{}".contains(c);
    !matches!(value.get(), "null" | "false") && !value.get().chars().all(is_blank)
}

fn has_traces(body: &[u8]) -> bool {
    let text = String::from_utf8_lossy(body).to_ascii_lowercase();
    TRACES.iter().any(|trace| text.contains(&trace.to_ascii_lowercase()))
        // A truncated object, or an object in a list, begins with its number.
        || text.contains("\"id\"")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_names_no_transaction_holds_none_and_what_is_cut_off_may() {
        for (body, expected) in [
            ("", false),
            ("{}", false),
            ("[]", false),
            ("null", false),
            ("true", false),
            ("<html>", false),
            (r#""test""#, false),
            (r#"{"gateway":"BIDV"}"#, false),
            (r#"{"gateway":"BIDV","transferAmount":50000}"#, false),
            (r#"{"id":null,"transferType":"","content":"test"}"#, false),
            (r#"{"id":0,"gateway":"BIDV"}"#, false),
            (r#"{"id":"0","transferType":" ","referenceCode":[]}"#, false),
            (r#"{"id":false,"transferType":{},"test":true}"#, false),
            (r#"{"data":{},"message":"id"}"#, false),
            (r#"{"data":{"id":92704,"transferType":"in"}}"#, true),
            (r#"{"data":[{"transferAmount":50000,"accountNumber":"1"}]}"#, true),
            (r#"{"ID":92704,"TransferType":"in"}"#, true),
            (r#"{"id":1}"#, true),
            (r#"{"transferType":"in"}"#, true),
            (r#"{"referenceCode":"FT1"}"#, true),
            (r#"{"id":92704,"gateway":"BIDV","transf"#, true),
            (r#"[{"id":92704}]"#, true),
            (r#"{"gateway":"BIDV","transferAmount":5"#, true),
        ] {
            assert_eq!(may_hold_a_transaction(&Format::Json, body.as_bytes()), expected, "{body}");
        }
        let form = |body: &str| may_hold_a_transaction(&Format::Form, body.as_bytes());
        assert!(!form("") && !form("gateway=BIDV&id=") && form("id=92704"));
        let content_type = "multipart/form-data; boundary=x";
        let multipart = |body: &str| {
            may_hold_a_transaction(&Format::Multipart { content_type }, body.as_bytes())
        };
        let part = "--x\r\nContent-Disposition: form-data; name=\"id\"\r\n\r\n7\r\n--x--\r\n";
        assert!(!multipart("--x--\r\n") && !multipart("") && multipart(part));
    }
}
