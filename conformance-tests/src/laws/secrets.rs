//! No secret is shown, whatever happens.

use std::error::Error;
use std::fmt::Write as _;

use base64::{Engine as _, engine::general_purpose::STANDARD_NO_PAD};
use payments_core::notification::{Confirmation, Delivery, Received};

use crate::{
    Flaw, Start,
    fixture::Fixture,
    law::Passed,
    listener::Listener,
    operations::{Outcome, PreparedCall, Reported, capabilities, offered_calls},
    proxy::{Fault, When},
    record::Receiver,
};

pub(super) async fn check(start: Start) -> Result<Passed, Flaw> {
    let listener = Listener::default();
    let shown = {
        let _listening = tracing::subscriber::set_default(listener.clone());
        everything(&start).await?
    };
    let texts = shown.into_iter().chain([("a trace", listener.text())]);
    let secrets = start.start().await.gateway.secrets().into_iter();
    let spellings: Vec<_> = secrets
        .filter(|secret| secret.len() >= SHORTEST)
        .flat_map(|secret| spellings(&secret))
        .collect();
    let expected = format!("a secret of {SHORTEST} characters to look for");
    Flaw::unless(!spellings.is_empty(), expected, "`Gateway::secrets` gives none")?;
    for (place, text) in texts {
        for (spelling, secret) in &spellings {
            let Some((before, _)) = text.split_once(secret.as_str()) else { continue };
            let context: String = before.chars().rev().take(40).collect();
            let context: String = context.chars().rev().collect();
            let found = format!("one {spelling} in {place}, behind {context:?}");
            return Err(Flaw::new("no secret", found));
        }
    }
    Ok(Passed::Tested)
}

/// Returns the forms in which a secret can occur in a text: unchanged, in hexadecimal, escaped for
/// an address, and in the base64 of a header that has a name before it.
fn spellings(secret: &str) -> Vec<(&'static str, String)> {
    let escaped: String = form_urlencoded::byte_serialize(secret.as_bytes()).collect();
    let mut spellings = vec![
        ("as it is", secret.to_owned()),
        ("escaped", escaped),
        ("in hexadecimal", hex::encode(secret)),
    ];
    // The text before it shifts its bits by none, two or four; only the characters that it
    // determines completely are searched for.
    for before in ["", ".", ".."] {
        let text = [before, secret].concat();
        let encoded = STANDARD_NO_PAD.encode(&text);
        let inside = (before.len() * 8).div_ceil(6)..text.len() * 8 / 6;
        spellings.extend(encoded.get(inside).map(|inside| ("in base64", inside.to_owned())));
    }
    spellings
}

/// The shortest text to search for. A shorter one would occur everywhere.
const SHORTEST: usize = 6;

/// The printed texts, each with the name of its place.
type Shown = Vec<(&'static str, String)>;

/// Makes every call of the provider, with and without faults, and collects everything that is
/// printed.
async fn everything(start: &Start) -> Result<Shown, Flaw> {
    let fixture = Fixture::open(start).await?;
    let provider = &fixture.provider;
    let mut shown = vec![
        ("the provider's Debug", format!("{provider:?}")),
        ("the capabilities", capabilities(provider).to_string()),
    ];
    let faults = [
        None,
        Some(Fault::ServerErrorPage(When::BeforeBooking)),
        Some(Fault::Closed(When::BeforeBooking)),
        Some(Fault::Unauthorized(When::BeforeBooking)),
        Some(Fault::Empty(When::BeforeBooking)),
        Some(Fault::Refused),
    ];
    let cases =
        offered_calls(provider).flat_map(|operation| faults.map(|fault| (operation, fault)));
    for (number, (operation, fault)) in (1..).zip(cases) {
        let call = PreparedCall::ready(&fixture, operation, number).await?;
        fault.into_iter().for_each(|fault| fixture.proxy.inject(fault));
        if operation.is_instruction() {
            outcome(&call.carry_out(provider).await, &mut shown);
        } else {
            match call.ask(provider).await {
                Ok(answer) => answer.all().iter().for_each(|one| response(one, &mut shown)),
                Err(error) => shown.push(("an error", chain(&error))),
            }
        }
        fixture.heal()?;
    }
    notifications(&fixture, &mut shown).await;
    Ok(shown)
}

fn outcome(outcome: &Outcome, shown: &mut Shown) {
    shown.push(("an outcome", format!("{outcome} {outcome:?}")));
    match outcome {
        Outcome::Accepted { reported, .. } => response(reported, shown),
        Outcome::Declined(decline) => shown.push(("a refusal", decline.to_string())),
        Outcome::Uncertain(uncertain) => {
            shown.extend(uncertain.source().map(|source| ("an uncertain outcome", chain(source))));
        }
        Outcome::Error(error) => shown.push(("an error", chain(error))),
    }
}

fn response(response: &Reported, shown: &mut Shown) {
    shown.push(("a response's Debug", format!("{response:?}")));
    shown.push(("a serialised response", json(response)));
}

async fn notifications(fixture: &Fixture, shown: &mut Shown) {
    let Some(receiver) = Receiver::of(fixture) else { return };
    for sent in receiver.gateway.take().await {
        let delivery = Delivery::of(&sent.request);
        shown.push(("a delivery's Debug", format!("{delivery:?}")));
        let received = receiver.receive(&sent.endpoint, &sent.request);
        shown.push(("a notification's Debug", format!("{received:?}")));
        let events = match received {
            Received::Notification(notification) => notification.into_events(),
            _ => Vec::new(),
        };
        for event in &events {
            shown.push(("a serialised event", json(event)));
            match receiver.role.confirm(event).await {
                Ok(confirmation) => {
                    shown.push(("a confirmation's Debug", format!("{confirmation:?}")));
                    if let Confirmation::Confirmed(event) = confirmation {
                        shown.push(("a serialised event", json(&event)));
                    }
                }
                Err(error) => shown.push(("an error", chain(&error))),
            }
        }
        let mut forged = sent.request.clone();
        forged.headers_mut().clear();
        let received = receiver.receive(&sent.endpoint, &forged);
        shown.push(("a refused delivery", format!("{received:?}")));
    }
}

fn json<T: serde::Serialize>(value: &T) -> String {
    serde_json::to_string(value).unwrap_or_default()
}

/// Returns an error with all its causes, printed in both ways.
fn chain(error: &(dyn Error + 'static)) -> String {
    let mut text = String::new();
    let mut next = Some(error);
    while let Some(error) = next {
        // Writing to a string cannot fail.
        let _ = write!(text, "{error} {error:?} ");
        next = error.source();
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_is_looked_for_in_every_spelling() {
        let secret = "kh/a+canary";
        let found = |text: &str| spellings(secret).iter().any(|(_, spelt)| text.contains(spelt));
        for name in ["", "m", "me", "mer"] {
            let header = STANDARD_NO_PAD.encode(format!("{name}{secret}"));
            assert!(found(&header), "{name} {header}");
            assert!(found(&STANDARD_NO_PAD.encode(format!("{name}{secret}:behind"))));
        }
        assert!(found("?key=kh%2Fa%2Bcanary") && found(secret));
        assert!(!found(&STANDARD_NO_PAD.encode("kh/a+kanari")));
    }

    #[test]
    fn a_secret_deep_in_a_chain_of_errors_is_printed() {
        let cause = std::io::Error::other("key SECRET is wrong");
        let error = payments_core::Error::unsupported("no").with_source(cause);
        assert!(chain(&error).contains("SECRET"));
    }
}
