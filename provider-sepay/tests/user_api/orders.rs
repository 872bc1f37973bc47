//! Orders with virtual accounts, through the typed methods of both versions.

use std::time::Duration;

use payments_core::{DeclineReason, ErrorKind, Listed, Submission};
use provider_sepay::{
    QrTemplate,
    user_api::{NewOrder, NewVa, OrderStatus, VaStatus, v2},
};
use simulator_sepay::{Operation, When};

use crate::world::{BIDV, MBBANK, SACOMBANK, VIETCOMBANK, World, accepted, order, vnd};

#[tokio::test]
async fn an_order_is_created_listed_and_found_in_v2() {
    let world = World::open().await;
    let (api, account) = (world.v2(), world.uuid(BIDV));
    let new = NewOrder::new(order("DH20250001"))
        .with_amount(vnd(500_000))
        .with_duration(Duration::from_secs(900))
        .with_qr(QrTemplate::QrOnly);
    let created = accepted(api.create_order(&account, &new).await.unwrap());
    assert_eq!(created.amount, Some(vnd(500_000)));
    assert_eq!(created.expires_at, Some(world.now().plus(Duration::from_secs(900))));
    assert!(created.qr_code.unwrap().starts_with("data:image/png"));
    assert!(created.qr_code_url.unwrap().contains("template=qronly"));

    let found = api.order(&account, &created.id).await.unwrap().unwrap();
    assert_eq!(found.status, OrderStatus::Pending);
    assert_eq!(found.code.as_deref(), Some("DH20250001"));
    assert_eq!(found.va[0].va_number, created.va_number);
    assert_eq!(api.order(&account, "nobody").await.unwrap(), None);

    let page = api.orders(&account, &v2::VaOrderFilter::new(), 1).await.unwrap();
    assert_eq!((page.rows.len(), page.total), (1, Some(1)));
    let mut every = api.every_order(&account, &v2::VaOrderFilter::new()).unwrap();
    assert_eq!(every.next().await.unwrap(), Some(Listed::Read(found)));

    let filter = v2::VirtualAccountFilter::new().q(created.va_number.as_str());
    let accounts = api.virtual_accounts(&account, &filter, 1).await.unwrap();
    let accounts = Listed::all(accounts.rows).unwrap();
    let [va] = accounts.as_slice() else { panic!("{accounts:?}") };
    assert_eq!((va.active, va.is_static), (Some(true), Some(false)));
    assert_eq!(api.virtual_account(&account, &va.id).await.unwrap().as_ref(), Some(va));
    assert_eq!(api.virtual_account(&world.uuid(MBBANK), &va.id).await.unwrap(), None);
    let mut every = api.every_virtual_account(&account, &filter).unwrap();
    assert_eq!(every.next().await.unwrap(), Some(Listed::Read(va.clone())));
}

#[tokio::test]
async fn an_order_at_bidv_is_paid_in_parts() {
    let world = World::open().await;
    let (api, account) = (world.v2(), world.uuid(BIDV));
    let new = NewOrder::new(order("DH20250002")).with_amount(vnd(500_000));
    let created = accepted(api.create_order(&account, &new).await.unwrap());
    let part = NewVa::new().with_amount(vnd(200_000));
    let va = accepted(api.add_va(&account, &created.id, &part).await.unwrap());
    assert_eq!((va.amount, va.status.clone()), (Some(vnd(200_000)), VaStatus::Unpaid));
    let rest = accepted(api.add_va(&account, &created.id, &NewVa::new()).await.unwrap());

    world.sepay.bank_transfer(&va.va_number, 200_000, "phan 1").await.unwrap();
    let found = api.order(&account, &created.id).await.unwrap().unwrap();
    assert_eq!((found.status, found.paid_amount), (OrderStatus::Partially, Some(vnd(200_000))));
    assert!(found.va.iter().any(|other| other.status == VaStatus::Paid));

    for amount in [100_000, 200_000] {
        world.sepay.bank_transfer(&rest.va_number, amount, "phan 2").await.unwrap();
    }
    let found = api.order(&account, &created.id).await.unwrap().unwrap();
    assert_eq!((found.status, found.paid_amount), (OrderStatus::Paid, Some(vnd(500_000))));
}

