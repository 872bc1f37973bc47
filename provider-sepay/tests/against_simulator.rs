//! The client against a SePay with a ledger, which shares no code with it.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test may panic"
)]

use std::sync::{Arc, Mutex};

use axum::{Router, extract::Request, routing::any};
use bytes::Bytes;
use http::{Response, StatusCode};
use payments_core::{
    Absence, Clock, DeclineReason, EndpointName, Lookup, Movement, OrderRef, Provider, Submission,
    SystemClock,
    money::Money,
    notification::{
        Confirmation, Delivery, Event, EventData, Evidence, Notification, Outcome, Received,
    },
    payment::{CreatePayment, NextAction, Payment, PaymentMethod, PaymentState},
    statement::{Cursor, StatementFilter},
};
use provider_kit::{
    config::PaymentsConfig,
    registry::{Context, Registry},
    transport::{Call, HttpClient, HttpClientSettings, Transport},
};
use provider_sepay::{HostedMethod, OrderQuery, SePay, SePayOptions};
use simulator_kit::{Schedule, Server};
use simulator_sepay::{
    BookingKind, Host, Mangling, Operation, SePaySimulator, Settings, Transfer, Webhook,
    WebhookAuth, When,
};

const ACCOUNT: &str = "0900000001";

/// A shop on a simulated SePay: the provider, and a server that takes its notifications.
struct Shop {
    sepay: SePaySimulator,
    provider: Provider,
    received: Arc<Mutex<Vec<Notification>>>,
    _server: Server,
}

impl Shop {
    async fn open(more: &str) -> Self {
        let sepay = SePaySimulator::start(Settings::test()).await.unwrap();
        let provider = provider(&sepay, more);
        let received = Arc::<Mutex<Vec<Notification>>>::default();
        let server = serve(provider.clone(), Arc::clone(&received)).await;
        let at = |path: &str| format!("{}{path}", server.url()).parse().unwrap();
        sepay.set_ipn_url(Some(at("/ipn")));
        let secret = sepay.settings().webhook_secret().to_owned();
        let auth = if more.contains("webhook_api_key") {
            WebhookAuth::ApiKey { key: secret }
        } else {
            WebhookAuth::HmacSha256 { secret }
        };
        sepay.add_webhook(Webhook::new(at("/bank-webhook"), auth));
        Self { sepay, provider, received, _server: server }
    }

    async fn signed() -> Self {
        let secret = Settings::test().webhook_secret().to_owned();
        Self::open(&format!("webhook_secret = \"{secret}\"")).await
    }

    async fn keyed() -> Self {
        let secret = Settings::test().webhook_secret().to_owned();
        Self::open(&format!("webhook_api_key = \"{secret}\"")).await
    }

    async fn create(&self, request: &CreatePayment) -> Payment {
        let submission = self.provider.payments().unwrap().create_payment(request).await.unwrap();
        submission.accepted().unwrap()
    }

    /// The buyer's browser posts the form of a new checkout.
    async fn arrive(&self, request: &CreatePayment) -> StatusCode {
        let payment = self.create(request).await;
        let Some(NextAction::PostForm(form)) = payment.next.first().cloned() else {
            panic!("{payment:?}")
        };
        let mut body = form_urlencoded::Serializer::new(String::new());
        body.extend_pairs(&form.fields);
        let request = http::Request::post(form.action)
            .header("content-type", "application/x-www-form-urlencoded")
            .body(Bytes::from(body.finish()))
            .unwrap();
        let client = HttpClient::new(HttpClientSettings::default()).unwrap();
        client.send(Call::instruction("browser", request)).await.unwrap().status()
    }

    async fn look_up(&self, order: &OrderRef) -> Lookup<Payment> {
        self.provider.payments().unwrap().find_payment(order).await.unwrap()
    }

    async fn found(&self, order: &OrderRef) -> Payment {
        self.look_up(order).await.found().unwrap()
    }

    async fn cancel(&self, order: &OrderRef) -> Submission<Payment> {
        self.provider.payments().unwrap().cancel_payment(order).await.unwrap()
    }

    async fn void(&self, order: &OrderRef) -> Submission<Payment> {
        self.provider.extension::<SePay>().unwrap().void_transaction(order).await.unwrap()
    }

    fn received(&self) -> Vec<Notification> {
        self.received.lock().unwrap().clone()
    }

    fn last_event(&self) -> Event {
        self.received().last().unwrap().events()[0].clone()
    }

    async fn confirm(&self, event: &Event) -> Confirmation {
        self.provider.notifications().unwrap().confirm(event).await.unwrap()
    }
}

