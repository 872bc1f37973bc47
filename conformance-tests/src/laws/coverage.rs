//! Fields that a signature does not cover are not trusted, and a confirmed event has the values of
//! the inquiry.

use http_tampering::{Tampered, bits, fields, resplit, smuggling};
use payments_core::{
    DedupeKey, EndpointName,
    money::Money,
    notification::{Confirmation, Event, EventData, Received},
};

use crate::{
    Flaw,
    flaw::InFlaw as _,
    law::Passed,
    laws::webhook_fixture::{WebhookFixture, said, said_exactly},
};

pub(super) async fn nothing_unsigned(webhooks: &WebhookFixture) -> Result<Passed, Flaw> {
    for sent in webhooks.server_to_server() {
        let mut truth = Vec::new();
        for event in webhooks.receiver.genuine(sent)?.events() {
            truth.push(said_exactly(event));
            truth.push(said_once(&webhooks.receiver.believed(event).await?));
        }
        for altered in bits::each_byte_of_the_body(&sent.request) {
            says_nothing_else(webhooks, &sent.endpoint, &altered, &truth, false).await?;
        }
        for endpoint in webhooks.receiver.role.endpoints() {
            let what = format!("it comes to `{}`", endpoint.name);
            let altered = Tampered::new(what, sent.request.clone());
            says_nothing_else(webhooks, &endpoint.name, &altered, &truth, false).await?;
        }
        let altered = fields::each_changed(&sent.request).into_iter().map(|(_, altered)| altered);
        let altered = altered
            .chain(smuggling::smuggled(&sent.request))
            .chain(resplit::resplit(&sent.request));
        for altered in altered {
            says_nothing_else(webhooks, &sent.endpoint, &altered, &truth, true).await?;
        }
    }
    Ok(Passed::Tested)
}

/// Checks that an altered delivery gives no event on which an app would act, except that of the
/// genuine one: neither another report of money, nor a proven event about something else, which an
/// app would acknowledge and ignore.
async fn says_nothing_else(
    webhooks: &WebhookFixture,
    endpoint: &EndpointName,
    altered: &Tampered,
    truth: &[String],
    confirm: bool,
) -> Result<(), Flaw> {
    let expected = || format!("nothing believed but {truth:?}, of a delivery to `{endpoint}`");
    let notification = match webhooks.receiver.receive(endpoint, &altered.request) {
        Received::Notification(notification) => notification,
        Received::Reply(_) => {
            return Err(Flaw::new(expected(), format!("an answer although {}", altered.what)));
        }
        Received::Unreadable(_) | Received::Untrusted(_) => return Ok(()),
    };
    for event in notification.events() {
        let reported = if event.is_trusted() {
            said_exactly(event)
        } else if confirm && event.moves_money() {
            match webhooks.receiver.role.confirm(event).await {
                Ok(Confirmation::Confirmed(event)) => said_once(&event),
                Ok(_) | Err(_) => continue,
            }
        } else {
            continue;
        };
        if !truth.contains(&reported) {
            let found = format!("although {}: {reported}", altered.what);
            return Err(Flaw::new(expected(), found).at(notification.made_at));
        }
    }
    Ok(())
}

/// Describes an event after its confirmation, with the key under which an app handles it once.
fn said_once(believed: &Event) -> String {
    format!("{} under {:?}", said(believed), believed.key())
}

pub(super) async fn confirmed(webhooks: &WebhookFixture) -> Result<Passed, Flaw> {
    let mut any = false;
    for sent in webhooks.server_to_server() {
        for event in webhooks.receiver.genuine(sent)?.into_events() {
            if !event.moves_money() {
                continue;
            }
            let mark = webhooks.fixture.mark();
            let confirmed = webhooks.receiver.role.confirm(&event).await;
            let Ok(Confirmation::Confirmed(confirmed)) = confirmed else {
                // Not every proven event can be confirmed.
                let found = format!("{confirmed:?}");
                sent.unless(event.is_trusted(), "a confirmed event", found)?;
                continue;
            };
            any = true;
            let asked = webhooks.fixture.since(mark);
            let expected = "an inquiry behind a confirmation";
            sent.unless(!asked.is_empty(), expected, "nothing was asked")?;
            let (is_trusted, found) = (confirmed.is_trusted(), format!("{confirmed:?}"));
            sent.unless(is_trusted, "an event that is believed", found)
                .sent_at(asked.last().map(|note| note.made_at))?;
        }
    }
    claims_of_forgers(webhooks).await?;
    Ok(Passed::if_any(any))
}

/// Checks claims with ten times the money, under a key that the gateway never issued, as a forger
/// would choose it. No gateway would confirm them.
async fn claims_of_forgers(webhooks: &WebhookFixture) -> Result<(), Flaw> {
    let Ok(forged) = DedupeKey::new("suite.forged", "1") else { return Ok(()) };
    for sent in webhooks.server_to_server() {
        for event in webhooks.receiver.genuine(sent)?.into_events() {
            for (claim, is_more) in
                [(Some(event.data().clone()), false), (exaggerated(&event), true)]
            {
                let Some(claim) = claim else { continue };
                let claim = Event::inquired(forged.clone(), claim);
                let mark = webhooks.fixture.mark();
                let confirmed = webhooks.receiver.role.confirm(&claim).await;
                let Ok(Confirmation::Confirmed(confirmed)) = confirmed else { continue };
                let repeats_it = is_more && said(&confirmed) == said(&claim);
                let is_so = !repeats_it && confirmed.key() != Some(&forged);
                let expected = "the values and the key of the inquiry's response";
                sent.unless(is_so, expected, format!("what was claimed: {confirmed:?}"))
                    .sent_at(webhooks.fixture.since(mark).last().map(|note| note.made_at))?;
            }
        }
    }
    Ok(())
}

/// Returns the data of an event with ten times its money.
fn exaggerated(event: &Event) -> Option<EventData> {
    let more = |money: Money| Money::from_minor(money.minor().saturating_mul(10), money.currency());
    let mut data = event.data().clone();
    match &mut data {
        EventData::Payment(payment) => {
            payment.received = Some(more(payment.received.or(payment.asked)?));
        }
        EventData::Movement(movement) => movement.amount = more(movement.amount),
        EventData::Payout(payout) => payout.amount = Some(more(payout.amount?)),
        _ => return None,
    }
    Some(data)
}
