//! The newer OpenAPI, spoken by both sides.

use std::time::Duration;

use payments_core::{
    Absence, DeclineReason, ErrorKind, GatewayRef, Listed, Lookup, OrderRef, Submission,
    UncertainCause,
    money::Money,
    notification::{Confirmation, EventData, Evidence},
    payout::{Payout, PayoutState},
    virtual_account::{
        UpdateVirtualAccount, VirtualAccount, VirtualAccountRef, VirtualAccountState,
    },
};
use provider_hpay::{HPay, endpoints::VA_CALLBACK};
use simulator_hpay::{Host, Operation, PayoutState as AtHPay, When};

use crate::world::{World, account, payout};

/// How often a path of the newer OpenAPI was called.
fn calls(world: &World, path: &str) -> usize {
    let log = world.hpay.requests();
    log.iter().filter(|call| call.host == Host::Openapi && call.path == path).count()
}

async fn found(world: &World, reference: &str) -> Payout {
    match world.find_payout(reference).await {
        Lookup::Found(payout) => payout,
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn a_payout_is_sent_under_one_token_and_found_until_it_is_final() {
    let world = World::openapi().await;
    let absent = world.find_payout("P-1").await;
    assert!(matches!(absent, Lookup::Absent(Absence::Inconclusive { .. })), "{absent:?}");

    let sent = world.pay_out("P-1").await.accepted().expect("accepted");
    assert_eq!(sent.state, PayoutState::Pending);
    let transaction = sent.gateway_ref.expect("HPay's number");
    for (at_hpay, state) in [
        (AtHPay::Processing, PayoutState::Pending),
        (AtHPay::Succeeded, PayoutState::Succeeded),
        (AtHPay::Reversed, PayoutState::Reversed),
    ] {
        world.hpay.settle_payout("P-1", at_hpay).unwrap();
        let payout = found(&world, "P-1").await;
        assert_eq!((payout.state, payout.needs_attention), (state, false));
        assert_eq!(payout.differs_from(&crate::world::payout("P-1")), None);
        assert_eq!(payout.gateway_ref.as_ref(), Some(&transaction));
    }
    assert_eq!(calls(&world, "/service/ibft/v1/oauth2/token"), 1);
    assert_eq!(calls(&world, "/service/ibft/v1/transfer"), 1);
}

#[tokio::test]
async fn a_repeated_reference_is_paid_again_and_both_are_found() {
    let world = World::openapi().await;
    let first = world.pay_out("P-1").await.accepted().unwrap();
    let second = world.pay_out("P-1").await.accepted().unwrap();
    assert_ne!(first.gateway_ref, second.gateway_ref);
    let Lookup::Several(both) = world.find_payout("P-1").await else { panic!("one") };
    assert!(both.len() == 2 && both.iter().all(|payout| payout.needs_attention));

    let hpay = world.provider.extension::<HPay>().unwrap();
    let number = second.gateway_ref.unwrap();
    let one = hpay.find_payout_transaction(&second.payout, &number).await.unwrap();
    let Lookup::Found(one) = one else { panic!("{one:?}") };
    assert_eq!(one.gateway_ref, Some(number));
}

#[tokio::test]
async fn a_payout_whose_response_is_lost_forged_or_of_another_account_is_uncertain() {
    let world = World::openapi().await;
    let hpay = &world.hpay;
    let cause = |submission: Submission<Payout>| match submission {
        Submission::Uncertain(uncertain) => uncertain.cause,
        other => panic!("{other:?}"),
    };
    hpay.lose_next_answer(Operation::CreatePayout, When::AfterBooking).unwrap();
    assert_eq!(cause(world.pay_out("P-1").await), UncertainCause::ConnectionLost);
    assert_eq!(found(&world, "P-1").await.state, PayoutState::Succeeded);
    hpay.forge_next_signature(Operation::CreatePayout).unwrap();
    assert_eq!(cause(world.pay_out("P-2").await), UncertainCause::BadSignature);
    hpay.echo_wrong_account_next();
    assert_eq!(cause(world.pay_out("P-3").await), UncertainCause::Mismatch);
    hpay.answer_next_with(Operation::CreatePayout, "777", When::BeforeBooking).unwrap();
    assert_eq!(cause(world.pay_out("P-4").await), UncertainCause::UnknownCode);
    assert_eq!(world.hpay.payouts().len(), 3);
}

#[tokio::test]
async fn a_signed_refusal_is_no_confirmed_decline_because_it_names_no_payout() {
    let world = World::openapi().await;
    let mut request = payout("P-1");
    request.amount = Money::vnd(999_000_000_000);
    let refused = world.provider.payouts().unwrap().create_payout(&request).await.unwrap();
    let Submission::Declined(decline) = refused else { panic!("{refused:?}") };
    assert_eq!((decline.reason, decline.is_confirmed()), (DeclineReason::Other, false));
    assert_eq!(decline.code.as_deref(), Some("214404"));
}

#[tokio::test]
async fn a_token_that_ended_or_was_revoked_is_replaced_without_the_caller_seeing_it() {
    let world = World::openapi().await;
    world.pay_out("P-1").await.accepted().unwrap();
    world.hpay.revoke_tokens();
    assert_eq!(found(&world, "P-1").await.state, PayoutState::Succeeded);
    assert_eq!(calls(&world, "/service/ibft/v1/oauth2/token"), 2);
    assert_eq!(calls(&world, "/service/ibft/v1/inquiry"), 2, "once more with another token");
}

#[tokio::test]
async fn an_instruction_under_a_revoked_token_is_sent_once_and_the_next_has_another() {
    let world = World::openapi().await;
    world.pay_out("P-1").await.accepted().unwrap();
    world.hpay.revoke_tokens();
    let second = world.pay_out("P-2").await;
    assert!(matches!(second, Submission::Uncertain(_)), "{second:?}");
    assert_eq!(calls(&world, "/service/ibft/v1/transfer"), 2);
    world.pay_out("P-3").await.accepted().unwrap();
    assert_eq!(calls(&world, "/service/ibft/v1/oauth2/token"), 2);
}

#[tokio::test]
async fn callers_who_come_together_share_one_token() {
    let world = World::openapi().await;
    let references = ["P-1", "P-2", "P-3", "P-4"];
    let all = futures_util::future::join_all(references.map(|one| world.pay_out(one))).await;
    assert!(all.into_iter().all(|one| one.accepted().is_ok()));
    assert_eq!(calls(&world, "/service/ibft/v1/oauth2/token"), 1);
}

#[tokio::test]
async fn without_a_token_nothing_is_sent_and_the_error_names_the_credentials() {
    let world = World::of(
        simulator_hpay::Settings::test(),
        &[("api", "openapi"), ("openapi_client_secret", "another-secret-of-the-tests")],
    )
    .await;
    let sent = world.provider.payouts().unwrap().create_payout(&payout("P-1")).await;
    let error = sent.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Authentication);
    assert!(error.to_string().contains("openapi_client_secret"), "{error}");
    assert_eq!(calls(&world, "/service/ibft/v1/transfer"), 0);
}

#[tokio::test]
async fn the_name_the_balance_and_a_transaction_are_asked_for_at_their_own_services() {
    let world = World::openapi().await;
    let payouts = world.provider.payouts().unwrap();
    for _ in 0..2 {
        let named = payouts.verify_beneficiary(&account()).await.unwrap();
        assert_eq!(named.name, "NGUYEN VAN A");
    }
    assert_eq!(calls(&world, "/service/ibft/v1/get-name"), 1, "a name may cost a fee");
    assert_eq!(payouts.balance().await.unwrap().amount, Money::vnd(101_747_939));

    let sent = world.pay_out("P-1").await.accepted().unwrap();
    let number = sent.gateway_ref.unwrap();
    let hpay = world.provider.extension::<HPay>().unwrap();
    let transaction = hpay.openapi_transaction(&number).await.unwrap();
    assert_eq!(transaction.amount, Some(Money::vnd(1_000_000)));
    assert_eq!(transaction.number, number);
    let unknown = GatewayRef::new("1").unwrap();
    let error = hpay.openapi_transaction(&unknown).await.unwrap_err();
    assert_eq!((error.kind(), error.code()), (ErrorKind::Conflict, Some("214404")));
}

async fn find(world: &World, account: &VirtualAccountRef) -> Lookup<VirtualAccount> {
    world.provider.virtual_accounts().unwrap().find(account).await.unwrap()
}

#[tokio::test]
async fn an_account_is_opened_renamed_closed_and_found_in_the_list() {
    let world = World::openapi().await;
    let opened = world.open_account(Some(50_000)).await;
    assert_eq!(
        (opened.state, opened.amount),
        (VirtualAccountState::Open, Some(Money::vnd(50_000)))
    );
    assert!(opened.numbers[0].vietqr.is_some());
    let booked = &world.hpay.virtual_accounts()[0];
    assert_eq!(booked.request_id.as_deref(), Some("DH-1"));

    let accounts = world.provider.virtual_accounts().unwrap();
    let reference = opened.reference();
    let Lookup::Found(found) = find(&world, &reference).await else { panic!("absent") };
    assert_eq!((found.state, found.amount), (opened.state, opened.amount));
    assert_eq!(found.numbers[0].number, opened.numbers[0].number);

    let renamed = UpdateVirtualAccount::new(reference.clone(), "TRAN THI B").unwrap();
    accounts.update(&renamed).await.unwrap().accepted().expect("renamed");
    assert_eq!(world.hpay.virtual_accounts()[0].name, "TRAN THI B");
    let closed = accounts.close(&reference).await.unwrap().accepted().expect("closed");
    assert_eq!(closed.state, VirtualAccountState::Closed);
    let Lookup::Found(found) = find(&world, &reference).await else { panic!("absent") };
    assert_eq!(found.state, VirtualAccountState::Closed);

    let error = accounts.reopen(&reference, None).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Unsupported);
    let again = accounts.close(&reference).await.unwrap();
    assert!(matches!(again, Submission::Declined(_)), "{again:?}");
}

