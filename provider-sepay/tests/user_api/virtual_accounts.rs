//! The role of virtual accounts.

use std::time::Duration;

use http::StatusCode;
use payments_core::{
    AccountId, DeclineReason, ErrorKind, Listed, Lookup, Submission,
    money::Money,
    statement::{Cursor, StatementFilter},
    virtual_account::{
        OpenVirtualAccount, ResolveOpen, UpdateVirtualAccount, Uses, VirtualAccount,
        VirtualAccountRef, VirtualAccountState,
    },
};
use provider_sepay::SePayVaOptions;
use simulator_sepay::{Operation, When};
use vietqr::VietQr;

use crate::world::{
    BIDV, MBBANK, SACOMBANK, VIETCOMBANK, World, accepted, number, order, standing_still, vnd,
};

fn request(reference: &str, amount: i64) -> OpenVirtualAccount {
    OpenVirtualAccount::new(order(reference), "CONG TY CUA TOI")
        .unwrap()
        .with_amount(vnd(amount))
        .unwrap()
}

impl World {
    async fn open_account(&self, request: &OpenVirtualAccount) -> VirtualAccount {
        accepted(self.provider.virtual_accounts().unwrap().open(request).await.unwrap())
    }

    async fn find(&self, wanted: &VirtualAccountRef) -> Lookup<VirtualAccount> {
        self.provider.virtual_accounts().unwrap().find(wanted).await.unwrap()
    }

    async fn found(&self, wanted: &VirtualAccountRef) -> VirtualAccount {
        match self.find(wanted).await {
            Lookup::Found(found) => found,
            other => panic!("{other:?}"),
        }
    }
}

#[tokio::test]
async fn an_account_is_open_until_its_exact_amount_arrives_on_either_version() {
    for world in [World::open().await, World::over_v1().await] {
        let end = world.now().plus(Duration::from_secs(900));
        let opened = world.open_account(&request("DH20260001", 50_000).with_expiry(end)).await;
        assert_eq!(opened.state, VirtualAccountState::Open);
        assert_eq!(opened.numbers[0].expires_at, Some(end));
        assert_eq!(opened.numbers[0].qr_images.len(), 2);
        let qr = VietQr::parse(opened.numbers[0].vietqr.as_ref().unwrap()).unwrap();
        assert_eq!(qr.number(), number(&opened));
        assert_eq!((qr.bin(), qr.amount()), ("970418", Some(50_000)));

        let found = world.found(&opened.reference()).await;
        assert_eq!((found.state, found.received), (VirtualAccountState::Open, Some(vnd(0))));
        assert_eq!(found.numbers[0].vietqr, opened.numbers[0].vietqr);

        world.sepay.bank_transfer(number(&opened), 1, "x").await.unwrap_err();
        world.sepay.bank_transfer(number(&opened), 50_000, "x").await.unwrap();
        let paid = world.found(&opened.reference()).await;
        assert_eq!((paid.state, paid.received), (VirtualAccountState::Paid, Some(vnd(50_000))));

        let role = world.provider.virtual_accounts().unwrap();
        let credits = Listed::all(role.credits(&opened.reference()).await.unwrap()).unwrap();
        let [credit] = credits.as_slice() else { panic!("{credits:?}") };
        assert_eq!((credit.amount, credit.order.clone()), (vnd(50_000), Some(order("DH20260001"))));
        assert_eq!(credit.virtual_account.as_ref().unwrap().as_str(), number(&opened));
        let statements = world.provider.statements().unwrap();
        let page = statements.entries(&Cursor::start(), &StatementFilter::new()).await.unwrap();
        let entries = Listed::all(page.entries).unwrap();
        assert_eq!(entries[0].order, Some(order("DH20260001")), "the statement names it too");
    }
}

#[tokio::test]
async fn an_account_for_any_amount_takes_parts_and_money_that_is_late() {
    let world = World::open().await;
    let end = world.now().plus(Duration::from_secs(900));
    let any = OpenVirtualAccount::new(order("DH20260002"), "CONG TY CUA TOI").unwrap();
    let opened = world.open_account(&any.with_uses(Uses::Many).with_expiry(end)).await;
    assert_eq!((opened.amount, opened.numbers[0].amount), (None, None));
    world.sepay.bank_transfer(number(&opened), 20_000, "mot").await.unwrap();
    world.sepay.advance(Duration::from_secs(3_600));
    world.sepay.bank_transfer(number(&opened), 30_000, "hai").await.unwrap();

    let found = world.found(&opened.reference()).await;
    assert_eq!(found.state, VirtualAccountState::PartlyPaid, "too late is a date and no state");
    assert_eq!(found.received, Some(vnd(50_000)));
    let role = world.provider.virtual_accounts().unwrap();
    let credits = Listed::all(role.credits(&opened.reference()).await.unwrap()).unwrap();
    let amounts: Vec<Money> = credits.iter().map(|line| line.amount).collect();
    assert_eq!(amounts, [vnd(20_000), vnd(30_000)]);
}

