//! Fields that only inform: of whatever kind they are, the money beside them is reported.

use bytes::Bytes;
use http::Request;
use payments_core::{
    Direction, Lookup, Movement,
    money::Money,
    notification::{EventData, Received},
    payment::PaymentState,
    statement::{Cursor, StatementFilter},
};
use provider_sepay::{
    SePay,
    testing::{BankWebhook, Ipn},
};
use serde_json::{Value, json};

use crate::{
    transfer::{line, page},
    world::{
        BANK, GATEWAY, OPEN_WEBHOOK, SECRET_KEY, SIGNED_WEBHOOK, WEBHOOK_SECRET, Wire, believed,
        now, only_event, order, provider, receive, secret,
    },
};

/// JSON of every kind, most of them not documented for any of the fields here.
fn odd() -> Vec<Value> {
    vec![
        json!(null),
        json!(false),
        json!(true),
        json!(""),
        json!(" "),
        json!(7),
        json!(-7),
        json!(1.5),
        json!("1.9077e7"),
        json!([]),
        json!(["x"]),
        json!({"a": [1, {"b": null}]}),
        json!("x".repeat(300)),
    ]
}

fn movement(news: &EventData) -> &Movement {
    let EventData::Movement(movement) = news else { panic!("{news:?}") };
    movement
}

fn is_the_credit(movement: &Movement) -> bool {
    (movement.direction, movement.amount) == (Direction::In, Money::vnd(50_000))
        && movement.account.as_ref().unwrap().as_str() == "0123499999"
}

#[test]
fn a_webhook_reports_the_credit_whatever_kind_its_details_are() {
    let signed = provider(&[BANK, SIGNED_WEBHOOK], &Wire::new());
    let open = provider(&[BANK, OPEN_WEBHOOK], &Wire::new());
    for field in
        ["accumulated", "code", "content", "description", "referenceCode", "transactionDate"]
    {
        for value in odd() {
            let webhook = BankWebhook::credit(92704, Money::vnd(50_000), "DH00042");
            let webhook = webhook.with(field, value.clone());
            for (provider, request) in [
                (&signed, webhook.signed(&secret(WEBHOOK_SECRET), now())),
                (&signed, webhook.signed_form(&secret(WEBHOOK_SECRET), now())),
                (&open, webhook.unauthenticated_multipart()),
            ] {
                let notification = believed(provider, "bank-webhook", &request);
                let movement = movement(only_event(&notification).data());
                assert!(is_the_credit(movement), "{field} {value}: {movement:?}");
            }
        }
    }
}

#[test]
fn a_webhook_without_what_decides_reports_nothing() {
    let provider = provider(&[BANK, SIGNED_WEBHOOK], &Wire::new());
    for field in ["transferAmount", "transferType", "id", "accountNumber", "subAccount"] {
        for value in [json!(true), json!([]), json!({"a": 1}), json!(1.5)] {
            let webhook = BankWebhook::credit(92704, Money::vnd(50_000), "DH00042");
            let webhook = webhook.with(field, value.clone());
            let request: Request<Bytes> = webhook.signed(&secret(WEBHOOK_SECRET), now());
            let received = receive(&provider, "bank-webhook", &request);
            let reported = matches!(&received, Received::Notification(_));
            assert!(!reported, "{field} {value}: {received:?}");
        }
    }
}

#[test]
fn a_balance_of_zero_is_no_balance() {
    let provider = provider(&[BANK, SIGNED_WEBHOOK], &Wire::new());
    for (accumulated, balance) in [
        (json!(0), None),
        (json!("0.00"), None),
        (json!(19_077_000.5), None),
        (json!("19077000.00"), Some(19_077_000)),
        (json!(-5), Some(-5)),
    ] {
        let webhook = BankWebhook::credit(92704, Money::vnd(50_000), "DH00042");
        let webhook = webhook.with("accumulated", accumulated.clone());
        let request = webhook.signed(&secret(WEBHOOK_SECRET), now());
        let notification = believed(&provider, "bank-webhook", &request);
        let movement = movement(only_event(&notification).data());
        assert_eq!(movement.balance, balance.map(Money::vnd), "{accumulated}");
    }
}

/// Sets a field of a JSON object, wherever the path leads.
fn with(text: &str, path: &str, value: &Value) -> String {
    let mut json: Value = serde_json::from_str(text).unwrap();
    *json.pointer_mut(path).unwrap_or_else(|| panic!("no {path} in {text}")) = value.clone();
    json.to_string()
}

