//! A delivery that is forged or too old is untrusted.

use std::time::Duration;

use http_tampering::{Tampered, bits, by_another_method, fields, signature};
use payments_core::{
    EndpointName, Timestamp,
    notification::{Coverage, Received},
};

use crate::{
    Flaw, SignedIn, WebhookSample, law::Passed, laws::webhook_fixture::WebhookFixture,
    record::notification,
};

pub(super) async fn forged(webhooks: &WebhookFixture) -> Result<Passed, Flaw> {
    for sent in &webhooks.sent {
        if sent.signature == SignedIn::Nowhere {
            continue;
        }
        let mut altered = signature::each_altered(&sent.request, sent.signature);
        altered.push(by_another_method(&sent.request));
        let now = webhooks.fixture.now();
        for secret in ["of-another-merchant-0123456789", "", " ", "0"] {
            let signed = webhooks.receiver.gateway.signed(sent, secret, now);
            let what = format!("it is signed with the secret {secret:?}");
            altered.extend(signed.map(|request| Tampered::new(what, request)));
        }
        let received = webhooks.receiver.receive(&sent.endpoint, &sent.request);
        let genuine = notification(sent, received)?;
        match genuine.as_ref().map(|genuine| genuine.proof.coverage()) {
            Some(Coverage::Body) => altered.extend(bits::each_byte_of_the_body(&sent.request)),
            Some(Coverage::Fields(covered)) => {
                let changed = fields::each_changed(&sent.request).into_iter();
                let changed = changed.filter(|(name, changed)| {
                    covered.iter().any(|field| field == name)
                        && changed.request.headers() == sent.request.headers()
                });
                altered.extend(changed.map(|(_, changed)| changed));
            }
            _ => {}
        }
        for altered in &altered {
            untrusted(webhooks, sent, &sent.endpoint, altered)?;
        }
        let unknown = EndpointName::new("unknown-endpoint");
        let unknown = unknown.map_err(|error| Flaw::new("a name", error))?;
        let what = "it comes to an endpoint that does not exist";
        untrusted(webhooks, sent, &unknown, &Tampered::new(what, sent.request.clone()))?;
    }
    Ok(Passed::if_any(webhooks.sent.iter().any(|sent| sent.signature != SignedIn::Nowhere)))
}

fn untrusted(
    webhooks: &WebhookFixture,
    sent: &WebhookSample,
    endpoint: &EndpointName,
    altered: &Tampered,
) -> Result<(), Flaw> {
    let received = webhooks.receiver.receive(endpoint, &altered.request);
    let (found, line) = match &received {
        Received::Untrusted(_) => return Ok(()),
        Received::Notification(one) => {
            (format!("a notification: {:?}", one.events()), Some(one.made_at))
        }
        // An unreadable content is noticed only after the check, which this delivery must not pass.
        Received::Unreadable(unreadable) => (format!("a check that it passes: {unreadable}"), None),
        Received::Reply(_) => ("an answer".to_owned(), None),
    };
    Err(sent.flaw("untrusted", format!("{found}, although {}", altered.what)).sent_at(line))
}

pub(super) async fn old(webhooks: &WebhookFixture) -> Result<Passed, Flaw> {
    const FAR: Duration = Duration::from_secs(2 * 24 * 3_600);
    for sent in webhooks.sent.iter().filter(|sent| sent.timestamped) {
        // A receiver that ignores the timestamp would accept a delivery of any age.
        let original = webhooks.fixture.now();
        webhooks.fixture.subject.gateway.advance(FAR).await;
        let now = webhooks.fixture.now();
        let overheard = Tampered::new("it is two days old", sent.request.clone());
        untrusted(webhooks, sent, &sent.endpoint, &overheard)?;
        let ahead = Timestamp::from_unix(now.unix_seconds() * 2 - original.unix_seconds());
        for secret in webhooks.fixture.subject.gateway.secrets() {
            if let Some(request) = webhooks.receiver.gateway.signed(sent, &secret, ahead) {
                let ahead = Tampered::new("its time is two days from now", request);
                untrusted(webhooks, sent, &sent.endpoint, &ahead)?;
            }
        }
    }
    Ok(Passed::if_any(webhooks.sent.iter().any(|sent| sent.timestamped)))
}
