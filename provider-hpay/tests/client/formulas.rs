//! Formulas of our requests, as a configuration gives them.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use payments_core::{
    GatewayRef, PayoutRef, Provider, Timestamp,
    bank::{AccountNumber, BankAccount, Bin},
    money::Money,
    payment::{Buyer, CreatePayment, NextAction, PaymentMethod},
    payout::{Beneficiary, CreatePayout},
    virtual_account::{OpenVirtualAccount, UpdateVirtualAccount, VirtualAccountRef},
};
use provider_hpay::{
    HPay,
    options::{AtmToken, HPayOptions, Language},
    token::{CardToken, RevokeToken},
};

use crate::support::{self, NOW, Script};

const SIGNATURES: [&str; 4] = ["secure_code", "checksum", "secureChain", "signature"];

fn token() -> CardToken {
    CardToken::new("9704005990670018").unwrap()
}

fn soon() -> Timestamp {
    Timestamp::from_unix(NOW).plus(Duration::from_secs(3600))
}

/// The parameters of the links with all that a link may say: what excludes each other, one after
/// the other.
async fn links(formula: &str) -> BTreeMap<String, String> {
    let changes = [("formulas.checkout_v1_link", formula), ("formulas.checkout_link", formula)];
    let provider = support::provider_with(&Script::new(), &changes);
    let options = || {
        HPayOptions::new()
            .with_transaction_info("two coffees")
            .with_sub_order("1")
            .with_language(Language::English)
    };
    let mut sent = BTreeMap::new();
    for (options, method) in [
        (options().with_card_token(token()), Some(PaymentMethod::Card)),
        (options().with_atm_token(AtmToken::Pay(token())), None),
        (options().with_installment(), Some(PaymentMethod::Card)),
        (options().with_inpage().with_payment_method_id(1090), None),
    ] {
        let mut request = CreatePayment::new(support::order(), Money::vnd(50_000))
            .unwrap()
            .with_description("Two coffees")
            .with_buyer(Buyer::new().with_name("Nguyen"))
            .with_cancel_url("https://shop.example/cancelled")
            .unwrap()
            .with_expiry(soon())
            .with_options(&options)
            .unwrap();
        request.method = method;
        let made = provider.payments().unwrap().create_payment(&request).await.unwrap();
        let Some(NextAction::Redirect { url }) = made.accepted().unwrap().next.into_iter().next()
        else {
            panic!()
        };
        sent.extend(support::form(url.split_once('?').unwrap().1));
    }
    sent
}

fn revocation() -> BTreeMap<String, String> {
    let provider =
        support::provider_with(&Script::new(), &[("compat.revoke_token_merchant", "both")]);
    let revoke = RevokeToken::new(token(), "ABB", "https://shop.example/back")
        .with_notify_url("https://shop.example/revoked");
    let next = provider.extension::<HPay>().unwrap().revoke_token(&revoke).unwrap();
    let NextAction::Redirect { url } = next else { panic!() };
    support::form(url.split_once('?').unwrap().1)
}

/// What one call sends, by query or by body, whatever becomes of it.
async fn sent<R>(call: impl AsyncFnOnce(Provider) -> R) -> BTreeMap<String, String> {
    let script = Script::new();
    script.answer("");
    call(support::provider_with(&Arc::clone(&script), &[("compat.va_body", "json")])).await;
    let request = script.request();
    match (request.uri().query(), request.headers().get("content-type")) {
        (Some(_), _) => support::query(&request),
        (None, Some(json)) if json == "application/json" => support::json_body(&request),
        _ => support::form_body(&request),
    }
}

