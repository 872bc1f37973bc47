//! Virtual accounts, from the request to the submission.

use std::time::Duration;

use payments_core::{
    AccountId, DeclineReason, ErrorKind, Submission, Timestamp, UncertainCause,
    bank::AccountNumber,
    money::Money,
    virtual_account::{
        OpenVirtualAccount, UpdateVirtualAccount, Uses, VirtualAccountRef, VirtualAccountState,
    },
};
use provider_hpay::options::HPayOptions;
use provider_kit::transport::TransportErrorKind;

use crate::support::{self, NOW, Script};

const OPENED: &str = r#"{"error_code":"0","data":{"merchant_id":"12345",
    "va_account":"1000000000178","va_name":"NGUYEN VAN A","va_method":"2","va_type":"1",
    "va_condition":"1","va_bank":"BIDV","va_status":"1","va_amount":"100000",
    "va_timelimit":"1731828461"},"checksum":"22810dca6a677396585b7af8a528b839"}"#;

fn request() -> OpenVirtualAccount {
    OpenVirtualAccount::new(support::order(), "NGUYEN VAN A")
        .unwrap()
        .with_amount(Money::vnd(100_000))
        .unwrap()
}

fn account() -> VirtualAccountRef {
    let number = AccountNumber::new("9631241000000000178").unwrap();
    VirtualAccountRef::new(support::order()).with_number(number)
}

fn in_days(days: u64) -> Timestamp {
    Timestamp::from_unix(NOW).plus(Duration::from_secs(days * 24 * 3600))
}

#[tokio::test]
async fn an_account_is_opened_by_a_form_or_by_json() {
    for (body, content_type) in
        [("form", "application/x-www-form-urlencoded"), ("json", "application/json")]
    {
        let script = Script::new();
        script.answer(OPENED);
        let provider = support::provider_with(&script, &[("compat.va_body", body)]);
        let request = request().with_expiry(in_days(7)).with_remark("DH 001");
        let opened = provider.virtual_accounts().unwrap().open(&request).await.unwrap();
        let opened = opened.accepted().unwrap();
        assert_eq!(opened.numbers[0].number.as_str(), "1000000000178");
        assert_eq!(opened.order, support::order());

        let sent = script.request();
        assert_eq!(sent.uri(), "https://account-sandbox.hpay.com.vn/api/va/create");
        assert_eq!(sent.headers()["content-type"], content_type);
        let fields = match body {
            "form" => support::form_body(&sent),
            _ => support::json_body(&sent),
        };
        for (name, value) in [
            ("merchantId", "12345"),
            ("accountVaType", "1"),
            ("accountVaName", "NGUYEN VAN A"),
            ("amount", "100000"),
            ("condition", "1"),
            ("remark", "DH 001"),
            ("timeLimit", "1732346861"),
        ] {
            assert_eq!(fields[name], value, "{name}");
        }
        assert_eq!(fields.len(), 8, "and the code");
    }
}

