//! What a gateway sends is understood, answered, and handled once.

use std::panic::{AssertUnwindSafe, catch_unwind};

use bytes::Bytes;
use http::{Method, Request};
use payments_core::{
    DedupeKey, OrderRef, Submission, Timestamp,
    money::Money,
    notification::{Delivery, Endpoint, Event, EventData, Notification, Outcome, Received},
    payment::PaymentState,
};

use crate::{
    Booking, Flaw, Start, WebhookSample, buyer,
    law::Passed,
    laws::webhook_fixture::{self, WebhookFixture, flaw, notification, said_exactly, text},
    tampering::{Tampered, fields, smuggling},
};

pub(super) async fn tells_what_the_ledger_says(start: Start) -> Result<Passed, Flaw> {
    let Some(webhooks) = WebhookFixture::open_with_every_amount(&start).await? else {
        return Ok(Passed::NotApplicable);
    };
    let bookings = webhooks.fixture.bookings().await;
    let now = webhooks.fixture.clock().now();
    let mut told = Vec::new();
    for sent in webhooks.server_to_server() {
        let notification = webhooks.genuine(sent)?;
        if notification.events().is_empty() {
            return Err(flaw(sent, "an event at least", "a notification without any")
                .at(notification.made_at));
        }
        for event in notification.events() {
            let event = webhooks.believed(event).await?;
            let agrees = agrees(&event, &bookings).and_then(|()| is_of_today(&event, now));
            agrees.map_err(|found| {
                flaw(sent, "what the ledger says", found)
                    .with_ledger(format!("{bookings:?}"))
                    .at(notification.made_at)
            })?;
            told.push(event);
        }
    }
    for happened in &webhooks.happened {
        let is_told = told.iter().any(|event| happened.is_told_by(event));
        let (expected, found) = match (webhooks.gateway.tells_of(happened.role()), is_told) {
            (true, true) | (false, false) => continue,
            (true, false) => ("an event that tells of it", "none does"),
            (false, true) => ("no event about it, as `Notifies::tells_of` says", "there is one"),
        };
        return Err(Flaw::new(expected, format!("{found}: {happened:?} among {told:?}"))
            .with_ledger(format!("{bookings:?}")));
    }
    delivered_late(&webhooks, now).await?;
    Ok(Passed::Tested)
}

/// Delivers everything again three hours later: it happened when it happened.
async fn delivered_late(webhooks: &WebhookFixture, happened: Timestamp) -> Result<(), Flaw> {
    webhooks.fixture.subject.gateway.advance(std::time::Duration::from_secs(3 * 3_600)).await;
    for sent in webhooks.server_to_server() {
        let again = webhooks.gateway.again(sent).await;
        let notification = webhooks.genuine(&again)?;
        for event in notification.events() {
            let event = webhooks.believed(event).await?;
            is_of_today(&event, happened).map_err(|found| {
                flaw(sent, "the time at which it happened", found).at(notification.made_at)
            })?;
        }
    }
    Ok(())
}

pub(super) async fn one_key(start: Start) -> Result<Passed, Flaw> {
    let Some(webhooks) = WebhookFixture::open(&start).await? else {
        return Ok(Passed::NotApplicable);
    };
    let mut firsts = Vec::new();
    for sent in webhooks.server_to_server() {
        firsts.push((sent, keys_of(&webhooks, &webhooks.genuine(sent)?).await?));
    }
    // Long enough that a key made of the time would be another one.
    webhooks.fixture.subject.gateway.advance(std::time::Duration::from_secs(61)).await;
    let mut seen: Vec<(DedupeKey, String)> = Vec::new();
    for (sent, first) in firsts {
        let again = webhooks.gateway.again(sent).await;
        let again = webhooks.genuine(&again)?;
        let second = keys_of(&webhooks, &again).await?;
        if first != second {
            let found = format!("{first:?}, and then {second:?}");
            return Err(flaw(sent, "one key for one happening", found).at(again.made_at));
        }
        let what = format!("{} {}", sent.endpoint, text(&sent.request));
        for key in first {
            if let Some((_, other)) =
                seen.iter().find(|(seen, other)| *seen == key && *other != what)
            {
                let found = format!("{key:?} for {other} too");
                return Err(flaw(sent, "a key of its own", found).at(again.made_at));
            }
            seen.push((key, what.clone()));
        }
    }
    // What was told again just now may be among what is to be taken.
    let _ = webhooks.gateway.take().await;
    pays_again(&webhooks).await?;
    in_two_cases(&webhooks).await?;
    Ok(Passed::Tested)
}

