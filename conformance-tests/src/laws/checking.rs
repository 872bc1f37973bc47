//! What a provider's own check allows is not refused afterwards.

use payments_core::{
    DeclineReason, ErrorKind, Role, Timestamp,
    payment::PaymentMethod,
    rules::{Alphabet, TextRules},
    transport::CallClass,
};

use crate::{
    Flaw, Operation, Start,
    fixture::Fixture,
    law::Passed,
    operations::{Instruction, Outcome, rules},
};

pub(super) async fn hold(start: Start) -> Result<Passed, Flaw> {
    let fixture = Fixture::open(&start).await?;
    let mut any = false;
    for operation in
        [Operation::CreatePayment, Operation::OpenVirtualAccount, Operation::CreatePayout]
    {
        let Some((reference, _)) = rules(&fixture.provider, operation.role()) else { continue };
        any = true;
        for method in methods(&fixture, operation) {
            for text in texts_within(reference) {
                let about = Instruction::about(&fixture.subject, operation, &text);
                let Ok(mut instruction) = about else { continue };
                instruction.requests.payment.method = method;
                accepts(&fixture, &instruction, &format!("the reference {text} by {method:?}"))
                    .await?;
            }
        }
        for (number, end) in (2..).zip(ends(&fixture)) {
            let reference = fixture.subject.gateway.reference(number);
            let mut instruction = Instruction::about(&fixture.subject, operation, &reference)?;
            instruction.requests.payment.expires_at = Some(end);
            instruction.requests.open.expires_at = Some(end);
            accepts(&fixture, &instruction, &format!("the end {end}")).await?;
        }
    }
    Ok(Passed::if_any(any))
}

/// Every method of payment that the capabilities name; none where the buyer chooses, and for the
/// other roles.
fn methods(fixture: &Fixture, operation: Operation) -> Vec<Option<PaymentMethod>> {
    match fixture.provider.payments() {
        Ok(role) if operation.role() == Role::Payments => {
            let can = role.capabilities();
            let methods = can.methods.iter().copied().map(Some);
            methods.chain(can.buyer_chooses.then_some(None)).collect()
        }
        _ => vec![None],
    }
}

/// Checks that neither the provider nor the gateway finds a request wrong that the check allows.
async fn accepts(fixture: &Fixture, instruction: &Instruction, what: &str) -> Result<(), Flaw> {
    if instruction.check(&fixture.provider).is_err() {
        return Ok(());
    }
    let mark = fixture.mark();
    let outcome = instruction.carry_out(&fixture.provider).await;
    let is_refused = match &outcome {
        Outcome::Error(error) => {
            matches!(error.kind(), ErrorKind::InvalidRequest | ErrorKind::Unsupported)
        }
        Outcome::Declined(decline) => decline.reason == DeclineReason::InvalidRequest,
        Outcome::Accepted(_) | Outcome::Uncertain(_) => false,
    };
    if !is_refused {
        return Ok(());
    }
    Err(Flaw::new(format!("{what} accepted, for the check allows it"), outcome)
        .in_call(instruction.operation())
        .sent_at(fixture.line(mark, CallClass::Instruction)))
}

/// In the past, now, in a second and in an hour.
fn ends(fixture: &Fixture) -> [Timestamp; 4] {
    let now = fixture.clock().now().unix_seconds();
    [-3_600, 0, 1, 3_600].map(|seconds| Timestamp::from_unix(now + seconds))
}

/// The shortest and the longest text that the rules allow, and one with each character that they
/// name, each at either end.
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
