//! Webhooks about bank transactions.

use std::time::Duration;

use bytes::Bytes;
use http::Request;
use payments_core::{
    Direction, EndpointName, ErrorKind, Movement, Timestamp,
    money::Money,
    notification::{
        Confirmation, Coverage, Delivery, Event, EventData, Evidence, Outcome, Received, Scheme,
        UntrustedReason,
    },
};
use proptest::prelude::*;
use provider_sepay::testing::{BankWebhook, sign};

use crate::{
    transfer::page,
    world::{
        BANK, GATEWAY, KEYED_WEBHOOK, OPEN_WEBHOOK, SIGNED_WEBHOOK, TOKEN_WEBHOOK, WEBHOOK_KEY,
        WEBHOOK_SECRET, Wire, believed, now, only_event, provider, receive, refused, secret,
        unreadable,
    },
};

fn credit() -> BankWebhook {
    BankWebhook::credit(92704, Money::vnd(50_000), "DH00042 thanh toan")
}

fn signed(webhook: &BankWebhook) -> Request<Bytes> {
    webhook.signed(&secret(WEBHOOK_SECRET), now())
}

fn movement(event: &Event) -> &Movement {
    let EventData::Movement(movement) = event.data() else { panic!("{event:?}") };
    movement
}

#[test]
fn a_signed_webhook_is_proven_in_every_byte() {
    let provider = provider(&[BANK, SIGNED_WEBHOOK], &Wire::new());
    let notification = believed(&provider, "bank-webhook", &signed(&credit()));
    assert_eq!(notification.proof.scheme(), Scheme::HmacSha256);
    assert_eq!(*notification.proof.coverage(), Coverage::Body);
    assert_eq!(notification.proof.stamp(), Some(now()));
    let event = only_event(&notification);
    assert_eq!(event.key().unwrap().as_str(), "sepay.webhook:92704");
    assert_eq!(event.key(), Some(&movement(event).key));
    assert_eq!(*event.evidence(), Evidence::Proven);
    let movement = movement(event);
    assert_eq!((movement.direction, movement.amount), (Direction::In, Money::vnd(50_000)));
    assert_eq!(movement.account.as_ref().unwrap().as_str(), "0123499999");
    assert_eq!(movement.at.unwrap().to_string(), "2023-03-25T07:02:37Z");
    assert_eq!(movement.bank_reference.as_deref(), Some("FT92704"));
    assert_eq!(movement.memo.as_deref(), Some("DH00042 thanh toan"));
    assert_eq!(movement.code.as_ref().unwrap().as_str(), "DH00042");
    assert_eq!(movement.order.as_ref().unwrap().as_str(), "00042");
    assert_eq!(movement.balance, Some(Money::vnd(19_077_000)));
    assert_eq!(notification.raw.as_bytes(), signed(&credit()).body().as_ref());
}

#[test]
fn a_form_says_the_same_as_json() {
    let provider = provider(&[BANK, SIGNED_WEBHOOK], &Wire::new());
    let form = credit().signed_form(&secret(WEBHOOK_SECRET), now());
    let json = believed(&provider, "bank-webhook", &signed(&credit()));
    let form = believed(&provider, "bank-webhook", &form);
    assert_eq!(only_event(&form).key(), only_event(&json).key());
    assert_eq!(movement(only_event(&form)), movement(only_event(&json)));
}

