//! The gateway's deliveries are understood and replied to, even if they contain something new.

use std::panic::{AssertUnwindSafe, catch_unwind};

use bytes::Bytes;
use http::{Method, Request};
use http_tampering::{Tampered, fields, smuggling};
use payments_core::{
    EndpointName,
    notification::{Endpoint, Event, EventData, Notification, Outcome, Received},
};

use crate::{
    Flaw, WebhookSample,
    flaw::InFlaw as _,
    law::Passed,
    laws::webhook_fixture::{WebhookFixture, said_exactly},
    record::notification,
};

pub(super) async fn browsers(webhooks: &WebhookFixture) -> Result<Passed, Flaw> {
    let mut any = false;
    for sent in &webhooks.sent {
        let mut endpoints = webhooks.receiver.role.endpoints().iter();
        let endpoint = endpoints.find(|endpoint| endpoint.name == sent.endpoint);
        let endpoint =
            endpoint.ok_or_else(|| sent.flaw("an endpoint of that name", "there is none"))?;
        let (shows, expected) = (endpoint.display_only, "display-only for browsers alone");
        sent.unless(shows == sent.by_browser, expected, format!("display-only: {shows}"))?;
        any |= sent.by_browser;
        if sent.by_browser
            && let Received::Notification(notification) =
                webhooks.receiver.receive(&sent.endpoint, &sent.request)
        {
            let trusted = notification.events().iter().find(|event| event.is_trusted());
            sent.unless(trusted.is_none(), "nothing that is believed", format!("{trusted:?}"))
                .sent_at(Some(notification.made_at))?;
        }
    }
    Ok(Passed::if_any(any))
}

pub(super) async fn unknown(webhooks: &WebhookFixture) -> Result<Passed, Flaw> {
    if let Some(sent) = webhooks.receiver.gateway.unknown().await {
        let is_unknown = |data: &EventData| matches!(data, EventData::Unrecognised { .. });
        tells_only(webhooks, &sent, "events that are unrecognised", is_unknown)?;
    }
    for sent in webhooks.server_to_server() {
        with_a_new_field(webhooks, sent)?;
        without_a_field(webhooks, sent)?;
    }
    for endpoint in webhooks.receiver.role.endpoints() {
        for request in random_bytes(endpoint) {
            let found = match received_or_panics(webhooks, &endpoint.name, &request) {
                None => "a panic".to_owned(),
                Some(Received::Notification(notification))
                    if notification.events().iter().any(Event::is_trusted) =>
                {
                    format!("{:?}", notification.events())
                }
                Some(_) => continue,
            };
            let expected = "random bytes that are not believed, and do not panic";
            let body = request.body().escape_ascii();
            return Err(Flaw::new(expected, format!("{found} after {} {body}", request.uri())));
        }
    }
    Ok(Passed::Tested)
}

/// Returns the verdict on a delivery, or `None` if the provider panics.
fn received_or_panics(
    webhooks: &WebhookFixture,
    endpoint: &EndpointName,
    request: &Request<Bytes>,
) -> Option<Received> {
    catch_unwind(AssertUnwindSafe(|| webhooks.receiver.receive(endpoint, request))).ok()
}

/// Returns the notification of a delivery, all of whose events must be of one kind. `None` if the
/// delivery gets a direct reply and has no event.
fn tells_only(
    webhooks: &WebhookFixture,
    sent: &WebhookSample,
    expected: &str,
    is_so: impl Fn(&EventData) -> bool,
) -> Result<Option<Notification>, Flaw> {
    let received = webhooks.receiver.receive(&sent.endpoint, &sent.request);
    let Some(reported) = notification(sent, received)? else { return Ok(None) };
    let events = reported.events();
    let is_so = events.iter().all(|event| is_so(event.data()));
    sent.unless(is_so, expected, format!("{events:?}")).sent_at(Some(reported.made_at))?;
    Ok(Some(reported))
}

