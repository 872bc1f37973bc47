//! The last second of every span of time, and the first one after it.

use std::time::Duration;

use payments_core::{
    Timestamp,
    money::Money,
    notification::{Received, UntrustedReason},
    statement::{Cursor, StatementFilter},
    virtual_account::{OpenVirtualAccount, Uses},
};
use provider_sepay::{
    OrderQuery, SePay,
    testing::{BankWebhook, TokenRequest},
};
use serde_json::json;

use crate::{
    transfer::{line, page},
    world::{
        BANK, CLIENT_SECRET, GATEWAY, NOW, SIGNED_WEBHOOK, TOKEN_WEBHOOK, WEBHOOK_SECRET, Wire,
        now, order, provider, receive_at, secret,
    },
};

const FROM: i64 = NOW - 600;
const UNTIL: i64 = NOW - 300;

/// A line of this second, whose amount tells which.
fn at(second: i64) -> String {
    let civil = Timestamp::from_unix(second).vietnam_civil("%Y-%m-%d %H:%M:%S");
    line(&second.to_string(), second - FROM + 100, "x").replace("2023-03-25 14:02:37", &civil)
}

/// The seconds around both ends, and whether each is within them.
const SECONDS: [(i64, bool); 8] = [
    (FROM - 1, false),
    (FROM, true),
    (FROM + 1, true),
    (UNTIL - 1, true),
    (UNTIL, true),
    (UNTIL + 1, false),
    (UNTIL + 60, false),
    (FROM - 60, false),
];

fn within() -> Vec<i64> {
    let mut within: Vec<_> =
        SECONDS.into_iter().filter(|(_, is_within)| *is_within).map(|(at, _)| at).collect();
    within.sort_unstable();
    within
}