#[tokio::test]
async fn an_account_that_the_list_does_not_have_is_absent_and_not_conclusively() {
    let world = World::openapi().await;
    let mut other = world.open_account(None).await.reference();
    other.numbers = vec![payments_core::bank::AccountNumber::new("9631249999999999999").unwrap()];
    let absent = find(&world, &other).await;
    assert!(matches!(absent, Lookup::Absent(Absence::Inconclusive { .. })), "{absent:?}");
}

#[tokio::test]
async fn an_account_without_a_known_number_is_found_by_its_order() {
    let world = World::openapi().await;
    let opened = world.open_account(None).await;
    let order = VirtualAccountRef::new(OrderRef::new("DH-1").unwrap());
    let Lookup::Found(found) = find(&world, &order).await else { panic!("absent") };
    assert_eq!(found.numbers[0].number, opened.numbers[0].number);
    world.open_account(None).await;
    assert!(matches!(find(&world, &order).await, Lookup::Several(both) if both.len() == 2));
    let other = VirtualAccountRef::new(OrderRef::new("DH-2").unwrap());
    assert!(matches!(find(&world, &other).await, Lookup::Absent(_)));
}

#[tokio::test]
async fn a_credit_is_proven_by_its_callback_and_has_the_same_key_in_the_inquiry() {
    let world = World::openapi().await;
    let opened = world.open_account(Some(50_000)).await;
    let number = opened.numbers[0].number.clone();
    let sent = world.hpay.transfer_to_va(number.as_str(), 30_000).await.unwrap();
    let told = world.trusted(VA_CALLBACK, &sent.request.unwrap());
    let event = &told.events()[0];
    assert_eq!(*event.evidence(), Evidence::Proven);
    let EventData::Movement(credit) = event.data() else { panic!("{event:?}") };

    let accounts = world.provider.virtual_accounts().unwrap();
    let listed = Listed::all(accounts.credits(&opened.reference()).await.unwrap()).unwrap();
    assert_eq!(listed.len(), 1);
    assert_eq!((listed[0].amount, &listed[0].key), (Money::vnd(30_000), &credit.key));
    assert_eq!(credit.virtual_account.as_ref(), Some(&number));
    assert_eq!(listed[0].memo.as_deref(), Some("DH 1"));
}