#[tokio::test]
async fn an_account_for_any_amount_and_many_transfers_says_so() {
    let script = Script::new();
    script.answer(OPENED.replace(r#""va_amount":"100000""#, r#""va_amount":"0""#));
    let provider = support::provider(&script);
    let request = OpenVirtualAccount::new(support::order(), "SHOP").unwrap().with_uses(Uses::Many);
    let opened = provider.virtual_accounts().unwrap().open(&request).await.unwrap();
    assert_eq!(opened.accepted().unwrap().amount, None);
    let form = support::form_body(&script.request());
    assert_eq!((&*form["amount"], &*form["condition"], &*form["accountVaType"]), ("0", "2", "2"));
    assert!(!form.contains_key("timeLimit") && !form.contains_key("remark"));
}

#[tokio::test]
async fn what_hpay_cannot_honour_is_refused_with_nothing_sent() {
    let script = Script::new();
    let provider = support::provider(&script);
    let role = provider.virtual_accounts().unwrap();
    let options = HPayOptions::new().with_installment();
    let cases = [
        (request().with_remark("a/b"), "remark"),
        (request().with_remark("x".repeat(51)), "remark"),
        (request().with_expiry(in_days(8)), "expires_at"),
        (request().with_expiry(Timestamp::from_unix(NOW)), "expires_at"),
        (request().with_account(AccountId::new("BIDV").unwrap()), "account"),
        (request().with_options(&options).unwrap(), "options"),
        (OpenVirtualAccount::new(support::order(), "Nguyễn").unwrap(), "holder"),
    ];
    for (request, field) in cases {
        let error = role.open(&request).await.unwrap_err();
        assert_eq!(error.field(), Some(field), "{error}");
    }
    let none = VirtualAccountRef::new(support::order());
    assert_eq!(role.close(&none).await.unwrap_err().field(), Some("numbers"));
    let late = role.reopen(&account(), Some(in_days(8))).await.unwrap_err();
    assert_eq!(late.field(), Some("expires_at"));
    assert_eq!(role.find(&account()).await.unwrap_err().kind(), ErrorKind::Unsupported);
    let known = AccountId::new("BIDV").unwrap();
    assert_eq!(role.rules_for(&known).await.unwrap_err().kind(), ErrorKind::NotFound);
    assert!(script.calls().is_empty());
}

#[tokio::test]
async fn an_opening_without_hpay_s_own_answer_is_uncertain() {
    for (status, body) in [
        (200, ""),
        (200, "{}"),
        (200, r#"{"error_code":"00","data":[]}"#),
        (200, r#"{"error_code":"00"}"#),
        (200, r#"{"error_code":"99","data":[],"checksum":""}"#),
        (200, r#"{"error_code":"777","data":[],"checksum":""}"#),
        (401, r#"{"error_code":"06","data":[]}"#),
        (500, "<html>"),
    ] {
        let script = Script::new();
        script.answer_with(status, body);
        let provider = support::provider(&script);
        let opened = provider.virtual_accounts().unwrap().open(&request()).await.unwrap();
        assert!(opened.is_uncertain(), "HTTP {status} {body:?}: {opened:?}");
        assert_eq!(script.calls().len(), 1);
    }
    let script = Script::new();
    script.fail(TransportErrorKind::TimedOut);
    let provider = support::provider(&script);
    assert!(provider.virtual_accounts().unwrap().open(&request()).await.unwrap().is_uncertain());
    let script = Script::new();
    script.fail(TransportErrorKind::NotSent);
    let provider = support::provider(&script);
    assert!(provider.virtual_accounts().unwrap().open(&request()).await.is_err());
}

#[tokio::test]
async fn a_refusal_keeps_its_code_and_is_not_confirmed() {
    let script = Script::new();
    script.answer(r#"{"error_code":"03","data":[],"checksum":""}"#);
    let provider = support::provider(&script);
    let submission = provider.virtual_accounts().unwrap().open(&request()).await.unwrap();
    let Submission::Declined(decline) = submission else { panic!("{submission:?}") };
    assert_eq!(decline.reason, DeclineReason::Authentication);
    assert_eq!((decline.is_confirmed(), decline.code.as_deref()), (false, Some("03")));
}

#[tokio::test]
async fn an_account_is_closed_and_opened_again_under_its_own_names() {
    let script = Script::new();
    let answer = |status: &str| {
        format!(
            r#"{{"error_code":"00","data":{{"merchant_id":"12345",
                "account_va":"1000000000178","va_status":"{status}"}},"checksum":"4"}}"#
        )
    };
    script.answer(answer("3"));
    script.answer(answer("1"));
    let provider = support::provider(&script);
    let role = provider.virtual_accounts().unwrap();
    let closed = role.close(&account()).await.unwrap().accepted().unwrap();
    assert_eq!(closed.state, VirtualAccountState::Closed);
    let opened = role.reopen(&account(), Some(in_days(1))).await.unwrap().accepted().unwrap();
    assert_eq!(opened.state, VirtualAccountState::Open);

    let calls = script.calls();
    let (close, open) =
        (support::form_body(&calls[0].request), support::form_body(&calls[1].request));
    assert_eq!(calls[0].request.uri().path(), "/api/va/revoke");
    assert_eq!((&*close["flag"], &*close["account_va"]), ("0", "9631241000000000178"));
    assert_eq!((&*open["flag"], &*open["time_limit"]), ("1", "1731828461"));
    assert_eq!(script.instructions(), 2);
}

#[tokio::test]
async fn an_answer_about_another_account_calls_for_a_person() {
    let script = Script::new();
    script.answer(r#"{"error_code":"00","data":{"account_va":"1000000000179","va_status":"3"}}"#);
    let provider = support::provider(&script);
    let submission = provider.virtual_accounts().unwrap().close(&account()).await.unwrap();
    let Submission::Uncertain(uncertain) = submission else { panic!("{submission:?}") };
    assert_eq!((uncertain.cause, uncertain.needs_attention), (UncertainCause::Mismatch, true));
}

#[tokio::test]
async fn a_switched_account_is_believed_only_in_a_state_that_was_asked_for() {
    for (status, closes, reopens) in [
        ("0", false, false),
        ("1", false, true),
        ("2", false, true),
        ("3", true, false),
        ("4", true, false),
    ] {
        let script = Script::new();
        for _ in 0..2 {
            script.answer(format!(
                r#"{{"error_code":"00","data":{{"account_va":"1000000000178",
                    "va_status":"{status}"}},"checksum":"4"}}"#
            ));
        }
        let provider = support::provider(&script);
        let role = provider.virtual_accounts().unwrap();
        let closed = role.close(&account()).await.unwrap();
        assert_eq!(closed.accepted().is_ok(), closes, "closed as {status}");
        let reopened = role.reopen(&account(), None).await.unwrap();
        assert_eq!(reopened.accepted().is_ok(), reopens, "reopened as {status}");
    }
}

#[tokio::test]
async fn closing_what_is_closed_is_a_refusal_of_its_state() {
    let script = Script::new();
    script.answer(r#"{"error_code":"041","data":[],"checksum":""}"#);
    let provider = support::provider(&script);
    let submission = provider.virtual_accounts().unwrap().close(&account()).await.unwrap();
    let Submission::Declined(decline) = submission else { panic!("{submission:?}") };
    assert_eq!(decline.reason, DeclineReason::State);
}

#[tokio::test]
async fn an_account_is_renamed_by_json() {
    let script = Script::new();
    script.answer(
        r#"{"error_code":"00","message":"ok","data":{"merchant_id":"12345",
            "va_account":"9631241000000000178","va_name":"TRAN THI B"}}"#,
    );
    let provider = support::provider(&script);
    let request = UpdateVirtualAccount::new(account(), "TRAN THI B").unwrap();
    let renamed = provider.virtual_accounts().unwrap().update(&request).await.unwrap();
    assert_eq!(renamed.accepted().unwrap().numbers[0].holder.as_deref(), Some("TRAN THI B"));
    let sent = script.request();
    assert_eq!(sent.uri().path(), "/api/va/updateVaName");
    let body = support::json_body(&sent);
    assert_eq!((&*body["va_account"], &*body["va_name"]), ("9631241000000000178", "TRAN THI B"));

    let request = UpdateVirtualAccount::new(account(), "Trần").unwrap();
    let error = provider.virtual_accounts().unwrap().update(&request).await.unwrap_err();
    assert_eq!(error.field(), Some("holder"));
}

