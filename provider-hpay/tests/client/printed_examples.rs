//! The examples that the reference prints for virtual accounts and payouts, as it prints them (HPay
//! API reference 1.0.0): what the client makes of each.

use std::sync::Arc;

use http::Request;
use payments_core::{
    EndpointName, ErrorKind, Lookup, PayoutRef, Provider, Submission, Timestamp, UncertainCause,
    bank::{AccountNumber, BankAccount, Bin},
    money::Money,
    notification::{Delivery, Received, UntrustedReason},
    payout::{Beneficiary, CreatePayout, PayoutState},
    virtual_account::{
        OpenVirtualAccount, UpdateVirtualAccount, Uses, VirtualAccountRef, VirtualAccountState,
    },
};

use crate::support::{self, Script};

/// A merchant of this number, whose gateway gives this answer.
fn merchant(id: &str, answer: &str) -> (Provider, Arc<Script>) {
    let script = Script::new();
    script.answer(answer.to_owned());
    (support::provider_with(&script, &[("merchant_id", id)]), script)
}

fn account(number: &str) -> VirtualAccountRef {
    VirtualAccountRef::new(support::order()).with_number(AccountNumber::new(number).unwrap())
}

const OPENED: &str = r#"{
"error_code": "0",
"data": {
"merchant_id": "123456",
"merchant_email": "abc@gmail.com",
"va_account": "1000000000178",
"va_name": "NGUYEN VAN A",
"va_method": "2",
"va_type": "1",
"va_condition": "1",
"va_bank": "BIDV",
"va_status": "3",
"va_amount": "100000",
"remark": "DH 001",
"va_timelimit": "1669262917",
"qrCommonURL": "https://openapi.htpgroup.com.vn/xxx1",
"qrDataURL": "https://openapi.htpgroup.com.vn/xxx2",
"qrImage": "https://openapi.htpgroup.com.vn/xxx3",
"qrCode": "00020101021"
},
"checksum": "22810dca6a677396585b7af8a528b839"
}"#;

#[tokio::test]
async fn create_va_account() {
    let (provider, _) = merchant("123456", OPENED);
    let request = OpenVirtualAccount::new(support::order(), "NGUYEN VAN A")
        .unwrap()
        .with_amount(Money::vnd(100_000))
        .unwrap()
        .with_uses(Uses::Once)
        .with_remark("DH 001");
    let opened = provider.virtual_accounts().unwrap().open(&request).await.unwrap();
    let number = opened.accepted().unwrap().numbers.remove(0);
    assert_eq!(number.number.as_str(), "1000000000178");
    assert_eq!(number.bank, Some(Bin::new("970418").unwrap()));
    assert_eq!(number.expires_at, Some(Timestamp::from_unix(1_669_262_917)));
    assert_eq!(number.qr_images.len(), 3);
    assert_eq!(number.state, VirtualAccountState::Uncertain, "3, closed, of a fresh account");
    assert_eq!(number.vietqr, None, "cut off in the example");
}

#[tokio::test]
async fn update_va_account_name() {
    let answer = r#"{
"error_code": "00",
"message": "Update account virtual account name successful",
"data": {
"merchant_id": "63575",
"va_account": "9631241000000713987",
"va_name": "NGUYEN VAN API TESSTADDA"
}
}"#;
    let (provider, script) = merchant("63575", answer);
    let request =
        UpdateVirtualAccount::new(account("9631241000000713987"), "NGUYEN VAN API TESSTADDA");
    let renamed = provider.virtual_accounts().unwrap().update(&request.unwrap()).await.unwrap();
    let number = renamed.accepted().unwrap().numbers.remove(0);
    assert_eq!(number.holder.as_deref(), Some("NGUYEN VAN API TESSTADDA"));
    let sent = support::json_body(&script.request());
    assert_eq!((&*sent["merchant_id"], &*sent["va_account"]), ("63575", "9631241000000713987"));
}

