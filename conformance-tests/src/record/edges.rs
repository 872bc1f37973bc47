//! Random requests within the declared limits, and requests exactly at the limits.

use payments_core::{
    Timestamp,
    payment::PaymentMethod,
    rules::{Alphabet, TextRules},
};

use crate::{
    Flaw, Operation,
    operations::{PreparedCall, rules},
    requests::Requests,
    texts,
};

use super::{About, Step, Walk};

/// Opens an object at each limit.
pub(super) async fn live(walk: &mut Walk<'_>) -> Result<(), Flaw> {
    for operation in
        [Operation::CreatePayment, Operation::OpenVirtualAccount, Operation::CreatePayout]
    {
        let Some((reference, _)) = rules(&walk.fixture.provider, operation.role()) else {
            continue;
        };
        for method in methods(walk, operation) {
            for text in texts_within(reference) {
                let call = PreparedCall::about(&walk.fixture.subject, operation, &text);
                let Ok(mut call) = call else { continue };
                call.requests.payment.method = method;
                walk.lives_by(About::Edge, call, 0, &[]).await?;
            }
        }
        // Expiries in the past, now, in a second and in an hour.
        for seconds in [-3_600, 0, 1, 3_600] {
            let end = Timestamp::from_unix(walk.fixture.now().unix_seconds() + seconds);
            let change = |requests: &mut Requests| {
                requests.payment.expires_at = Some(end);
                requests.open.expires_at = Some(end);
            };
            walk.life((About::Edge, operation), change, &[]).await?;
        }
    }
    Ok(())
}

/// Opens objects under random references that the declared rules allow.
pub(super) async fn references(
    walk: &mut Walk<'_>,
    operation: Operation,
    steps: &[Step],
) -> Result<(), Flaw> {
    const NUMBER: usize = 16;
    let rules = rules(&walk.fixture.provider, operation.role());
    let texts = rules.map(|(rules, _)| texts::within(walk.seed, rules, NUMBER));
    for reference in texts.unwrap_or_default() {
        if let Ok(call) = PreparedCall::about(&walk.fixture.subject, operation, &reference) {
            walk.lives_by(About::Reference, call, 0, steps).await?;
        }
    }
    Ok(())
}

/// Returns every payment method of the capabilities. Returns `None` alone if the buyer chooses, and
/// for the other roles.
pub(super) fn methods(walk: &Walk<'_>, operation: Operation) -> Vec<Option<PaymentMethod>> {
    match walk.fixture.provider.payments() {
        Ok(role) if operation == Operation::CreatePayment => {
            let can = role.capabilities();
            let methods = can.methods.iter().copied().map(Some);
            methods.chain(can.buyer_chooses.then_some(None)).collect()
        }
        _ => vec![None],
    }
}

/// Returns the shortest and the longest text that the rules allow, and one with each listed
/// character at either end.
fn texts_within(rules: &TextRules) -> Vec<String> {
    let named: &[char] = &match rules.alphabet {
        Alphabet::AlphanumericAnd(more) | Alphabet::CapitalsAnd(more) => more.chars().collect(),
        _ => Vec::new(),
    };
    let length = rules.min.max(8).min(rules.max);
    let mut texts = vec!["K".repeat(rules.min.max(1)), "L".repeat(rules.max)];
    texts.extend(["7".repeat(rules.min.max(1)), "8".repeat(rules.max)]);
    if let Some(range) = rules.numbers {
        texts.extend([range.min, range.max].map(|number| number.to_string()));
    }
    for character in named {
        let rest = "M".repeat(length.saturating_sub(1));
        texts.extend([format!("{character}{rest}"), format!("{rest}{character}")]);
    }
    texts.extend(["7".repeat(length), format!("0{}", "7".repeat(length.saturating_sub(1)))]);
    texts.retain(|text| rules.check("text", text).is_ok());
    texts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_tried_up_to_both_ends_of_their_range() {
        let texts = texts_within(&TextRules::numbers(10, 5_000));
        for text in ["10", "5000", "77", "7777"] {
            assert_eq!(texts.contains(&text.to_owned()), text != "7777", "{text}: {texts:?}");
        }
    }

    #[test]
    fn both_lengths_and_every_named_character_are_tried() {
        let rules = TextRules::new(2, 12, Alphabet::AlphanumericAnd("-_"));
        let texts = texts_within(&rules);
        for text in ["KK", "LLLLLLLLLLLL", "-MMMMMMM", "MMMMMMM-", "_MMMMMMM", "77777777"] {
            assert!(texts.contains(&text.to_owned()), "{text}: {texts:?}");
        }
        assert!(texts.iter().all(|text| rules.check("text", text).is_ok()), "{texts:?}");
    }
}
