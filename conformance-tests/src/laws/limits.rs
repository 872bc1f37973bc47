//! A request that a provider cannot fulfil is refused before it is sent.

use payments_core::{
    Error, ErrorKind, Role, Timestamp,
    money::{Currency, Money},
    payment::PaymentMethod,
    rules::{Alphabet, AmountLimits, TextRules},
    virtual_account::Uses,
};
use provider_kit::transport::CallClass;

use crate::{
    Flaw, Operation, Start,
    fixture::Fixture,
    flaw::{InFlaw as _, error_text},
    law::Passed,
    operations::{PreparedCall, rules},
    requests::Requests,
};

const OPENING: [Operation; 3] =
    [Operation::CreatePayment, Operation::OpenVirtualAccount, Operation::CreatePayout];

pub(super) async fn check(start: Start) -> Result<Passed, Flaw> {
    let fixture = Fixture::open(&start).await?;
    let mut any = false;
    for operation in OPENING {
        let Some((reference, limits)) = rules(&fixture.provider, operation.role()) else {
            continue;
        };
        any = true;
        let usual = PreparedCall::unfounded(&fixture.subject, operation)?;
        let mut wrong = WrongCalls { usual, all: Vec::new() };
        for amount in amounts_outside(limits) {
            let call = wrong.usual.with_amount(amount);
            wrong.all.push((format!("the amount {amount}"), call));
        }
        match operation.role() {
            Role::Payments => of_payments(&mut wrong, &fixture),
            Role::VirtualAccounts => of_virtual_accounts(&mut wrong, &fixture),
            _ => of_payouts(&mut wrong, &fixture),
        }
        for (what, call) in &wrong.all {
            refuses(&fixture, call, what).await.in_call(operation)?;
        }
        for text in texts_outside(reference) {
            refuses_reference(&fixture, operation, &text).await?;
        }
    }
    Ok(Passed::if_any(any))
}

/// Calls with a value that the capabilities do not allow, and a description of that value.
struct WrongCalls {
    usual: PreparedCall,
    all: Vec<(String, PreparedCall)>,
}

impl WrongCalls {
    fn add(&mut self, what: impl Into<String>, change: impl FnOnce(&mut Requests)) {
        let mut call = self.usual.clone();
        change(&mut call.requests);
        self.all.push((what.into(), call));
    }

    fn add_texts(&mut self, field: &str, rules: &TextRules, set: fn(&mut Requests, String)) {
        for text in texts_outside(rules) {
            self.add(format!("{field} {text:?}"), |requests| set(requests, text));
        }
    }
}

fn of_payments(wrong: &mut WrongCalls, fixture: &Fixture) {
    let Some((_, role)) = fixture.payments() else { return };
    let can = role.capabilities();
    for method in PaymentMethod::ALL.into_iter().filter(|method| !can.methods.contains(method)) {
        wrong.add(format!("the method {method:?}"), |requests| {
            requests.payment.method = Some(method);
        });
    }
    wrong.add_texts("the description", &can.description, |requests, text| {
        requests.payment.description = text;
    });
    if !can.expiry {
        let end = Timestamp::from_unix(fixture.now().unix_seconds() + 3_600);
        wrong.add("an end", |requests| requests.payment.expires_at = Some(end));
    }
    for field in &can.required {
        wrong.add(format!("a payment without `{}`", field.name()), |requests| {
            field.take_from(&mut requests.payment);
        });
    }
}

fn of_virtual_accounts(wrong: &mut WrongCalls, fixture: &Fixture) {
    let Some((_, role)) = fixture.virtual_accounts() else { return };
    let can = role.capabilities();
    if !can.any_amount {
        wrong.add("no amount", |requests| requests.open.amount = None);
    }
    for uses in [Uses::Once, Uses::Many].into_iter().filter(|uses| !can.uses.contains(uses)) {
        wrong.add(format!("{uses:?}"), |requests| requests.open.uses = uses);
    }
    wrong.add_texts("the holder", &can.holder, |requests, text| requests.open.holder = text);
    wrong.add_texts("the remark", &can.remark, |requests, text| requests.open.remark = Some(text));
}

fn of_payouts(wrong: &mut WrongCalls, fixture: &Fixture) {
    let Some((_, role)) = fixture.payouts() else { return };
    let can = role.capabilities();
    wrong.add_texts("the name", &can.name, |requests, text| {
        requests.payout.beneficiary.name = text;
    });
    wrong.add_texts("the note", &can.note, |requests, text| requests.payout.note = Some(text));
    for field in &can.required {
        wrong.add(format!("a payout without `{}`", field.name()), |requests| {
            field.take_from(&mut requests.payout);
        });
    }
}

