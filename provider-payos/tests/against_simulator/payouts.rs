//! Payouts, one by one and in batches.

use payments_core::{
    GatewayRef, Lookup, PayoutRef, Submission,
    bank::{AccountNumber, BankAccount, Bin},
    money::Money,
    payout::{Beneficiary, CreatePayout, PayoutState},
};
use provider_payos::{CreateBatch, PayOSPayoutOptions};
use simulator_payos::{Fault, Operation, Settings, TransactionState, When};

use crate::world::{World, accepted};

fn payout(reference: &str, amount: i64, name: &str) -> CreatePayout {
    let account = AccountNumber::new("0123456789").unwrap();
    let account = BankAccount::new(Bin::new("970422").unwrap(), account);
    let beneficiary = Beneficiary::new(account, name).unwrap();
    let payout = PayoutRef::new(reference).unwrap();
    CreatePayout::new(payout, Money::vnd(amount), beneficiary).unwrap().with_note("Hoan tien 1_a.b")
}

#[tokio::test]
async fn a_payout_is_sent_under_its_own_key_and_found_by_its_reference() {
    let world = World::start().await;
    let role = world.provider.payouts().unwrap();
    let options = PayOSPayoutOptions::new().with_category("salary");
    // Payouts of a million and more are where one of payOS's own libraries signs 1e+06.
    let request = payout("P-1", 1_000_000, "Nguyễn Văn A").with_options(&options).unwrap();
    let made = accepted(role.create_payout(&request).await.unwrap());
    assert_eq!((made.state, made.needs_attention), (PayoutState::Succeeded, false));
    assert_eq!(made.holder.as_deref(), Some("NGUYEN VAN A"));
    assert!(made.raw.is_verified());

    // A repetition has the same key, and is no second payout.
    let again = accepted(role.create_payout(&request).await.unwrap());
    assert_eq!(again.gateway_ref, made.gateway_ref);
    assert_eq!(world.payos.payouts().len(), 1);
    let keys: Vec<_> =
        world.payos.requests().into_iter().map(|one| one.idempotency_key.unwrap()).collect();
    assert_eq!(keys[0], keys[1]);
    assert_eq!(world.payos.payouts()[0].category.as_deref(), Some(&["salary".to_owned()][..]));

    let reference = PayoutRef::new("P-1").unwrap();
    let Lookup::Found(found) = role.find_payout(&reference).await.unwrap() else { panic!() };
    assert_eq!((found.state, found.amount), (PayoutState::Succeeded, Some(Money::vnd(1_000_000))));
    let unknown = role.find_payout(&PayoutRef::new("P-2").unwrap()).await.unwrap();
    assert!(matches!(unknown, Lookup::Absent(payments_core::Absence::Inconclusive { .. })));
}

#[tokio::test]
async fn a_payout_to_somebody_else_s_number_needs_attention() {
    let world = World::start().await;
    let role = world.provider.payouts().unwrap();
    let request = payout("P-1", 20_000, "Tran Thi B");
    assert!(accepted(role.create_payout(&request).await.unwrap()).needs_attention);
}

#[tokio::test]
async fn a_payout_whose_response_was_lost_is_found_and_never_sent_again() {
    let world = World::start().await;
    let role = world.provider.payouts().unwrap();
    let lost = Fault::LoseAnswer { when: When::AfterBooking };
    world.payos.fail_next(Operation::CreatePayout, lost);
    let request = payout("P-1", 20_000, "NGUYEN VAN A");
    assert!(role.create_payout(&request).await.unwrap().is_uncertain());
    assert_eq!(world.payos.requests().len(), 1);
    let found = role.find_payout(&request.payout).await.unwrap();
    assert!(matches!(found, Lookup::Found(found) if found.state == PayoutState::Succeeded));
    // An undocumented code decides nothing either.
    world.payos.fail_next(Operation::CreatePayout, Fault::RefuseWith { code: "601".to_owned() });
    let request = payout("P-2", 20_000, "NGUYEN VAN A");
    assert!(role.create_payout(&request).await.unwrap().is_uncertain());
}

#[tokio::test]
async fn a_batch_is_made_once_and_found_with_each_of_its_payouts() {
    let settings = Settings::test().with_payout_start(TransactionState::Received);
    let world = World::with(settings).await;
    let payos = world.extension();
    let batch = CreateBatch::new(
        PayoutRef::new("B-1").unwrap(),
        [payout("B-1-1", 20_000, "NGUYEN VAN A"), payout("B-1-2", 30_000, "NGUYEN VAN A")],
    )
    .with_category("salary")
    .with_validation(true);
    assert_eq!(payos.estimate_credit(&batch).await.unwrap(), 2);
    let made = accepted(payos.create_batch(&batch).await.unwrap());
    assert_eq!(made.payouts.len(), 2);
    accepted(payos.create_batch(&batch).await.unwrap());
    assert_eq!(world.payos.payouts().len(), 1, "the same key twice");

    world.payos.settle_payout("B-1-1", TransactionState::Succeeded).unwrap();
    world.payos.settle_payout("B-1-2", TransactionState::Failed).unwrap();
    let Lookup::Found(found) = payos.find_batch(&batch.reference).await.unwrap() else { panic!() };
    assert_eq!(found.approval_state, "PARTIAL_COMPLETED");
    let states: Vec<_> = found.payouts.iter().map(|payout| payout.state).collect();
    assert_eq!(states, [PayoutState::Succeeded, PayoutState::Failed]);
    let by_id = payos.find_payout_by_id(&found.gateway_ref).await.unwrap();
    assert_eq!(by_id.len(), 2);
    // A batch is not one payout.
    let role = world.provider.payouts().unwrap();
    assert!(role.find_payout(&batch.reference).await.is_err());
    let other = GatewayRef::new("batch_9").unwrap();
    assert!(payos.find_payout_by_id(&other).await.is_err());
}

#[tokio::test]
async fn a_batch_with_one_reference_twice_is_refused_before_it_leaves() {
    let world = World::start().await;
    let payouts = [payout("B-1-1", 20_000, "A"), payout("B-1-1", 30_000, "A")];
    let twice = CreateBatch::new(PayoutRef::new("B-1").unwrap(), payouts);
    assert!(world.extension().create_batch(&twice).await.is_err());
    let empty = CreateBatch::new(PayoutRef::new("B-1").unwrap(), []);
    assert!(world.extension().create_batch(&empty).await.is_err());
    assert!(world.payos.requests().is_empty());
}

#[tokio::test]
async fn the_balance_is_asked_for_and_signed() {
    let world = World::with(Settings::test().with_opening_balance(70_000)).await;
    let role = world.provider.payouts().unwrap();
    let balance = role.balance().await.unwrap();
    assert_eq!((balance.amount, balance.raw.is_verified()), (Money::vnd(70_000), true));
    let request = payout("P-1", 20_000, "NGUYEN VAN A");
    let made = role.create_payout(&request).await.unwrap();
    assert!(matches!(made, Submission::Accepted(_)));
    assert_eq!(role.balance().await.unwrap().amount, Money::vnd(50_000));
}