/// Two orders whose references differ only in case, where the provider takes both: what is
/// reported of one never has the key of the other.
async fn in_two_cases(webhooks: &WebhookFixture) -> Result<(), Flaw> {
    let (Some(gateway), Ok(payments)) =
        (&webhooks.fixture.subject.payments, webhooks.fixture.provider.payments())
    else {
        return Ok(());
    };
    let reference = webhooks.fixture.order(8)?;
    let cases = [reference.as_str().to_uppercase(), reference.as_str().to_lowercase()];
    let requests: Vec<_> = cases
        .iter()
        .filter_map(|text| OrderRef::new(text.as_str()).ok())
        .map(|order| gateway.payment(order))
        .filter(|request| payments.check(request).is_ok())
        .collect();
    if cases[0] == cases[1] || requests.len() < cases.len() {
        return Ok(());
    }
    let mut seen: Vec<DedupeKey> = Vec::new();
    for request in requests {
        let Ok(Submission::Accepted(payment)) = payments.create_payment(&request).await else {
            return Ok(());
        };
        buyer::visit(&webhooks.fixture, &payment).await?;
        buyer::pay(&webhooks.fixture, &payment, request.amount).await?;
        let own = webhook_fixture::keys(&webhooks.fixture).await?;
        no_key_is_shared(&seen, &own, "for the references differ in case")?;
        seen.extend(own);
    }
    Ok(())
}

/// The keys of what a notification says, as far as it is believed.
async fn keys_of(
    webhooks: &WebhookFixture,
    notification: &Notification,
) -> Result<Vec<DedupeKey>, Flaw> {
    let mut keys = Vec::new();
    for event in notification.events() {
        keys.extend(webhooks.believed(event).await?.key().cloned());
    }
    Ok(keys)
}

/// A buyer pays twice by what was shown once, where buyers can: what is reported of the second time
/// never has the key of the first.
async fn pays_again(webhooks: &WebhookFixture) -> Result<(), Flaw> {
    let Some((gateway, _)) = webhooks.fixture.payments() else { return Ok(()) };
    if !gateway.buyers().twice {
        return Ok(());
    }
    let payment = buyer::visited(&webhooks.fixture, 9).await?;
    let amount = gateway.payment(payment.order.clone()).amount;
    buyer::pay(&webhooks.fixture, &payment, amount).await?;
    let first = webhook_fixture::keys(&webhooks.fixture).await?;
    buyer::pay(&webhooks.fixture, &payment, amount).await?;
    let second = webhook_fixture::keys(&webhooks.fixture).await?;
    no_key_is_shared(&first, &second, "for it was paid again")
}

fn no_key_is_shared(first: &[DedupeKey], second: &[DedupeKey], why: &str) -> Result<(), Flaw> {
    match second.iter().find(|key| first.contains(key)) {
        Some(key) => Err(Flaw::new(format!("a key of its own, {why}"), format!("{key:?} again"))),
        None => Ok(()),
    }
}

pub(super) async fn browsers(start: Start) -> Result<Passed, Flaw> {
    let Some(webhooks) = WebhookFixture::open(&start).await? else {
        return Ok(Passed::NotApplicable);
    };
    for sent in webhooks.sent.iter().filter(|sent| sent.by_browser) {
        if !webhooks.endpoint(sent)?.display_only {
            return Err(flaw(sent, "an endpoint that is display-only", "one that is not"));
        }
        let Received::Notification(notification) = webhooks.receive(&sent.endpoint, &sent.request)
        else {
            continue;
        };
        if let Some(event) = notification.events().iter().find(|event| event.is_trusted()) {
            return Err(flaw(sent, "nothing that is believed", format!("{event:?}"))
                .at(notification.made_at));
        }
    }
    for sent in webhooks.server_to_server() {
        if webhooks.endpoint(sent)?.display_only {
            return Err(flaw(sent, "an endpoint that is not display-only", "one that is"));
        }
    }
    Ok(Passed::if_any(webhooks.sent.iter().any(|sent| sent.by_browser)))
}

