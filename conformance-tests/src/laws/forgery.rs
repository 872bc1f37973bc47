//! A delivery that somebody else made, or that is too old, is untrusted.

use std::time::Duration;

use payments_core::{
    EndpointName, Timestamp,
    notification::{Coverage, Received},
};

use crate::{
    Flaw, SignedIn, Start, WebhookSample,
    law::Passed,
    laws::webhook_fixture::{WebhookFixture, flaw},
    mutation::{self, Mutation},
};

pub(super) async fn forged(start: Start) -> Result<Passed, Flaw> {
    let Some(webhooks) = WebhookFixture::open(&start).await? else {
        return Ok(Passed::NotApplicable);
    };
    for sent in &webhooks.sent {
        if sent.signature == SignedIn::Nowhere {
            continue;
        }
        for mutation in mutation::of_the_signature(sent) {
            untrusted(&webhooks, sent, &sent.endpoint, &mutation)?;
        }
        let now = webhooks.fixture.clock().now();
        for secret in ["of-another-merchant-0123456789", "", " ", "0"] {
            if let Some(request) = webhooks.gateway.signed(sent, secret, now) {
                let what = format!("it is signed with the secret {secret:?}");
                untrusted(&webhooks, sent, &sent.endpoint, &Mutation { what, request })?;
            }
        }
        untrusted(&webhooks, sent, &sent.endpoint, &mutation::by_another_method(sent))?;
        at_no_endpoint(&webhooks, sent)?;
        if covers_the_body(&webhooks, sent)? {
            for mutation in mutation::of_each_byte_of_the_body(sent) {
                untrusted(&webhooks, sent, &sent.endpoint, &mutation)?;
            }
        }
        for (name, mutation) in mutation::of_each_field(sent) {
            if covers(&webhooks, sent, &name)?
                && mutation.request.headers() == sent.request.headers()
            {
                untrusted(&webhooks, sent, &sent.endpoint, &mutation)?;
            }
        }
    }
    Ok(Passed::if_any(webhooks.sent.iter().any(|sent| sent.signature != SignedIn::Nowhere)))
}

fn at_no_endpoint(webhooks: &WebhookFixture, sent: &WebhookSample) -> Result<(), Flaw> {
    let stranger = EndpointName::new("nobodys-endpoint");
    let stranger = stranger.map_err(|error| Flaw::new("a name", error))?;
    let what = "it comes to an endpoint that does not exist".to_owned();
    let mutation = Mutation { what, request: sent.request.clone() };
    untrusted(webhooks, sent, &stranger, &mutation)
}

fn covers_the_body(webhooks: &WebhookFixture, sent: &WebhookSample) -> Result<bool, Flaw> {
    let is_covered = |received: Received| match received {
        Received::Notification(notification) => *notification.proof.coverage() == Coverage::Body,
        Received::Reply(_) | Received::Unreadable(_) | Received::Untrusted(_) => false,
    };
    Ok(is_covered(webhooks.receive(&sent.endpoint, &sent.request)))
}

fn covers(webhooks: &WebhookFixture, sent: &WebhookSample, field: &str) -> Result<bool, Flaw> {
    match webhooks.receive(&sent.endpoint, &sent.request) {
        Received::Notification(notification) => Ok(match notification.proof.coverage() {
            Coverage::Fields(fields) => fields.iter().any(|covered| covered == field),
            _ => false,
        }),
        Received::Reply(_) => Ok(false),
        Received::Unreadable(unreadable) => {
            Err(flaw(sent, "a notification, for nobody touched it", unreadable))
        }
        Received::Untrusted(reason) => {
            Err(flaw(sent, "a notification, for nobody touched it", reason))
        }
    }
}

fn untrusted(
    webhooks: &WebhookFixture,
    sent: &WebhookSample,
    endpoint: &EndpointName,
    mutation: &Mutation,
) -> Result<(), Flaw> {
    match webhooks.receive(endpoint, &mutation.request) {
        Received::Untrusted(_) => Ok(()),
        Received::Notification(notification) => {
            let found =
                format!("a notification although {}: {:?}", mutation.what, notification.events());
            Err(flaw(sent, "untrusted", found).at(notification.made_at))
        }
        // What cannot be read comes after the check, which this delivery must not pass.
        Received::Unreadable(unreadable) => {
            let found = format!("a check that it passes although {}: {unreadable}", mutation.what);
            Err(flaw(sent, "untrusted", found))
        }
        Received::Reply(_) => {
            Err(flaw(sent, "untrusted", format!("an answer although {}", mutation.what)))
        }
    }
}

pub(super) async fn old(start: Start) -> Result<Passed, Flaw> {
    let Some(webhooks) = WebhookFixture::open(&start).await? else {
        return Ok(Passed::NotApplicable);
    };
    const FAR: Duration = Duration::from_secs(2 * 24 * 3_600);
    for sent in webhooks.sent.iter().filter(|sent| sent.timestamped) {
        // A receiver that never read the time would not mind how old it is.
        let original = webhooks.fixture.clock().now();
        webhooks.fixture.subject.gateway.advance(FAR).await;
        let now = webhooks.fixture.clock().now();
        let overheard =
            Mutation { what: "it is two days old".to_owned(), request: sent.request.clone() };
        untrusted(&webhooks, sent, &sent.endpoint, &overheard)?;
        let ahead = Timestamp::from_unix(now.unix_seconds() * 2 - original.unix_seconds());
        for secret in webhooks.fixture.subject.gateway.secrets() {
            if let Some(request) = webhooks.gateway.signed(sent, &secret, ahead) {
                let what = "its time is two days from now".to_owned();
                untrusted(&webhooks, sent, &sent.endpoint, &Mutation { what, request })?;
            }
        }
    }
    Ok(Passed::if_any(webhooks.sent.iter().any(|sent| sent.timestamped)))
}
