//! Each setting on every operation that it governs.

use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

use bytes::Bytes;
use futures_util::TryStreamExt;
use http::Request;
use payments_core::{
    EndpointName, Error, ErrorKind, Movement, Provider, Result, Timestamp,
    money::Money,
    notification::{Delivery, EventData, Received, UntrustedReason},
    payment::NextAction,
    statement::{Cursor, StatementFilter},
};
use provider_sepay::{
    OrderQuery, OrderSort, SePay, Verification,
    oauth::{MemoryTokenStore, TokenStore, Tokens, TransactionFilter},
    testing::{BankWebhook, Ipn, TokenRequest},
    user_api::NewVa,
};

use crate::{
    transfer::{line, page},
    world::{
        BANK, CLIENT_SECRET, GATEWAY, OAUTH, SECRET_KEY, SIGNED_WEBHOOK, TOKEN_WEBHOOK,
        WEBHOOK_SECRET, Wire, believed, now, order, provider, request, secret,
    },
};

fn sepay(provider: &Provider) -> &SePay {
    provider.extension::<SePay>().unwrap()
}

#[test]
fn known_sources_are_asked_for_at_every_endpoint() {
    const SOURCES: &str = r#"source_ips = ["172.236.138.20", "10.0.0.0/8"]"#;
    let credit = BankWebhook::credit(7, Money::vnd(50_000), "DH00042");
    let ipn = Ipn::order_paid(&order("DH-1"), Money::vnd(50_000));
    let client = secret(CLIENT_SECRET);
    let deliveries: [(&[&str], &str, Request<Bytes>); 3] = [
        (&[GATEWAY], "ipn", ipn.with_secret(&secret(SECRET_KEY))),
        (&[BANK, SIGNED_WEBHOOK], "bank-webhook", credit.signed(&secret(WEBHOOK_SECRET), now())),
        (&[BANK, TOKEN_WEBHOOK], "bank-token", TokenRequest::new("shop", &client).standard()),
    ];
    for (keys, endpoint, request) in deliveries {
        let provider = provider(&[keys, &[SOURCES]].concat(), &Wire::new());
        for (source, is_known) in [
            (Some("172.236.138.20"), true),
            (Some("10.255.255.255"), true),
            (Some("10.0.0.0"), true),
            (Some("11.0.0.0"), false),
            (Some("9.255.255.255"), false),
            (Some("172.236.138.2"), false),
            (Some("172.236.138.21"), false),
            (None, false),
        ] {
            let mut delivery = Delivery::of(&request);
            if let Some(source) = source {
                delivery = delivery.from_source(source.parse().unwrap());
            }
            let name = EndpointName::new(endpoint).unwrap();
            let received = provider.notifications().unwrap().receive(&name, &delivery, now());
            let refused = match received {
                Received::Untrusted(untrusted) => Some(untrusted.reason),
                _ => None,
            };
            let expected = (!is_known).then_some(UntrustedReason::UnknownSource);
            assert_eq!(refused, expected, "{endpoint} from {source:?}");
        }
    }
}