#[tokio::test]
async fn api_revoke_va() {
    let closed = r#"{
"error_code": "00",
"data": {
"merchant_id": "65457",
"account_va": "OMI9001122",
"va_status": "3"
},
"checksum": "462f36a313f6999736633e7f08d07055"
}"#;
    let (provider, _) = merchant("65457", closed);
    let accounts = provider.virtual_accounts().unwrap();
    let closed = accounts.close(&account("OMI9001122")).await.unwrap().accepted().unwrap();
    assert_eq!(closed.state, VirtualAccountState::Closed);

    let refused = r#"{
"error_code": "041",
"data": [],
"checksum": ""
}"#;
    let (provider, _) = merchant("65457", refused);
    let accounts = provider.virtual_accounts().unwrap();
    let submission = accounts.close(&account("OMI9001122")).await.unwrap();
    let Submission::Declined(decline) = submission else { panic!("{submission:?}") };
    assert_eq!(decline.code.as_deref(), Some("041"));
}

const CREDITS: &str = r#"{
"error_code": "00",
"message": "success",
"data": [
{
"transaction_id": 96119097,
"full_account_number": "9631249900000102836",
"amount": 100000,
"time_paid": 1728702771,
"cashin": 28299429,
"remark": "bm8gY29udGVudA==",
"va_bank_name": "BIDV",
},
{
"transaction_id": 96119100,
"full_account_number": "9631249900000102836",
"amount": 100000,
"time_paid": 1728702771,
"cashin": 28299430,
"remark": "bm8gY29udGVudA==",
"va_bank_name": "BIDV",
}
],
"secure_code": "bca27cabbc5055a45cf30da3457ea021"
}"#;

#[tokio::test]
async fn va_transaction_inquiry() {
    let number = account("9631249900000102836");
    // The example has a comma too many in each row, so that it is no JSON.
    let (provider, _) = merchant("66295", CREDITS);
    let error = provider.virtual_accounts().unwrap().credits(&number).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Malformed);
    let (provider, _) = merchant("66295", &CREDITS.replace("\"BIDV\",\n}", "\"BIDV\"\n}"));
    let credits = provider.virtual_accounts().unwrap().credits(&number).await.unwrap();
    let credits = payments_core::Listed::all(credits).unwrap();
    let told: Vec<_> =
        credits.iter().map(|credit| (credit.amount, credit.memo.as_deref())).collect();
    assert_eq!(told, [(Money::vnd(100_000), Some("no content")); 2]);
    assert_ne!(credits[0].key, credits[1].key);
}

#[test]
fn callback_ipn_after_completed_payment() {
    let queries = [
        "va_account=1001&fullAccountNumber=1001&va_bankName=BIDV&remark=bWluaCB0ZXN0IEdEIFZB\
         &amount=1000&order_id=345&cashin=123456&time_paid=1731742061&transactionId=9600617\
         &error_code=0&secure_code=22810dca6a677396585b7af8a528b839",
        "va_account=1000000000032&fullAccountNumber=9631241000000000032&%20va_bankName=BIDV\
         &remark=bWluaCB0ZXN0IEdEIFZB&amount=30000&order_id=51239782&cashin=28275709\
         &&time_paid=1731742061&transactionId=9600617&error_code=0\
         &secure_code=22810dca6a677396585b7af8a528b839",
    ];
    for query in queries {
        let provider = support::provider(&Script::new());
        let request = Request::get(format!("/va/callback?{query}")).body("").unwrap();
        let received = provider.notifications().unwrap().receive(
            &EndpointName::new("va-callback").unwrap(),
            &Delivery::of(&request),
            Timestamp::from_unix(support::NOW),
        );
        // Two callbacks and a create have one code in the reference, so it is nobody's.
        let Received::Untrusted(untrusted) = received else { panic!("{received:?}") };
        assert_eq!(untrusted.reason, UntrustedReason::WrongSignature);
    }
}

