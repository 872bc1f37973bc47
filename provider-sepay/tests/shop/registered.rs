//! Webhooks that an app registers for a merchant.

use payments_core::{Secret, Submission, notification::Scheme};
use provider_sepay::oauth::{
    NewWebhook, NewWebhookAuth, Scope, WebhookAuth as Registered, WebhookBody as Body,
    WebhookChanges, WebhookEvent, WebhookFilter,
};
use simulator_sepay::{Operation, When};

use crate::world::{ACCOUNT, SECRET, SUB_ACCOUNT, Shop};

#[tokio::test]
async fn what_is_registered_is_really_sent_and_changed_and_deleted() {
    let shop = Shop::open(&format!("webhook_api_key = \"{SECRET}\"")).await;
    let connection = shop.connect(&Scope::ALL).await;
    let accounts = connection.bank_accounts().await.unwrap();
    let id_of = |number: &str| {
        let mut accounts = accounts.iter().map(|account| account.as_result().unwrap());
        accounts.find(|account| account.number.as_str() == number).unwrap().id
    };
    let auth = || NewWebhookAuth::ApiKey { key: Secret::new(SECRET).unwrap(), body: Body::Json };
    let webhook = NewWebhook::new(id_of(ACCOUNT), "Shop", shop.at("bank-webhook"), auth())
        .with(|it| it.with_event(WebhookEvent::In).with_retry_on_error_status(true));
    let receipt = connection.create_webhook(&webhook).await.unwrap().accepted().unwrap();
    let id = receipt.id.unwrap();

    let known = connection.webhook(id).await.unwrap().unwrap();
    assert_eq!((known.event, known.auth), (Some(WebhookEvent::In), Some(Registered::ApiKey)));
    assert_eq!(known.api_key.unwrap().expose(), SECRET);
    assert_eq!((known.active, known.retry_on_error_status), (Some(true), Some(true)));
    assert_eq!(known.bank_account_id, Some(id_of(ACCOUNT)));
    let listed = connection.webhooks(&WebhookFilter::new().with_url("bank-webhook"), 1).await;
    assert_eq!(listed.unwrap().rows.len(), 1);

    let sent = async |number: &str, out: bool| {
        match out {
            false => shop.sepay.bank_transfer(number, 1_000, "SPT12345678").await.unwrap(),
            true => shop.sepay.bank_transfer_out(number, 1_000, "x").await.unwrap(),
        }
        .deliveries
        .len()
    };
    assert_eq!((sent(ACCOUNT, false).await, sent(ACCOUNT, true).await), (1, 0));
    assert_eq!(sent("0900000002", false).await, 0, "another account");
    assert_eq!(shop.believed().await.0, Scheme::SharedToken);

    // Sub-accounts only, and in multipart.
    let sub = connection.sub_accounts(id_of("0900000009"), 1).await.unwrap().rows.remove(0);
    let sub = sub.into_result().unwrap();
    let changes = WebhookChanges::new()
        .with_bank_account_id(id_of("0900000009"))
        .with_sub_accounts_only(vec![sub.id])
        .with_auth(NewWebhookAuth::ApiKey {
            key: Secret::new(SECRET).unwrap(),
            body: Body::Multipart,
        });
    connection.update_webhook(id, &changes).await.unwrap().accepted().unwrap();
    let known = connection.webhook(id).await.unwrap().unwrap();
    assert_eq!((known.only_va, known.bank_sub_account_ids), (Some(true), vec![sub.id]));
    assert_eq!((sent("0900000009", false).await, sent(SUB_ACCOUNT, false).await), (0, 1));
    let (_, movement) = shop.believed().await;
    assert_eq!(movement.virtual_account.unwrap().as_str(), SUB_ACCOUNT);

    let off = WebhookChanges::new().with_every_account().with_active(false);
    connection.update_webhook(id, &off).await.unwrap().accepted().unwrap();
    assert_eq!(sent("0900000009", false).await, 0);

    connection.delete_webhook(id).await.unwrap().accepted().unwrap();
    assert!(connection.webhook(id).await.unwrap().is_none());
    let again = connection.delete_webhook(id).await.unwrap();
    assert!(matches!(again, Submission::Declined(_)), "{again:?}");
}

#[tokio::test]
async fn a_lost_answer_to_a_registration_is_uncertain_and_the_webhook_is_found() {
    let shop = Shop::open("webhook_client_id = \"shop\"\nwebhook_client_secret = \"s\"").await;
    let connection = shop.connect(&Scope::ALL).await;
    let accounts = connection.bank_accounts().await.unwrap();
    let account = accounts[0].as_result().unwrap().id;
    let auth = NewWebhookAuth::OAuth2 {
        access_token_url: shop.at("bank-token"),
        client_id: "shop".to_owned(),
        client_secret: Secret::new("s").unwrap(),
    };
    let webhook = NewWebhook::new(account, "Shop", shop.at("bank-webhook"), auth);
    shop.sepay.lose_next_answer(Operation::WebhookCreate, When::AfterBooking);
    let submission = connection.create_webhook(&webhook).await.unwrap();
    assert!(matches!(submission, Submission::Uncertain(_)), "{submission:?}");
    let found = connection.webhooks(&WebhookFilter::new(), 1).await.unwrap();
    assert_eq!(found.rows.len(), 1);
    assert_eq!(found.rows[0].as_result().unwrap().auth, Some(Registered::OAuth2));
    let transfer = shop.sepay.bank_transfer(ACCOUNT, 1, "x").await.unwrap();
    assert!(transfer.deliveries[0].acknowledged);

    let elsewhere = NewWebhook::new(
        account,
        "Shop",
        "https://shop.example/bank",
        NewWebhookAuth::None { body: Body::Json },
    );
    let submission = connection.create_webhook(&elsewhere).await.unwrap();
    let Submission::Declined(decline) = submission else { panic!("{submission:?}") };
    assert_eq!(decline.code.as_deref(), Some("validation_error"));
}
