//! A merchant authorises an app, which reads what they allowed.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use payments_core::{ErrorKind, Listed, Submission, Timestamp, money::Money};
use provider_kit::{
    payment_code::CodeRules,
    transport::{Call, HttpClient, HttpClientSettings, Transport},
};
use provider_sepay::{
    SePay,
    oauth::{
        CodeCharacters, ConfigurationChanges, MemoryTokenStore, PaymentCodeFormat, Scope,
        TransactionFilter, WebhookFilter,
    },
};
use simulator_sepay::{Operation, When};

use crate::world::{ACCOUNT, SUB_ACCOUNT, Shop};

#[tokio::test]
async fn a_merchant_authorises_and_everything_they_allowed_can_be_read() {
    let shop = Shop::open("").await;
    let sepay = &shop.sepay;
    let connection = shop.connect(&Scope::ALL).await;
    let listed = connection.bank_accounts().await.unwrap();
    let accounts = Listed::all(listed.iter().cloned()).unwrap();
    assert_eq!(accounts.len(), sepay.bank_accounts().len());
    let account = accounts.iter().find(|account| account.number.as_str() == ACCOUNT).unwrap();
    let now = Timestamp::from_unix(1_700_000_000);
    let balance = account.balance.as_ref().unwrap();
    assert_eq!((balance.amount, balance.at), (Money::vnd(10_000_000), now));
    assert_eq!(account.bank.bin.as_deref(), Some("970436"));

    sepay.bank_transfer(ACCOUNT, 50_000, "SPT12345678").await.unwrap();
    sepay.bank_transfer_out(ACCOUNT, 700, "phi").await.unwrap();
    sepay.bank_transfer(SUB_ACCOUNT, 900, "SPT87654321").await.unwrap();
    // The list is of a minute ago; one account is of now.
    assert_eq!(connection.bank_accounts().await.unwrap(), listed);
    let fresh = connection.bank_account(account.id).await.unwrap().unwrap();
    assert_eq!(fresh.balance.unwrap().amount, Money::vnd(10_049_300));
    assert!(connection.bank_account(1).await.unwrap().is_none());

    let under = accounts.iter().find(|account| account.number.as_str() == "0900000009").unwrap();
    let subs = connection.sub_accounts(under.id, 1).await.unwrap();
    assert_eq!(subs.rows[0].as_result().unwrap().number.as_ref().unwrap().as_str(), SUB_ACCOUNT);

    let all = connection.transactions(&TransactionFilter::new(), 1).await.unwrap();
    assert_eq!((all.rows.len(), all.total, all.more), (3, Some(3), false));
    let newest = all.rows[0].as_result().unwrap();
    assert_eq!(newest.virtual_account.as_ref().unwrap().as_str(), SUB_ACCOUNT);
    assert_eq!(newest.order.as_ref().unwrap().as_str(), "87654321");
    let filter =
        TransactionFilter::new().with_bank_account_id(account.id).with_amount_out(Money::vnd(700));
    let out = connection.transactions(&filter.with_from(now), 1).await.unwrap();
    assert_eq!(out.rows.len(), 1);
    assert!(!out.rows[0].as_result().unwrap().is_credit());

    assert_eq!(connection.me().await.unwrap().id, 1);
    let company = connection.company().await.unwrap();
    assert_eq!(company.role.as_deref(), Some("Admin"));
    let ours = CodeRules::new("SPT", 8, 8).unwrap();
    assert!(company.configurations.recognises(&ours));
}

#[tokio::test]
async fn a_scope_that_was_not_allowed_is_refused_as_a_lack_of_permission() {
    let shop = Shop::open("").await;
    let connection = shop.connect(&[Scope::Profile]).await;
    connection.me().await.unwrap();
    for error in [
        connection.company().await.unwrap_err(),
        connection.bank_accounts().await.unwrap_err(),
        connection.webhooks(&WebhookFilter::new(), 1).await.unwrap_err(),
    ] {
        assert_eq!((error.kind(), error.code()), (ErrorKind::Permission, Some("forbidden")));
    }
    let submission = connection.delete_webhook(1).await.unwrap();
    assert!(matches!(submission, Submission::Declined(_)), "{submission:?}");
}

