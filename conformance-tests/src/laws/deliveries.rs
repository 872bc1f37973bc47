//! What a gateway sends is understood, answered, and handled once.

use std::panic::{AssertUnwindSafe, catch_unwind};

use bytes::Bytes;
use futures_util::future::FutureExt as _;
use http::{Method, Request};
use payments_core::{
    DedupeKey, Movement, NotificationReceiver,
    money::Money,
    notification::{
        Confirmation, Delivery, Endpoint, Event, News, Notification, Outcome, Received,
    },
    payment::PaymentState,
    payout::PayoutState,
};

use crate::{
    Booking, Flaw, Law, Notifies, Operation, Sent, Start,
    instruction::{Instruction, open_payment, open_virtual_account, pay},
    law::Check,
    scene::Scene,
};

pub(crate) static A_NOTIFICATION_TELLS_WHAT_THE_LEDGER_SAYS: Law = Law {
    name: "a_notification_tells_what_the_ledger_says",
    says: "What a gateway sends about a payment, a credit or a payout becomes an event that is \
           proven or can be confirmed, with the ledger's own values.",
    why: "The notification is the usual way by which a shop learns that it was paid.",
    look_at: "`receive`: what it reads into which news, and `confirm`",
    check: Check::Scene(|start| tells_what_the_ledger_says(start).boxed()),
};

pub(crate) static THE_SAME_HAPPENING_HAS_ONE_KEY: Law = Law {
    name: "the_same_happening_has_one_key",
    says: "A happening that is told again, on any route, has the same key, and another happening \
           has another one.",
    why: "A shop that sees two keys hands over twice.",
    look_at: "what the dedupe key is made of: never a time, a signature or an attempt",
    check: Check::Scene(|start| one_key(start).boxed()),
};

pub(crate) static A_BROWSERS_RETURN_SETTLES_NOTHING: Law = Law {
    name: "a_browsers_return_settles_nothing",
    says: "What comes through a buyer's browser shows a page and is never believed, however well \
           it is signed.",
    why: "Buyers can reload, keep and pass on every link that they were given.",
    look_at: "`Endpoint::display_only` of the endpoint where browsers return",
    check: Check::Scene(|start| browsers(start).boxed()),
};

pub(crate) static STRANGERS_ARE_WELCOME: Law = Law {
    name: "strangers_are_welcome",
    says: "An event of a kind that nobody knows is unrecognised and acknowledged, and bytes of \
           any kind are untrusted and never a panic.",
    why: "Gateways add kinds of events, and repeat for ever what is refused.",
    look_at: "the last arm where kinds are read, and what is indexed or unwrapped on the way",
    check: Check::Scene(|start| strangers(start).boxed()),
};

pub(crate) static THE_REPLY_IS_THE_DOCUMENTED_ONE: Law = Law {
    name: "the_reply_is_the_documented_one",
    says: "What was handled, is a duplicate or is ignored is acknowledged as the gateway documents; \
           what could not be kept or is untrusted never is.",
    why: "An error for a duplicate makes the gateway send it again for days.",
    look_at: "`reply`, by endpoint and outcome",
    check: Check::Scene(|start| replies(start).boxed()),
};

async fn tells_what_the_ledger_says(start: Start) -> Result<(), Flaw> {
    let Some(stage) = Stage::open(&start).await? else { return Ok(()) };
    let bookings = stage.scene.bookings().await;
    for sent in stage.server_to_server() {
        let notification = stage.genuine(sent)?;
        if notification.events().is_empty() {
            return Err(flaw(sent, "an event at least", "a notification without any")
                .at(notification.made_at));
        }
        for event in notification.events() {
            let event = stage.believed(event).await?;
            agrees(&event, &bookings).map_err(|found| {
                flaw(sent, "what the ledger says", found)
                    .with_ledger(format!("{bookings:?}"))
                    .at(notification.made_at)
            })?;
        }
    }
    Ok(())
}