#[tokio::test]
async fn the_path_to_virtual_accounts_of_v1_is_that_of_adding_and_of_cancelling() {
    for (keys, last) in [("", "va"), (r#"compat.userapi_v1_va_path = "vas""#, "vas")] {
        let wire = Wire::new();
        wire.answer(500, "").answer(500, "");
        let provider = provider(&[BANK, keys, "userapi_v1_rate = 0"], &wire);
        let api = sepay(&provider).user_api_v1().unwrap();
        assert!(api.add_va("21", "b2c3", &NewVa::new()).await.unwrap().is_uncertain());
        assert!(api.cancel_va("21", "b2c3", "963NQD").await.unwrap().is_uncertain());
        let path = format!("https://my.dev.sepay.vn/userapi/bidv/21/orders/b2c3/{last}");
        assert_eq!(wire.asked(), [format!("POST {path}"), format!("DELETE {path}/963NQD")]);
    }
}

#[tokio::test]
async fn the_spellings_of_the_order_list_are_those_of_a_page_and_of_a_stream() {
    const NOTHING: &str = r#"{"data":[],"meta":{"has_more":false}}"#;
    let query = OrderQuery::new()
        .with_created_until(Timestamp::from_unix(1_757_053_870))
        .with_sort(OrderSort::NewestFirst);
    for (keys, end, sort) in [
        ("", "to_created_at=", "sort%5Bcreated_at%5D=desc"),
        (
            r#"compat.order_list_end = "end_created_at""#,
            "end_created_at=",
            "sort%5Bcreated_at%5D=desc",
        ),
        (r#"compat.order_list_sort = "colon""#, "to_created_at=", "sort=created_at%3Adesc"),
    ] {
        let wire = Wire::new();
        wire.answer(200, NOTHING).answer(200, NOTHING);
        let provider = provider(&[GATEWAY, keys], &wire);
        sepay(&provider).orders_page(&query).await.unwrap();
        let all: Vec<_> = sepay(&provider).orders(&query).unwrap().try_collect().await.unwrap();
        assert!(all.is_empty());
        let asked = wire.asked();
        assert_eq!(asked.len(), 2);
        for asked in asked {
            assert!(asked.contains(end) && asked.contains(sort), "{keys}: {asked}");
        }
    }
}

#[tokio::test]
async fn the_settings_of_forms_are_those_of_payments_and_of_verifications() {
    let returns = "success_url = \"https://a.example/s\"\nerror_url = \"https://a.example/e\"\n\
                   cancel_url = \"https://a.example/c\"";
    let forms = async |keys: &str| {
        let provider = provider(&[GATEWAY, returns, keys], &Wire::new());
        let opened = provider.payments().unwrap().create_payment(&request("DH-1", 1)).await;
        let next = opened.unwrap().accepted().unwrap().next.into_iter().next();
        let Some(NextAction::PostForm(payment)) = next else { panic!("{next:?}") };
        let verification = Verification::new().with_order(order("DH-2"));
        [payment, sepay(&provider).verification(&verification).unwrap()]
    };
    let (docs, listed) =
        (forms("").await, forms(r#"formulas.checkout = "checkout.allowlist""#).await);
    for (docs, listed) in docs.iter().zip(&listed) {
        for form in [docs, listed] {
            for (name, url) in [
                ("success_url", "https://a.example/s"),
                ("error_url", "https://a.example/e"),
                ("cancel_url", "https://a.example/c"),
            ] {
                let value = form.fields.iter().find(|(known, _)| known == name);
                assert_eq!(value.map(|(_, value)| value.as_str()), Some(url), "{name}");
            }
        }
        // The same fields in another order, and so another signature.
        let unsigned = |fields: &[(String, String)]| {
            let mut fields = fields.to_vec();
            fields.retain(|(name, _)| name != "signature");
            fields
        };
        let (mut first, mut second) = (unsigned(&docs.fields), unsigned(&listed.fields));
        assert_ne!(first, second);
        first.sort();
        second.sort();
        assert_eq!(first, second);
        assert_ne!(docs.fields.last(), listed.fields.last());
    }
}

/// The order that each source of credits finds in the memo `DH00042`.
async fn orders_found(keys: &[&str]) -> Vec<(&'static str, Option<String>)> {
    let named = |movement: &Movement| movement.order.as_ref().map(ToString::to_string);
    let wire = Wire::new();
    let rates = "userapi_rate = 0\nuserapi_v1_rate = 0";
    let token = "api_token = \"t\"\nwebhook_secret = \"whsec_test_client\"";
    let with = |more: &str| provider(&[&[token, rates, OAUTH, more], keys].concat(), &wire);
    let v2 = with("");
    let mut found = Vec::new();
    let webhook = BankWebhook::credit(7, Money::vnd(50_000), "DH00042 thanh toan");
    let webhook = believed(&v2, "bank-webhook", &webhook.signed(&secret(WEBHOOK_SECRET), now()));
    let EventData::Movement(movement) = webhook.events()[0].data() else { panic!() };
    found.push(("webhook", named(movement)));

    let (start, all) = (Cursor::start(), StatementFilter::new());
    wire.answer(200, page(&[line("1", 7, "DH00042 thanh toan")], false));
    let read = v2.statements().unwrap().entries(&start, &all).await.unwrap();
    found.push(("statement", named(read.entries[0].as_result().unwrap())));

    wire.answer(
        200,
        r#"{"status":200,"transactions":[{"id":"1","transaction_date":"2023-03-25 14:02:37",
            "account_number":"0123499999","amount_in":"7.00","amount_out":"0.00",
            "transaction_content":"DH00042 thanh toan","reference_number":"FT1","code":null}]}"#,
    );
    let v1 = with(r#"statements_api = "v1""#);
    let read = v1.statements().unwrap().entries(&start, &all).await.unwrap();
    found.push(("statement of v1", named(read.entries[0].as_result().unwrap())));

    wire.answer(
        200,
        r#"{"status":"success","data":[{"id":1,"account_number":"0123499999",
            "transaction_date":"2023-03-25 14:02:37","amount_in":"7.00","amount_out":"0.00",
            "transaction_content":"DH00042 thanh toan","reference_number":"FT1","code":null}]}"#,
    );
    let store = Arc::new(MemoryTokenStore::default());
    let good = now().plus(std::time::Duration::from_secs(3600));
    store.save(&Tokens::new(secret("a"), None, good)).await.unwrap();
    let connection = sepay(&v2).oauth().unwrap().connection(store);
    let read = connection.transactions(&TransactionFilter::new(), 1).await.unwrap();
    found.push(("OAuth2", named(read.rows[0].as_result().unwrap())));
    found
}

