//! What a gateway sends is understood, answered, and handled once.

use std::panic::{AssertUnwindSafe, catch_unwind};

use bytes::Bytes;
use futures_util::future::FutureExt as _;
use http::{Method, Request};
use payments_core::{
    DedupeKey, OrderRef, Submission,
    notification::{Delivery, Endpoint, Event, News, Notification, Outcome, Received},
    payment::PaymentState,
};

use crate::{
    Booking, Flaw, Law, Sent, Start,
    instruction::{open_payment, pay},
    law::{Check, Held},
    laws::stage::{Stage, flaw, said, text},
    mutation::{self, Mutation},
};

pub(crate) static A_NOTIFICATION_TELLS_WHAT_THE_LEDGER_SAYS: Law = Law {
    name: "a_notification_tells_what_the_ledger_says",
    says: "Every payment, credit and payout of which a gateway tells becomes an event that is proven \
           or can be confirmed, with the ledger's own values.",
    why: "The notification is the usual way by which a shop learns that it was paid.",
    look_at: "`receive`: what it reads into which news, and `confirm`",
    check: Check::Scene(|start| tells_what_the_ledger_says(start).boxed()),
};

pub(crate) static THE_SAME_HAPPENING_HAS_ONE_KEY: Law = Law {
    name: "the_same_happening_has_one_key",
    says: "A happening that is told again, on any route, has the same key, and another happening \
           has another one, also if only the case of a letter tells them apart.",
    why: "A shop that sees two keys hands over twice.",
    look_at: "what the dedupe key is made of: never a time, a signature or an attempt, and the \
              gateway's identifier as it is",
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
    says: "An event of a kind that nobody knows is unrecognised and acknowledged, a field that nobody \
           knows changes nothing, and bytes of any kind are untrusted and never a panic.",
    why: "Gateways add kinds of events and fields, and repeat for ever what is refused.",
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

async fn tells_what_the_ledger_says(start: Start) -> Result<Held, Flaw> {
    let Some(stage) = Stage::open_with_short_and_over(&start).await? else {
        return Ok(Held::NothingToTry);
    };
    let bookings = stage.scene.bookings().await;
    let mut told = Vec::new();
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
            told.push(event);
        }
    }
    for happened in &stage.happened {
        let is_told = told.iter().any(|event| happened.is_told_by(event));
        let (expected, found) = match (stage.gateway.tells_of(happened.role()), is_told) {
            (true, true) | (false, false) => continue,
            (true, false) => ("an event that tells of it", "none does"),
            (false, true) => ("no event about it, as `Notifies::tells_of` says", "there is one"),
        };
        return Err(Flaw::new(expected, format!("{found}: {happened:?} among {told:?}"))
            .with_ledger(format!("{bookings:?}")));
    }
    Ok(Held::Tried)
}

async fn one_key(start: Start) -> Result<Held, Flaw> {
    let Some(stage) = Stage::open(&start).await? else { return Ok(Held::NothingToTry) };
    let mut firsts = Vec::new();
    for sent in stage.server_to_server() {
        firsts.push((sent, keys_of(&stage, &stage.genuine(sent)?).await?));
    }
    // Long enough that a key made of the time would be another one.
    stage.scene.subject.gateway.advance(std::time::Duration::from_secs(61)).await;
    let mut seen: Vec<(DedupeKey, String)> = Vec::new();
    for (sent, first) in firsts {
        let again = stage.gateway.again(sent).await;
        let again = stage.genuine(&again)?;
        let second = keys_of(&stage, &again).await?;
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
    let _ = stage.gateway.take().await;
    pays_again(&stage).await?;
    for sent in stage.gateway.take().await.iter().filter(|sent| !sent.by_browser) {
        let later = stage.genuine(sent)?;
        let keys = keys_of(&stage, &later).await?;
        if let Some((key, first)) = seen.iter().find(|(key, _)| keys.contains(key)) {
            let found = format!("{key:?}, which is that of {first}");
            return Err(
                flaw(sent, "a key of its own, for it was paid again", found).at(later.made_at)
            );
        }
    }
    in_two_cases(&stage).await?;
    Ok(Held::Tried)
}

/// Two orders whose references differ only in case, where the provider takes both: what is
/// reported of one never has the key of the other.
async fn in_two_cases(stage: &Stage) -> Result<(), Flaw> {
    let (Some(gateway), Ok(payments)) =
        (&stage.scene.subject.payments, stage.scene.provider.payments())
    else {
        return Ok(());
    };
    let reference = stage.scene.order(8)?;
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
        if gateway.pay(&payment, request.amount).await.is_err() {
            return Ok(());
        }
        let mut own = Vec::new();
        for sent in stage.gateway.take().await.iter().filter(|sent| !sent.by_browser) {
            let notification = stage.genuine(sent)?;
            let keys = keys_of(stage, &notification).await?;
            if let Some(key) = keys.iter().find(|key| seen.contains(key)) {
                let found = format!("{key:?}, which is that of {cases:?}");
                let expected = "a key of its own, for the references differ in case";
                return Err(flaw(sent, expected, found).at(notification.made_at));
            }
            own.extend(keys);
        }
        seen.extend(own);
    }
    Ok(())
}