#[test]
fn whatever_is_changed_or_missing_makes_it_anybodys() {
    let provider = provider(&[BANK, SIGNED_WEBHOOK], &Wire::new());
    let forged = |change: &dyn Fn(&mut Request<Bytes>)| {
        let mut request = signed(&credit());
        change(&mut request);
        refused(&provider, "bank-webhook", &request).reason
    };
    let set = |request: &mut Request<Bytes>, name: &'static str, value: &str| {
        request.headers_mut().insert(name, value.parse().unwrap());
    };
    let signature = |request: &Request<Bytes>| {
        request.headers()["x-sepay-signature"].to_str().unwrap().to_owned()
    };
    use UntrustedReason::{
        MalformedSignature, MissingSignature, StaleTimestamp, Unreadable, WrongEndpoint,
        WrongSignature,
    };

    assert_eq!(
        forged(&|request| {
            let text = String::from_utf8(request.body().to_vec()).unwrap();
            *request.body_mut() = text.replace("50000", "50001").into();
        }),
        WrongSignature
    );
    assert_eq!(
        forged(&|request| *request.body_mut() = [request.body(), " ".as_bytes()].concat().into()),
        WrongSignature
    );
    assert_eq!(forged(&|r| drop(r.headers_mut().remove("x-sepay-signature"))), MissingSignature);
    assert_eq!(forged(&|r| drop(r.headers_mut().remove("x-sepay-timestamp"))), MissingSignature);
    assert_eq!(forged(&|r| set(r, "x-sepay-signature", "")), MissingSignature);
    assert_eq!(forged(&|r| set(r, "x-sepay-signature", "sha256=")), MissingSignature);
    assert_eq!(forged(&|r| set(r, "x-sepay-timestamp", "1679727901")), WrongSignature);
    assert_eq!(forged(&|r| set(r, "x-sepay-timestamp", "01679727900")), WrongSignature);
    for (from, to) in [("sha256=", ""), ("sha256=", "sha512="), ("sha256=", "sha256= ")] {
        assert_eq!(
            forged(&|r| set(r, "x-sepay-signature", &signature(r).replace(from, to))),
            MalformedSignature
        );
    }
    assert_eq!(forged(&|r| set(r, "x-sepay-signature", &signature(r)[..70])), MalformedSignature);
    for doubled in ["x-sepay-signature", "x-sepay-timestamp"] {
        assert_eq!(
            forged(&|r| {
                let value = r.headers()[doubled].clone();
                r.headers_mut().append(doubled, value);
            }),
            MalformedSignature
        );
    }
    assert_eq!(
        forged(&|r| {
            let request = credit().signed(&secret("whsec_test_other"), now());
            *r = request;
        }),
        WrongSignature
    );
    assert_eq!(
        forged(&|r| {
            let late = Timestamp::from_unix(now().unix_seconds() - 301);
            *r = credit().signed(&secret(WEBHOOK_SECRET), late);
        }),
        StaleTimestamp
    );
    assert_eq!(
        forged(&|r| {
            let early = now().plus(Duration::from_secs(301));
            *r = credit().signed(&secret(WEBHOOK_SECRET), early);
        }),
        StaleTimestamp
    );
    assert_eq!(
        forged(&|r| {
            set(r, "content-type", "multipart/form-data; boundary=x");
            *r.body_mut() = Bytes::from_static(b"--x\r\ncontent-disposition: form-data");
            *r = sign(r.clone(), &secret(WEBHOOK_SECRET), now());
        }),
        Unreadable
    );
    assert_eq!(forged(&|r| *r.method_mut() = http::Method::PUT), WrongEndpoint);
}

#[test]
fn the_window_is_300_seconds_in_both_directions_and_the_hex_may_be_in_capitals() {
    let provider = provider(&[SIGNED_WEBHOOK], &Wire::new());
    for seconds in [-300, 300] {
        let at = Timestamp::from_unix(now().unix_seconds() + seconds);
        believed(&provider, "bank-webhook", &credit().signed(&secret(WEBHOOK_SECRET), at));
    }
    let mut request = signed(&credit());
    let value = request.headers()["x-sepay-signature"].to_str().unwrap();
    let capitals = format!("sha256={}", value["sha256=".len()..].to_uppercase());
    request.headers_mut().insert("x-sepay-signature", capitals.parse().unwrap());
    believed(&provider, "bank-webhook", &request);
}