#[tokio::test]
async fn payment_codes_are_found_by_the_same_rules_in_every_source() {
    for (keys, expected) in [
        (&["code_prefix = \"DH\"", "code_min = 5"][..], Some("00042")),
        (&["code_prefix = \"DH\"", "code_min = 6"], None),
        (&["code_prefix = \"DX\"", "code_min = 5"], None),
        (&[], None),
    ] {
        for (source, found) in orders_found(keys).await {
            assert_eq!(found.as_deref(), expected, "{source}: {keys:?}");
        }
    }
}

/// A token store of which one call fails.
#[derive(Default)]
struct Failing {
    inner: MemoryTokenStore,
    load: AtomicBool,
    save: AtomicBool,
    replace: AtomicBool,
}

impl Failing {
    fn check(&self, fails: &AtomicBool) -> Result<()> {
        match fails.load(Ordering::SeqCst) {
            true => Err(Error::new(ErrorKind::Unavailable, "the database is away")),
            false => Ok(()),
        }
    }
}

#[async_trait::async_trait]
impl TokenStore for Failing {
    async fn load(&self) -> Result<Option<Tokens>> {
        self.check(&self.load)?;
        self.inner.load().await
    }

    async fn save(&self, tokens: &Tokens) -> Result<()> {
        self.check(&self.save)?;
        self.inner.save(tokens).await
    }

    async fn replace(&self, known: &Tokens, tokens: &Tokens) -> Result<bool> {
        self.check(&self.replace)?;
        self.inner.replace(known, tokens).await
    }
}

#[tokio::test]
async fn a_token_store_that_fails_lets_no_call_use_tokens_that_it_does_not_have() {
    const TOKENS: &str = r#"{"access_token":"access-1","token_type":"Bearer",
        "expires_in":3600,"refresh_token":"refresh-1"}"#;
    const GONE: &str = "access-0";
    // Which call of the store fails, and how many requests for tokens were sent by then.
    type Switch = fn(&Failing) -> &AtomicBool;
    let failures: [(&str, Switch, usize); 3] = [
        ("load", |store| &store.load, 0),
        ("replace", |store| &store.replace, 0),
        ("save", |store| &store.save, 1),
    ];
    for (name, fails, sent) in failures {
        for is_instruction in [false, true] {
            let wire = Wire::new();
            wire.answer(200, TOKENS);
            let provider = provider(&[OAUTH], &wire);
            let app = sepay(&provider).oauth().unwrap();
            let store = Arc::new(Failing::default());
            let expired = Tokens::new(secret(GONE), Some(secret("refresh-0")), now());
            store.inner.save(&expired).await.unwrap();
            fails(&store).store(true, Ordering::SeqCst);
            let connection = app.connection(Arc::clone(&store) as _);
            let error = match is_instruction {
                false => connection.me().await.unwrap_err(),
                true => connection.delete_webhook(7).await.unwrap_err(),
            };
            assert_eq!(error.kind(), ErrorKind::Unavailable, "{name}: {error}");
            let calls = wire.calls();
            assert_eq!(calls.len(), sent, "{name}: {calls:?}");
            assert!(calls.iter().all(|call| call.uri().path() == "/oauth/token"), "{name}");
            let kept = store.inner.load().await.unwrap().unwrap();
            assert_eq!(kept.access_token.expose(), GONE, "{name}");
        }
    }
}