async fn requests() -> BTreeMap<&'static str, BTreeMap<String, String>> {
    let number = || AccountNumber::new("9631241000000000178").unwrap();
    let account = || VirtualAccountRef::new(support::order()).with_number(number());
    let bank = || BankAccount::new(Bin::new("970418").unwrap(), number());
    let reference = || PayoutRef::new("P-1").unwrap();
    let id = || GatewayRef::new("96061677").unwrap();
    let opening = OpenVirtualAccount::new(support::order(), "NGUYEN VAN A")
        .unwrap()
        .with_remark("DH 1")
        .with_expiry(soon());
    let update = UpdateVirtualAccount::new(account(), "TRAN THI B").unwrap().with_remark("DH 1");
    let beneficiary = Beneficiary::new(bank(), "NGUYEN VAN A").unwrap();
    let payout = CreatePayout::new(reference(), Money::vnd(1_000), beneficiary).unwrap();
    let payout = payout.with_note("luong");
    BTreeMap::from([
        ("formulas.checkout_v1_link", links("checkout_v1_link").await),
        ("formulas.checkout_link", links("checkout_link").await),
        ("formulas.checkout_link_short", links("checkout_link_short").await),
        (
            "formulas.order_inquiry_request",
            sent(async |hpay| {
                let hpay = hpay.extension::<HPay>().unwrap();
                hpay.find_transaction(&support::order(), &id()).await
            })
            .await,
        ),
        ("formulas.revoke_token_link", revocation()),
        (
            "formulas.balance_request",
            sent(async |hpay| hpay.payouts().unwrap().balance().await).await,
        ),
        (
            "formulas.va_create_request",
            sent(async |hpay| hpay.virtual_accounts().unwrap().open(&opening).await).await,
        ),
        (
            "formulas.va_rename_request",
            sent(async |hpay| hpay.virtual_accounts().unwrap().update(&update).await).await,
        ),
        (
            "formulas.va_close_request",
            sent(async |hpay| {
                hpay.virtual_accounts().unwrap().reopen(&account(), Some(soon())).await
            })
            .await,
        ),
        (
            "formulas.va_inquiry_request",
            sent(async |hpay| hpay.virtual_accounts().unwrap().credits(&account()).await).await,
        ),
        (
            "formulas.payout_request",
            sent(async |hpay| hpay.payouts().unwrap().create_payout(&payout).await).await,
        ),
        (
            "formulas.name_check_request",
            sent(async |hpay| hpay.payouts().unwrap().verify_beneficiary(&bank()).await).await,
        ),
        (
            "formulas.payout_inquiry_request",
            sent(async |hpay| {
                let hpay = hpay.extension::<HPay>().unwrap();
                hpay.find_payout_transaction(&reference(), &id()).await
            })
            .await,
        ),
    ])
}

#[tokio::test]
async fn a_template_may_name_whatever_its_request_holds_and_a_misspelt_name_is_refused_at_once() {
    for (key, sent) in requests().await {
        let sent: BTreeSet<&str> =
            sent.keys().map(String::as_str).filter(|name| !SIGNATURES.contains(name)).collect();
        let build = |name: &str| {
            let mut table = support::table();
            table.insert(key.into(), format!("{{{name}}}|{{passcode}}").into());
            support::try_build(Script::new(), table)
        };
        for name in &sent {
            assert!(build(name).is_ok(), "{key} may sign {name}");
        }
        let problems = build("mispelt").unwrap_err();
        let problem = problems[0].to_string();
        let (words, listed) = problem.split_once("; it has ").unwrap();
        assert_eq!(
            words,
            format!(
                "providers.hpay-main.{key}: names \"mispelt\", which its request does not have"
            )
        );
        assert_eq!(listed.split(", ").collect::<BTreeSet<_>>(), sent, "{key}");
    }
}

#[tokio::test]
async fn a_link_may_be_signed_over_what_stands_behind_its_code() {
    let changes = [("formulas.checkout_v1_link", "{order_code}|{notify_url}|{passcode}")];
    let mut codes = BTreeSet::new();
    for notify in ["https://shop.example/one", "https://shop.example/two"] {
        let provider = support::provider_with(&Script::new(), &changes);
        let request = CreatePayment::new(support::order(), Money::vnd(50_000))
            .unwrap()
            .with_notify_url(notify)
            .unwrap();
        let made = provider.payments().unwrap().create_payment(&request).await.unwrap();
        let Some(NextAction::Redirect { url }) = made.accepted().unwrap().next.into_iter().next()
        else {
            panic!()
        };
        codes.insert(support::form(url.split_once('?').unwrap().1)["secure_code"].clone());
    }
    assert_eq!(codes.len(), 2);
}
