//! What is asked and changed with a merchant's tokens.

use http::Method;
use payments_core::{ErrorKind, Submission, money::Money};
use provider_kit::transport::TransportErrorKind;
use provider_sepay::oauth::{
    ConfigurationChanges, NewWebhook, NewWebhookAuth, TransactionFilter, WebhookChanges,
    WebhookFilter,
};
use serde_json::json;

use super::{ME, app, bearer, connected, given, keyed};
use crate::world::{Wire, now, secret};

#[tokio::test]
async fn an_inquiry_that_the_token_does_not_open_is_asked_again_with_another_and_an_instruction_not()
 {
    let refusal = r#"{"error":"access_denied"}"#;
    let wire = Wire::new();
    wire.answer(401, refusal).answer(200, given(1, true)).answer(200, ME);
    let (connection, _) = connected(&app(&wire), 3600).await;
    connection.me().await.unwrap();
    assert_eq!(bearer(&wire.calls()[2]), "Bearer access-1");

    // Twice in a row is an answer.
    wire.answer(200, refusal).answer(200, given(2, true)).answer(200, refusal);
    let error = connection.me().await.unwrap_err();
    assert_eq!((error.kind(), wire.calls().len()), (ErrorKind::Authentication, 6));

    wire.answer(401, refusal);
    let submission = connection.delete_webhook(7).await.unwrap();
    let Submission::Declined(decline) = submission else { panic!("{submission:?}") };
    assert!(!decline.is_confirmed());
    assert_eq!(wire.calls().len(), 7);

    // The next one comes with another token.
    wire.answer(200, given(3, true)).answer(204, "");
    assert!(matches!(connection.delete_webhook(7).await.unwrap(), Submission::Accepted(_)));
    assert_eq!(bearer(&wire.calls()[8]), "Bearer access-3");
}