pub(super) async fn strangers(start: Start) -> Result<Passed, Flaw> {
    let Some(webhooks) = WebhookFixture::open(&start).await? else {
        return Ok(Passed::NotApplicable);
    };
    if let Some(sent) = webhooks.gateway.unknown().await {
        let received = webhooks.receive(&sent.endpoint, &sent.request);
        if let Some(told) = notification(&sent, received)? {
            let is_unknown = |event: &Event| matches!(event.data(), EventData::Unrecognised { .. });
            if !told.events().iter().all(is_unknown) {
                let found = format!("{:?}", told.events());
                return Err(flaw(&sent, "events that are unrecognised", found).at(told.made_at));
            }
        }
    }
    for sent in webhooks.server_to_server() {
        with_a_new_field(&webhooks, sent)?;
        without_a_field(&webhooks, sent)?;
    }
    let now = webhooks.fixture.clock().now();
    for endpoint in webhooks.receiver.endpoints() {
        for request in random_bytes(endpoint) {
            let received = catch_unwind(AssertUnwindSafe(|| {
                webhooks.receiver.receive(&endpoint.name, &Delivery::of(&request), now)
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
            let expected = "random bytes that are not believed, and do not panic";
            return Err(Flaw::new(expected, format!("{found} after {}", text(&request))));
        }
    }
    Ok(Passed::Tested)
}

pub(super) async fn tests_of_the_address(start: Start) -> Result<Passed, Flaw> {
    let Some(webhooks) = WebhookFixture::open(&start).await? else {
        return Ok(Passed::NotApplicable);
    };
    let Some(sent) = webhooks.gateway.test().await else { return Ok(Passed::NotApplicable) };
    let received = webhooks.receive(&sent.endpoint, &sent.request);
    // What is answered at once tells of nothing.
    let Some(told) = notification(&sent, received)? else { return Ok(Passed::Tested) };
    let is_test = |event: &Event| matches!(event.data(), EventData::Test);
    if told.events().is_empty() || !told.events().iter().all(is_test) {
        let found = format!("{:?}", told.events());
        return Err(flaw(&sent, "a test of the address and nothing else", found).at(told.made_at));
    }
    let reply = webhooks.receiver.reply(&sent.endpoint, Outcome::Ignored);
    match webhooks.gateway.acknowledges(&sent.endpoint, &reply) {
        true => Ok(Passed::Tested),
        false => Err(flaw(&sent, "an acknowledgement", format!("{reply:?}")).at(told.made_at)),
    }
}

/// The gateway adds a field, in any object: nothing else changes.
fn with_a_new_field(webhooks: &WebhookFixture, sent: &WebhookSample) -> Result<(), Flaw> {
    let genuine = webhooks.genuine(sent)?;
    let all = |events: &[Event]| events.iter().map(said_exactly).collect::<Vec<_>>();
    let expected = all(genuine.events());
    for Tampered { what, request } in smuggling::with_new_fields(&sent.request) {
        let Some(request) = webhooks.signed_again(sent, request) else { continue };
        let flaw = |found: String| {
            let expected = format!("{expected:?}, for only a field is new: {what}");
            Err(flaw(sent, &expected, found))
        };
        match webhooks.receive(&sent.endpoint, &request) {
            Received::Notification(told) if all(told.events()) == expected => {}
            Received::Notification(told) => {
                return flaw(format!("{:?}", all(told.events())))
                    .map_err(|flaw| flaw.at(told.made_at));
            }
            other => return flaw(format!("{other:?}")).map_err(|flaw| flaw.at(genuine.made_at)),
        }
    }
    Ok(())
}

/// The gateway leaves a field out, or empty: what it then says is its own affair.
fn without_a_field(webhooks: &WebhookFixture, sent: &WebhookSample) -> Result<(), Flaw> {
    let now = webhooks.fixture.clock().now();
    for Tampered { what, request } in fields::each_edited(&sent.request) {
        let Some(request) = webhooks.signed_again(sent, request) else { continue };
        let received = catch_unwind(AssertUnwindSafe(|| {
            webhooks.receiver.receive(&sent.endpoint, &Delivery::of(&request), now)
        }));
        if received.is_err() {
            let expected = "a verdict, although the gateway signed it";
            return Err(flaw(sent, expected, format!("a panic, although {what}")));
        }
    }
    Ok(())
}

pub(super) async fn replies(start: Start) -> Result<Passed, Flaw> {
    let Some(webhooks) = WebhookFixture::open(&start).await? else {
        return Ok(Passed::NotApplicable);
    };
    for sent in webhooks.server_to_server() {
        for (outcome, acknowledges) in [
            (Outcome::Handled, true),
            (Outcome::Duplicate, true),
            (Outcome::Ignored, true),
            (Outcome::TryAgain, false),
            (Outcome::Untrusted, false),
        ] {
            let reply = webhooks.receiver.reply(&sent.endpoint, outcome);
            if webhooks.gateway.acknowledges(&sent.endpoint, &reply) != acknowledges {
                let expected = match acknowledges {
                    true => "a reply that the gateway takes for an acknowledgement",
                    false => "a reply that makes the gateway send it again",
                };
                let found = format!("for {outcome:?}: {} {:?}", reply.status(), reply.body());
                return Err(flaw(sent, expected, found));
            }
        }
    }
    Ok(Passed::Tested)
}

/// Whether the ledger has what an event says.
fn agrees(event: &Event, bookings: &[Booking]) -> Result<(), String> {
    match event.data() {
        EventData::Payment(payment) => {
            let booked = of(bookings, payment.order.as_str())
                .filter(|booking| booking.direction == payments_core::Direction::In)
                .map(|booking| booking.amount)
                .reduce(|sum, amount| {
                    Money::from_minor(sum.minor() + amount.minor(), sum.currency())
                });
            let told = payment.received.filter(|money| !money.is_zero());
            if (payment.state == PaymentState::Settled || told.is_some()) && told != booked {
                return Err(format!("{told:?} received for {:?}", payment.order));
            }
            Ok(())
        }
        EventData::Movement(movement) => {
            let is_there = bookings.iter().any(|booking| {
                booking.amount == movement.amount && booking.direction == movement.direction
            });
            if is_there { Ok(()) } else { Err(format!("{movement:?}")) }
        }
        EventData::Payout(payout) => {
            let is_so =
                |booking: &Booking| payout.amount.is_none_or(|amount| amount == booking.amount);
            let is_there = of(bookings, payout.payout.as_str()).any(is_so);
            if is_there { Ok(()) } else { Err(format!("{payout:?}")) }
        }
        _ => Ok(()),
    }
}

/// Whether the times of an event are those of its happening, which was just now: an hour of summer
/// time or a time zone is too much.
fn is_of_today(event: &Event, now: Timestamp) -> Result<(), String> {
    const MOST: u64 = 30 * 60;
    let times: Vec<Timestamp> = match event.data() {
        EventData::Payment(payment) => payment.credits.iter().filter_map(|one| one.at).collect(),
        EventData::Movement(movement) => movement.at.into_iter().collect(),
        EventData::Payout(payout) => payout.at.into_iter().collect(),
        _ => Vec::new(),
    };
    match times.iter().find(|at| at.unix_seconds().abs_diff(now.unix_seconds()) > MOST) {
        Some(at) => Err(format!("{at} as the time of what happened at {now}")),
        None => Ok(()),
    }
}

fn of<'a>(bookings: &'a [Booking], reference: &'a str) -> impl Iterator<Item = &'a Booking> {
    bookings.iter().filter(move |booking| booking.reference.as_deref() == Some(reference))
}

/// Requests that no gateway sends: the same ones every time.
fn random_bytes(endpoint: &Endpoint) -> Vec<Request<Bytes>> {
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