#[tokio::test]
async fn tokens_rotate_and_a_refresh_whose_answer_was_lost_has_to_be_authorised_again() {
    let shop = Shop::open("").await;
    let connection = shop.connect(&[Scope::Profile]).await;
    let asked =
        || shop.sepay.requests().iter().filter(|request| request.path == "/oauth/token").count();
    for refreshes in 1..=3 {
        shop.sepay.advance(Duration::from_secs(3_541));
        connection.me().await.unwrap();
        connection.me().await.unwrap();
        assert_eq!(asked(), 1 + refreshes);
    }
    // Ended before its time: asked again with another token.
    shop.sepay.revoke_access_tokens();
    connection.me().await.unwrap();
    assert_eq!(asked(), 5);

    shop.sepay.lose_next_answer(Operation::OAuthToken, When::AfterBooking);
    shop.sepay.advance(Duration::from_secs(3_541));
    let error = connection.me().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Transport);
    let error = connection.me().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Authentication);
    assert!(error.to_string().contains("authorize"), "{error}");
}

#[tokio::test]
async fn a_code_is_good_once_for_five_minutes_and_for_one_app() {
    let shop = Shop::open("").await;
    let app = shop.provider.extension::<SePay>().unwrap().oauth().unwrap();
    let store = || Arc::new(MemoryTokenStore::default());
    let allowed = || {
        let authorization = app.authorize(&[Scope::Profile]).unwrap();
        let query = shop.sepay.merchant_allows(&authorization.url).unwrap();
        (authorization.state, query)
    };
    let (state, query) = allowed();
    app.exchange(&state, &query, store()).await.unwrap();
    let twice = app.exchange(&state, &query, store()).await.unwrap_err();
    assert_eq!(twice.code(), Some("invalid_grant"));

    let (state, query) = allowed();
    shop.sepay.advance(Duration::from_secs(300));
    let late = app.exchange(&state, &query, store()).await.unwrap_err();
    assert_eq!(late.kind(), ErrorKind::Authentication);
    let other = app.authorize(&[Scope::Profile]).unwrap().url.replace("app-for-tests", "other");
    assert!(shop.sepay.merchant_allows(&other).is_none());
}

#[tokio::test]
async fn a_browser_sees_what_is_asked_for_and_brings_back_the_merchants_decision() {
    let shop = Shop::open("").await;
    let app = shop.provider.extension::<SePay>().unwrap().oauth().unwrap();
    let authorization = app.authorize(&[Scope::Profile, Scope::WebhookRead]).unwrap();
    let client = HttpClient::new(HttpClientSettings::default()).unwrap();
    let send = async |request: http::Request<Bytes>| {
        client.send(Call::inquiry("browser", request)).await.unwrap()
    };
    let page = send(http::Request::get(&authorization.url).body(Bytes::new()).unwrap()).await;
    let page = String::from_utf8_lossy(page.body()).into_owned();
    assert!(page.contains("<code>webhook:read</code>") && page.contains("Cho phép"), "{page}");

    let (address, query) = authorization.url.split_once('?').unwrap();
    let press = |decision: &str| {
        http::Request::post(address)
            .header("content-type", "application/x-www-form-urlencoded")
            .body(Bytes::from(format!("{query}&decision={decision}")))
            .unwrap()
    };
    for (decision, code) in [("deny", Some("access_denied")), ("allow", None)] {
        let back = send(press(decision)).await;
        assert_eq!(back.status(), 303);
        let location = back.headers()["location"].to_str().unwrap();
        let (returned_to, query) = location.split_once('?').unwrap();
        assert_eq!(returned_to, shop.sepay.settings().oauth_redirect_url());
        let store = Arc::new(MemoryTokenStore::default());
        let connected = app.exchange(&authorization.state, query, store).await;
        assert_eq!(connected.as_ref().err().and_then(|error| error.code()), code);
    }
}

#[tokio::test]
async fn the_form_of_payment_codes_can_be_read_and_changed() {
    let shop = Shop::open("").await;
    let connection = shop.connect(&[Scope::Company]).await;
    let digits = PaymentCodeFormat::new("DH", 6, 6, CodeCharacters::NumberOnly);
    let changes = ConfigurationChanges::new().with_payment_code_formats(vec![digits.clone()]);
    connection.configure_company(&changes).await.unwrap().accepted().unwrap();
    let company = connection.company().await.unwrap();
    assert_eq!(company.configurations.payment_code_formats, [digits]);
    assert!(!company.configurations.recognises(&CodeRules::new("SPT", 8, 8).unwrap()));
    let transfer = shop.sepay.bank_transfer(ACCOUNT, 1, "SPT12345678 DH123456").await.unwrap();
    assert_eq!(transfer.code.as_deref(), Some("DH123456"));

    let off = ConfigurationChanges::new().with_paycode(false);
    connection.configure_company(&off).await.unwrap().accepted().unwrap();
    let transfer = shop.sepay.bank_transfer(ACCOUNT, 1, "DH123456").await.unwrap();
    assert_eq!(transfer.code, None);
}