const V1: &str = r#"{"status":200,"error":null,"messages":{"success":true},"transactions":[
    {"id":"49682","bank_brand_name":"Vietcombank","account_number":"0123499999",
    "transaction_date":"2023-05-05 19:59:48","amount_out":"0.00","amount_in":"50000.00",
    "accumulated":"1200541768.00","transaction_content":"DH00042",
    "reference_number":"677760.050523.080001","code":null,"sub_account":null,
    "bank_account_id":"19"}]}"#;

#[tokio::test]
async fn a_line_of_the_statement_is_reported_whatever_kind_its_details_are() {
    let v2 = page(&[line("a", 50_000, "DH00042")], false);
    let v2_fields = [
        "/data/0/accumulated",
        "/data/0/transaction_content",
        "/data/0/reference_number",
        "/data/0/code",
        "/data/0/bank_brand_name",
        "/data/0/va_id",
        "/data/0/webhook_success",
        "/data/0/transaction_date",
        // The direction is `in`.
        "/data/0/amount_out",
        "/meta",
        "/meta/pagination",
        "/meta/pagination/total",
        "/meta/pagination/has_more",
    ];
    let v1_fields = [
        "/transactions/0/accumulated",
        "/transactions/0/transaction_content",
        "/transactions/0/reference_number",
        "/transactions/0/code",
        "/transactions/0/bank_brand_name",
        "/transactions/0/transaction_date",
    ];
    let v2_fields = v2_fields.map(|field| (vec![BANK], v2.as_str(), field));
    let v1_fields = v1_fields.map(|field| (vec![BANK, r#"statements_api = "v1""#], V1, field));
    for (keys, answer, field) in v2_fields.into_iter().chain(v1_fields) {
        for value in odd() {
            if field.ends_with("has_more") && value == json!(true) {
                continue;
            }
            let wire = Wire::new();
            wire.answer(200, with(answer, field, &value));
            let provider = provider(&keys, &wire);
            let statements = provider.statements().unwrap();
            let read = statements.entries(&Cursor::start(), &StatementFilter::default()).await;
            let read = read.unwrap_or_else(|error| panic!("{field} {value}: {error}"));
            let [entry] = read.entries.as_slice() else { panic!("{field} {value}: {read:?}") };
            let entry = entry.as_result().unwrap();
            assert!(is_the_credit(entry), "{field} {value}: {entry:?}");
        }
    }
}

#[tokio::test]
async fn a_page_is_followed_by_the_next_however_pagination_is_spelt() {
    for more in [json!(true), json!(1), json!("1"), json!("true")] {
        let wire = Wire::new();
        let first = page(&[line("a", 50_000, "DH00042")], true);
        wire.answer(200, with(&first, "/meta/pagination/has_more", &more));
        wire.answer(200, page(&[line("b", 50_000, "DH00042")], false));
        let found =
            provider(&[BANK], &wire).payments().unwrap().find_payment(&order("00042")).await;
        let Lookup::Found(payment) = found.unwrap() else { panic!("{more}") };
        assert_eq!(payment.credits.len(), 2, "{more}");
    }
}

#[tokio::test]
async fn an_account_is_listed_whatever_kind_its_details_are() {
    let answer = r#"{"status":"success","data":[{"id":"0b7e","account_number":"0123499999",
        "account_holder_name":"A","bank_bin":"970436","bank_code":"VCB","bank_full_name":"B",
        "bank_short_name":"C","accumulated":5,"last_transaction":"2023-03-25 14:02:37","label":"L",
        "account_type":"personal","active":1,"created_at":"2023-03-25 14:02:37"}],
        "meta":{"pagination":{"has_more":false,"total":1}}}"#;
    for field in [
        "accumulated",
        "last_transaction",
        "label",
        "account_type",
        "active",
        "created_at",
        "account_holder_name",
        "bank_code",
        "bank_full_name",
    ] {
        for value in odd() {
            let wire = Wire::new();
            wire.answer(200, with(answer, &format!("/data/0/{field}"), &value));
            let accounts = provider(&[BANK], &wire).statements().unwrap().accounts().await;
            let accounts = accounts.unwrap_or_else(|error| panic!("{field} {value}: {error}"));
            let account = accounts[0].as_result().unwrap();
            let number = &account.account.as_ref().unwrap().number;
            assert_eq!(number.as_str(), "0123499999", "{field} {value}");
        }
    }
}

