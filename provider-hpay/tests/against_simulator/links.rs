//! Every kind of link is one that HPay's pages take.

use bytes::Bytes;
use http::Request;
use payments_core::{
    Authenticity, EndpointName, GatewayRef, Lookup, OrderRef,
    money::{Currency, Money},
    notification::Delivery,
    payment::{CreatePayment, NextAction, Payment, PaymentState},
};
use provider_hpay::{
    HPay,
    endpoints::{NOTIFY, RETURN},
    options::{AtmToken, HPayOptions, Language},
    token::{CardKind, CardToken, RevokeToken, Revoked, SavedCard},
};
use provider_kit::transport::{Call, Transport};
use simulator_hpay::{AdvancedLink, CardKind as AtHPay, PayAs, Settings};

use crate::world::World;

const VISA: u32 = 1095;

impl World {
    fn extension(&self) -> &HPay {
        self.provider.extension::<HPay>().unwrap()
    }

    /// What the buyer sees at the end of a link.
    async fn follow(&self, next: &NextAction) -> String {
        let NextAction::Redirect { url } = next else { panic!("no link") };
        let page = Request::get(url).body(Bytes::new()).unwrap();
        let client: std::sync::Arc<dyn Transport> = self.client.clone();
        let page = client.inquire(Call::inquiry("buyer", page)).await.unwrap();
        String::from_utf8(page.body().to_vec()).unwrap()
    }

    /// A payment of 200,000 đồng with these options, whose page the buyer has seen.
    async fn opened(&self, order: &str, options: &HPayOptions) -> (Payment, String) {
        let request = CreatePayment::new(OrderRef::new(order).unwrap(), Money::vnd(200_000))
            .unwrap()
            .with_description("Hai cà phê + bánh")
            .with_options(options)
            .unwrap();
        let made = self.provider.payments().unwrap().create_payment(&request).await.unwrap();
        let payment = made.accepted().unwrap();
        let page = self.follow(payment.next.first().unwrap()).await;
        (payment, page)
    }

    /// The cards that the notification of a payment tells tokens of.
    async fn cards_of(&self, order: &str) -> Vec<SavedCard> {
        let news = self.hpay.buyer_pays(order, PayAs::Now).await.unwrap();
        let endpoint = EndpointName::new(NOTIFY).unwrap();
        let request = news.request.unwrap();
        self.extension().saved_cards(&endpoint, &Delivery::of(&request)).unwrap()
    }
}

#[tokio::test]
async fn instalments_frames_and_tokens_take_the_older_page_and_are_paid() {
    let advanced = [
        HPayOptions::new().with_installment(),
        HPayOptions::new().with_inpage().with_payment_method_id(VISA),
        HPayOptions::new().with_atm_token(AtmToken::Create),
        HPayOptions::new()
            .with_installment()
            .with_inpage()
            .with_payment_method_id(VISA)
            .with_transaction_info("tra gop 6 thang")
            .with_sub_order("DH 42")
            .with_language(Language::Vietnamese),
    ];
    for (link, formula) in [
        (AdvancedLink::Full, "checkout_link"),
        (AdvancedLink::Short, "checkout_link_short"),
        (AdvancedLink::V1, "checkout_v1_link"),
    ] {
        let settings = Settings::test().with_advanced_link(link);
        let world = World::of(settings, &[("formulas.checkout_link", formula)]).await;
        for (number, options) in advanced.iter().enumerate() {
            let order = format!("DH-{number}");
            let (payment, page) = world.opened(&order, options).await;
            assert!(page.contains("200.000 ₫"), "{formula}: {page}");
            assert_eq!(page.contains("Trả góp"), options.installment, "{page}");
            let NextAction::Redirect { url } = payment.next.into_iter().next().unwrap() else {
                panic!()
            };
            assert!(url.contains("/checkout.php?") && !url.contains("/v1/"), "{formula}");
            world.hpay.buyer_pays(&order, PayAs::Now).await.unwrap();
            assert!(world.find(&payment.order).await.settles(Money::vnd(200_000)));
        }
        assert_eq!(world.hpay.bookings().len(), advanced.len());
    }
}

#[tokio::test]
async fn a_link_by_another_formula_than_the_page_s_opens_nothing() {
    let world = World::with(&[("formulas.checkout_link", "checkout_v1_link")]).await;
    let (_, page) = world.opened("DH-1", &HPayOptions::new().with_installment()).await;
    assert!(page.contains("30014"), "{page}");
    assert!(world.hpay.orders().is_empty());
}

#[tokio::test]
async fn a_token_of_a_domestic_card_is_made_paid_with_and_revoked() {
    let world = World::new().await;
    world.opened("DH-1", &HPayOptions::new().with_atm_token(AtmToken::Create)).await;
    let [card] = world.cards_of("DH-1").await.try_into().unwrap();
    assert_eq!((card.order.as_str(), card.kind), ("DH-1", CardKind::Domestic));
    let token = card.token.clone().accept_unsigned();
    let paying = HPayOptions::new().with_atm_token(AtmToken::Pay(token.clone()));
    let (_, page) = world.opened("DH-2", &paying).await;
    assert!(page.contains("200.000 ₫"), "{page}");
    assert!(world.cards_of("DH-2").await.is_empty(), "no new token was asked for");

    let revoke = RevokeToken::new(token.clone(), &card.bank_code, "http://127.0.0.1:9/cards")
        .with_notify_url("http://127.0.0.1:9/hooks/cards");
    let next = world.extension().revoke_token(&revoke).unwrap();
    assert!(!format!("{next:?}").contains(token.expose()), "{next:?}");
    assert!(world.follow(&next).await.contains("Xóa thẻ đã lưu"));
    let news = world.hpay.buyer_removes_card(token.expose()).await.unwrap();
    let report = news.request.unwrap();
    let report = world.extension().token_revocation(&Delivery::of(&report)).unwrap();
    assert_eq!((report.reported, &report.token), (Revoked::Removed, &token));
    assert!(!report.is_proven(), "nobody outside HPay knows its formula");
    assert!(matches!(report.raw.authenticity(), Authenticity::Unverified { .. }));

    let (_, page) = world.opened("DH-3", &paying).await;
    assert!(page.contains("<strong>29</strong>"), "a revoked token pays nothing: {page}");
    assert!(world.follow(&next).await.contains("<strong>29</strong>"));
}

