//! The rows of a virtual account inquiry.

use super::*;
use crate::{
    envelope::Envelope, error_codes::Code, formulas::VA_INQUIRY_REQUEST,
    virtual_account::status::CODES,
};

fn read(json: &str) -> Result<Vec<Movement>, ErrorKind> {
    let envelope: Envelope<'_> = serde_json::from_str(json).unwrap();
    if !CODES.is_success(&envelope.error_code) {
        let code = Code::of(&CODES, &envelope);
        return Err(code.failed_inquiry("credits", &VA_INQUIRY_REQUEST).kind());
    }
    let rows = CreditRows { operation: "credits", merchant_id: "66295", number: "cashin" };
    let data = envelope.data.as_deref();
    let listed = rows.read(data, &Raw::default(), |row| serde_json::from_str(row));
    let listed = listed.map_err(|error| error.kind())?;
    Listed::all(listed).map_err(|_| ErrorKind::Malformed)
}

#[test]
fn credits_keep_their_numbers_amounts_times_and_memos() {
    let rows = read(
        r#"{"error_code":"00","message":"success","data":[
            {"transaction_id":96119097,"full_account_number":"9631249900000102836",
             "amount":100000,"time_paid":1728702771,"cashin":28299429,
             "remark":"bm8gY29udGVudA==","va_bank_name":"BIDV"},
            {"transaction_id":"96119100","full_account_number":"9631249900000102836",
             "amount":"100001","time_paid":"1728702771","cashin":"28299430","remark":""}],
            "secure_code":"bca27"}"#,
    )
    .unwrap();
    assert_eq!(rows[0].key.as_str(), "hpay.credit:66295:28299429");
    assert_eq!(rows[0].memo.as_deref(), Some("no content"));
    assert_eq!(rows[0].at, Some(Timestamp::from_unix(1_728_702_771)));
    assert_eq!(rows[1].amount, Money::vnd(100_001));
    assert_eq!(rows[1].memo, None);
}

#[test]
fn a_question_that_failed_is_not_an_empty_list() {
    let failures = [
        ("03", ErrorKind::Authentication),
        ("06", ErrorKind::Authentication),
        ("07", ErrorKind::NotFound),
        ("08", ErrorKind::Conflict),
        ("044", ErrorKind::Permission),
        ("99", ErrorKind::Unavailable),
        ("01", ErrorKind::InvalidRequest),
        ("777", ErrorKind::Malformed),
    ];
    for (code, kind) in failures {
        let json = format!(r#"{{"error_code":"{code}","data":[]}}"#);
        assert_eq!(read(&json).unwrap_err(), kind, "code {code}");
    }
    assert_eq!(read(r#"{"error_code":"00","data":{}}"#).unwrap_err(), ErrorKind::Malformed);
    assert!(read(r#"{"error_code":"00","data":[]}"#).unwrap().is_empty());
}

#[test]
fn a_credit_of_nothing_or_without_a_number_is_no_answer() {
    let with = |amount: &str, cashin: &str| {
        read(&format!(
            r#"{{"error_code":"00","data":[{{"full_account_number":"9631249900000102836",
                "amount":{amount},"cashin":{cashin}}}]}}"#
        ))
    };
    assert_eq!(with("1", "28299429").unwrap().len(), 1);
    for amount in ["0", "-100000", "0.5", r#""""#] {
        assert_eq!(with(amount, "28299429").unwrap_err(), ErrorKind::Malformed, "{amount}");
    }
    for cashin in [r#""""#, r#""a""#, "-1"] {
        assert_eq!(with("1", cashin).unwrap_err(), ErrorKind::Malformed, "{cashin}");
    }
}