fn provider(sepay: &SePaySimulator, more: &str) -> Provider {
    let settings = sepay.settings();
    let (pay, pgapi, userapi) =
        (sepay.url(Host::Pay), sepay.url(Host::PgApi), sepay.url(Host::UserApi));
    let text = format!(
        r#"
        [providers.sepay]
        kind = "sepay"
        environment = "sandbox"
        merchant_id = "{}"
        secret_key = "{}"
        api_token = "{}"
        account_bin = "970436"
        account_number = "{ACCOUNT}"
        code_prefix = "SPT"
        code_min = 8
        pay_url = "{pay}"
        pgapi_url = "{pgapi}"
        userapi_url = "{userapi}"
        {more}
        "#,
        settings.merchant_id(),
        settings.secret_key(),
        settings.api_token(),
    );
    let config: PaymentsConfig = toml::from_str(&text).unwrap();
    let client = HttpClient::new(HttpClientSettings::default()).unwrap();
    let registry = Registry::empty().add(provider_sepay::REGISTRATION);
    registry.build(&config, &Context::new(Arc::new(client))).unwrap().remove(0)
}

/// Takes notifications at `/ipn` and `/bank-webhook`, and replies as the provider says.
async fn serve(provider: Provider, received: Arc<Mutex<Vec<Notification>>>) -> Server {
    let take = any(move |request: Request| async move {
        let (head, body) = request.into_parts();
        let body = axum::body::to_bytes(body, 1 << 20).await.unwrap();
        let request = http::Request::from_parts(head, body);
        let endpoint = EndpointName::new(request.uri().path().trim_start_matches('/')).unwrap();
        let receiver = provider.notifications().unwrap();
        let delivery = Delivery::of(&request);
        let outcome = match receiver.receive(&endpoint, &delivery, SystemClock.now()) {
            Received::Notification(notification) => {
                received.lock().unwrap().push(notification);
                Outcome::Handled
            }
            Received::Unreadable(_) => Outcome::TryAgain,
            Received::Reply(_) | Received::Untrusted(_) => Outcome::Untrusted,
        };
        let reply: Response<Bytes> = receiver.reply(&endpoint, outcome);
        reply.map(axum::body::Body::from)
    });
    let router = Router::new().fallback_service(take);
    Server::start(router, "127.0.0.1:0".parse().unwrap()).await.unwrap()
}

fn order(reference: &str) -> OrderRef {
    OrderRef::new(reference).unwrap()
}

fn request(reference: &str, amount: i64) -> CreatePayment {
    CreatePayment::new(order(reference), Money::vnd(amount)).unwrap()
}

fn hosted(reference: &str, amount: i64, method: HostedMethod) -> CreatePayment {
    let options = SePayOptions::new().with_payment_method(method);
    request(reference, amount).with_options(&options).unwrap()
}

fn payment(event: &Event) -> &Payment {
    let EventData::Payment(payment) = event.data() else { panic!("{event:?}") };
    payment
}

fn movement(event: &Event) -> &Movement {
    let EventData::Movement(movement) = event.data() else { panic!("{event:?}") };
    movement
}

fn is_absent(lookup: &Lookup<Payment>) -> bool {
    matches!(lookup, Lookup::Absent(Absence::Inconclusive { .. }))
}

#[tokio::test]
async fn a_checkout_goes_from_unknown_to_open_to_settled_and_is_booked_once() {
    let shop = Shop::signed().await;
    let (order, request) = (order("DH-1"), request("DH-1", 300_000));
    shop.create(&request).await;
    assert!(shop.sepay.requests().is_empty() && shop.sepay.bookings().is_empty());
    assert!(is_absent(&shop.look_up(&order).await));

    assert_eq!(shop.arrive(&request).await, StatusCode::OK);
    assert_eq!(shop.found(&order).await.state, PaymentState::Open);

    let delivered = shop.sepay.buyer_pays("DH-1").await.unwrap();
    assert!(delivered.iter().all(|delivery| delivery.acknowledged), "{delivered:?}");
    let claimed = shop.last_event();
    assert!(matches!(claimed.evidence(), Evidence::Unconfirmed { .. }));
    let Confirmation::Confirmed(event) = shop.confirm(&claimed).await else { panic!("not so") };
    assert!(payment(&event).settles(Money::vnd(300_000)));

    assert!(shop.found(&order).await.settles(Money::vnd(300_000)));
    let [booking] = shop.sepay.bookings().try_into().unwrap();
    assert_eq!((booking.kind, booking.amount), (BookingKind::CheckoutPayment, 300_000));
    assert_eq!(booking.reference, "DH-1");
}