#[tokio::test]
async fn a_revocation_goes_under_either_name_of_the_merchant() {
    for name in ["merchant_id", "merchant_site_code", "both"] {
        let world = World::with(&[("compat.revoke_token_merchant", name)]).await;
        world.opened("DH-1", &HPayOptions::new().with_atm_token(AtmToken::Create)).await;
        let [card] = world.cards_of("DH-1").await.try_into().unwrap();
        let token = card.token.accept_unsigned();
        let revoke = RevokeToken::new(token, card.bank_code, "http://127.0.0.1:9/cards");
        let next = world.extension().revoke_token(&revoke).unwrap();
        assert!(world.follow(&next).await.contains("Xóa thẻ đã lưu"), "{name}");
    }
}

#[tokio::test]
async fn a_token_of_an_international_card_is_told_and_paid_with() {
    let world = World::new().await;
    world.opened("DH-1", &HPayOptions::new().with_payment_method_id(VISA)).await;
    let [card] = world.cards_of("DH-1").await.try_into().unwrap();
    assert_eq!(
        (card.kind, card.masked_number.as_str()),
        (CardKind::International, "400000xxxxxx1091")
    );
    assert_eq!(world.hpay.cards()[0].kind, AtHPay::International);
    let (payment, page) = world
        .opened("DH-2", &HPayOptions::new().with_card_token(card.token.accept_unsigned()))
        .await;
    assert!(page.contains("200.000 ₫"), "{page}");
    let NextAction::Redirect { url } = payment.next.into_iter().next().unwrap() else { panic!() };
    assert!(url.contains("/v1/checkout.php?"), "the reference has no other page for it");

    let unknown = CardToken::new("482CB2C6EBC19A41E063AF598D0ADCD8").unwrap();
    let (_, page) = world.opened("DH-3", &HPayOptions::new().with_card_token(unknown)).await;
    assert!(page.contains("<strong>29</strong>"), "{page}");
}

#[tokio::test]
async fn a_token_that_a_browser_brings_back_is_never_taken() {
    let world = World::new().await;
    world.opened("DH-1", &HPayOptions::new().with_atm_token(AtmToken::Create)).await;
    let news = world.hpay.buyer_pays("DH-1", PayAs::Now).await.unwrap();
    let back = Request::get(news.return_link.unwrap()).body(Bytes::new()).unwrap();
    let endpoint = EndpointName::new(RETURN).unwrap();
    assert!(world.extension().saved_cards(&endpoint, &Delivery::of(&back)).is_err());
    // The same fields at notify_url are the server's word.
    let endpoint = EndpointName::new(NOTIFY).unwrap();
    let request = news.request.unwrap();
    assert_eq!(world.extension().saved_cards(&endpoint, &Delivery::of(&request)).unwrap().len(), 1);
}

#[tokio::test]
async fn an_account_in_dollars_asks_for_whole_dollars_and_reads_them() {
    let world = World::with(&[("currency", "usd")]).await;
    let dollars = |cents| Money::from_minor(cents, Currency::USD);
    let request =
        |cents| CreatePayment::new(OrderRef::new("DH-1").unwrap(), dollars(cents)).unwrap();
    let payments = world.provider.payments().unwrap();
    let cents = payments.create_payment(&request(2_050)).await.unwrap_err();
    assert_eq!(cents.field(), Some("amount"));
    let payment = payments.create_payment(&request(2_000)).await.unwrap().accepted().unwrap();
    assert!(world.follow(payment.next.first().unwrap()).await.contains("20,00 USD"));
    world.hpay.buyer_pays("DH-1", PayAs::Now).await.unwrap();
    let found = world.find(&payment.order).await;
    assert!(found.settles(dollars(2_000)) && !found.settles(Money::vnd(20)));
}

#[tokio::test]
async fn each_of_two_payments_for_one_order_is_found_by_its_number() {
    let world = World::new().await;
    let (payment, _) = world.opened("DH-1", &HPayOptions::new()).await;
    let mut numbers = Vec::new();
    for _ in 0..2 {
        let news = world.hpay.buyer_pays("DH-1", PayAs::Now).await.unwrap();
        numbers.push(GatewayRef::new(news.transaction_id.to_string()).unwrap());
    }
    for number in &numbers {
        let found = world.extension().find_transaction(&payment.order, number).await.unwrap();
        let found = found.found().unwrap();
        assert_eq!(
            (found.state, found.gateway_ref.as_ref()),
            (PaymentState::Settled, Some(number))
        );
    }
    let other = GatewayRef::new("1").unwrap();
    let found = world.extension().find_transaction(&payment.order, &other).await.unwrap();
    assert!(matches!(found, Lookup::Absent(_)));
}