#[tokio::test]
async fn a_strangers_404_is_not_an_absence() {
    let wire = Wire::new();
    let (connection, _) = connected(&app(&wire), 3600).await;
    wire.answer(404, r#"{"error":"not_found","message":"x"}"#);
    assert!(connection.webhook(7).await.unwrap().is_none());
    wire.answer(404, "<html>Not Found</html>").answer(404, "<html>Not Found</html>");
    assert_eq!(connection.webhook(7).await.unwrap_err().kind(), ErrorKind::NotFound);
    assert_eq!(connection.bank_account(19).await.unwrap_err().kind(), ErrorKind::NotFound);
}

#[tokio::test]
async fn accounts_are_asked_for_once_a_minute() {
    let wire = Wire::new();
    let page = |id: u64, at: u32| {
        json!({
            "status": "success",
            "data": [{ "id": id, "account_number": format!("00{id}"), "accumulated": 5 }],
            "meta": { "pagination": { "total": 2, "current_page": at, "last_page": 2 } },
        })
        .to_string()
    };
    wire.answer(200, page(1, 1)).answer(200, page(2, 2));
    let (connection, _) = connected(&app(&wire), 3600).await;
    for _ in 0..3 {
        let accounts = connection.bank_accounts().await.unwrap();
        let accounts = payments_core::Listed::all(accounts.iter().cloned()).unwrap();
        assert_eq!(accounts.iter().map(|account| account.id).collect::<Vec<_>>(), [1, 2]);
        assert_eq!(accounts[0].balance.as_ref().unwrap().at, now());
    }
    assert_eq!(
        wire.asked(),
        [
            "GET https://my.sepay.vn/api/v1/bank-accounts?page=1&limit=100",
            "GET https://my.sepay.vn/api/v1/bank-accounts?page=2&limit=100",
        ]
    );
    connection.forget_accounts();
    wire.answer(200, page(1, 2));
    assert_eq!(connection.bank_accounts().await.unwrap().len(), 1);
}

#[tokio::test]
async fn filters_go_out_under_their_documented_names() {
    let empty = r#"{"status":"success","data":[]}"#;
    let wire = Wire::new();
    wire.answer(200, empty).answer(200, empty).answer(404, r#"{"error":"not_found"}"#);
    let (connection, _) = connected(&app(&wire), 3600).await;
    let filter = TransactionFilter::new()
        .with_bank_account_id(19)
        .with_reference_number("FT 1")
        .with_from(now())
        .with_amount_in(Money::vnd(50_000));
    let page = connection.transactions(&filter, 2).await.unwrap();
    assert!(page.rows.is_empty() && !page.more);

    let webhooks = WebhookFilter::new()
        .with_url("https://shop.example/")
        .with_api_key(secret("k"))
        .with_active(false);
    connection.webhooks(&webhooks, 1).await.unwrap();
    assert!(connection.webhook(7).await.unwrap().is_none());
    assert_eq!(
        wire.asked(),
        [
            "GET https://my.sepay.vn/api/v1/transactions?bank_account_id=19&reference_number=FT+1\
             &from_date=2023-03-25&amount_in=50000&page=2&limit=100",
            "GET https://my.sepay.vn/api/v1/webhooks?webhook_url=https%3A%2F%2Fshop.example%2F\
             &api_key=k&active=0&page=1&limit=100",
            "GET https://my.sepay.vn/api/v1/webhooks/7",
        ]
    );
    let dollars = Money::from_minor(5, payments_core::money::Currency::USD);
    let filter = filter.with_amount_in(dollars);
    let error = connection.transactions(&filter, 1).await.unwrap_err();
    assert_eq!(error.field(), Some("amount_in"));
}

#[tokio::test]
async fn an_instruction_is_one_call_and_a_lost_answer_is_uncertain() {
    let wire = Wire::new();
    let (connection, _) = connected(&app(&wire), 3600).await;
    let webhook = NewWebhook::new(19, "Shop", "https://shop.example/bank", keyed());

    wire.answer(201, r#"{"status":"success","message":"x","data":{"id":7}}"#);
    let made = connection.create_webhook(&webhook).await.unwrap().accepted().unwrap();
    assert_eq!(made.id, Some(7));
    let call = &wire.calls()[0];
    assert_eq!(
        (call.method(), call.headers()["content-type"].to_str().unwrap()),
        (&Method::POST, "application/json")
    );

    wire.answer(200, r#"{"status":"success"}"#);
    let changes = WebhookChanges::new().with_active(false);
    connection.update_webhook(7, &changes).await.unwrap().accepted().unwrap();
    assert_eq!(wire.calls()[1].body(), r#"{"active":0}"#);

    wire.answer(204, "");
    connection.delete_webhook(7).await.unwrap().accepted().unwrap();
    assert!(wire.calls()[2].headers().get("content-type").is_none());

    wire.answer(200, r#"{"status":"success","data":{"paycode":true}}"#);
    let changes = ConfigurationChanges::new().with_paycode(true);
    connection.configure_company(&changes).await.unwrap().accepted().unwrap();
    assert_eq!(wire.calls()[3].body(), r#"{"paycode":true}"#);
    assert_eq!(
        wire.asked(),
        [
            "POST https://my.sepay.vn/api/v1/webhooks",
            "PATCH https://my.sepay.vn/api/v1/webhooks/7",
            "DELETE https://my.sepay.vn/api/v1/webhooks/7",
            "PATCH https://my.sepay.vn/api/v1/company/configurations",
        ]
    );
    for failure in [TransportErrorKind::ConnectionLost, TransportErrorKind::TimedOut] {
        wire.fail(failure);
        let submission = connection.create_webhook(&webhook).await.unwrap();
        assert!(matches!(submission, Submission::Uncertain(_)), "{submission:?}");
    }
    wire.fail(TransportErrorKind::NotSent);
    assert!(connection.create_webhook(&webhook).await.is_err());
}

#[tokio::test]
async fn what_sepay_would_refuse_is_refused_before_anything_is_sent() {
    let wire = Wire::new();
    let (connection, _) = connected(&app(&wire), 3600).await;
    let new = |url: &str| NewWebhook::new(19, "Shop", url, keyed());
    for (webhook, field) in [
        (new("shop.example/bank"), "webhook_url"),
        (new("ftp://shop.example/bank"), "webhook_url"),
        (NewWebhook::new(19, " ", "https://shop.example", keyed()), "name"),
        (
            new("https://shop.example").with(|it| it.with_sub_accounts_only(vec![])),
            "bank_sub_account_ids",
        ),
        (
            new("https://shop.example").with(|it| {
                it.with_auth(NewWebhookAuth::OAuth2 {
                    access_token_url: "token".to_owned(),
                    client_id: "c".to_owned(),
                    client_secret: secret("s"),
                })
            }),
            "oauth2_access_token_url",
        ),
    ] {
        let error = connection.create_webhook(&webhook).await.unwrap_err();
        assert_eq!((error.kind(), error.field()), (ErrorKind::InvalidRequest, Some(field)));
    }
    let nothing = connection.update_webhook(7, &WebhookChanges::new()).await.unwrap_err();
    assert_eq!(nothing.field(), Some("changes"));
    let nothing = connection.configure_company(&ConfigurationChanges::new()).await.unwrap_err();
    assert_eq!(nothing.field(), Some("changes"));
    assert!(wire.is_untouched());
}