#[tokio::test]
async fn sepay_takes_the_form_in_either_order_with_every_method_and_every_field() {
    for formula in ["checkout", "checkout.allowlist"] {
        let shop = Shop::open(&format!("formulas.checkout = \"{formula}\"")).await;
        let methods = [
            None,
            Some(HostedMethod::Card),
            Some(HostedMethod::BankTransfer),
            Some(HostedMethod::NapasBankTransfer),
        ];
        for (number, method) in methods.into_iter().enumerate() {
            let mut options = SePayOptions::new()
                .with_error_url("https://shop.example/failed?a=1&b=2")
                .with_custom_data("{\"k\":\"v\"}");
            options.payment_method = method;
            let request = request(&format!("DH-{number}"), 45_000)
                .with_description("a=1,b=2 & <b>\"cà phê\"</b> 50% + ☕")
                .with_buyer(payments_core::payment::Buyer::new().with_id("x,y=z"))
                .with_return_url("https://shop.example/paid?o=1#done")
                .unwrap()
                .with_cancel_url("https://shop.example/cart")
                .unwrap()
                .with_options(&options)
                .unwrap();
            assert_eq!(shop.arrive(&request).await, StatusCode::OK, "{formula} {method:?}");
        }
    }
}

#[tokio::test]
async fn an_open_transfer_order_is_cancelled_and_a_paid_one_is_not() {
    let shop = Shop::signed().await;
    for reference in ["DH-1", "DH-2"] {
        let request = hosted(reference, 1_000, HostedMethod::BankTransfer);
        assert_eq!(shop.arrive(&request).await, StatusCode::OK);
    }
    let Submission::Accepted(cancelled) = shop.cancel(&order("DH-1")).await else {
        panic!("not cancelled")
    };
    assert_eq!(cancelled.state, PaymentState::Cancelled);
    assert_eq!(shop.found(&order("DH-1")).await.state, PaymentState::Cancelled);

    shop.sepay.buyer_pays("DH-2").await.unwrap();
    let Submission::Declined(decline) = shop.cancel(&order("DH-2")).await else {
        panic!("not declined")
    };
    // The order shows that it is paid.
    assert_eq!((decline.reason, decline.is_confirmed()), (DeclineReason::State, true));
    assert_eq!(shop.found(&order("DH-2")).await.state, PaymentState::Settled);

    let Submission::Declined(unknown) = shop.cancel(&order("DH-3")).await else {
        panic!("not declined")
    };
    assert_eq!((unknown.reason, unknown.is_confirmed()), (DeclineReason::Other, false));
}

#[tokio::test]
async fn a_voided_card_payment_is_refunded_on_every_route() {
    let shop = Shop::signed().await;
    assert_eq!(shop.arrive(&hosted("DH-1", 9_000, HostedMethod::Card)).await, StatusCode::OK);
    shop.sepay.buyer_pays("DH-1").await.unwrap();
    let Submission::Accepted(voided) = shop.void(&order("DH-1")).await else { panic!("not so") };
    assert_eq!(voided.state, PaymentState::Refunded);
    assert_eq!(shop.found(&order("DH-1")).await.state, PaymentState::Refunded);

    let claimed = shop.last_event();
    assert_eq!(payment(&claimed).state, PaymentState::Refunded);
    let Confirmation::Confirmed(event) = shop.confirm(&claimed).await else { panic!("not so") };
    assert_eq!(payment(&event).state, PaymentState::Refunded);
    // The notification of the payment itself, replayed, is answered with what the order is now.
    let paid = shop.received()[0].events()[0].clone();
    let Confirmation::Confirmed(replayed) = shop.confirm(&paid).await else { panic!("not so") };
    assert_eq!(payment(&replayed).state, PaymentState::Refunded);
    assert_eq!(replayed.key(), event.key());
    assert!(matches!(shop.void(&order("DH-1")).await, Submission::Declined(_)));
}

#[tokio::test]
async fn an_instruction_whose_answer_is_lost_is_uncertain_and_found_by_asking() {
    for (when, state) in
        [(When::BeforeBooking, PaymentState::Open), (When::AfterBooking, PaymentState::Cancelled)]
    {
        let shop = Shop::signed().await;
        shop.arrive(&hosted("DH-1", 1_000, HostedMethod::BankTransfer)).await;
        shop.sepay.lose_next_answer(Operation::OrderCancel, when);
        assert!(shop.cancel(&order("DH-1")).await.is_uncertain(), "{when:?}");
        assert_eq!(shop.found(&order("DH-1")).await.state, state, "{when:?}");
        let cancellations = shop.sepay.requests();
        let cancellations = cancellations.iter().filter(|call| call.path == "/v1/order/cancel");
        assert_eq!(cancellations.count(), 1, "{when:?}");
    }
}