#[tokio::test]
async fn each_bank_has_its_rules_and_its_options() {
    let world = World::open().await;
    let role = world.provider.virtual_accounts().unwrap();
    let rules = async |place| role.rules_for(&world.account(place)).await;
    let bidv = rules(BIDV).await.unwrap();
    assert!(bidv.parts && !bidv.amount_required && bidv.required_options.is_empty());
    let sacombank = rules(SACOMBANK).await.unwrap();
    assert!(sacombank.amount_required && !sacombank.parts);
    assert_eq!(sacombank.required_options, ["va_prefix"]);
    let vietcombank = rules(VIETCOMBANK).await.unwrap();
    assert_eq!(vietcombank.required_options, ["tid"]);
    assert_eq!((vietcombank.amount_required, vietcombank.longest_reference), (true, Some(15)));
    let none = rules(MBBANK).await.unwrap_err();
    assert_eq!((none.kind(), none.field()), (ErrorKind::Unsupported, Some("account")));
    let unknown = role.rules_for(&AccountId::new("nobody").unwrap()).await.unwrap_err();
    assert_eq!((unknown.kind(), unknown.field()), (ErrorKind::NotFound, Some("account")));

    let prefix = SePayVaOptions::new().with_va_prefix("SEP200001WEB");
    let at_sacombank =
        |reference| request(reference, 50_000).with_account(world.account(SACOMBANK));
    let opened =
        world.open_account(&at_sacombank("DH20260003").with_options(&prefix).unwrap()).await;
    assert!(number(&opened).starts_with("SEP200001WEB"));
    assert_eq!(opened.account, Some(world.account(SACOMBANK)));

    let terminal = SePayVaOptions::new().with_tid("20933557").with_duration(600);
    let at_vietcombank = request("DH20260004", 50_000).with_account(world.account(VIETCOMBANK));
    let opened = world.open_account(&at_vietcombank.with_options(&terminal).unwrap()).await;
    assert!(number(&opened).starts_with("970497"));
    let end = world.now().plus(Duration::from_secs(600));
    assert_eq!(opened.numbers[0].expires_at, Some(end));
}

#[tokio::test]
async fn what_a_bank_does_not_take_is_refused_with_nothing_opened() {
    let world = World::open().await;
    let role = world.provider.virtual_accounts().unwrap();
    let at = |place, reference: &str| request(reference, 1).with_account(world.account(place));
    let any = |place| {
        OpenVirtualAccount::new(order("DH20260003"), "CONG TY")
            .unwrap()
            .with_uses(Uses::Many)
            .with_account(world.account(place))
    };
    let tid = SePayVaOptions::new().with_tid("20933557");
    let both = SePayVaOptions::new().with_duration(60);
    let later = world.now().plus(Duration::from_secs(60));
    for (bad, field) in [
        (at(SACOMBANK, "DH20260003"), "options"),
        (at(VIETCOMBANK, "DH20260003"), "options"),
        (at(BIDV, "DH20260003").with_options(&tid).unwrap(), "options"),
        (at(VIETCOMBANK, "DH20260003000000").with_options(&tid).unwrap(), "order"),
        (any(SACOMBANK), "amount"),
        (any(VIETCOMBANK), "amount"),
        (any(BIDV).with_uses(Uses::Once), "uses"),
        (at(BIDV, "DH20260003").with_uses(Uses::Many), "uses"),
        (at(BIDV, "DH-20260003"), "order"),
        (at(BIDV, "DH20260003").with_expiry(world.now()), "expires_at"),
        (at(BIDV, "DH20260003").with_expiry(later).with_options(&both).unwrap(), "options"),
        (at(MBBANK, "DH20260003"), "account"),
        (at(BIDV, "DH20260003").with_remark("x"), "remark"),
    ] {
        let error = role.open(&bad).await.unwrap_err();
        assert_eq!(error.field(), Some(field), "{bad:?}: {error}");
    }
    let instructions = world.sepay.requests().iter().filter(|call| call.method != "GET").count();
    assert_eq!(instructions, 0);
}

#[tokio::test]
async fn a_lost_opening_is_found_again_by_its_reference() {
    for world in [World::open().await, World::over_v1().await] {
        let role = world.provider.virtual_accounts().unwrap();
        assert_eq!(role.capabilities().resolve_open, ResolveOpen::ByReference);
        let request = request("DH20260005", 50_000);
        let wanted = VirtualAccountRef::new(order("DH20260005"));

        world.sepay.lose_next_answer(Operation::VaOrderCreate, When::BeforeBooking);
        assert!(role.open(&request).await.unwrap().is_uncertain());
        assert!(matches!(world.find(&wanted).await, Lookup::Absent(_)));
        assert!(world.sepay.va_orders().is_empty());

        world.sepay.lose_next_answer(Operation::VaOrderCreate, When::AfterBooking);
        assert!(role.open(&request).await.unwrap().is_uncertain());
        let found = world.found(&wanted).await;
        assert_eq!((found.state, found.amount), (VirtualAccountState::Open, Some(vnd(50_000))));
        assert_eq!(world.sepay.va_orders().len(), 1, "it was sent once");
        assert!(found.gateway_ref.is_some());
    }
}