async fn one_key(start: Start) -> Result<(), Flaw> {
    let Some(stage) = Stage::open(&start).await? else { return Ok(()) };
    let mut seen: Vec<(DedupeKey, String)> = Vec::new();
    for sent in stage.server_to_server() {
        let first = stage.genuine(sent)?.dedupe_key().clone();
        // Long enough that a key made of the time would be another one.
        stage.scene.subject.gateway.advance(std::time::Duration::from_secs(61)).await;
        let again = stage.gateway.again(sent).await;
        let again = stage.genuine(&again)?;
        let second = again.dedupe_key();
        if first != *second {
            let found = format!("{first:?}, and then {second:?}");
            return Err(flaw(sent, "one key for one happening", found).at(again.made_at));
        }
        let what = format!("{} {}", sent.endpoint, text(&sent.request));
        if let Some((_, other)) = seen.iter().find(|(key, other)| *key == first && *other != what) {
            let found = format!("{first:?} for {other} too");
            return Err(flaw(sent, "a key of its own", found).at(again.made_at));
        }
        seen.push((first, what));
    }
    // What was told again just now may be among what is to be taken.
    let _ = stage.gateway.take().await;
    pays_again(&stage).await?;
    for sent in stage.gateway.take().await.iter().filter(|sent| !sent.by_browser) {
        let later = stage.genuine(sent)?;
        if let Some((key, first)) = seen.iter().find(|(key, _)| key == later.dedupe_key()) {
            let found = format!("{key:?}, which is that of {first}");
            return Err(
                flaw(sent, "a key of its own, for it was paid again", found).at(later.made_at)
            );
        }
    }
    Ok(())
}

/// The buyer of the first order pays once more, where buyers can.
async fn pays_again(stage: &Stage) -> Result<(), Flaw> {
    let Some(gateway) = &stage.scene.subject.payments else { return Ok(()) };
    if !gateway.buyers().twice {
        return Ok(());
    }
    let payment = open_payment(&stage.scene, 1).await?;
    pay(&stage.scene, &payment, gateway.payment(payment.order.clone()).amount).await
}

async fn browsers(start: Start) -> Result<(), Flaw> {
    let Some(stage) = Stage::open(&start).await? else { return Ok(()) };
    for sent in stage.sent.iter().filter(|sent| sent.by_browser) {
        if !stage.endpoint(sent)?.display_only {
            return Err(flaw(sent, "an endpoint that is display-only", "one that is not"));
        }
        let Received::Notification(notification) = stage.receive(&sent.endpoint, &sent.request)
        else {
            continue;
        };
        if let Some(event) = notification.events().iter().find(|event| event.is_trusted()) {
            return Err(flaw(sent, "nothing that is believed", format!("{event:?}"))
                .at(notification.made_at));
        }
    }
    for sent in stage.server_to_server() {
        if stage.endpoint(sent)?.display_only {
            return Err(flaw(sent, "an endpoint that is not display-only", "one that is"));
        }
    }
    Ok(())
}

async fn strangers(start: Start) -> Result<(), Flaw> {
    let Some(stage) = Stage::open(&start).await? else { return Ok(()) };
    if let Some(sent) = stage.gateway.unknown().await {
        match stage.receive(&sent.endpoint, &sent.request) {
            Received::Notification(notification) => {
                let is_unknown = |event: &Event| matches!(event.news(), News::Unrecognised { .. });
                if !notification.events().iter().all(is_unknown) {
                    let found = format!("{:?}", notification.events());
                    return Err(
                        flaw(&sent, "news that is unrecognised", found).at(notification.made_at)
                    );
                }
            }
            Received::Answer(_) => {}
            Received::Untrusted(untrusted) => {
                return Err(flaw(&sent, "news that is unrecognised", untrusted));
            }
        }
    }
    let now = stage.scene.clock().now();
    for endpoint in stage.receiver.endpoints() {
        for request in noise(endpoint) {
            let received = catch_unwind(AssertUnwindSafe(|| {
                stage.receiver.receive(&endpoint.name, &Delivery::of(&request), now)
            }));
            let found = match received {
                Err(_) => "a panic".to_owned(),
                Ok(Received::Notification(notification))
                    if notification.events().iter().any(Event::is_trusted) =>
                {
                    format!("{:?}", notification.events())
                }
                Ok(_) => continue,
            };
            let expected = "noise that is not believed, and does not panic";
            return Err(Flaw::new(expected, format!("{found} after {}", text(&request))));
        }
    }
    Ok(())
}

async fn replies(start: Start) -> Result<(), Flaw> {
    let Some(stage) = Stage::open(&start).await? else { return Ok(()) };
    for sent in stage.server_to_server() {
        for (outcome, acknowledges) in [
            (Outcome::Handled, true),
            (Outcome::Duplicate, true),
            (Outcome::Ignored, true),
            (Outcome::TryAgain, false),
            (Outcome::Untrusted, false),
        ] {
            let reply = stage.receiver.reply(&sent.endpoint, outcome);
            if stage.gateway.acknowledges(&sent.endpoint, &reply) != acknowledges {
                let expected = match acknowledges {
                    true => "a reply that the gateway takes for an acknowledgement",
                    false => "a reply that makes the gateway send it again",
                };
                let found = format!("for {outcome:?}: {} {:?}", reply.status(), reply.body());
                return Err(flaw(sent, expected, found));
            }
        }
    }
    Ok(())
}