pub(super) async fn tests_of_the_address(webhooks: &WebhookFixture) -> Result<Passed, Flaw> {
    let Some(sent) = webhooks.receiver.gateway.test().await else {
        return Ok(Passed::NotApplicable);
    };
    let expected = "a test of the address and nothing else";
    let is_test = |data: &EventData| matches!(data, EventData::Test);
    let Some(reported) = tells_only(webhooks, &sent, expected, is_test)? else {
        return Ok(Passed::Tested);
    };
    let reply = webhooks.receiver.role.reply(&sent.endpoint, Outcome::Ignored);
    let is_acknowledged = webhooks.receiver.gateway.acknowledges(&sent.endpoint, &reply);
    sent.unless(!reported.events().is_empty(), expected, "nothing")
        .and_then(|()| sent.unless(is_acknowledged, "an acknowledgement", format!("{reply:?}")))
        .sent_at(Some(reported.made_at))?;
    Ok(Passed::Tested)
}

/// Checks that a new field in any object changes nothing.
fn with_a_new_field(webhooks: &WebhookFixture, sent: &WebhookSample) -> Result<(), Flaw> {
    let genuine = webhooks.receiver.genuine(sent)?;
    let all = |events: &[Event]| events.iter().map(said_exactly).collect::<Vec<_>>();
    let expected = all(genuine.events());
    for Tampered { what, request, .. } in smuggling::with_new_fields(&sent.request) {
        let Some(request) = webhooks.signed_again(sent, request) else { continue };
        let (found, line) = match webhooks.receiver.receive(&sent.endpoint, &request) {
            Received::Notification(one) => (format!("{:?}", all(one.events())), one.made_at),
            other => (format!("{other:?}"), genuine.made_at),
        };
        let is_so = found == format!("{expected:?}");
        sent.unless(is_so, &format!("{expected:?}, for only a field is new: {what}"), found)
            .sent_at(Some(line))?;
    }
    Ok(())
}

/// Checks deliveries in which a field is missing or empty. Their events may be anything.
fn without_a_field(webhooks: &WebhookFixture, sent: &WebhookSample) -> Result<(), Flaw> {
    for Tampered { what, request, .. } in fields::each_edited(&sent.request) {
        let Some(request) = webhooks.signed_again(sent, request) else { continue };
        let received = received_or_panics(webhooks, &sent.endpoint, &request);
        let expected = "a verdict, although the gateway signed it";
        sent.unless(received.is_some(), expected, format!("a panic, although {what}"))?;
    }
    Ok(())
}

pub(super) async fn replies(webhooks: &WebhookFixture) -> Result<Passed, Flaw> {
    for sent in webhooks.server_to_server() {
        for (outcome, acknowledges) in [
            (Outcome::Handled, true),
            (Outcome::Duplicate, true),
            (Outcome::Ignored, true),
            (Outcome::TryAgain, false),
            (Outcome::Untrusted, false),
        ] {
            let reply = webhooks.receiver.role.reply(&sent.endpoint, outcome);
            let expected = match acknowledges {
                true => "a reply that the gateway takes for an acknowledgement",
                false => "a reply that makes the gateway send it again",
            };
            let found = format!("for {outcome:?}: {} {:?}", reply.status(), reply.body());
            let is_so =
                webhooks.receiver.gateway.acknowledges(&sent.endpoint, &reply) == acknowledges;
            sent.unless(is_so, expected, found)?;
        }
    }
    Ok(Passed::Tested)
}

/// Returns requests that no gateway sends. They are the same in every run.
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
    let methods = [&endpoint.method, &Method::PUT];
    let heads = methods.into_iter().flat_map(|method| QUERIES.map(|query| (method, query)));
    let requests = heads.flat_map(|(method, query)| {
        let uri = format!("/hook?{query}");
        BODIES.map(|body| Request::builder().method(method).uri(&uri).body(body.into()).ok())
    });
    requests.flatten().collect()
}
