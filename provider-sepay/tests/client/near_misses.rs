//! Answers and deliveries about nearly what was meant: one character more or less at either end,
//! another last character, other letters. Each is another order, account or caller.

use std::sync::Arc;

use payments_core::{
    AccountId, DeclineReason, EndpointName, ErrorKind, GatewayRef, Lookup, OrderRef, Provider,
    Submission, UncertainCause,
    bank::AccountNumber,
    money::Money,
    notification::{Confirmation, Received, UntrustedReason},
    statement::{Cursor, StatementFilter},
    virtual_account::{OpenVirtualAccount, Uses, VirtualAccountRef},
};
use provider_sepay::{
    SePay,
    oauth::MemoryTokenStore,
    testing::{BankWebhook, Ipn, TokenRequest},
};
use serde_json::{Value, json};

use crate::{
    transfer::{line, line_on, page},
    world::{
        BANK, CLIENT_SECRET, GATEWAY, KEYED_WEBHOOK, OAUTH, OPEN_WEBHOOK, OUR_ACCOUNT, SECRET_KEY,
        SIGNED_WEBHOOK, TOKEN_WEBHOOK, WEBHOOK_KEY, WEBHOOK_SECRET, Wire, believed, now, order,
        provider, receive, secret,
    },
};

/// Texts that are nearly `text` and not it.
fn near(text: &str) -> Vec<String> {
    let shorter = &text[..text.len() - 1];
    let other = if text.ends_with('1') { '2' } else { '1' };
    let mut near = vec![
        format!("0{text}"),
        text[1..].to_owned(),
        format!("{text}0"),
        shorter.to_owned(),
        format!("{shorter}{other}"),
    ];
    let cases = [text.to_lowercase(), text.to_uppercase()];
    near.extend(cases.into_iter().filter(|case| case != text));
    near
}

const INVOICE: &str = "Dh-1042a";

fn detail(invoice: &str, status: &str) -> String {
    json!({"data": {
        "order_id": "SEPAY-1", "order_invoice_number": invoice, "order_status": status,
        "order_amount": "50000.00", "order_currency": "VND",
    }})
    .to_string()
}

#[tokio::test]
async fn an_answer_about_nearly_the_order_is_no_answer_and_confirms_no_refusal() {
    let ours = order(INVOICE);
    for invoice in [vec![INVOICE.to_owned()], near(INVOICE)].concat() {
        let is_ours = invoice == INVOICE;
        let wire = Wire::new();
        wire.answer(200, detail(&invoice, "CAPTURED"));
        let provider = provider(&[GATEWAY], &wire);
        let payments = provider.payments().unwrap();
        let found = payments.find_payment(&ours).await;
        assert_eq!(found.err().map(|it| it.kind()), (!is_ours).then_some(ErrorKind::Malformed));

        let refused = r#"{"message":"Không được"}"#;
        for voids in [false, true] {
            let status = if voids { "PENDING" } else { "CAPTURED" };
            wire.answer(422, refused).answer(200, detail(&invoice, status));
            let answer = match voids {
                true => provider.extension::<SePay>().unwrap().void_transaction(&ours).await,
                false => payments.cancel_payment(&ours).await,
            };
            let Submission::Declined(decline) = answer.unwrap() else { panic!("{invoice}") };
            assert_eq!((decline.reason, decline.is_confirmed()), (DeclineReason::State, is_ours));
        }

        wire.answer(200, detail(&invoice, "CAPTURED"));
        let ipn = Ipn::order_paid(&ours, Money::vnd(50_000)).with_secret(&secret(SECRET_KEY));
        let claim = believed(&provider, "ipn", &ipn);
        let confirmed = provider.notifications().unwrap().confirm(&claim.events()[0]).await;
        assert_eq!(matches!(confirmed, Ok(Confirmation::Confirmed(_))), is_ours, "{invoice}");
    }
}

