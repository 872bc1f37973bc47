//! A delivery that somebody else made, or that is too old, is untrusted.

use std::time::Duration;

use futures_util::future::FutureExt as _;
use payments_core::{
    EndpointName, Timestamp,
    notification::{Coverage, Received},
};

use crate::{
    Flaw, Law, SignedIn, Start, WebhookSample,
    law::{Check, Held},
    laws::webhook_fixture::{WebhookFixture, flaw},
    mutation::{self, Mutation},
};

pub(crate) static A_FORGED_DELIVERY_IS_UNTRUSTED: Law = Law {
    name: "a_forged_delivery_is_untrusted",
    says: "A delivery without its signature, with it twice, cut, lengthened or rewritten, with \
           another's secret or an empty one, with any byte of what is signed changed, or at \
           an endpoint that does not exist, is untrusted.",
    why: "Who can forge a notification can take goods without paying.",
    look_at: "the check in `receive`: it comes before the content is read, and compares all of \
              the signature",
    check: Check::Fixture(|start| forged(start).boxed()),
};

pub(crate) static AN_OLD_DELIVERY_IS_UNTRUSTED: Law = Law {
    name: "an_old_delivery_is_untrusted",
    says: "A delivery whose signed time is far from now, before or after, is untrusted.",
    why: "What was overheard once can be sent again for ever.",
    look_at: "the window that the check is given, and where its `now` comes from",
    check: Check::Fixture(|start| old(start).boxed()),
};

async fn forged(start: Start) -> Result<Held, Flaw> {
    let Some(webhooks) = WebhookFixture::open(&start).await? else { return Ok(Held::NothingToTry) };
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
    Ok(Held::if_any(webhooks.sent.iter().any(|sent| sent.signature != SignedIn::Nowhere)))
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

async fn old(start: Start) -> Result<Held, Flaw> {
    let Some(webhooks) = WebhookFixture::open(&start).await? else { return Ok(Held::NothingToTry) };
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
    Ok(Held::if_any(webhooks.sent.iter().any(|sent| sent.timestamped)))
}
