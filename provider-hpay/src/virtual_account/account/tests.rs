//! Virtual accounts as the response to opening one has them.

use payments_core::{
    OrderRef, Timestamp,
    bank::Bin,
    money::Money,
    virtual_account::VirtualAccountState::{Open, Uncertain},
};

use super::*;

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
    let code = |number: &str| VietQr::to_account("970418", number).unwrap().payload();
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
        let code = VietQr::to_account("970418", "9631241000000000178").unwrap();
        let code = code.with_amount(amount).unwrap().payload();
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

fn rename(name: &str) -> Submission<VirtualAccount> {
    let asked = AccountNumber::new("1000000000178").unwrap();
    let account = VirtualAccountRef::new(OrderRef::new("DH-1").unwrap());
    let request = UpdateVirtualAccount::new(account, "Nguyễn Văn A").unwrap();
    let data = format!(r#"{{"merchant_id":"12345","va_account":"1000000000178"{name}}}"#);
    renamed(&request, &asked, &serde_json::from_str(&data).unwrap(), Raw::default())
}

#[test]
fn a_name_in_another_spelling_is_the_name_that_was_asked_for() {
    for name in ["", r#","va_name":"Nguyễn Văn A""#, r#","va_name":"NGUYEN VAN A""#] {
        let Submission::Accepted(account) = rename(name) else { panic!("{name}") };
        assert_eq!(account.numbers[0].holder.as_deref(), Some("Nguyễn Văn A"), "{name}");
    }
}

#[test]
fn an_account_that_was_given_another_name_is_uncertain() {
    for name in ["NGUYEN VAN B", "NGUYEN`VAN A", "", "NGUYEN VAN A B"] {
        let outcome = rename(&format!(r#","va_name":"{name}""#));
        let Submission::Uncertain(uncertain) = outcome else { panic!("{name}: {outcome:?}") };
        assert_eq!(uncertain.cause, UncertainCause::Mismatch, "{name}");
    }
}
