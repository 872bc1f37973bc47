//! Virtual account callbacks of the newer OpenAPI: other names, and a code that covers the amount.

use bytes::Bytes;
use http::Request;
use payments_core::{
    EndpointName, Movement, Secret, Timestamp,
    money::Money,
    notification::{Delivery, Event, EventData, Evidence, Received, UntrustedReason},
    signature::{Part, sign_md5_concat},
};
use provider_hpay::{endpoints::VA_CALLBACK, testing::Deliveries};

use crate::support::{self, NOW, PASSCODE, Script};

const SWAPPED: (&str, &str) = (
    "formulas.openapi_va_callback",
    "{va_account}|{amount}|{cashin_id}|{transaction_id}|{passcode}|{merchant_id}|{client_request_id}",
);

fn deliveries() -> Deliveries {
    Deliveries::new("12345", Secret::new(PASSCODE).unwrap())
}

/// The MD5 of a text with the passcode in it.
fn code_around_the_passcode(before: &str, after: &str) -> String {
    let parts = [Part::Literal(before), Part::Secret, Part::Literal(after)];
    hex::encode(sign_md5_concat(&Secret::new(PASSCODE).unwrap(), &parts))
}

fn newer() -> Request<Bytes> {
    let deliveries = deliveries();
    let credit = deliveries.credit("28275709", "9631241000000000178", Money::vnd(30_000));
    credit.with_remark("DH 42").openapi_callback("/va/callback").unwrap()
}

fn older() -> Request<Bytes> {
    let deliveries = deliveries();
    let credit = deliveries.credit("28275709", "9631241000000000178", Money::vnd(30_000));
    credit.with_remark("DH 42").callback("/va/callback").unwrap()
}

fn receive_with(changes: &[(&str, &str)], request: &Request<Bytes>) -> Received {
    let provider = support::provider_with(&Script::new(), changes);
    let name = EndpointName::new(VA_CALLBACK).unwrap();
    let now = Timestamp::from_unix(NOW);
    provider.notifications().unwrap().receive(&name, &Delivery::of(request), now)
}

fn receive(request: &Request<Bytes>) -> Received {
    receive_with(&[], request)
}

fn event(received: Received) -> Event {
    let Received::Notification(notification) = received else { panic!("{received:?}") };
    notification.events()[0].clone()
}

fn movement(event: &Event) -> &Movement {
    let EventData::Movement(movement) = event.data() else { panic!("{event:?}") };
    movement
}

fn changed(request: &Request<Bytes>, change: impl FnOnce(&str) -> String) -> Request<Bytes> {
    let query = change(request.uri().query().unwrap());
    Request::get(format!("/va/callback?{query}")).body(Bytes::new()).unwrap()
}

#[test]
fn a_callback_under_the_newer_names_is_proven_with_its_amount_and_account() {
    let told = event(receive(&newer()));
    assert_eq!(*told.evidence(), Evidence::Proven);
    let credit = movement(&told);
    assert_eq!(credit.amount, Money::vnd(30_000));
    assert_eq!(credit.virtual_account.as_ref().unwrap().as_str(), "9631241000000000178");
    assert_eq!((&credit.memo, credit.at), (&None, None), "neither is signed");
    let older = event(receive(&older()));
    assert_eq!(told.key(), Some(&movement(&older).key), "one credit, one key under both names");
}

#[test]
fn every_signed_field_that_is_changed_makes_it_untrusted_and_no_other_does() {
    let request = newer();
    for (from, to) in [
        ("va_account=9631241000000000178", "va_account=9631241000000000179"),
        ("va_account=9631241000000000178", "va_account=963124100000000017"),
        ("&amount=30000", "&amount=300000"),
        ("&amount=30000", "&amount=3000"),
        ("cashin_id=28275709", "cashin_id=28275708"),
        ("transaction_id=9600617", "transaction_id=9600618"),
        ("client_request_id=VA17000001", "client_request_id=VA1700000"),
        ("client_request_id=VA17000001", "client_request_id="),
    ] {
        let changed = changed(&request, |query| {
            assert!(query.contains(from), "{query}");
            query.replace(from, to)
        });
        let received = receive(&changed);
        let Received::Untrusted(untrusted) = received else { panic!("{to}: {received:?}") };
        assert_eq!(untrusted.reason, UntrustedReason::WrongSignature, "{to}");
    }
    for (from, to) in [
        ("mc_fee=0", "mc_fee=1"),
        ("order_id=51239782", "order_id=1"),
        ("va_bank_name=BIDV", "va_bank_name=MB"),
        // The merchant is the configured one where the query names none.
        ("&merchant_id=12345", ""),
    ] {
        let told = event(receive(&changed(&request, |query| query.replace(from, to))));
        assert_eq!(*told.evidence(), Evidence::Proven, "{to}");
        assert_eq!(movement(&told).amount, Money::vnd(30_000), "{to}");
    }
}