/// A gateway where everything happened that it tells of, and what it sent.
pub(crate) struct Stage {
    pub(crate) scene: Scene,
    pub(crate) gateway: std::sync::Arc<dyn Notifies>,
    pub(crate) receiver: std::sync::Arc<dyn NotificationReceiver>,
    pub(crate) sent: Vec<Sent>,
}

impl Stage {
    /// `None` if the provider receives nothing.
    pub(crate) async fn open(start: &Start) -> Result<Option<Self>, Flaw> {
        let scene = Scene::open(start).await?;
        let (Some(gateway), Ok(receiver)) =
            (scene.subject.notifications.clone(), scene.provider.notifications().cloned())
        else {
            return Ok(None);
        };
        everything_happens(&scene).await?;
        let sent = gateway.take().await;
        if !sent.iter().any(|sent| !sent.by_browser) {
            let expected = "something that the gateway sends about what happened";
            return Err(Flaw::new(expected, "`Notifies::take` gave nothing"));
        }
        Ok(Some(Self { scene, gateway, receiver, sent }))
    }

    pub(crate) fn server_to_server(&self) -> impl Iterator<Item = &Sent> {
        self.sent.iter().filter(|sent| !sent.by_browser)
    }

    pub(crate) fn receive(
        &self,
        endpoint: &payments_core::EndpointName,
        request: &Request<Bytes>,
    ) -> Received {
        self.receiver.receive(endpoint, &Delivery::of(request), self.scene.clock().now())
    }

    /// What the provider makes of a delivery that nobody touched.
    pub(crate) fn genuine(&self, sent: &Sent) -> Result<Notification, Flaw> {
        match self.receive(&sent.endpoint, &sent.request) {
            Received::Notification(notification) => Ok(notification),
            other => Err(flaw(sent, "a notification, for nobody touched it", format!("{other:?}"))),
        }
    }

    /// An event as an app may believe it: proven, or confirmed.
    pub(crate) async fn believed(&self, event: &Event) -> Result<Event, Flaw> {
        if event.is_trusted() || !event.moves_money() {
            return Ok(event.clone());
        }
        match self.receiver.confirm(event).await {
            Ok(Confirmation::Confirmed(event)) => Ok(event),
            Ok(other) => Err(Flaw::new("a confirmed event, for it is so", format!("{other:?}"))),
            Err(error) => Err(Flaw::new("a confirmed event, for it is so", error)),
        }
    }

    fn endpoint(&self, sent: &Sent) -> Result<&Endpoint, Flaw> {
        let mut endpoints = self.receiver.endpoints().iter();
        endpoints
            .find(|endpoint| endpoint.name == sent.endpoint)
            .ok_or_else(|| flaw(sent, "an endpoint of the provider", "it has none of that name"))
    }
}

/// Everything of which a gateway may tell: a payment, a credit, a payout, a movement.
async fn everything_happens(scene: &Scene) -> Result<(), Flaw> {
    if let Some((gateway, _)) = scene.payments() {
        let payment = open_payment(scene, 1).await?;
        gateway.visit(&payment).await;
        pay(scene, &payment, gateway.payment(payment.order.clone()).amount).await?;
    }
    if let Some((gateway, _)) = scene.virtual_accounts() {
        let account = open_virtual_account(scene, 2).await?;
        let asked = gateway.virtual_account(account.order.clone()).amount;
        let amount = asked.unwrap_or(Money::vnd(50_000));
        gateway
            .credit(&account, amount)
            .await
            .map_err(|impossible| Flaw::new("a payer who can pay what was asked", impossible))?;
    }
    if let Some((gateway, _)) = scene.payouts() {
        let made = Instruction::ready(scene, Operation::CreatePayout, 3).await?;
        made.carry_out(&scene.provider).await.accepted()?;
        // Some end by themselves.
        let _ = gateway.end_payout(&scene.payout(3)?, PayoutState::Succeeded).await;
    }
    if let Some(gateway) = &scene.subject.statements {
        gateway.receive(Money::vnd(70_000), "of nobody's order").await;
    }
    Ok(())
}

/// The keys under which what the gateway sent is handled, each once.
pub(crate) async fn keys(scene: &Scene) -> Result<Vec<DedupeKey>, Flaw> {
    let mut keys: Vec<DedupeKey> =
        received(scene).await?.iter().map(|one| one.dedupe_key().clone()).collect();
    keys.sort_unstable();
    keys.dedup();
    Ok(keys)
}