#[tokio::test]
async fn a_transfer_with_nearly_the_code_is_another_orders_money() {
    // Codes are read in either case.
    let bank = BANK.replace("code_min = 5", "code_min = 3\ncode_max = 10");
    let references = near("00042").into_iter().map(|near| format!("DH{near}"));
    let codes = near("DH00042").into_iter().chain(references);
    for code in codes.filter(|code| !code.eq_ignore_ascii_case("DH00042")) {
        for text in [code.clone(), format!("tt {code} cam on")] {
            for reported in ["null".to_owned(), format!("\"{code}\"")] {
                let wire = Wire::new();
                let lines = [line_on(OUR_ACCOUNT, "1", 7, &text, &reported)];
                wire.answer(200, page(&lines, false)).answer(200, page(&lines, false));
                let provider = provider(&[&bank], &wire);
                let found = provider.payments().unwrap().find_payment(&order("00042")).await;
                assert!(matches!(found, Ok(Lookup::Absent(_))), "{text} {reported}: {found:?}");
            }
        }
    }
    for account in near(OUR_ACCOUNT) {
        let wire = Wire::new();
        let lines = [line_on(&account, "1", 7, "DH00042", "null")];
        wire.answer(200, page(&lines, false)).answer(200, page(&lines, false));
        let provider = provider(&[BANK], &wire);
        let found = provider.payments().unwrap().find_payment(&order("00042")).await;
        assert!(matches!(found, Ok(Lookup::Absent(_))), "{account}: {found:?}");
    }
}

const CODE: &str = "DH2025a01";
const VA: &str = r#"va_account = "acc-1""#;
const BIDV: &str = r#"{"status":"success","data":{"id":"acc-1","bank_bin":"970418",
    "account_number":"1234567890"}}"#;

fn va_order(id: &str, code: &str) -> Value {
    json!({
        "id": id, "order_code": code, "amount": 50_000, "paid_amount": 0, "status": "Pending",
        "bank_name": "BIDV", "account_number": "1234567890",
        "va": [{"va_number": "963NQDORDZVTBPJ3Z7H", "amount": 50_000, "status": "Unpaid"}],
    })
}

/// A provider of virtual accounts whose SePay answers so, after the inquiry of the bank account.
fn with_answers(answers: &[(u16, Value)]) -> (Provider, Arc<Wire>) {
    let wire = Wire::new();
    wire.answer(200, BIDV);
    for (status, answer) in answers {
        wire.answer(*status, if answer.is_null() { String::new() } else { answer.to_string() });
    }
    (provider(&[BANK, VA, "userapi_rate = 0"], &wire), wire)
}

fn listed(orders: &[Value]) -> Value {
    json!({"status": "success", "data": orders, "meta": {"pagination": {"has_more": false}}})
}

#[tokio::test]
async fn a_virtual_account_with_nearly_the_code_is_neither_found_nor_closed() {
    let wanted = VirtualAccountRef::new(order(CODE));
    for near in near(CODE) {
        let stranger = va_order("o2", &near);
        let (provider, wire) = with_answers(&[(200, listed(std::slice::from_ref(&stranger)))]);
        let role = provider.virtual_accounts().unwrap();
        let found = role.find(&wanted).await;
        assert!(matches!(found, Ok(Lookup::Absent(_))), "{near}: {found:?}");
        wire.answer(200, listed(std::slice::from_ref(&stranger)).to_string());
        let closed = role.close(&wanted).await;
        assert_eq!(closed.unwrap_err().kind(), ErrorKind::NotFound, "{near}");
        // By SePay's own name for it.
        wire.answer(200, json!({"status": "success", "data": stranger}).to_string());
        let named = wanted.clone().with_gateway_ref(GatewayRef::new("o2").unwrap());
        let found = role.find(&named).await;
        assert_eq!(found.unwrap_err().kind(), ErrorKind::Conflict, "{near}");
        assert!(wire.calls().iter().all(|call| call.method() == http::Method::GET), "{near}");

        // Beside its own, wherever it is listed.
        for place in 0..3 {
            let mut orders = vec![va_order("o3", "DH9"), va_order("o1", CODE)];
            orders.insert(place, va_order("o2", &near));
            let (provider, wire) = with_answers(&[(200, listed(&orders)), (204, Value::Null)]);
            let role = provider.virtual_accounts().unwrap();
            let closed = role.close(&wanted).await.unwrap().accepted().unwrap();
            assert_eq!(closed.gateway_ref.unwrap().as_str(), "o1", "{near} at {place}");
            assert!(wire.asked()[2].ends_with("/orders/o1"), "{near}: {:?}", wire.asked());
        }
    }
}