#[tokio::test]
async fn a_strangers_answer_to_an_instruction_decides_nothing() {
    let shop = Shop::signed().await;
    shop.arrive(&hosted("DH-1", 1_000, HostedMethod::BankTransfer)).await;
    for status in [StatusCode::UNAUTHORIZED, StatusCode::TOO_MANY_REQUESTS, StatusCode::BAD_GATEWAY]
    {
        shop.sepay.fail_next(Operation::OrderCancel, status);
        assert!(shop.cancel(&order("DH-1")).await.is_uncertain(), "{status}");
    }
    assert_eq!(shop.found(&order("DH-1")).await.state, PaymentState::Open);
}

#[tokio::test]
async fn inquiries_are_patient() {
    let shop = Shop::signed().await;
    shop.arrive(&request("DH-1", 1_000)).await;
    shop.sepay.fail_next(Operation::OrderDetail, StatusCode::BAD_GATEWAY);
    shop.sepay.lose_next_answer(Operation::OrderDetail, When::AfterBooking);
    assert_eq!(shop.found(&order("DH-1")).await.state, PaymentState::Open);
}

#[tokio::test]
async fn a_transfer_is_proven_by_its_webhook_and_found_in_the_statement() {
    let shop = Shop::signed().await;
    let order = order("20260042");
    let opened =
        shop.create(&request("20260042", 50_000).with_method(PaymentMethod::BankTransfer)).await;
    let Some(NextAction::Transfer(transfer)) = opened.next.into_iter().next() else {
        panic!("no transfer")
    };
    assert!(is_absent(&shop.look_up(&order).await));

    let memo = transfer.memo.unwrap();
    let transfer = Transfer::into_account(transfer.account.number.as_str(), 20_000, &memo);
    let transferred =
        shop.sepay.transfer(transfer.mangled(Mangling::NONE.bank_text())).await.unwrap();
    assert!(transferred.deliveries.iter().all(|delivery| delivery.acknowledged));
    let event = shop.last_event();
    assert_eq!(*event.evidence(), Evidence::Proven);
    assert_eq!(movement(&event).order.as_ref(), Some(&order));
    assert_eq!(movement(&event).amount, Money::vnd(20_000));

    let short = shop.found(&order).await;
    assert_eq!(short.received, Some(Money::vnd(20_000)));
    assert!(!short.settles(Money::vnd(50_000)));
    shop.sepay.bank_transfer(ACCOUNT, 30_000, &memo).await.unwrap();
    let full = shop.found(&order).await;
    assert!(full.settles(Money::vnd(50_000)));
    assert_eq!(full.credits.len(), 2);
}

#[tokio::test]
async fn the_webhook_and_the_statement_tell_the_same_money() {
    let shop = Shop::signed().await;
    shop.sepay.bank_transfer(ACCOUNT, 50_000, "SPT20260042").await.unwrap();
    let told = shop.last_event();
    let [booked] = shop.found(&order("20260042")).await.credits.try_into().unwrap();
    let same = payments_core::same_credit(movement(&told), &booked);
    assert_eq!(same, payments_core::SameMoney::Same);
}

#[tokio::test]
async fn a_webhook_that_only_has_a_key_is_settled_by_the_statement() {
    let shop = Shop::keyed().await;
    shop.sepay.bank_transfer(ACCOUNT, 50_000, "SPT20260042").await.unwrap();
    let claimed = shop.last_event();
    assert!(!claimed.is_trusted());
    let Confirmation::Confirmed(event) = shop.confirm(&claimed).await else { panic!("not so") };
    assert_eq!(movement(&event).amount, Money::vnd(50_000));
    assert!(event.is_trusted());

    let mut larger = movement(&claimed).clone();
    larger.amount = Money::vnd(50_000_000);
    let forged = Event::inquired(larger.key.clone(), EventData::Movement(larger));
    assert!(matches!(shop.confirm(&forged).await, Confirmation::Contradicted { .. }));
}