#[tokio::test]
async fn credits_are_asked_for_on_the_third_host() {
    let script = Script::new();
    script.answer(
        r#"{"error_code":"00","message":"success","data":[{"transaction_id":96119097,
            "full_account_number":"9631241000000000178","amount":100000,
            "time_paid":1731742000,"cashin":28299429,"remark":"bm8gY29udGVudA==",
            "va_bank_name":"BIDV"}],"secure_code":"b"}"#,
    );
    let provider = support::provider(&script);
    let credits = provider.virtual_accounts().unwrap().credits(&account()).await.unwrap();
    let credits = payments_core::Listed::all(credits).unwrap();
    assert_eq!(credits.len(), 1);
    assert_eq!(credits[0].amount, Money::vnd(100_000));
    let sent = script.request();
    assert_eq!(sent.uri(), "https://openapi-sandbox.htpgroup.com.vn/v1/account/inquiry");
    assert_eq!(support::json_body(&sent)["va_account"], "9631241000000000178");
}

#[tokio::test]
async fn credits_on_another_account_are_not_those_of_the_one_asked_about() {
    for (number, is_ours) in [
        ("9631241000000000178", true),
        ("1000000000178", true),
        ("9631241000000000179", false),
        ("178", false),
    ] {
        let script = Script::new();
        script.answer(format!(
            r#"{{"error_code":"00","data":[{{"full_account_number":"{number}","amount":100000,
                "time_paid":1731742000,"cashin":28299429}}],"secure_code":"b"}}"#
        ));
        let provider = support::provider(&script);
        let credits = provider.virtual_accounts().unwrap().credits(&account()).await;
        let error = credits.err().map(|error| error.kind());
        assert_eq!(error, (!is_ours).then_some(ErrorKind::Malformed), "{number}");
    }
}

#[tokio::test]
async fn a_credit_that_cannot_be_read_is_reported_beside_the_others() {
    let good = |cashin: u32| {
        format!(
            r#"{{"full_account_number":"9631241000000000178","amount":100000,
                "time_paid":1731742000,"cashin":{cashin},"remark":"bm8gY29udGVudA=="}}"#
        )
    };
    for (bad, id) in [
        (good(3).replace(r#""amount":100000"#, r#""amount":0"#), Some("3")),
        (good(3).replace(r#""amount":100000"#, r#""amount":-1"#), Some("3")),
        (good(3).replace(r#""amount":100000"#, r#""amount":"NGUYEN VAN A""#), Some("3")),
        (good(3).replace(r#""amount":100000"#, r#""amount":"50.000""#), Some("3")),
        (good(3).replace(r#""9631241000000000178""#, r#""""#), Some("3")),
        (good(3).replace(r#""cashin":3"#, r#""cashin":"a""#), Some("a")),
        (good(3).replace(r#""cashin":3"#, r#""cashin":null"#), None),
        (r#""NGUYEN VAN A""#.to_owned(), None),
        ("null".to_owned(), None),
    ] {
        for place in 0..3 {
            let mut rows = vec![good(1), good(2)];
            rows.insert(place, bad.clone());
            let script = Script::new();
            script.answer(format!(
                r#"{{"error_code":"00","data":[{}],"secure_code":"b"}}"#,
                rows.join(",")
            ));
            let provider = support::provider(&script);
            let credits = provider.virtual_accounts().unwrap().credits(&account()).await.unwrap();
            assert_eq!(credits.len(), 3, "{bad} at {place}: {credits:?}");
            for (number, credit) in credits.iter().enumerate() {
                match credit.as_result() {
                    Ok(credit) => assert!(number != place && credit.amount == Money::vnd(100_000)),
                    Err(row) => {
                        assert_eq!((number, row.id.as_deref()), (place, id), "{bad}");
                        assert_eq!(row.raw.as_bytes(), bad.as_bytes());
                        assert!(!row.to_string().contains("NGUYEN"), "{row}");
                    }
                }
            }
        }
    }
}