#[tokio::test]
async fn an_order_created_under_nearly_the_code_or_on_nearly_the_account_is_a_mismatch() {
    let request = OpenVirtualAccount::new(order(CODE), "CONG TY").unwrap();
    let request = request.with_amount(Money::vnd(50_000)).unwrap();
    let created = json!({"status": "success", "data": {
        "id": "b2c3", "order_code": CODE, "amount": 50_000, "status": "Pending",
        "va_number": "963NQDORDZVTBPJ3Z7H", "account_number": "1234567890",
    }});
    let open = async |answer: &Value| {
        let (provider, _) = with_answers(&[(201, answer.clone())]);
        match provider.virtual_accounts().unwrap().open(&request).await.unwrap() {
            Submission::Accepted(_) => None,
            Submission::Uncertain(uncertain) => Some(uncertain.cause),
            Submission::Declined(decline) => panic!("{decline:?}"),
        }
    };
    assert_eq!(open(&created).await, None);
    let codes = near(CODE).into_iter().map(|near| ("order_code", Value::from(near)));
    let numbers = near("1234567890").into_iter().map(|near| ("account_number", near.into()));
    let amounts = [5_000, 500_000, 50_001].map(|near| ("amount", near.into()));
    for (field, near) in codes.chain(numbers).chain(amounts) {
        let mut answer = created.clone();
        answer["data"][field] = near;
        assert_eq!(open(&answer).await, Some(UncertainCause::Mismatch), "{answer}");
    }
}

#[tokio::test]
async fn each_bank_accounts_orders_are_compared_with_the_number_of_that_account() {
    for (keys, bank, created) in [
        (
            "va_account = \"a\"",
            r#"{"status":"success","data":{"id":"ID","bank_bin":"970418","account_number":"NO"}}"#,
            r#"{"status":"success","data":{"id":"b2c3","order_code":"DH00042","status":"Pending",
                "va_number":"963NQDORDZVTBPJ3Z7H","account_number":"NO"}}"#,
        ),
        (
            "va_account = \"a\"\nva_api = \"v1\"",
            r#"{"status":200,"bankaccount":{"id":"ID","bank_bin":"970418","account_number":"NO"}}"#,
            r#"{"status":"success","data":{"order_id":"b2c3","order_code":"DH00042",
                "status":"Pending","va_number":"963NQDORDZVTBPJ3Z7H","account_number":"NO"}}"#,
        ),
    ] {
        let wire = Wire::new();
        let provider = provider(&[BANK, keys, "userapi_rate = 0\nuserapi_v1_rate = 0"], &wire);
        let role = provider.virtual_accounts().unwrap();
        let open = async |account: &str, on: &str| {
            let request = OpenVirtualAccount::new(order("DH00042"), "CONG TY").unwrap();
            let request = request.with_uses(Uses::Many);
            let request = request.with_account(AccountId::new(account).unwrap());
            wire.answer(200, created.replace("NO", on));
            role.open(&request).await.unwrap()
        };
        // Both are asked for once, under ids of which one begins the other.
        for (id, number) in [("19", "1234567890"), ("190", "1234567891"), ("9", "1234567892")] {
            wire.answer(200, bank.replace("ID", id).replace("NO", number));
            assert!(open(id, number).await.accepted().is_ok(), "{id}");
        }
        for (id, own) in [("19", "1234567890"), ("190", "1234567891"), ("9", "1234567892")] {
            for number in ["1234567890", "1234567891", "1234567892", "123456789"] {
                let accepted = open(id, number).await.accepted().is_ok();
                assert_eq!(accepted, number == own, "{keys}: {id} on {number}");
            }
        }
    }
}