/// The keys of what a notification says, as far as it is believed.
async fn keys_of(stage: &Stage, notification: &Notification) -> Result<Vec<DedupeKey>, Flaw> {
    let mut keys = Vec::new();
    for event in notification.events() {
        keys.extend(stage.believed(event).await?.key().cloned());
    }
    Ok(keys)
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

async fn browsers(start: Start) -> Result<Held, Flaw> {
    let Some(stage) = Stage::open(&start).await? else { return Ok(Held::NothingToTry) };
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
    Ok(Held::if_any(stage.sent.iter().any(|sent| sent.by_browser)))
}

async fn strangers(start: Start) -> Result<Held, Flaw> {
    let Some(stage) = Stage::open(&start).await? else { return Ok(Held::NothingToTry) };
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
            Received::Unreadable(unreadable) => {
                return Err(flaw(&sent, "news that is unrecognised", unreadable));
            }
            Received::Untrusted(untrusted) => {
                return Err(flaw(&sent, "news that is unrecognised", untrusted));
            }
        }
    }
    for sent in stage.server_to_server() {
        with_a_new_field(&stage, sent).await?;
        without_a_field(&stage, sent)?;
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
    Ok(Held::Tried)
}

/// The gateway adds a field.
async fn with_a_new_field(stage: &Stage, sent: &Sent) -> Result<(), Flaw> {
    let genuine = stage.genuine(sent)?;
    let Some(request) = mutation::with_a_new_field(&sent.request) else { return Ok(()) };
    let Some(request) = stage.signed_again(sent, request) else { return Ok(()) };
    let told = match stage.receive(&sent.endpoint, &request) {
        Received::Notification(told) => told,
        other => {
            let expected = "a notification, for only a field is new";
            return Err(flaw(sent, expected, format!("{other:?}")).at(genuine.made_at));
        }
    };
    let all = |events: &[Event]| events.iter().map(said).collect::<Vec<_>>();
    if all(told.events()) == all(genuine.events()) {
        return Ok(());
    }
    let expected = format!("{:?}, for only a field is new", all(genuine.events()));
    Err(flaw(sent, &expected, format!("{:?}", all(told.events()))).at(told.made_at))
}

/// The gateway leaves a field out, or empty: what it then says is its own affair.
fn without_a_field(stage: &Stage, sent: &Sent) -> Result<(), Flaw> {
    let now = stage.scene.clock().now();
    for Mutation { what, request } in mutation::without_each_field(&sent.request) {
        let Some(request) = stage.signed_again(sent, request) else { return Ok(()) };
        let received = catch_unwind(AssertUnwindSafe(|| {
            stage.receiver.receive(&sent.endpoint, &Delivery::of(&request), now)
        }));
        if received.is_err() {
            let expected = "a verdict, although the gateway signed it";
            return Err(flaw(sent, expected, format!("a panic, for {what}")));
        }
    }
    Ok(())
}

async fn replies(start: Start) -> Result<Held, Flaw> {
    let Some(stage) = Stage::open(&start).await? else { return Ok(Held::NothingToTry) };
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
    Ok(Held::Tried)
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
            if (payment.state == PaymentState::Settled || told != 0) && told != booked {
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