#[test]
fn an_ipn_claims_the_payment_whatever_kind_its_details_are() {
    let provider = provider(&[GATEWAY], &Wire::new());
    for field in [
        "timestamp",
        "order.id",
        "order.order_id",
        "order.order_description",
        "order.custom_data",
        "order.user_agent",
        "order.ip_address",
        "transaction.payment_method",
        "transaction.transaction_date",
        "transaction.authentication_status",
        "transaction.card_number",
        "transaction.card_expiry",
        "customer",
        "agreement",
    ] {
        for value in odd() {
            let ipn =
                Ipn::order_paid(&order("DH-1"), Money::vnd(50_000)).with(field, value.clone());
            let notification = believed(&provider, "ipn", &ipn.with_secret(&secret(SECRET_KEY)));
            let EventData::Payment(payment) = only_event(&notification).data() else {
                panic!("{field} {value}: {notification:?}")
            };
            assert_eq!(payment.state, PaymentState::Settled, "{field} {value}");
            assert_eq!(payment.received, Some(Money::vnd(50_000)), "{field} {value}");
        }
    }
}

#[tokio::test]
async fn an_order_is_read_whatever_kind_its_details_are() {
    let detail = r#"{"data":{"id":"1","customer_id":null,"order_id":"SEPAY-1",
        "order_invoice_number":"DH-1","order_status":"CAPTURED","order_amount":"50000.00",
        "order_currency":"VND","order_description":"x","authentication_status":null,
        "created_at":"2023-03-25 14:02:37","updated_at":"2023-03-25 14:02:37","transactions":[
        {"id":"1","payment_method":"CARD","transaction_type":"PAYMENT",
        "transaction_amount":"50000","transaction_currency":"VND","transaction_status":"APPROVED",
        "authentication_status":"x","card_number":"512345xxxxxx0008","card_holder_name":"A",
        "card_brand":"MASTERCARD","card_expiry":"1230","card_funding_method":"DEBIT",
        "transaction_date":"2023-03-25 14:02:37","transaction_last_updated_date":"x"}]}}"#;
    for field in [
        "/data/id",
        "/data/customer_id",
        "/data/order_id",
        "/data/order_description",
        "/data/authentication_status",
        "/data/created_at",
        "/data/updated_at",
        "/data/transactions/0/id",
        "/data/transactions/0/payment_method",
        "/data/transactions/0/authentication_status",
        "/data/transactions/0/card_number",
        "/data/transactions/0/card_holder_name",
        "/data/transactions/0/card_brand",
        "/data/transactions/0/card_expiry",
        "/data/transactions/0/card_funding_method",
        "/data/transactions/0/transaction_date",
        "/data/transactions/0/transaction_last_updated_date",
    ] {
        for value in odd() {
            let wire = Wire::new();
            wire.answer(200, with(detail, field, &value));
            let provider = provider(&[GATEWAY], &wire);
            let found = provider.payments().unwrap().find_payment(&order("DH-1")).await;
            let found = found.unwrap_or_else(|error| panic!("{field} {value}: {error}"));
            let Lookup::Found(payment) = found else { panic!("{field} {value}: {found:?}") };
            assert_eq!(payment.received, Some(Money::vnd(50_000)), "{field} {value}");
        }
    }
}

#[tokio::test]
async fn a_list_of_orders_is_read_whatever_kind_its_pagination_is() {
    let list = r#"{"data":[{"order_invoice_number":"DH-1","order_status":"CAPTURED",
        "order_amount":"50000.00","order_currency":"VND","created_at":"2023-03-25 14:02:37"}],
        "meta":{"per_page":20,"total":1,"has_more":false,"current_page":1,"page_count":1}}"#;
    for field in ["/meta", "/meta/total", "/meta/has_more"] {
        for value in odd() {
            let wire = Wire::new();
            wire.answer(200, with(list, field, &value));
            let provider = provider(&[GATEWAY], &wire);
            let sepay = provider.extension::<SePay>().unwrap();
            let page = sepay.orders_page(&Default::default()).await;
            let page = page.unwrap_or_else(|error| panic!("{field} {value}: {error}"));
            assert_eq!(page.orders.len(), 1, "{field} {value}");
        }
    }
}