#[tokio::test]
async fn ibft_payment() {
    let answer = r#"{
"error_code": "000",
"status": "Giao dịch thành công",
"data": {
"requestId": "00001",
"bankAccountNumber": "1234567890912312",
"omiCashoutId": "231423",
"omiTransactionId": "96061677",
"secureChain": "865266941b737de8b8f88074db27a1f0xxxxxx"
}
}"#;
    let (provider, _) = merchant("12345", answer);
    let bidv = Bin::new("970418").unwrap();
    let account = BankAccount::new(bidv, AccountNumber::new("1234567890912312").unwrap());
    let beneficiary = Beneficiary::new(account, "NGUYEN VAN A").unwrap();
    let reference = PayoutRef::new("00001").unwrap();
    let request = CreatePayout::new(reference, Money::vnd(1_000_000), beneficiary).unwrap();
    let submission = provider.payouts().unwrap().create_payout(&request).await.unwrap();
    // It is read; its signature is a placeholder.
    let Submission::Uncertain(uncertain) = submission else { panic!("{submission:?}") };
    assert_eq!(uncertain.cause, UncertainCause::BadSignature);
    assert_eq!(uncertain.code.as_deref(), Some("000"));
}

#[tokio::test]
async fn bank_account_inquiry() {
    let answer = r#"{
"error_code": "000",
"data": {
"request_id": "20220912052918",
"merchant_id": "1234",
"bank_account_number": "9704180000042134197",
"bank_name": "BIDV",
"bank_account_name": "NGUYEN THI B"
},
"checksum": "c2b845845xxxxxxxxxx370ebe3f31d"
}"#;
    let (provider, _) = merchant("1234", answer);
    let bidv = Bin::new("970418").unwrap();
    let account = BankAccount::new(bidv, AccountNumber::new("9704180000042134197").unwrap());
    let found = provider.payouts().unwrap().verify_beneficiary(&account).await.unwrap();
    assert_eq!(found.name, "NGUYEN THI B");
}

const ONE: &str = r#"{
"data": {
"time_tranfer": 1661834533,
"note": "chuyen tien iBFT",
"amount": 1000000,
"transaction_status": 4,
"cashout_status": 3,
"refund_status": 3,
"bankAccount_name": "TEST",
"merchant_id": "12345",
"request_id": "1666062845347",
"bankAccount_number": "12010004002695"
},
"secure_chain": "bac7f6b16079a0ffc3984c35535c78aa",
"error_code": "000"
}"#;

const SEVERAL: &str = r#"{
"data": [
{
"time_tranfer": "1689842444",
"transaction_id": "123456",
"note": "chuyen tien iBFT luc 1689842444",
"amount": "20000",
"transaction_status": "4",
"cashout_status": "3",
"refund_status": "",
"bankAccount_name": "TEST",
"merchant_id": "12345",
"request_id": "1666062845347",
"bankAccount_number": "12010004003096"
},
{
"time_tranfer": "1689843127",
"transaction_id": "654321",
"note": "chuyen tien iBFT luc 1689843127",
"amount": "20000",
"transaction_status": "4",
"cashout_status": "3",
"refund_status": "",
"bankAccount_name": "TEST",
"merchant_id": "12345",
"request_id": "1666062845347",
"bankAccount_number": "12010004003096"
}
],
"secure_chain": "867ead7b9e85526f36a50d0ef67fce8e",
"error_code": "000"
}"#;

#[tokio::test]
async fn fb_transaction_inquiry() {
    let reference = PayoutRef::new("1666062845347").unwrap();
    let (provider, _) = merchant("12345", ONE);
    let found = provider.payouts().unwrap().find_payout(&reference).await.unwrap();
    let payout = found.found().unwrap();
    assert_eq!(
        (payout.state, payout.amount),
        (PayoutState::Succeeded, Some(Money::vnd(1_000_000)))
    );
    assert_eq!((payout.holder.as_deref(), payout.bank), (Some("TEST"), None));

    let (provider, _) = merchant("12345", SEVERAL);
    let found = provider.payouts().unwrap().find_payout(&reference).await.unwrap();
    let Lookup::Several(both) = found else { panic!("{found:?}") };
    assert!(
        both.iter().all(|payout| payout.needs_attention),
        "the reference shows a double payout"
    );
}