/// The movements that the gateway told of, as far as they can be believed.
pub(crate) async fn movements(scene: &Scene) -> Result<Vec<Movement>, Flaw> {
    let Ok(receiver) = scene.provider.notifications() else { return Ok(Vec::new()) };
    let mut movements: Vec<Movement> = Vec::new();
    for notification in received(scene).await? {
        for event in notification.events() {
            let believed = if event.is_trusted() || !event.moves_money() {
                event.clone()
            } else {
                match receiver.confirm(event).await {
                    Ok(Confirmation::Confirmed(event)) => event,
                    Ok(other) => {
                        return Err(Flaw::new("a confirmed event", format!("{other:?}")));
                    }
                    Err(error) => return Err(Flaw::new("a confirmed event", error)),
                }
            };
            match believed.into_news() {
                News::Movement(movement) => movements.push(movement),
                News::Payment(payment) => movements.extend(payment.credits),
                _ => {}
            }
        }
    }
    // A payment lists its credits each time.
    movements.sort_by(|a, b| a.key.cmp(&b.key));
    movements.dedup_by(|a, b| a.key == b.key);
    Ok(movements)
}

async fn received(scene: &Scene) -> Result<Vec<Notification>, Flaw> {
    let (Some(gateway), Ok(receiver)) =
        (&scene.subject.notifications, scene.provider.notifications())
    else {
        return Ok(Vec::new());
    };
    let mut notifications = Vec::new();
    for sent in gateway.take().await.into_iter().filter(|sent| !sent.by_browser) {
        let delivery = Delivery::of(&sent.request);
        match receiver.receive(&sent.endpoint, &delivery, scene.clock().now()) {
            Received::Notification(notification) => notifications.push(notification),
            Received::Answer(_) => {}
            Received::Untrusted(untrusted) => {
                return Err(flaw(&sent, "a notification, for nobody touched it", untrusted));
            }
        }
    }
    Ok(notifications)
}

/// Whether the ledger has what an event says.
fn agrees(event: &Event, bookings: &[Booking]) -> Result<(), String> {
    match event.news() {
        News::Payment(payment) => {
            let booked: i64 = of(bookings, payment.order.as_str())
                .filter(|booking| booking.direction == payments_core::Direction::In)
                .map(|booking| booking.amount.minor())
                .sum();
            let told = payment.received.map_or(0, |money| money.minor());
            if payment.state == PaymentState::Settled && told != booked {
                return Err(format!("{told} received for {:?}", payment.order));
            }
            Ok(())
        }
        News::Movement(movement) => {
            let is_there = bookings.iter().any(|booking| {
                booking.amount == movement.amount && booking.direction == movement.direction
            });
            if is_there { Ok(()) } else { Err(format!("{movement:?}")) }
        }
        News::Payout(payout) => {
            let is_there =
                of(bookings, payout.payout.as_str()).any(|booking| booking.amount == payout.amount);
            if is_there { Ok(()) } else { Err(format!("{payout:?}")) }
        }
        _ => Ok(()),
    }
}

fn of<'a>(bookings: &'a [Booking], reference: &'a str) -> impl Iterator<Item = &'a Booking> {
    bookings.iter().filter(move |booking| booking.reference.as_deref() == Some(reference))
}

pub(crate) fn flaw(sent: &Sent, expected: &str, found: impl std::fmt::Display) -> Flaw {
    let expected = format!("{expected}, of a delivery to `{}`", sent.endpoint);
    Flaw::new(expected, found)
}

/// A request as a finding shows it: without what it carries.
fn text(request: &Request<Bytes>) -> String {
    let digest = request
        .body()
        .iter()
        .fold(0u32, |digest, byte| digest.rotate_left(5).wrapping_add(u32::from(*byte)));
    let query = request.uri().query().unwrap_or_default().len();
    format!(
        "{} with {query} bytes of query and {} of body ({digest:x})",
        request.method(),
        request.body().len()
    )
}

/// Requests that no gateway sends: the same ones every time.
fn noise(endpoint: &Endpoint) -> Vec<Request<Bytes>> {
    const BODIES: [&[u8]; 12] = [
        b"",
        b"{}",
        b"[]",
        b"null",
        b"0",
        b"{\"a\":",
        b"\xff\xfe\x00",
        b"a=1&b=2",
        b"<html>",
        b"{\"id\":1e400,\"data\":{}}",
        b"\"\\ud800\"",
        b"[[[[[[[[[[[[[[[[",
    ];
    const QUERIES: [&str; 4] = ["", "a=1&&b=%zz", "%00=%ff&amount=1e9", "secure_code=&amount="];
    let mut requests = Vec::new();
    for method in [endpoint.method.clone(), Method::PUT] {
        for query in QUERIES {
            for body in BODIES {
                let mut request = Request::new(Bytes::from_static(body));
                *request.method_mut() = method.clone();
                if let Ok(uri) = format!("/hook?{query}").parse() {
                    *request.uri_mut() = uri;
                }
                requests.push(request);
            }
        }
    }
    requests
}
