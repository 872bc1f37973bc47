//! Virtual accounts: states, numbers, credits.

use payments_core::{
    ErrorKind, Listed, Movement, OrderRef, Raw, Submission, Timestamp, UncertainCause,
    bank::{AccountNumber, Bin},
    money::Money,
    vietqr::VietQr,
    virtual_account::{
        OpenVirtualAccount, VirtualAccount,
        VirtualAccountState::{self, Closed, Expired, Locked, Open, Paid, Uncertain},
    },
};

use crate::{
    formula::VA_INQUIRY_REQUEST,
    map::{
        account::{is_same_account, opened, state},
        credit::{credits, decoded},
    },
    tables::Banks,
    wire::{Envelope, Literal},
};

#[test]
fn every_documented_state_maps_and_another_is_uncertain() {
    let states: [(&str, VirtualAccountState); 8] = [
        ("0", Locked),
        ("1", Open),
        ("2", Paid),
        ("3", Closed),
        ("4", Expired),
        ("5", Uncertain),
        ("01", Uncertain),
        ("", Uncertain),
    ];
    for (status, expected) in states {
        assert_eq!(state(Some(&Literal::Text(status.into()))), expected, "status {status:?}");
    }
    assert_eq!(state(Some(&Literal::Number(3))), Closed);
    assert_eq!(state(None), Uncertain);
}

#[test]
fn a_full_number_and_its_short_one_are_the_same_account() {
    assert!(is_same_account("9631241000000000032", "1000000000032"));
    assert!(is_same_account("1000000000032", "9631241000000000032"));
    assert!(is_same_account("OMI9001122", "OMI9001122"));
    assert!(!is_same_account("9631241000000000032", "1000000000033"));
    assert!(!is_same_account("9631241000000000032", "032"), "too short an end");
    assert!(!is_same_account("9631241000000000032", ""));
}

fn request() -> OpenVirtualAccount {
    OpenVirtualAccount::new(OrderRef::new("DH-1").unwrap(), "NGUYEN VAN A")
        .unwrap()
        .with_amount(Money::vnd(100_000))
        .unwrap()
}

fn answer(status: &str, qr: &str) -> String {
    format!(
        r#"{{"merchant_id":"12345","merchant_email":"a@b","va_account":"1000000000178",
            "va_name":"NGUYEN VAN A","va_method":"2","va_type":"1","va_condition":"1",
            "va_bank":"BIDV","va_status":"{status}","va_amount":"100000","remark":"DH 001",
            "va_timelimit":"1669262917","qrCommonURL":"https://o/1","qrDataURL":"https://o/2",
            "qrImage":"https://o/3","qrCode":"{qr}"}}"#
    )
}

fn open(json: &str) -> Submission<VirtualAccount> {
    opened(
        "12345",
        &Banks::default(),
        &request(),
        &serde_json::from_str(json).unwrap(),
        Raw::default(),
    )
    .unwrap()
}

#[test]
fn an_account_is_opened_with_its_bank_its_end_and_its_pictures() {
    let Submission::Accepted(account) = open(&answer("1", "00020101021")) else { panic!() };
    let number = &account.numbers[0];
    assert_eq!(number.number.as_str(), "1000000000178");
    assert_eq!((number.state, account.state), (Open, Open));
    assert_eq!(number.bank, Some(Bin::new("970418").unwrap()));
    assert_eq!(number.expires_at, Some(Timestamp::from_unix(1_669_262_917)));
    assert_eq!(number.qr_images, ["https://o/1", "https://o/2", "https://o/3"]);
    assert_eq!(number.vietqr, None, "a code that cannot be read is not shown");
}

#[test]
fn the_full_number_is_taken_from_the_qr_code_and_only_if_it_is_the_same_account() {
    let code = |number: &str| {
        VietQr::to_account(Bin::new("970418").unwrap(), AccountNumber::new(number).unwrap())
            .payload()
    };
    let Submission::Accepted(account) = open(&answer("1", &code("9631241000000000178"))) else {
        panic!()
    };
    assert_eq!(account.numbers[0].number.as_str(), "9631241000000000178");
    assert_eq!(account.numbers[0].short.as_ref().unwrap().as_str(), "1000000000178");
    assert!(account.numbers[0].vietqr.is_some());

    let Submission::Accepted(account) = open(&answer("1", &code("9631249999999999999"))) else {
        panic!()
    };
    assert_eq!(account.numbers[0].number.as_str(), "1000000000178");
    assert_eq!(account.numbers[0].vietqr, None);
}

#[test]
fn a_qr_code_of_another_amount_is_not_shown() {
    for (amount, is_shown) in [(100_000, true), (10_000, false)] {
        let code = VietQr::to_account(
            Bin::new("970418").unwrap(),
            AccountNumber::new("9631241000000000178").unwrap(),
        );
        let code = code.with_amount(Money::vnd(amount)).unwrap().payload();
        let Submission::Accepted(account) = open(&answer("1", &code)) else { panic!() };
        assert_eq!(account.numbers[0].vietqr.is_some(), is_shown, "{amount}");
    }
}

#[test]
fn closed_as_the_state_of_a_fresh_account_is_not_believed() {
    let Submission::Accepted(account) = open(&answer("3", "")) else { panic!() };
    assert_eq!(account.state, Uncertain);
}

#[test]
fn an_account_for_another_amount_or_merchant_calls_for_a_person() {
    for (ours, theirs) in [("\"100000\"", "\"10000\""), ("\"12345\"", "\"12346\"")] {
        let submission = open(&answer("1", "").replace(ours, theirs));
        let Submission::Uncertain(uncertain) = submission else { panic!("{submission:?}") };
        assert_eq!(uncertain.cause, UncertainCause::Mismatch);
        assert!(uncertain.needs_attention);
    }
}

fn read(json: &str) -> Result<Vec<Movement>, ErrorKind> {
    let envelope: Envelope<'_> = serde_json::from_str(json).unwrap();
    let listed = credits("credits", "66295", &envelope, &VA_INQUIRY_REQUEST, &Raw::default());
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

#[test]
fn a_remark_is_read_in_every_form_in_which_it_arrives() {
    let remarks = [
        ("bWluaCB0ZXN0IEdEIFZB", "minh test GD VA"),
        ("eA==", "x"),
        ("eA", "x"),
        // `>>>?`: a plus sign that became a space, and the alphabet for addresses.
        ("Pj4 Pw==", ">>>?"),
        ("Pj4-Pw==", ">>>?"),
        // `???`: the other character of that alphabet.
        ("Pz8/", "???"),
        ("Pz8_", "???"),
        ("CK DH-1!", "CK DH-1!"),
        ("", ""),
    ];
    for (remark, text) in remarks {
        assert_eq!(decoded(remark), text, "{remark:?}");
    }
}