#[tokio::test]
async fn cancelling_is_answered_by_an_empty_204() {
    let world = World::open().await;
    let (api, account) = (world.v2(), world.uuid(BIDV));
    let new = NewOrder::new(order("DH20250003")).with_amount(vnd(500_000));
    let created = accepted(api.create_order(&account, &new).await.unwrap());
    accepted(api.cancel_va(&account, &created.id, &created.va_number).await.unwrap());
    let found = api.order(&account, &created.id).await.unwrap().unwrap();
    assert_eq!(
        (found.status, found.va[0].status.clone()),
        (OrderStatus::Pending, VaStatus::Cancelled)
    );
    accepted(api.cancel_order(&account, &created.id).await.unwrap());
    assert_eq!(world.sepay.va_orders()[0].status, simulator_sepay::OrderStatus::Cancelled);

    match api.cancel_order(&account, &created.id).await.unwrap() {
        Submission::Declined(decline) => {
            assert_eq!(decline.reason, DeclineReason::State);
            assert_eq!(decline.code.as_deref(), Some("invalid_state"));
            assert!(!decline.is_confirmed());
        }
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn each_bank_refuses_what_is_another_banks() {
    let world = World::open().await;
    let api = world.v2();
    let new = || NewOrder::new(order("DH20250004")).with_amount(vnd(500_000));
    for (place, order, code) in [
        (VIETCOMBANK, new().with_tid("a1b2-c3"), "invalid_tid_format"),
        (VIETCOMBANK, new().with_tid("11111111"), "invalid_tid"),
        (VIETCOMBANK, new(), "validation_error"),
        (SACOMBANK, new(), "validation_error"),
        (BIDV, new().with_va_prefix("SEP200001WEB"), "validation_error"),
        (MBBANK, new(), "unsupported_bank"),
    ] {
        match api.create_order(&world.uuid(place), &order).await.unwrap() {
            Submission::Declined(decline) => {
                assert_eq!(decline.code.as_deref(), Some(code), "{place}");
                assert_eq!(decline.reason, DeclineReason::InvalidRequest, "{code}");
            }
            other => panic!("{other:?}"),
        }
    }
    assert!(world.sepay.va_orders().is_empty());
}

#[tokio::test]
async fn what_no_bank_takes_is_refused_before_anything_is_sent() {
    let world = World::open().await;
    let (api, account) = (world.v2(), world.uuid(BIDV));
    for (bad, field) in [
        (NewOrder::new(order("DH-1234")), "order"),
        (NewOrder::new(order("DH123")), "order"),
        (NewOrder::new(order("DH12345")).with_amount(vnd(1_000_000_000_000)), "amount"),
        (NewOrder::new(order("DH12345")).with_holder("Cong ty"), "holder"),
        (NewOrder::new(order("DH12345")).with_duration(Duration::ZERO), "duration"),
    ] {
        let error = api.create_order(&account, &bad).await.unwrap_err();
        assert_eq!((error.kind(), error.field()), (ErrorKind::InvalidRequest, Some(field)));
    }
    assert!(world.sepay.requests().is_empty());
}

#[tokio::test]
async fn v1_has_the_same_orders_for_bidv_alone() {
    let world = World::open().await;
    let api = world.v1();
    let new = NewOrder::new(order("DH20250005"));
    let created = accepted(api.create_order("21", &new).await.unwrap());
    assert_eq!(created.amount, None, "an amount of null takes any amount");
    let listed = Listed::all(api.orders("21").await.unwrap()).unwrap();
    assert_eq!(listed[0].code.as_deref(), Some("DH20250005"));
    assert_eq!(api.order("21", &created.id).await.unwrap().as_ref(), listed.first());
    assert_eq!(api.order("21", "nobody").await.unwrap(), None);
    let va = accepted(api.add_va("21", &created.id, &NewVa::new()).await.unwrap());
    accepted(api.cancel_va("21", &created.id, &va.va_number).await.unwrap());
    accepted(api.cancel_order("21", &created.id).await.unwrap());

    let elsewhere = api.orders("20").await.unwrap_err();
    assert_eq!(elsewhere.kind(), ErrorKind::NotFound, "MBBank has no orders in v1");
    match api.cancel_order("21", &created.id).await.unwrap() {
        Submission::Declined(decline) => assert_eq!(decline.reason, DeclineReason::InvalidRequest),
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn an_instruction_whose_answer_is_lost_is_uncertain_and_sent_once() {
    let world = World::open().await;
    let (api, account) = (world.v2(), world.uuid(BIDV));
    let new = NewOrder::new(order("DH20250006")).with_amount(vnd(500_000));
    let created = accepted(api.create_order(&account, &new).await.unwrap());
    let before = world.sepay.requests().len();
    for (operation, when) in [
        (Operation::VaCreate, When::AfterBooking),
        (Operation::VaCancel, When::BeforeBooking),
        (Operation::VaOrderCancel, When::AfterBooking),
    ] {
        world.sepay.lose_next_answer(operation, when);
    }
    assert!(api.add_va(&account, &created.id, &NewVa::new()).await.unwrap().is_uncertain());
    assert!(api.cancel_va(&account, &created.id, &created.va_number).await.unwrap().is_uncertain());
    assert!(api.cancel_order(&account, &created.id).await.unwrap().is_uncertain());
    assert_eq!(world.sepay.requests().len(), before + 3, "each was sent once");
    assert_eq!(world.sepay.va_orders()[0].va.len(), 2);
}