#[tokio::test]
async fn a_page_of_a_proxy_and_a_second_order_of_one_code_open_nothing() {
    let world = World::open().await;
    let role = world.provider.virtual_accounts().unwrap();
    let request = request("DH20260006", 50_000);
    for status in [StatusCode::BAD_GATEWAY, StatusCode::UNAUTHORIZED, StatusCode::OK] {
        world.sepay.fail_next(Operation::VaOrderCreate, status);
        assert!(role.open(&request).await.unwrap().is_uncertain(), "{status}");
    }
    world.open_account(&request).await;
    match role.open(&request).await.unwrap() {
        Submission::Declined(decline) => {
            assert_eq!(decline.reason, DeclineReason::InvalidRequest);
            assert!(!decline.is_confirmed());
        }
        other => panic!("{other:?}"),
    }
    assert_eq!(world.sepay.va_orders().len(), 1);
}

#[tokio::test]
async fn an_account_is_closed_until_money_arrived() {
    let world = World::open().await;
    let role = world.provider.virtual_accounts().unwrap();
    let opened = world.open_account(&request("DH20260007", 50_000)).await;
    // By its reference alone: the order is looked for first.
    let wanted = VirtualAccountRef::new(order("DH20260007"));
    let closed = accepted(role.close(&wanted).await.unwrap());
    assert_eq!((closed.state, number(&closed)), (VirtualAccountState::Closed, number(&opened)));
    assert_eq!(world.found(&wanted).await.state, VirtualAccountState::Closed);
    world.sepay.bank_transfer(number(&opened), 50_000, "x").await.unwrap_err();

    let paid = world.open_account(&request("DH20260008", 50_000)).await;
    world.sepay.bank_transfer(number(&paid), 50_000, "x").await.unwrap();
    match role.close(&paid.reference()).await.unwrap() {
        Submission::Declined(decline) => assert_eq!(decline.reason, DeclineReason::State),
        other => panic!("{other:?}"),
    }
    let nobody = VirtualAccountRef::new(order("DH20269999"));
    let error = role.close(&nobody).await.unwrap_err();
    assert_eq!((error.kind(), error.field()), (ErrorKind::NotFound, Some("order")));
}

#[tokio::test]
async fn another_order_under_a_gateway_reference_is_not_taken_for_ours() {
    let world = World::open().await;
    let opened = world.open_account(&request("DH20260009", 50_000)).await;
    let mut wanted = opened.reference();
    wanted.order = order("DH20260010");
    let role = world.provider.virtual_accounts().unwrap();
    let error = role.find(&wanted).await.unwrap_err();
    assert_eq!((error.kind(), error.field()), (ErrorKind::Conflict, Some("gateway_ref")));
}

#[tokio::test]
async fn what_sepay_cannot_do_is_said_by_its_capabilities_and_refused() {
    let world = World::open().await;
    let role = world.provider.virtual_accounts().unwrap();
    let can = role.capabilities();
    assert!(can.find && can.close && can.credits && can.any_amount);
    assert!(!can.update && !can.reopen);
    let wanted = VirtualAccountRef::new(order("DH20260011"));
    let update = UpdateVirtualAccount::new(wanted.clone(), "CONG TY").unwrap();
    assert_eq!(role.update(&update).await.unwrap_err().kind(), ErrorKind::Unsupported);
    assert_eq!(role.reopen(&wanted, None).await.unwrap_err().kind(), ErrorKind::Unsupported);
    assert!(world.sepay.requests().is_empty());
}

#[tokio::test]
async fn defaults_of_the_configuration_hold_where_a_request_says_nothing() {
    let settings = standing_still();
    let sacombank =
        simulator_sepay::BankAccount::new("0900000004", "", simulator_sepay::Bank::SACOMBANK, 0);
    let keys = format!(
        "userapi_rate = 0\nva_account = \"{}\"\nva_prefix = \"SEP200001WEB\"",
        sacombank.id
    );
    let world = World::with(settings, &keys).await;
    let role = world.provider.virtual_accounts().unwrap();
    let rules = role.rules_for(&world.account(SACOMBANK)).await.unwrap();
    assert!(rules.required_options.is_empty());
    let opened = world.open_account(&request("DH20260012", 50_000)).await;
    assert!(number(&opened).starts_with("SEP200001WEB"));
}
