//! What a provider's own check allows is not refused afterwards.

use payments_core::{
    DeclineReason, Error, ErrorKind, OrderRef, PayoutRef, Submission, Timestamp,
    payment::CreatePayment,
    rules::{Alphabet, TextRules},
    virtual_account::OpenVirtualAccount,
};

use crate::{Flaw, Operation, Start, fixture::Fixture, law::Passed};

pub(super) async fn hold(start: Start) -> Result<Passed, Flaw> {
    let fixture = Fixture::open(&start).await?;
    let payments = payments(&fixture).await?;
    let accounts = virtual_accounts(&fixture).await?;
    let payouts = payouts(&fixture).await?;
    Ok(Passed::if_any(payments || accounts || payouts))
}

async fn payments(fixture: &Fixture) -> Result<bool, Flaw> {
    let Some((gateway, role)) = fixture.payments() else { return Ok(false) };
    let can = role.capabilities();
    let ordinary = gateway.payment(fixture.order(1)?);
    let methods = can.methods.iter().copied().map(Some);
    let methods: Vec<_> = methods.chain(can.buyer_chooses.then_some(None)).collect();
    let mut requests: Vec<CreatePayment> = Vec::new();
    for method in methods {
        for text in texts_within(&can.reference) {
            let Ok(order) = OrderRef::new(text) else { continue };
            let mut request = ordinary.clone();
            (request.order, request.method) = (order, method);
            requests.push(request);
        }
    }
    for (number, end) in (2..).zip(ends(fixture)) {
        requests.push(gateway.payment(fixture.order(number)?).with_expiry(end));
    }
    for request in requests {
        let what = format!("the order {} by {:?}", request.order, request.method);
        if role.check(&request).is_ok() {
            taken(Operation::CreatePayment, &what, role.create_payment(&request).await)?;
        }
    }
    Ok(true)
}

async fn virtual_accounts(fixture: &Fixture) -> Result<bool, Flaw> {
    let Some((gateway, role)) = fixture.virtual_accounts() else { return Ok(false) };
    let mut requests: Vec<OpenVirtualAccount> = Vec::new();
    for text in texts_within(&role.capabilities().reference) {
        let Ok(order) = OrderRef::new(text) else { continue };
        requests.push(gateway.virtual_account(order));
    }
    for (number, end) in (2..).zip(ends(fixture)) {
        requests.push(gateway.virtual_account(fixture.order(number)?).with_expiry(end));
    }
    for request in requests {
        let what = format!("the order {} until {:?}", request.order, request.expires_at);
        if role.check(&request).is_ok() {
            taken(Operation::OpenVirtualAccount, &what, role.open(&request).await)?;
        }
    }
    Ok(true)
}

async fn payouts(fixture: &Fixture) -> Result<bool, Flaw> {
    let Some((gateway, role)) = fixture.payouts() else { return Ok(false) };
    for text in texts_within(&role.capabilities().reference) {
        let Ok(payout) = PayoutRef::new(text) else { continue };
        let request = gateway.payout(payout);
        let what = format!("the payout {}", request.payout);
        if role.check(&request).is_ok() {
            taken(Operation::CreatePayout, &what, role.create_payout(&request).await)?;
        }
    }
    Ok(true)
}

/// Holds that neither the provider nor the gateway finds the request wrong.
fn taken<T>(
    operation: Operation,
    what: &str,
    outcome: Result<Submission<T>, Error>,
) -> Result<(), Flaw> {
    let found = match outcome {
        Err(error)
            if matches!(error.kind(), ErrorKind::InvalidRequest | ErrorKind::Unsupported) =>
        {
            format!("Err({:?}): {error}", error.kind())
        }
        Ok(Submission::Declined(decline)) if decline.reason == DeclineReason::InvalidRequest => {
            decline.to_string()
        }
        _ => return Ok(()),
    };
    let expected = format!("{what} taken, for the check allows it");
    Err(Flaw::new(expected, found).in_call(operation))
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