#[test]
fn a_proven_webhook_without_a_transaction_is_acknowledged_and_moves_nothing() {
    const JSON: &str = "application/json";
    const FORM: &str = "application/x-www-form-urlencoded";
    const MULTIPART: &str = "multipart/form-data; boundary=x";
    let bodies = [
        (JSON, "{}"),
        (JSON, "[]"),
        (JSON, "null"),
        (JSON, ""),
        (JSON, "test"),
        (JSON, r#"{"gateway":"BIDV"}"#),
        (JSON, r#"{"gateway":"BIDV","transferAmount":50000}"#),
        (FORM, ""),
        (FORM, "test"),
        (FORM, "gateway=BIDV&transferAmount=50000"),
        (MULTIPART, ""),
        (MULTIPART, "--x--\r\n"),
        (MULTIPART, "test"),
    ];
    for (content_type, body) in bodies {
        let request = || {
            let request = http::Request::post("/").header("content-type", content_type);
            request.body(Bytes::from(body)).unwrap()
        };
        let mut by_key = request();
        let value = format!("Apikey {WEBHOOK_KEY}").parse().unwrap();
        by_key.headers_mut().insert("authorization", value);
        let mut deliveries = vec![(KEYED_WEBHOOK, by_key), (OPEN_WEBHOOK, request())];
        if content_type != MULTIPART {
            // SePay does not say which bytes of a multipart body it signs.
            deliveries.push((SIGNED_WEBHOOK, sign(request(), &secret(WEBHOOK_SECRET), now())));
        }
        for (keys, request) in deliveries {
            let provider = provider(&[BANK, keys], &Wire::new());
            let notification = believed(&provider, "bank-webhook", &request);
            let event = only_event(&notification);
            let what = format!("{content_type} {body:?} with {keys}");
            assert!(matches!(event.data(), EventData::Test), "{what}: {event:?}");
            assert!(!event.moves_money() && event.key().is_none(), "{what}: {event:?}");
        }
        let signed = provider(&[SIGNED_WEBHOOK], &Wire::new());
        refused(&signed, "bank-webhook", &request());
    }
}

#[test]
fn a_proven_webhook_that_cannot_be_read_is_asked_for_again() {
    let provider = provider(&[SIGNED_WEBHOOK], &Wire::new());
    for body in [
        r#"{"id":1,"transferType":"in"}"#,
        r#"{"id":1}"#,
        r#"{"id":92704,"gateway":"BIDV","transferT"#,
        r#"[{"id":92704,"transferType":"in"}]"#,
    ] {
        let request = http::Request::post("/").body(Bytes::from(body)).unwrap();
        let request = sign(request, &secret(WEBHOOK_SECRET), now());
        let unreadable = unreadable(&provider, "bank-webhook", &request);
        assert_eq!(unreadable.proof.scheme(), Scheme::HmacSha256, "{body}");
    }
    for (field, webhook) in [
        ("transferAmount", credit().with("transferAmount", "50000.5")),
        ("transferAmount", credit().with("transferAmount", -1)),
        ("transferAmount", credit().with("transferAmount", "năm mươi")),
        ("transferAmount", credit().with("transferAmount", false)),
        ("transferAmount", credit().with("transferAmount", serde_json::Value::Null)),
        ("transferType", credit().with("transferType", serde_json::Value::Null)),
        ("id", credit().with("id", "")),
    ] {
        let unreadable = unreadable(&provider, "bank-webhook", &signed(&webhook));
        assert_eq!(unreadable.field, field, "{unreadable}");
    }
}

#[test]
fn an_amount_whose_point_may_separate_thousands_is_asked_for_again() {
    let provider = provider(&[BANK, SIGNED_WEBHOOK], &Wire::new());
    for amount in ["50.000", "\"50.000\"", "2.000", "\"100.000\"", "50.0000", "50000.000", "5e4"] {
        let genuine = signed(&credit());
        let text = str::from_utf8(genuine.body()).unwrap();
        let body =
            text.replace("\"transferAmount\":50000", &format!("\"transferAmount\":{amount}"));
        assert_ne!(body, text, "{amount}");
        let request = http::Request::post("/").body(Bytes::from(body)).unwrap();
        let request = sign(request, &secret(WEBHOOK_SECRET), now());
        let unreadable = unreadable(&provider, "bank-webhook", &request);
        assert_eq!(unreadable.field, "transferAmount", "{amount}: {unreadable}");
    }
    let form = credit().with("transferAmount", "50.000");
    let form = form.signed_form(&secret(WEBHOOK_SECRET), now());
    let unreadable = unreadable(&provider, "bank-webhook", &form);
    assert!(unreadable.detail.contains("did you mean 50000 or 50"), "{unreadable}");
    for amount in ["50000.0", "50000.00"] {
        let webhook = credit().with("transferAmount", amount);
        let notification = believed(&provider, "bank-webhook", &signed(&webhook));
        assert_eq!(movement(only_event(&notification)).amount, Money::vnd(50_000), "{amount}");
    }
}

#[test]
fn a_transaction_of_nothing_is_acknowledged_and_has_no_key() {
    let provider = provider(&[SIGNED_WEBHOOK], &Wire::new());
    for direction in ["in", "out", "reversal"] {
        let webhook = credit().with("transferType", direction).with("transferAmount", 0);
        let notification = believed(&provider, "bank-webhook", &signed(&webhook));
        let event = only_event(&notification);
        assert!(matches!(event.data(), EventData::Unrecognised { .. }), "{event:?}");
        assert!(!event.moves_money() && event.key().is_none(), "{event:?}");
    }
}

#[test]
fn an_amount_in_an_unknown_direction_is_asked_for_again() {
    let provider = provider(&[SIGNED_WEBHOOK], &Wire::new());
    for direction in ["reversal", "", " ", "in out", "vào", "1"] {
        let webhook = credit().with("transferType", direction);
        for request in [signed(&webhook), webhook.signed_form(&secret(WEBHOOK_SECRET), now())] {
            let unreadable = unreadable(&provider, "bank-webhook", &request);
            assert_eq!(unreadable.field, "transferType", "{direction:?}: {unreadable}");
        }
    }
}

#[test]
fn a_direction_is_read_in_any_case() {
    let provider = provider(&[BANK, SIGNED_WEBHOOK], &Wire::new());
    for (word, direction) in
        [("IN", Direction::In), (" in ", Direction::In), ("Out", Direction::Out)]
    {
        let webhook = credit().with("transferType", word);
        let notification = believed(&provider, "bank-webhook", &signed(&webhook));
        let event = only_event(&notification);
        assert_eq!(movement(event).direction, direction, "{word:?}");
        assert_eq!(event.key().unwrap().to_string(), "sepay.webhook:92704", "{word:?}");
    }
}

#[test]
fn money_that_leaves_is_told_as_such() {
    let provider = provider(&[BANK, SIGNED_WEBHOOK], &Wire::new());
    let debit = BankWebhook::debit(1, Money::vnd(700), "hoan tien DH00042");
    let notification = believed(&provider, "bank-webhook", &signed(&debit));
    let movement = movement(only_event(&notification));
    assert_eq!((movement.direction, movement.amount), (Direction::Out, Money::vnd(700)));
    assert_eq!(movement.order, None);
}

#[test]
fn a_code_on_another_account_of_ours_names_no_order() {
    let provider = provider(&[BANK, SIGNED_WEBHOOK], &Wire::new());
    let elsewhere = credit().with("accountNumber", "0999999999");
    let notification = believed(&provider, "bank-webhook", &signed(&elsewhere));
    let told = movement(only_event(&notification));
    assert_eq!(told.code.as_ref().unwrap().as_str(), "DH00042");
    assert_eq!(told.order, None);

    let virtually = elsewhere.with("subAccount", "0123499999");
    let notification = believed(&provider, "bank-webhook", &signed(&virtually));
    assert!(movement(only_event(&notification)).order.is_some());
}

#[test]
fn a_replay_has_the_same_key() {
    let provider = provider(&[SIGNED_WEBHOOK], &Wire::new());
    let later = now().plus(Duration::from_secs(60));
    let first = believed(&provider, "bank-webhook", &signed(&credit()));
    let again =
        believed(&provider, "bank-webhook", &credit().signed(&secret(WEBHOOK_SECRET), later));
    assert_eq!(only_event(&first).key(), only_event(&again).key());
    let other = believed(&provider, "bank-webhook", &signed(&credit().with("id", 92705)));
    assert_ne!(only_event(&first).key(), only_event(&other).key());
}

#[test]
fn an_older_secret_is_accepted_while_it_is_configured() {
    let keys = r#"webhook_secret = ["new", "whsec_test_client"]"#;
    let provider = provider(&[keys], &Wire::new());
    assert_eq!(believed(&provider, "bank-webhook", &signed(&credit())).proof.key(), 1);
}

#[test]
fn an_api_key_proves_the_sender_and_nothing_of_the_content() {
    let provider = provider(&[BANK, KEYED_WEBHOOK], &Wire::new());
    let request = credit().with_api_key(&secret(WEBHOOK_KEY));
    let notification = believed(&provider, "bank-webhook", &request);
    assert_eq!(notification.proof.scheme(), Scheme::SharedToken);
    let event = only_event(&notification);
    let Evidence::Unconfirmed { uncovered } = event.evidence() else { panic!("{event:?}") };
    for field in ["transferAmount", "id"] {
        assert!(uncovered.iter().any(|uncovered| uncovered == field), "{uncovered:?}");
    }
    assert_eq!(event.key(), None, "whoever has the key could choose the number");

    use UntrustedReason::{MalformedSignature, MissingSignature, WrongSignature};
    for (authorization, reason) in [
        (None, MissingSignature),
        (Some("Apikey apikey_test_clien"), WrongSignature),
        (Some("Apikey other"), WrongSignature),
        (Some("Apikey "), MissingSignature),
        (Some("Apikey"), MalformedSignature),
        (Some("Bearer apikey_test_client"), MalformedSignature),
        (Some("apikey_test_client"), MalformedSignature),
    ] {
        let mut request = request.clone();
        request.headers_mut().remove("authorization");
        if let Some(value) = authorization {
            request.headers_mut().insert("authorization", value.parse().unwrap());
        }
        let untrusted = refused(&provider, "bank-webhook", &request);
        assert_eq!(untrusted.reason, reason, "{authorization:?}");
    }
    // A signature is no substitute for the key that is configured.
    assert_eq!(refused(&provider, "bank-webhook", &signed(&credit())).reason, MissingSignature);
}

/// The line of the statement for [`credit`].
fn line(amount: i64) -> String {
    crate::transfer::line("92704", amount, "DH00042 thanh toan")
}

#[tokio::test]
async fn what_no_signature_covers_is_settled_by_the_statement_and_carries_its_values() {
    for (lines, verdict) in [
        (vec![line(50_000)], "confirmed"),
        (vec![line(5_000)], "contradicted"),
        (vec![line(50_000).replace("0123499999", "0999999999")], "not yet"),
        (vec![], "not yet"),
    ] {
        let wire = Wire::new();
        wire.answer(200, page(&lines, false));
        let provider = provider(&[BANK, KEYED_WEBHOOK], &wire);
        let request = credit().with_api_key(&secret(WEBHOOK_KEY));
        let notification = believed(&provider, "bank-webhook", &request);
        let receiver = provider.notifications().unwrap();
        let word = match receiver.confirm(only_event(&notification)).await.unwrap() {
            Confirmation::Confirmed(event) => {
                assert_eq!(*event.evidence(), Evidence::Inquired);
                assert_eq!(movement(&event).key.as_str(), "sepay.transaction:92704");
                assert_eq!(event.key(), Some(&movement(&event).key));
                assert_eq!(movement(&event).order.as_ref().unwrap().as_str(), "00042");
                "confirmed"
            }
            Confirmation::Contradicted { .. } => "contradicted",
            Confirmation::NotYet { .. } => "not yet",
            other => panic!("{other:?}"),
        };
        assert_eq!(word, verdict, "{lines:?}");
        assert_eq!(
            wire.asked(),
            ["GET https://userapi-sandbox.sepay.vn/v2/transactions?transfer_type=in\
              &reference_number=FT92704&transaction_date_from=2023-03-24+14%3A02%3A37\
              &transaction_date_to=2023-03-26+14%3A02%3A37&page=1&per_page=100"]
        );
    }
}

#[tokio::test]
async fn without_a_bank_reference_the_statement_is_asked_by_amount_and_time() {
    let wire = Wire::new();
    wire.answer(200, page(&[line(50_000)], false));
    let provider = provider(&[BANK, KEYED_WEBHOOK], &wire);
    let request = credit().with("referenceCode", "").with_api_key(&secret(WEBHOOK_KEY));
    let notification = believed(&provider, "bank-webhook", &request);
    let confirmation =
        provider.notifications().unwrap().confirm(only_event(&notification)).await.unwrap();
    assert!(matches!(confirmation, Confirmation::Confirmed(_)), "{confirmation:?}");
    assert_eq!(
        wire.asked(),
        ["GET https://userapi-sandbox.sepay.vn/v2/transactions?transfer_type=in\
          &amount_in_min=50000&amount_in_max=50000&transaction_date_from=2023-03-25+14%3A02%3A37\
          &transaction_date_to=2023-03-25+14%3A02%3A37&page=1&per_page=100"]
    );
}

/// Everything that a bank could write that shows nothing.
const BLANKS: [&str; 9] =
    ["", " ", "   ", "\t", "\u{a0}", "\u{200b}", "\u{feff}", " \u{2060} ", "-"];

#[tokio::test]
async fn a_blank_bank_reference_is_none() {
    for blank in BLANKS {
        let wire = Wire::new();
        wire.answer(200, page(&[line(50_000)], false));
        let provider = provider(&[BANK, KEYED_WEBHOOK], &wire);
        let request = credit().with("referenceCode", blank).with_api_key(&secret(WEBHOOK_KEY));
        let notification = believed(&provider, "bank-webhook", &request);
        assert_eq!(movement(only_event(&notification)).bank_reference, None, "{blank:?}");
        let receiver = provider.notifications().unwrap();
        let confirmation = receiver.confirm(only_event(&notification)).await.unwrap();
        assert!(matches!(confirmation, Confirmation::Confirmed(_)), "{confirmation:?}");
        assert!(wire.asked()[0].contains("amount_in_min=50000"), "{:?}", wire.asked());
    }
}

#[tokio::test]
async fn a_claim_without_reference_and_time_is_not_asked_about() {
    for blank in BLANKS {
        let wire = Wire::new();
        let provider = provider(&[BANK, KEYED_WEBHOOK], &wire);
        let request = credit()
            .with("referenceCode", blank)
            .with("transactionDate", "")
            .with_api_key(&secret(WEBHOOK_KEY));
        let notification = believed(&provider, "bank-webhook", &request);
        let receiver = provider.notifications().unwrap();
        let confirmation = receiver.confirm(only_event(&notification)).await.unwrap();
        assert!(matches!(confirmation, Confirmation::NotYet { .. }), "{confirmation:?}");
        assert!(wire.is_untouched(), "{blank:?}: {:?}", wire.asked());
    }
}

#[tokio::test]
async fn a_confirmation_reads_at_most_two_pages_and_narrows_by_the_day_and_then_the_amount() {
    let wire = Wire::new();
    wire.answer(200, page(&[line(1), line(2)], true)).answer(200, page(&[line(50_000)], true));
    let receiving = provider(&[BANK, KEYED_WEBHOOK], &wire);
    let request = credit().with_api_key(&secret(WEBHOOK_KEY));
    let notification = believed(&receiving, "bank-webhook", &request);
    let receiver = receiving.notifications().unwrap();
    let confirmation = receiver.confirm(only_event(&notification)).await.unwrap();
    // Another line like it may be on a page that was not read.
    assert!(matches!(confirmation, Confirmation::NotYet { .. }), "{confirmation:?}");
    let asked = wire.asked();
    assert_eq!(asked.len(), 2, "{asked:?}");
    assert!(asked.iter().all(|url| url.contains("transaction_date_from=2023-03-24")), "{asked:?}");
    assert!(!asked[0].contains("amount") && asked[1].contains("amount_in_max=50000"), "{asked:?}");
}

#[tokio::test]
async fn what_cannot_be_asked_about_stays_a_claim() {
    let signed_only = provider(&[SIGNED_WEBHOOK], &Wire::new());
    let notification = believed(&signed_only, "bank-webhook", &signed(&credit()));
    let receiver = signed_only.notifications().unwrap();
    let error = receiver.confirm(only_event(&notification)).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Unsupported);
}

#[test]
fn the_reply_is_the_documented_one_at_both_endpoints() {
    let provider = provider(&[GATEWAY, SIGNED_WEBHOOK], &Wire::new());
    for name in ["ipn", "bank-webhook"] {
        let endpoint = EndpointName::new(name).unwrap();
        for (outcome, status, success) in [
            (Outcome::Handled, 200, true),
            (Outcome::Duplicate, 200, true),
            (Outcome::Ignored, 200, true),
            (Outcome::TryAgain, 503, false),
            (Outcome::Untrusted, 401, false),
        ] {
            let reply = provider.notifications().unwrap().reply(&endpoint, outcome);
            assert_eq!(reply.status(), status);
            let body: serde_json::Value = serde_json::from_slice(reply.body()).unwrap();
            assert_eq!(body, serde_json::json!({ "success": success }));
        }
    }
}

proptest! {
    #[test]
    fn bytes_of_any_kind_never_panic(
        body in proptest::collection::vec(any::<u8>(), 0..300),
        kind in prop::sample::select(vec![
            "application/json",
            "application/x-www-form-urlencoded",
            "multipart/form-data; boundary=x",
        ]),
        auth in prop::sample::select(vec![
            SIGNED_WEBHOOK, KEYED_WEBHOOK, OPEN_WEBHOOK, TOKEN_WEBHOOK,
        ]),
    ) {
        let provider = provider(&[GATEWAY, BANK, auth], &Wire::new());
        let request = Request::post("/")
            .header("content-type", kind)
            .header("authorization", format!("Apikey {WEBHOOK_KEY}"))
            .header("x-secret-key", crate::world::SECRET_KEY)
            .body(Bytes::from(body))
            .unwrap();
        let request = sign(request, &secret(WEBHOOK_SECRET), now());
        for endpoint in ["ipn", "bank-webhook", "bank-token"] {
            let _ = receive(&provider, endpoint, &request);
        }
    }

    #[test]
    fn any_memo_is_kept_as_the_bank_passed_it_on(memo in "\\PC{0,60}") {
        let provider = provider(&[BANK, SIGNED_WEBHOOK], &Wire::new());
        let webhook = BankWebhook::credit(1, Money::vnd(1), &memo);
        let endpoint = EndpointName::new("bank-webhook").unwrap();
        let request = signed(&webhook);
        let received = provider
            .notifications()
            .unwrap()
            .receive(&endpoint, &Delivery::of(&request), now());
        let Received::Notification(notification) = received else { panic!("{received:?}") };
        let kept = movement(only_event(&notification)).memo.clone().unwrap_or_default();
        prop_assert_eq!(kept, memo);
    }
}