#[tokio::test]
async fn credits_with_nearly_the_code_or_on_nearly_the_bank_account_are_left_out() {
    let account = VirtualAccountRef::new(order(CODE));
    let credit = |id: &str, code: &str| {
        line_on(OUR_ACCOUNT, id, 7, "x", &format!("\"{code}\""))
            .replace(r#""va":"""#, r#""va":"963""#)
    };
    let near_lines = near(CODE).into_iter().enumerate();
    let mut lines: Vec<_> = near_lines.map(|(id, near)| credit(&id.to_string(), &near)).collect();
    // An unreadable row with another code is not ours either.
    lines.extend(near(CODE).into_iter().enumerate().map(|(id, near)| {
        credit(&format!("bad-{id}"), &near).replace(r#""amount_in":7"#, r#""amount_in":-7"#)
    }));
    lines.insert(2, credit("ours", CODE));
    let wire = Wire::new();
    wire.answer(200, page(&lines, false));
    let provider = provider(&[BANK, VA], &wire);
    let credits = provider.virtual_accounts().unwrap().credits(&account).await.unwrap();
    let keys: Vec<_> =
        credits.iter().map(|it| it.as_result().unwrap().key.value().to_owned()).collect();
    assert_eq!(keys, ["ours"]);

    let near_lines = near("acc-1").into_iter().enumerate();
    let mut lines: Vec<_> = near_lines
        .map(|(id, near)| line(&id.to_string(), 7, "x").replace("acc-1", &near))
        .collect();
    lines.insert(2, line("ours", 7, "x"));
    wire.answer(200, page(&lines, false));
    let filter = StatementFilter::new().with_account(AccountId::new("acc-1").unwrap());
    let read = provider.statements().unwrap().entries(&Cursor::at("z"), &filter).await.unwrap();
    let keys: Vec<_> =
        read.entries.iter().map(|it| it.as_result().unwrap().key.value().to_owned()).collect();
    assert_eq!(keys, ["ours"]);
}

#[tokio::test]
async fn a_line_of_nearly_the_reference_account_or_amount_confirms_no_webhook() {
    let webhook = BankWebhook::credit(7, Money::vnd(50_000), "DH00042");
    let confirm = async |reference: &str, account: &str, amount: i64| {
        let wire = Wire::new();
        let line = line_on(account, "1", amount, "DH00042", "null");
        wire.answer(200, page(&[line.replace("\"FT1\"", &format!("\"{reference}\""))], false));
        let provider = provider(&[BANK, OPEN_WEBHOOK], &wire);
        let claim = believed(&provider, "bank-webhook", &webhook.unauthenticated());
        provider.notifications().unwrap().confirm(&claim.events()[0]).await.unwrap()
    };
    let confirmed = confirm("FT7", OUR_ACCOUNT, 50_000).await;
    assert!(matches!(confirmed, Confirmation::Confirmed(_)), "{confirmed:?}");
    let references = near("FT7").into_iter().map(|near| (near, OUR_ACCOUNT.to_owned(), 50_000));
    let accounts = near(OUR_ACCOUNT).into_iter().map(|near| ("FT7".to_owned(), near, 50_000));
    let amounts = [5_000, 500_000, 50_001, 49_999];
    let amounts = amounts.map(|near| ("FT7".to_owned(), OUR_ACCOUNT.to_owned(), near));
    for (reference, account, amount) in references.chain(accounts).chain(amounts) {
        let confirmation = confirm(&reference, &account, amount).await;
        let case = format!("{reference} {account} {amount}: {confirmation:?}");
        assert!(!matches!(confirmation, Confirmation::Confirmed(_)), "{case}");
    }
}

#[test]
fn nearly_the_secret_the_scheme_or_the_endpoint_is_not_trusted() {
    let webhook = BankWebhook::credit(7, Money::vnd(50_000), "DH00042");
    let untrusted =
        |provider: &Provider, endpoint: &str, request: &http::Request<bytes::Bytes>| match receive(
            provider, endpoint, request,
        ) {
            Received::Untrusted(untrusted) => untrusted.reason,
            other => panic!("{other:?}"),
        };
    let (gateway, keyed) =
        (provider(&[GATEWAY], &Wire::new()), provider(&[BANK, KEYED_WEBHOOK], &Wire::new()));
    let signed = provider(&[BANK, SIGNED_WEBHOOK], &Wire::new());
    let shop = provider(&[BANK, TOKEN_WEBHOOK], &Wire::new());
    let ipn = Ipn::order_paid(&order("DH-1"), Money::vnd(50_000));
    for near in near(SECRET_KEY) {
        let request = ipn.with_secret(&secret(&near));
        assert_eq!(untrusted(&gateway, "ipn", &request), UntrustedReason::WrongSignature, "{near}");
    }
    for near in near(WEBHOOK_KEY) {
        let request = webhook.with_api_key(&secret(&near));
        let reason = untrusted(&keyed, "bank-webhook", &request);
        assert_eq!(reason, UntrustedReason::WrongSignature, "{near}");
    }
    for near in near(WEBHOOK_SECRET) {
        let request = webhook.signed(&secret(&near), now());
        let reason = untrusted(&signed, "bank-webhook", &request);
        assert_eq!(reason, UntrustedReason::WrongSignature, "{near}");
    }
    let right = secret(CLIENT_SECRET);
    let secrets = near(CLIENT_SECRET).into_iter().map(|near| ("shop".to_owned(), secret(&near)));
    let clients = near("shop").into_iter().map(|near| (near, right.clone()));
    for (id, text) in secrets.chain(clients) {
        let client = TokenRequest::new(&id, &text);
        for request in [client.standard(), client.basic(), client.legacy()] {
            let reason = untrusted(&shop, "bank-token", &request);
            assert_eq!(reason, UntrustedReason::WrongSignature, "{id}");
        }
    }
    for scheme in ["apikeys", "apike", "xapikey", "bearer", "basic"] {
        let mut request = webhook.with_api_key(&secret(WEBHOOK_KEY));
        let value = format!("{scheme} {WEBHOOK_KEY}").parse().unwrap();
        request.headers_mut().insert("authorization", value);
        let reason = untrusted(&keyed, "bank-webhook", &request);
        assert_eq!(reason, UntrustedReason::MalformedSignature, "{scheme}");
    }
    for (provider, endpoint, request) in [
        (&gateway, "ipn", ipn.with_secret(&secret(SECRET_KEY))),
        (&keyed, "bank-webhook", webhook.with_api_key(&secret(WEBHOOK_KEY))),
        (&signed, "bank-webhook", webhook.signed(&secret(WEBHOOK_SECRET), now())),
        (&shop, "bank-token", TokenRequest::new("shop", &right).standard()),
    ] {
        assert!(!matches!(receive(provider, endpoint, &request), Received::Untrusted(_)));
        for near in near(endpoint) {
            if EndpointName::new(near.as_str()).is_ok() {
                let reason = untrusted(provider, &near, &request);
                assert_eq!(reason, UntrustedReason::WrongEndpoint, "{near}");
            }
        }
    }
}

#[tokio::test]
async fn a_return_with_nearly_the_state_is_another_session_s() {
    const STATE: &str = "St4te-of-this-session";
    let wire = Wire::new();
    let provider = provider(&[OAUTH], &wire);
    let app = provider.extension::<SePay>().unwrap().oauth().unwrap();
    for near in near(STATE).into_iter().chain([String::new(), format!(" {STATE}")]) {
        let query = format!("code=c&state={}", near.replace(' ', "+"));
        let store = Arc::new(MemoryTokenStore::default());
        let error = app.exchange(&secret(STATE), &query, store).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Authentication, "{near:?}");
    }
    assert!(wire.is_untouched());
}

#[test]
fn an_account_number_and_an_order_have_near_misses_that_are_valid() {
    // Otherwise the tables above would prove nothing.
    assert!(near(OUR_ACCOUNT).iter().all(|near| AccountNumber::new(near.as_str()).is_ok()));
    assert!(near(INVOICE).iter().all(|near| OrderRef::new(near.as_str()).is_ok()));
}

#[tokio::test]
async fn a_statement_of_v1_is_narrowed_by_the_number_of_the_account_that_was_asked_for() {
    let wire = Wire::new();
    let keys = "statements_api = \"v1\"\nuserapi_v1_rate = 0";
    let provider = provider(&[BANK, keys], &wire);
    let statements = provider.statements().unwrap();
    let accounts = [("19", "1234567890"), ("190", "1234567891"), ("9", "123456789")];
    // Each number is asked for once, under ids of which one begins or ends another.
    for round in 0..2 {
        for (id, number) in accounts {
            if round == 0 {
                let account = json!({"id": id, "bank_bin": "970418", "account_number": number});
                wire.answer(200, json!({"status": 200, "bankaccount": account}).to_string());
            }
            wire.answer(200, r#"{"status":200,"transactions":[]}"#);
            let filter = StatementFilter::new().with_account(AccountId::new(id).unwrap());
            statements.entries(&Cursor::start(), &filter).await.unwrap();
            let asked = wire.asked().pop().unwrap();
            assert!(asked.contains(&format!("account_number={number}&")), "{id}: {asked}");
        }
    }
    assert_eq!(wire.calls().len(), 3 * accounts.len());
}