#[tokio::test]
async fn a_notification_sent_twice_or_again_has_one_key() {
    let shop = Shop::signed().await;
    shop.sepay.set_schedule(Schedule::Twice);
    let transferred = shop.sepay.bank_transfer(ACCOUNT, 1_000, "SPT20260042").await.unwrap();
    shop.sepay.redeliver(transferred.webhook_id).await.unwrap();
    shop.arrive(&request("DH-1", 1_000)).await;
    shop.sepay.buyer_pays("DH-1").await.unwrap();
    let mut keys = Vec::new();
    for notification in shop.received() {
        let event = &notification.events()[0];
        let confirmed = match event.is_trusted() {
            true => event.clone(),
            false => match shop.confirm(event).await {
                Confirmation::Confirmed(event) => event,
                other => panic!("{other:?}"),
            },
        };
        keys.push(confirmed.key().unwrap().clone());
    }
    assert!(keys.len() >= 5, "{keys:?}");
    keys.sort();
    keys.dedup();
    assert_eq!(keys.len(), 2, "{keys:?}");
}

#[tokio::test]
async fn an_order_paid_on_the_page_and_by_transfer_is_told_as_two_payments() {
    let shop = Shop::signed().await;
    let order = order("20260042");
    shop.arrive(&request("20260042", 50_000)).await;
    shop.sepay.bank_transfer(ACCOUNT, 50_000, "SPT20260042").await.unwrap();
    assert_eq!(shop.found(&order).await.credits.len(), 1);
    shop.sepay.buyer_pays("20260042").await.unwrap();
    let Lookup::Several(payments) = shop.look_up(&order).await else { panic!("not several") };
    assert!(payments.iter().all(|payment| payment.settles(Money::vnd(50_000))));
}

#[tokio::test]
async fn a_statement_is_read_whole_in_pages_and_then_what_came_later() {
    let shop = Shop::signed().await;
    shop.sepay.remove_webhooks();
    for amount in 1..=230 {
        shop.sepay.bank_transfer(ACCOUNT, amount, "x").await.unwrap();
    }
    let statements = shop.provider.statements().unwrap();
    let (mut cursor, mut told) = (Cursor::start(), Vec::new());
    loop {
        let page = statements.entries(&cursor, &StatementFilter::new()).await.unwrap();
        told.extend(page.entries.iter().map(|entry| entry.as_result().unwrap().amount.minor()));
        cursor = page.next;
        if !page.more {
            break;
        }
    }
    assert_eq!(told, (1..=230).collect::<Vec<i64>>());

    let nothing = statements.entries(&cursor, &StatementFilter::new()).await.unwrap();
    assert!(nothing.entries.is_empty() && !nothing.more);
    shop.sepay.bank_transfer_out(ACCOUNT, 999, "y").await.unwrap();
    let later = statements.entries(&nothing.next, &StatementFilter::new()).await.unwrap();
    let later: Vec<_> =
        later.entries.iter().map(|entry| entry.as_result().unwrap().amount.minor()).collect();
    assert_eq!(later, [999]);
}

#[tokio::test]
async fn accounts_and_orders_are_those_of_the_books() {
    let shop = Shop::signed().await;
    let accounts = shop.provider.statements().unwrap().accounts().await.unwrap();
    let accounts = payments_core::Listed::all(accounts).unwrap();
    let balances = accounts.iter().map(|account| account.balance.as_ref());
    let balances: Vec<_> = balances.map(|known| known.map(|it| it.amount.minor())).collect();
    // SePay says 0 of accounts whose balance it does not know.
    assert_eq!(balances, [Some(10_000_000), Some(5_000_000), None, None]);
    assert_eq!(accounts[0].account.as_ref().unwrap().number.as_str(), ACCOUNT);

    for number in 0..3 {
        shop.arrive(&request(&format!("DH-{number}"), 1_000)).await;
    }
    let sepay = shop.provider.extension::<SePay>().unwrap();
    let query = OrderQuery::new().with_per_page(2);
    let first = sepay.orders_page(&query).await.unwrap();
    assert_eq!((first.orders.len(), first.more, first.total), (2, true, Some(3)));
    let second = sepay.orders_page(&query.with_page(2)).await.unwrap();
    assert_eq!((second.orders.len(), second.more), (1, false));
}

#[tokio::test]
async fn no_secret_of_the_gateway_is_printed() {
    let shop = Shop::signed().await;
    shop.arrive(&request("DH-1", 1_000)).await;
    shop.sepay.buyer_pays("DH-1").await.unwrap();
    shop.sepay.bank_transfer(ACCOUNT, 1_000, "SPT20260042").await.unwrap();
    let shown = format!(
        "{:?} {:?} {:?} {:?}",
        shop.provider,
        shop.received(),
        shop.look_up(&order("DH-1")).await,
        shop.create(&request("DH-2", 1_000)).await,
    );
    for secret in shop.sepay.secrets() {
        assert!(!shown.contains(&secret));
    }
}