#[test]
fn a_callback_of_another_merchant_is_untrusted() {
    for changes in [[("merchant_id", "12346")], [("merchant_id", "1234")]] {
        assert!(matches!(receive_with(&changes, &newer()), Received::Untrusted(_)), "{changes:?}");
    }
    for other in ["&merchant_id=1", "&merchant_id="] {
        let renamed = changed(&newer(), |query| query.replace("&merchant_id=12345", other));
        let received = receive(&renamed);
        let Received::Untrusted(untrusted) = received else { panic!("{other}: {received:?}") };
        assert_eq!(untrusted.reason, UntrustedReason::WrongRecipient, "{other}");
    }
}

#[test]
fn both_numbers_or_neither_are_untrusted_and_no_formula_stands_in_for_the_other() {
    let (older, newer) = (older(), newer());
    let code = |request: &Request<Bytes>| {
        let query = request.uri().query().unwrap();
        query.rsplit_once("secure_code=").unwrap().1.to_owned()
    };
    let (older_code, newer_code) = (code(&older), code(&newer));
    for (case, request) in [
        ("both, first code", changed(&older, |query| format!("{query}&cashin_id=28275709"))),
        ("both, second code", changed(&newer, |query| format!("{query}&cashin=28275709"))),
        ("both, one empty", changed(&newer, |query| format!("{query}&cashin="))),
        ("neither", changed(&newer, |query| query.replace("cashin_id=28275709&", ""))),
        ("neither", changed(&older, |query| query.replace("cashin=28275709&", ""))),
        ("newer names, older code", changed(&newer, |q| q.replace(&newer_code, &older_code))),
        ("older names, newer code", changed(&older, |q| q.replace(&older_code, &newer_code))),
        ("older, renamed", changed(&older, |query| query.replace("cashin=", "cashin_id="))),
        ("newer, renamed", changed(&newer, |query| query.replace("cashin_id=", "cashin="))),
    ] {
        let received = receive(&request);
        assert!(matches!(received, Received::Untrusted(_)), "{case}: {received:?}");
    }
}

#[test]
fn the_configuration_can_swap_the_last_two_fields_as_one_merchant_has_them() {
    let received = receive_with(&[SWAPPED], &newer());
    assert!(matches!(received, Received::Untrusted(_)), "{received:?}");
    let before = "9631241000000000178|30000|28275709|9600617|";
    let code = code_around_the_passcode(before, "|12345|VA17000001");
    let swapped = changed(&newer(), |query| {
        format!("{}secure_code={code}", query.rsplit_once("secure_code=").unwrap().0)
    });
    let told = event(receive_with(&[SWAPPED], &swapped));
    assert_eq!(*told.evidence(), Evidence::Proven);
    assert!(matches!(receive(&swapped), Received::Untrusted(_)));
}

#[test]
fn a_formula_that_leaves_a_signed_field_out_is_a_problem_naming_its_key() {
    for template in [
        "{cashin_id}|{client_request_id}|{passcode}",
        "{va_account}|{cashin_id}|{transaction_id}|{passcode}|{client_request_id}|{merchant_id}",
    ] {
        let mut table = support::table();
        table.insert("formulas.openapi_va_callback".to_owned(), template.into());
        let problems = support::try_build(Script::new(), table).unwrap_err();
        let problem = problems[0].to_string();
        let key = "providers.hpay-main.formulas.openapi_va_callback: leaves out";
        assert!(problem.starts_with(key), "{problem}");
    }
}

#[test]
fn a_signed_amount_that_cannot_be_read_asks_for_the_callback_again() {
    for amount in ["0", "", "30.000,5", "-30000", "1e5"] {
        let before = format!("9631241000000000178|{amount}|28275709|9600617|");
        let code = code_around_the_passcode(&before, "|VA17000001|12345");
        let request = changed(&newer(), |query| {
            let query = query.rsplit_once("secure_code=").unwrap().0;
            format!(
                "{}secure_code={code}",
                query.replace("&amount=30000", &format!("&amount={amount}"))
            )
        });
        let received = receive(&request);
        let Received::Unreadable(unreadable) = received else { panic!("{amount}: {received:?}") };
        assert_eq!(unreadable.field, "amount", "{amount}");
    }
}