#[tokio::test]
async fn a_statement_has_both_of_its_ends_and_nothing_beyond_them() {
    let filter = StatementFilter::new()
        .with_from(Timestamp::from_unix(FROM))
        .with_until(Timestamp::from_unix(UNTIL));
    let v2 = |lines: &[String]| page(lines, false);
    let v1 = |lines: &[String]| format!(r#"{{"status":200,"transactions":[{}]}}"#, lines.join(","));
    type Answer<'a> = &'a dyn Fn(&[String]) -> String;
    let cases: [(&str, Cursor, Answer<'_>); 3] = [
        ("", Cursor::start(), &v2),
        ("", Cursor::at("a1b2"), &v2),
        (r#"statements_api = "v1""#, Cursor::start(), &v1),
    ];
    for (keys, cursor, answer) in cases {
        // As SePay lists them: the newest first, or oldest first after a line.
        let mut seconds = SECONDS.map(|(second, _)| second).to_vec();
        seconds.sort_unstable();
        if cursor == Cursor::start() {
            seconds.reverse();
        }
        let lines: Vec<_> = seconds.into_iter().map(at).collect();
        let wire = Wire::new();
        wire.answer(200, answer(&lines));
        let provider = provider(&[BANK, keys], &wire);
        let read = provider.statements().unwrap().entries(&cursor, &filter).await.unwrap();
        let times = read.entries.iter().map(|it| it.as_result().unwrap().at.unwrap());
        let mut seconds: Vec<_> = times.map(Timestamp::unix_seconds).collect();
        seconds.sort_unstable();
        assert_eq!(seconds, within(), "{keys} {cursor:?}");
        // SePay is asked for the same seconds.
        let asked = wire.asked().join(" ");
        for second in [FROM, UNTIL] {
            let civil = Timestamp::from_unix(second).vietnam_civil("%H%%3A%M%%3A%S");
            assert!(asked.contains(&civil), "{civil} in {asked}");
        }
    }
}

#[tokio::test]
async fn a_list_of_orders_has_both_of_its_ends_and_the_whole_of_its_day() {
    let row = |second: i64| {
        json!({
            "id": second.to_string(), "order_id": format!("SEPAY-{second}"),
            "order_invoice_number": format!("DH-{second}"), "order_status": "CAPTURED",
            "order_amount": "300000.00", "order_currency": "VND",
            "created_at": Timestamp::from_unix(second).vietnam_civil("%Y-%m-%d %H:%M:%S"),
        })
    };
    let listed = async |query: &OrderQuery, seconds: &[i64]| {
        let wire = Wire::new();
        let data: Vec<_> = seconds.iter().map(|second| row(*second)).collect();
        wire.answer(200, json!({"data": data, "meta": {"has_more": false}}).to_string());
        let provider = provider(&[GATEWAY], &wire);
        let page = provider.extension::<SePay>().unwrap().orders_page(query).await.unwrap();
        let times = page.orders.iter().map(|it| it.as_result().unwrap().created_at.unwrap());
        let mut seconds: Vec<_> = times.map(Timestamp::unix_seconds).collect();
        seconds.sort_unstable();
        seconds
    };
    let query = OrderQuery::new()
        .with_created_from(Timestamp::from_unix(FROM))
        .with_created_until(Timestamp::from_unix(UNTIL));
    assert_eq!(listed(&query, &SECONDS.map(|(second, _)| second)).await, within());

    // A day in Vietnam, of which this is the first second.
    let begins = Timestamp::from_vietnam_civil("2023-03-25 00:00:00").unwrap().unix_seconds();
    let ends = begins + 24 * 3_600 - 1;
    for of_day in [begins, NOW, ends] {
        let query = OrderQuery::new().with_created_on(Timestamp::from_unix(of_day));
        let created = listed(&query, &[begins - 1, begins, ends, ends + 1]).await;
        assert_eq!(created, [begins, ends], "{of_day}");
    }
}

#[test]
fn a_webhook_is_fresh_for_300_seconds_in_both_directions() {
    let provider = provider(&[BANK, SIGNED_WEBHOOK], &Wire::new());
    let webhook = BankWebhook::credit(7, Money::vnd(50_000), "DH00042");
    let request = webhook.signed(&secret(WEBHOOK_SECRET), now());
    for (away, is_fresh) in [(0, true), (299, true), (300, true), (301, false), (302, false)] {
        for received_at in [NOW - away, NOW + away] {
            let received_at = Timestamp::from_unix(received_at);
            match receive_at(&provider, "bank-webhook", &request, received_at) {
                Received::Notification(_) => assert!(is_fresh, "{away}"),
                Received::Untrusted(untrusted) => {
                    assert_eq!(untrusted.reason, UntrustedReason::StaleTimestamp);
                    assert!(!is_fresh, "{away}");
                }
                other => panic!("{other:?}"),
            }
        }
    }
}

#[test]
fn a_token_that_was_issued_is_good_for_an_hour_and_its_refresh_token_for_thirty_days() {
    let shop = provider(&[BANK, TOKEN_WEBHOOK], &Wire::new());
    let client = secret(CLIENT_SECRET);
    let request = TokenRequest::new("shop", &client).standard();
    let Received::Reply(reply) = receive_at(&shop, "bank-token", &request, now()) else { panic!() };
    let reply: serde_json::Value = serde_json::from_slice(reply.body()).unwrap();
    let token = |name: &str| reply[name].as_str().unwrap().to_owned();
    let webhook = BankWebhook::credit(7, Money::vnd(50_000), "DH00042");
    let webhook = webhook.with_token(&token("access_token"));
    let refresh = TokenRequest::refresh(&token("refresh_token"));
    const HOUR: u64 = 3_600;
    const MONTH: u64 = 30 * 24 * 3_600;
    for (after, is_good) in [(HOUR - 1, true), (HOUR, false), (HOUR + 1, false)] {
        let received_at = now().plus(Duration::from_secs(after));
        let received = receive_at(&shop, "bank-webhook", &webhook, received_at);
        assert_eq!(matches!(received, Received::Notification(_)), is_good, "{after}");
    }
    for (after, status) in [(MONTH - 1, 200), (MONTH, 400), (MONTH + 1, 400)] {
        let received_at = now().plus(Duration::from_secs(after));
        let received = receive_at(&shop, "bank-token", &refresh, received_at);
        let Received::Reply(reply) = received else { panic!("{received:?}") };
        assert_eq!(reply.status(), status, "{after}");
    }
}

#[tokio::test]
async fn a_virtual_account_ends_after_now_and_at_most_366_days_from_now() {
    const LONGEST: i64 = 366 * 24 * 3_600;
    let wire = Wire::new();
    let provider = provider(&[BANK, r#"va_account = "acc-1""#], &wire);
    let role = provider.virtual_accounts().unwrap();
    for (end, is_taken) in [
        (NOW - 1, false),
        (NOW, false),
        (NOW + 1, true),
        (NOW + LONGEST, true),
        (NOW + LONGEST + 1, false),
    ] {
        let request = OpenVirtualAccount::new(order("DH00042"), "CONG TY").unwrap();
        let request = request.with_uses(Uses::Many).with_expiry(Timestamp::from_unix(end));
        let refused = role.check(&request).err();
        let field = refused.as_ref().and_then(|error| error.field());
        assert_eq!(field, (!is_taken).then_some("expires_at"), "{}", end - NOW);
    }
    assert!(wire.is_untouched());
}
