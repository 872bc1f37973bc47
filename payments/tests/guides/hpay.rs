//! The guides on payments, virtual accounts and payouts, run against the simulated HPay.

use std::collections::HashSet;

use payments::{
    Lookup, OrderRef, PayoutRef, ProviderId,
    bank::AccountNumber,
    money::Money,
    payment::{CreatePayment, NextAction},
    payout::PayoutState,
    simulators::hpay::{Operation, PayAs, PayoutStart, PayoutState as AtHPay, Settings, When},
    virtual_account::VirtualAccountState,
};

use crate::gateways::{at_hpay, at_hpay_with};
use crate::snippets::{
    payouts::{Outcome, pay, request},
    take_a_payment::{Chosen, checkout, is_paid},
    virtual_accounts::{credits, open},
};

#[tokio::test]
async fn an_order_is_opened_shown_again_and_paid() {
    let (hpay, payments) = at_hpay().await;
    let order = OrderRef::new("20260042").unwrap();
    let (main, price) = (ProviderId::new("main").unwrap(), Money::vnd(50_000));
    let request = CreatePayment::new(order.clone(), price)
        .unwrap()
        .with_return_url("http://127.0.0.1:9/thanks")
        .unwrap();
    let mut chosen = Chosen::new();
    for _ in 0..2 {
        let next = checkout(&payments, &mut chosen, &request).await.unwrap();
        let [NextAction::Redirect { url }] = &next[..] else { panic!("{next:?}") };
        assert!(reqwest::get(url).await.unwrap().status().is_success());
    }
    assert_eq!(chosen[&order], main);

    assert!(!is_paid(&payments, &main, &order, price).await.unwrap());
    hpay.buyer_pays(order.as_str(), PayAs::Now).await.unwrap();
    assert!(is_paid(&payments, &main, &order, price).await.unwrap());
    assert!(!is_paid(&payments, &main, &order, Money::vnd(50_001)).await.unwrap());
}

#[tokio::test]
async fn a_virtual_account_lists_what_arrived_on_it() {
    let (hpay, payments) = at_hpay().await;
    let provider = payments.provider("main").unwrap();
    let order = OrderRef::new("20260042").unwrap();
    let account = open(provider, &order, "CUA HANG CA PHE").await.unwrap().unwrap();
    assert_eq!(account.state, VirtualAccountState::Open);

    assert!(credits(provider, &account.reference()).await.unwrap().is_empty());
    hpay.register_va_callback("http://127.0.0.1:9");
    for amount in [50_000, 20_000] {
        hpay.transfer_to_va(account.numbers[0].number.as_str(), amount).await.unwrap();
    }
    let credits = credits(provider, &account.reference()).await.unwrap();
    let mut amounts: Vec<_> = credits.iter().map(|credit| credit.amount.minor()).collect();
    amounts.sort_unstable();
    assert_eq!(amounts, [20_000, 50_000]);
}

#[tokio::test]
async fn a_virtual_account_whose_response_was_lost_can_be_opened_again() {
    let (hpay, payments) = at_hpay().await;
    let provider = payments.provider("main").unwrap();
    let order = OrderRef::new("20260042").unwrap();
    hpay.lose_next_answer(Operation::CreateAccount, When::AfterBooking).unwrap();
    assert!(open(provider, &order, "CUA HANG CA PHE").await.unwrap().is_none());
    assert!(open(provider, &order, "CUA HANG CA PHE").await.unwrap().is_some());
}

fn reported(outcome: Outcome) -> PayoutState {
    let Outcome::Reported(state) = outcome else { panic!("{outcome:?}") };
    state
}

#[tokio::test]
async fn a_payout_is_sent_once_and_asked_about_until_it_is_final() {
    for lost in [false, true] {
        let (hpay, payments) = at_hpay().await;
        hpay.start_payouts(PayoutStart::Accepted);
        let provider = payments.provider("main").unwrap();
        let request = request(provider, "P-1", "970418", "1234567890912312").await.unwrap();
        assert_eq!(request.beneficiary.name, "NGUYEN VAN A");
        if lost {
            hpay.lose_next_answer(Operation::CreatePayout, When::AfterBooking).unwrap();
        }
        let mut sent = HashSet::new();
        let first = pay(provider, &mut sent, &request).await.unwrap();
        assert_eq!(matches!(first, Outcome::Unknown(_)), lost, "{first:?}");
        let asked = reported(pay(provider, &mut sent, &request).await.unwrap());
        assert!(!asked.is_final(), "{asked:?}");
        hpay.settle_payout("P-1", AtHPay::Succeeded).unwrap();
        let asked = reported(pay(provider, &mut sent, &request).await.unwrap());
        assert_eq!(asked, PayoutState::Succeeded);
        assert_eq!(hpay.payouts().len(), 1);
    }
}

#[tokio::test]
async fn a_payout_that_was_not_sent_can_be_sent_later() {
    let (hpay, payments) = at_hpay().await;
    let provider = payments.provider("main").unwrap();
    let request = request(provider, "P-1", "970418", "1234567890912312").await.unwrap();
    let mut refused = request.clone();
    refused.payout = PayoutRef::new("P".repeat(51)).unwrap(); // HPay's references are shorter
    let mut sent = HashSet::new();
    pay(provider, &mut sent, &refused).await.unwrap_err();
    assert!(sent.is_empty() && hpay.payouts().is_empty());
    reported(pay(provider, &mut sent, &request).await.unwrap());
    let found = provider.payouts().unwrap().find_payout(&request.payout).await.unwrap();
    assert!(matches!(found, Lookup::Found(_)), "{found:?}");
}

#[tokio::test]
async fn a_refusal_without_proof_is_unknown_and_another_payout_of_the_reference_is_for_a_person() {
    let (hpay, payments) = at_hpay_with(Settings::test().with_failing_values()).await;
    hpay.start_payouts(PayoutStart::Accepted);
    let provider = payments.provider("main").unwrap();
    let mut request = request(provider, "P-1", "970418", "1234567890912312").await.unwrap();
    let known = request.beneficiary.account.clone();
    request.beneficiary.account.number = AccountNumber::new("40404040401").unwrap();
    let mut sent = HashSet::new();
    for _ in 0..2 {
        let outcome = pay(provider, &mut sent, &request).await.unwrap();
        assert!(matches!(outcome, Outcome::Unknown(_)), "{outcome:?}");
    }
    assert!(hpay.payouts().is_empty());

    request.payout = PayoutRef::new("P-2").unwrap();
    request.beneficiary.account = known;
    reported(pay(provider, &mut sent, &request).await.unwrap());
    request.amount = Money::vnd(1_000);
    let outcome = pay(provider, &mut sent, &request).await.unwrap();
    assert!(matches!(outcome, Outcome::ForAPerson(_)), "{outcome:?}");
    assert_eq!(hpay.payouts().len(), 1);
}