#[tokio::test]
async fn a_callback_under_the_older_names_is_confirmed_by_the_openapi() {
    let world = World::of(simulator_hpay::Settings::test(), &[("api", "openapi")]).await;
    let opened = world.open_account(Some(50_000)).await;
    let number = opened.numbers[0].number.as_str();
    let sent = world.hpay.transfer_to_va(number, 30_000).await.unwrap();
    let told = world.trusted(VA_CALLBACK, &sent.request.unwrap());
    let event = &told.events()[0];
    assert_ne!(*event.evidence(), Evidence::Proven, "its code covers no amount");
    let confirmed = world.confirm(event).await;
    let Confirmation::Confirmed(confirmed) = confirmed else { panic!("{confirmed:?}") };
    let EventData::Movement(credit) = confirmed.data() else { panic!("{confirmed:?}") };
    let EventData::Movement(claimed) = event.data() else { panic!("{event:?}") };
    assert_eq!((credit.amount, &credit.key), (Money::vnd(30_000), &claimed.key));
    assert_eq!(calls(&world, "/service/va/v1/inquiry"), 1);
    assert_eq!(calls(&world, "/v1/account/inquiry"), 0);
}

#[tokio::test]
async fn each_role_speaks_the_api_that_the_configuration_names() {
    let world = World::of(simulator_hpay::Settings::test(), &[("api.payouts", "openapi")]).await;
    world.pay_out("P-1").await.accepted().unwrap();
    world.open_account(None).await;
    world.provider.payouts().unwrap().balance().await.unwrap();
    let paths: Vec<String> = world.hpay.requests().into_iter().map(|call| call.path).collect();
    assert_eq!(
        paths,
        [
            "/service/ibft/v1/oauth2/token",
            "/service/ibft/v1/transfer",
            "/api/va/create",
            "/api/user/GetBalance",
        ]
    );
}

#[tokio::test]
async fn a_token_is_renewed_a_minute_before_its_end() {
    let settings = simulator_hpay::Settings::test().with_openapi_token_seconds(60);
    let world = World::of(settings, &[("api", "openapi")]).await;
    world.pay_out("P-1").await.accepted().unwrap();
    world.hpay.advance(Duration::from_secs(1));
    found(&world, "P-1").await;
    assert_eq!(calls(&world, "/service/ibft/v1/oauth2/token"), 2);
}
