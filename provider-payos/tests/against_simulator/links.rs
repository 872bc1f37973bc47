//! Payment links.

use payments_core::{
    DeclineReason, ErrorKind, Lookup, OrderRef, Submission, UncertainCause,
    money::Money,
    payment::{Buyer, NextAction, PaymentMethod, PaymentState},
};
use provider_payos::{Item, PayOSOptions};
use simulator_payos::{Fault, Operation};

use crate::world::{World, accepted, request};

#[tokio::test]
async fn a_link_is_opened_with_its_page_and_its_transfer() {
    let world = World::start().await;
    let payment = world.opened("20260042").await;
    let link = world.payos.links().remove(0);
    assert_eq!(payment.state, PaymentState::Open);
    let [NextAction::Redirect { url }, NextAction::Transfer(transfer)] = &payment.next[..] else {
        panic!("{:?}", payment.next)
    };
    assert_eq!(*url, format!("{}/web/{}", world.payos.hosts()["pay"], link.id));
    assert_eq!(transfer.account.number.as_str(), world.payos.settings().virtual_account);
    // The memo is payOS's: its own code, and then the description.
    assert_eq!(transfer.memo.as_deref(), Some(&*format!("{} Hai ly ca phe", link.code)));
    let qr = vietqr::VietQr::parse(transfer.vietqr.as_ref().unwrap()).unwrap();
    assert_eq!(qr.purpose(), transfer.memo.as_deref());

    // The page can be found again; the account is told once.
    let found = world.found("20260042").await;
    let [NextAction::Redirect { url: found }] = &found.next[..] else { panic!("{found:?}") };
    assert_eq!(found, url);
}

#[tokio::test]
async fn the_method_chooses_what_is_shown_first_and_options_arrive() {
    let world = World::start().await;
    let options = PayOSOptions::new()
        .with_item(Item::new("Ca phe", 2, Money::vnd(25_000)).with_unit("ly"))
        .with_buyer_company("CONG TY A", "0101234567")
        .with_buyer_address("Ha Noi");
    let request = request("7")
        .with_method(PaymentMethod::BankTransfer)
        .with_buyer(Buyer::new().with_name("Nguyen Van A").with_email("a@b.vn"))
        .with_options(&options)
        .unwrap();
    let role = world.provider.payments().unwrap();
    let payment = accepted(role.create_payment(&request).await.unwrap());
    assert!(matches!(payment.next[0], NextAction::Transfer(_)), "{:?}", payment.next);
    assert_eq!(payment.method, Some(PaymentMethod::BankTransfer));
}

#[tokio::test]
async fn a_paid_link_is_found_with_its_transfers() {
    let world = World::start().await;
    world.opened("1").await;
    world.payos.buyer_pays("1", 20_000).await.unwrap();
    let part = world.found("1").await;
    assert_eq!((part.state, part.received), (PaymentState::Processing, Some(Money::vnd(20_000))));
    world.payos.buyer_pays("1", 30_000).await.unwrap();
    let paid = world.found("1").await;
    assert_eq!((paid.state, paid.received), (PaymentState::Settled, Some(Money::vnd(50_000))));
    let amounts: Vec<_> = paid.credits.iter().map(|credit| credit.amount.minor()).collect();
    assert_eq!(amounts, [20_000, 30_000]);
    assert!(paid.settles(Money::vnd(50_000)) && paid.raw.is_verified());
}

#[tokio::test]
async fn a_link_is_cancelled_and_a_paid_one_is_not() {
    let world = World::start().await;
    let (open, paid) = (OrderRef::new("1").unwrap(), OrderRef::new("2").unwrap());
    world.opened("1").await;
    world.opened("2").await;
    world.payos.buyer_pays("2", 50_000).await.unwrap();
    let cancelled = world.extension().cancel_with_reason(&open, "het hang").await.unwrap();
    assert_eq!(accepted(cancelled).state, PaymentState::Cancelled);
    let reason = world.payos.links()[0].cancelled.clone().unwrap().1;
    assert_eq!(reason.as_deref(), Some("het hang"));

    // payOS documents no code for it. The link says that it is paid, and that is signed.
    let role = world.provider.payments().unwrap();
    let Submission::Declined(decline) = role.cancel_payment(&paid).await.unwrap() else {
        panic!("not declined")
    };
    assert_eq!((decline.reason, decline.is_confirmed()), (DeclineReason::State, true));
    // Of a cancelled link the same code proves nothing.
    let again = role.cancel_payment(&open).await.unwrap();
    assert!(again.is_uncertain(), "{again:?}");
    // A late transfer is still money.
    world.payos.buyer_pays("1", 50_000).await.unwrap();
    let late = world.found("1").await;
    assert_eq!((late.state, late.received), (PaymentState::Cancelled, Some(Money::vnd(50_000))));
}

#[tokio::test]
async fn an_order_is_opened_once_and_an_unknown_one_is_not_conclusively_absent() {
    let world = World::start().await;
    let role = world.provider.payments().unwrap();
    let unknown = role.find_payment(&OrderRef::new("1").unwrap()).await.unwrap();
    assert!(matches!(unknown, Lookup::Absent(payments_core::Absence::Inconclusive { .. })));
    world.opened("1").await;
    let Submission::Declined(decline) = role.create_payment(&request("1")).await.unwrap() else {
        panic!("not declined")
    };
    assert!(decline.is_duplicate() && !decline.is_confirmed());
}

#[tokio::test]
async fn what_payos_would_refuse_is_refused_before_it_leaves() {
    let world = World::start().await;
    let role = world.provider.payments().unwrap();
    let url = "http://127.0.0.1:1/a?x=1&description=B&orderCode=9";
    for (request, field) in [
        (request("123"), "order"),
        (request("DH1"), "order"),
        (request("007"), "order"),
        (request("9007199254740992"), "order"),
        (request("1").with_description(""), "description"),
        (request("1").with_description("a&amount=1"), "description"),
        (request("1").with_description("a description of 26 letters"), "description"),
        (request("1").with_cancel_url(url).unwrap(), "cancel_url"),
        (request("1").with_expiry(payments_core::Timestamp::from_unix(1 << 31)), "expires_at"),
    ] {
        let error = role.create_payment(&request).await.unwrap_err();
        assert_eq!((error.kind(), error.field()), (ErrorKind::InvalidRequest, Some(field)));
    }
    assert!(world.payos.requests().is_empty());
}

#[tokio::test]
async fn a_response_without_a_signature_is_not_believed() {
    let world = World::start().await;
    let role = world.provider.payments().unwrap();
    for fault in [Fault::LeaveSignatureOut, Fault::ForgeSignature] {
        let order = format!("{}", 1 + world.payos.links().len());
        world.payos.fail_next(Operation::CreateLink, fault.clone());
        let opened = role.create_payment(&request(&order)).await.unwrap();
        let Submission::Uncertain(uncertain) = opened else { panic!("{opened:?}") };
        assert_eq!(uncertain.cause, UncertainCause::BadSignature);
        world.payos.fail_next(Operation::FindLink, fault);
        let error = role.find_payment(&OrderRef::new(&order).unwrap()).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Malformed);
        assert_eq!(world.found(&order).await.state, PaymentState::Open);
    }
}
