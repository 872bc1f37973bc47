//! What a gateway sends is understood and answered, whatever is new in it.

use std::panic::{AssertUnwindSafe, catch_unwind};

use bytes::Bytes;
use http::{Method, Request};
use http_tampering::{Tampered, fields, smuggling};
use payments_core::notification::{Endpoint, Event, EventData, Outcome, Received};

use crate::{
    Flaw, WebhookSample,
    law::Passed,
    laws::webhook_fixture::{WebhookFixture, said_exactly},
    record::notification,
};

pub(super) fn browsers(webhooks: &WebhookFixture) -> Result<Passed, Flaw> {
    for sent in webhooks.sent.iter().filter(|sent| sent.by_browser) {
        if !is_display_only(webhooks, sent)? {
            return Err(sent.flaw("an endpoint that is display-only", "one that is not"));
        }
        let Received::Notification(notification) = webhooks.receive(&sent.endpoint, &sent.request)
        else {
            continue;
        };
        if let Some(event) = notification.events().iter().find(|event| event.is_trusted()) {
            return Err(sent
                .flaw("nothing that is believed", format!("{event:?}"))
                .at(notification.made_at));
        }
    }
    for sent in webhooks.server_to_server() {
        if is_display_only(webhooks, sent)? {
            return Err(sent.flaw("an endpoint that is not display-only", "one that is"));
        }
    }
    Ok(Passed::if_any(webhooks.sent.iter().any(|sent| sent.by_browser)))
}

fn is_display_only(webhooks: &WebhookFixture, sent: &WebhookSample) -> Result<bool, Flaw> {
    let mut endpoints = webhooks.receiver.receiver.endpoints().iter();
    let endpoint = endpoints.find(|endpoint| endpoint.name == sent.endpoint);
    let endpoint =
        endpoint.ok_or_else(|| sent.flaw("an endpoint of that name", "there is none"))?;
    Ok(endpoint.display_only)
}

pub(super) async fn unknown_events_and_fields(webhooks: WebhookFixture) -> Result<Passed, Flaw> {
    if let Some(sent) = webhooks.receiver.gateway.unknown().await {
        let received = webhooks.receive(&sent.endpoint, &sent.request);
        if let Some(reported) = notification(&sent, received)? {
            let is_unknown = |event: &Event| matches!(event.data(), EventData::Unrecognised { .. });
            if !reported.events().iter().all(is_unknown) {
                let found = format!("{:?}", reported.events());
                return Err(sent.flaw("events that are unrecognised", found).at(reported.made_at));
            }
        }
    }
    for sent in webhooks.server_to_server() {
        with_a_new_field(&webhooks, sent)?;
        without_a_field(&webhooks, sent)?;
    }
    for endpoint in webhooks.receiver.receiver.endpoints() {
        for request in random_bytes(endpoint) {
            let received =
                catch_unwind(AssertUnwindSafe(|| webhooks.receive(&endpoint.name, &request)));
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
            let body = request.body().escape_ascii();
            return Err(Flaw::new(expected, format!("{found} after {} {body}", request.uri())));
        }
    }
    Ok(Passed::Tested)
}

pub(super) async fn tests_of_the_address(webhooks: WebhookFixture) -> Result<Passed, Flaw> {
    let Some(sent) = webhooks.receiver.gateway.test().await else {
        return Ok(Passed::NotApplicable);
    };
    let received = webhooks.receive(&sent.endpoint, &sent.request);
    // What is answered at once tells of nothing.
    let Some(reported) = notification(&sent, received)? else { return Ok(Passed::Tested) };
    let is_test = |event: &Event| matches!(event.data(), EventData::Test);
    if reported.events().is_empty() || !reported.events().iter().all(is_test) {
        let found = format!("{:?}", reported.events());
        return Err(sent
            .flaw("a test of the address and nothing else", found)
            .at(reported.made_at));
    }
    let reply = webhooks.receiver.receiver.reply(&sent.endpoint, Outcome::Ignored);
    match webhooks.receiver.gateway.acknowledges(&sent.endpoint, &reply) {
        true => Ok(Passed::Tested),
        false => Err(sent.flaw("an acknowledgement", format!("{reply:?}")).at(reported.made_at)),
    }
}

/// The gateway adds a field, in any object: nothing else changes.
fn with_a_new_field(webhooks: &WebhookFixture, sent: &WebhookSample) -> Result<(), Flaw> {
    let genuine = webhooks.genuine(sent)?;
    let all = |events: &[Event]| events.iter().map(said_exactly).collect::<Vec<_>>();
    let expected = all(genuine.events());
    for Tampered { what, request, .. } in smuggling::with_new_fields(&sent.request) {
        let Some(request) = webhooks.signed_again(sent, request) else { continue };
        let flaw = |found: String| {
            let expected = format!("{expected:?}, for only a field is new: {what}");
            Err(sent.flaw(&expected, found))
        };
        match webhooks.receive(&sent.endpoint, &request) {
            Received::Notification(reported) if all(reported.events()) == expected => {}
            Received::Notification(reported) => {
                return flaw(format!("{:?}", all(reported.events())))
                    .map_err(|flaw| flaw.at(reported.made_at));
            }
            other => return flaw(format!("{other:?}")).map_err(|flaw| flaw.at(genuine.made_at)),
        }
    }
    Ok(())
}

/// The gateway leaves a field out, or empty: what it then says is its own affair.
fn without_a_field(webhooks: &WebhookFixture, sent: &WebhookSample) -> Result<(), Flaw> {
    for Tampered { what, request, .. } in fields::each_edited(&sent.request) {
        let Some(request) = webhooks.signed_again(sent, request) else { continue };
        let received =
            catch_unwind(AssertUnwindSafe(|| webhooks.receive(&sent.endpoint, &request)));
        if received.is_err() {
            let expected = "a verdict, although the gateway signed it";
            return Err(sent.flaw(expected, format!("a panic, although {what}")));
        }
    }
    Ok(())
}

pub(super) fn replies(webhooks: &WebhookFixture) -> Result<Passed, Flaw> {
    for sent in webhooks.server_to_server() {
        for (outcome, acknowledges) in [
            (Outcome::Handled, true),
            (Outcome::Duplicate, true),
            (Outcome::Ignored, true),
            (Outcome::TryAgain, false),
            (Outcome::Untrusted, false),
        ] {
            let reply = webhooks.receiver.receiver.reply(&sent.endpoint, outcome);
            if webhooks.receiver.gateway.acknowledges(&sent.endpoint, &reply) != acknowledges {
                let expected = match acknowledges {
                    true => "a reply that the gateway takes for an acknowledgement",
                    false => "a reply that makes the gateway send it again",
                };
                let found = format!("for {outcome:?}: {} {:?}", reply.status(), reply.body());
                return Err(sent.flaw(expected, found));
            }
        }
    }
    Ok(Passed::Tested)
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