#[tokio::test]
async fn a_memo_in_which_a_letter_was_cut_in_two_hides_no_money() {
    // Half of an emoji, escaped; the first of the three bytes of a letter.
    for cut in [&br"\ud83d"[..], b"\xe1", b"\xf0\x9f"] {
        let text = |json: &str| -> Bytes {
            let (before, after) = json.split_once("CUT").unwrap();
            [before.as_bytes(), cut, after.as_bytes()].concat().into()
        };
        let open = provider(&[BANK, OPEN_WEBHOOK], &Wire::new());
        let webhook = BankWebhook::credit(92704, Money::vnd(50_000), "DH00042 chuyCUT");
        for request in [webhook.unauthenticated(), webhook.unauthenticated_multipart()] {
            let request = request.map(|body| text(str::from_utf8(&body).unwrap()));
            let notification = believed(&open, "bank-webhook", &request);
            let movement = movement(only_event(&notification).data());
            assert!(is_the_credit(movement), "{cut:?}: {movement:?}");
            assert_eq!(movement.order.as_ref().unwrap().as_str(), "00042", "{cut:?}");
        }

        let gateway = provider(&[GATEWAY], &Wire::new());
        let ipn = Ipn::order_paid(&order("DH-1"), Money::vnd(50_000));
        let request =
            ipn.with("order.order_description", "chuyCUT").with_secret(&secret(SECRET_KEY));
        let request = request.map(|body| text(str::from_utf8(&body).unwrap()));
        let notification = believed(&gateway, "ipn", &request);
        let EventData::Payment(payment) = only_event(&notification).data() else {
            panic!("{cut:?}")
        };
        assert_eq!(payment.received, Some(Money::vnd(50_000)), "{cut:?}");

        let v1 = V1.replace("DH00042", "DH00042 chuyCUT");
        let lines = [line("a", 50_000, "DH00042 chuyCUT"), line("b", 50_000, "DH00042")];
        for (keys, answer, count) in [
            (vec![BANK], page(&lines, false), 2),
            (vec![BANK, r#"statements_api = "v1""#], v1.as_str().to_owned(), 1),
        ] {
            let wire = Wire::new();
            wire.answer(200, text(&answer));
            let provider = provider(&keys, &wire);
            let statements = provider.statements().unwrap();
            let read = statements.entries(&Cursor::start(), &StatementFilter::default()).await;
            let entries = read.unwrap_or_else(|error| panic!("{cut:?}: {error}")).entries;
            assert_eq!(entries.len(), count, "{cut:?}");
            for entry in &entries {
                let entry = entry.as_result().unwrap();
                assert!(is_the_credit(entry), "{cut:?}: {entry:?}");
                assert_eq!(entry.order.as_ref().unwrap().as_str(), "00042", "{cut:?}");
            }
        }
    }
}

#[tokio::test]
async fn two_equal_rows_that_cannot_be_read_hide_no_other() {
    for bad in ["null", r#"{"id":null}"#, "[]"] {
        let rows = [bad.to_owned(), line("a", 50_000, "DH00042"), bad.to_owned()];
        let wire = Wire::new();
        wire.answer(200, page(&rows, false)).answer(200, page(&rows, false));
        let provider = provider(&[BANK], &wire);
        let statements = provider.statements().unwrap();
        let read = statements.entries(&Cursor::start(), &StatementFilter::default()).await;
        assert_eq!(read.unwrap().entries.len(), 3, "{bad}");
        let accounts = statements.accounts().await;
        let accounts = accounts.unwrap_or_else(|error| panic!("{bad}: {error}"));
        assert_eq!(accounts.len(), 3, "{bad}");
    }
}

#[tokio::test]
async fn a_payment_is_found_beside_two_equal_rows_that_cannot_be_read() {
    let bad = r#"{"id":null,"code":"XY1"}"#.to_owned();
    let wire = Wire::new();
    wire.answer(200, page(&[bad.clone(), line("a", 50_000, "DH00042"), bad], false));
    let provider = provider(&[BANK], &wire);
    let found = provider.payments().unwrap().find_payment(&order("00042")).await;
    let Ok(Lookup::Found(payment)) = found else { panic!("{found:?}") };
    assert_eq!(payment.credits.len(), 1);
}