/// Checks every call of the role of `operation` with a reference that the role does not accept.
async fn refuses_reference(
    fixture: &Fixture,
    operation: Operation,
    text: &str,
) -> Result<(), Flaw> {
    // Credits are found by the account's number, and names by the number of a bank account.
    let calls = Operation::instructions().chain(Operation::finding());
    let calls = calls.filter(|one| one.role() == operation.role());
    for call in calls.filter(|one| one.is_offered(&fixture.provider)) {
        // Some texts cannot be a reference at all.
        if let Ok(wrong) = PreparedCall::about(&fixture.subject, call, text) {
            refuses(fixture, &wrong, &format!("the reference {text:?}")).await.in_call(call)?;
        }
    }
    Ok(())
}

/// Checks that a call is refused with an error that names a field, with nothing sent, and by the
/// role's own check if it has one.
async fn refuses(fixture: &Fixture, wrong: &PreparedCall, what: &str) -> Result<(), Flaw> {
    let is_refused = |outcome: Result<String, Error>| {
        let line = fixture.line(0, CallClass::Instruction);
        Flaw::unless(fixture.mark() == 0, "nothing sent", format!("{what} was sent"))
            .sent_at(line)?;
        let is_so = outcome.as_ref().is_err_and(|error| {
            matches!(error.kind(), ErrorKind::InvalidRequest | ErrorKind::Unsupported)
                && error.field().is_some()
        });
        let field = outcome.as_ref().err().and_then(Error::field).unwrap_or("none");
        let found = outcome.as_ref().map_or_else(error_text, Clone::clone);
        let expected = format!("{what} refused naming the field");
        Flaw::unless(is_so, expected, format!("{found}, field {field}"))
    };
    if OPENING.contains(&wrong.operation) {
        is_refused(wrong.check(&fixture.provider).map(|()| "its check allows it".to_owned()))?;
    }
    is_refused(wrong.attempt(&fixture.provider).await)
}

/// Returns amounts just below the minimum, just above the maximum, and in a currency that is not
/// accepted.
fn amounts_outside(limits: &[AmountLimits]) -> Vec<Money> {
    let mut amounts = Vec::new();
    for limit in limits {
        let currency = limit.min.currency();
        if limit.min.minor() > 1 {
            amounts.push(Money::from_minor(limit.min.minor() - 1, currency));
        }
        if let Some(max) = limit.max {
            amounts.push(Money::from_minor(max.minor().saturating_add(1), currency));
        }
    }
    let is_accepted = |currency| limits.iter().any(|limit| limit.min.currency() == currency);
    for currency in [Currency::VND, Currency::USD] {
        if !is_accepted(currency) {
            amounts.push(Money::from_minor(100_000, currency));
        }
    }
    amounts
}

/// Returns texts that break the rules in each way: too short, too long, and with a character that
/// is not allowed, such as one that would change a path.
fn texts_outside(rules: &TextRules) -> Vec<String> {
    let breaks = |text: &String| rules.check("text", text).is_err();
    // The texts are made of allowed characters, so that each breaks only one rule.
    let fill = if rules.alphabet == Alphabet::Digits { "7" } else { "A" };
    let long = fill.repeat(rules.max.saturating_add(1));
    let short = fill.repeat(rules.min.saturating_sub(1));
    let middle = (rules.min.max(2) / 2).max(1);
    let strange = ["/../", "?a=", "|", " + ", "Đ", "\u{7}", "A", "-"]
        .map(|strange| format!("{}{strange}{}", fill.repeat(middle), fill.repeat(middle)));
    let numbers = rules.numbers.map(|range| {
        let (below, above) = (range.min.checked_sub(1), range.max.checked_add(1));
        let outside = below.into_iter().chain(above).map(|number| number.to_string());
        outside.chain([format!("0{}", range.min)]).collect::<Vec<_>>()
    });
    [long, short]
        .into_iter()
        .chain(strange)
        .chain(numbers.into_iter().flatten())
        .filter(|text| !text.is_empty())
        .filter(breaks)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_of_every_kind_that_the_rules_refuse_is_tried() {
        let rules = TextRules::new(2, 5, Alphabet::AlphanumericAnd("-"));
        let texts = texts_outside(&rules);
        assert!(texts.contains(&"AAAAAA".to_owned()) && texts.contains(&"A".to_owned()));
        assert!(texts.contains(&"A/../A".to_owned()), "{texts:?}");
        assert!(texts.iter().all(|text| rules.check("text", text).is_err()));
    }

    #[test]
    fn numbers_are_tried_just_outside_their_range_and_with_a_leading_zero() {
        let texts = texts_outside(&TextRules::numbers(2, 5_000));
        for text in ["1", "5001", "02", "77777", "7A7"] {
            assert!(texts.contains(&text.to_owned()), "{text}: {texts:?}");
        }
    }

    #[test]
    fn amounts_are_tried_at_the_very_edges_and_in_other_money() {
        let limits = [AmountLimits::at_least(Money::vnd(2_000)).up_to(Money::vnd(5_000))];
        let minors: Vec<_> = amounts_outside(&limits)
            .iter()
            .map(|amount| (amount.minor(), amount.currency()))
            .collect();
        assert_eq!(
            minors,
            [(1_999, Currency::VND), (5_001, Currency::VND), (100_000, Currency::USD)]
        );
    }
}
