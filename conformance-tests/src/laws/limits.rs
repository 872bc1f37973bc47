//! What a provider cannot honour is refused before anything is sent.

use payments_core::{
    Direction, Error, ErrorKind, OrderRef, PayoutRef, RefundRef, Role, Submission, Timestamp,
    money::{Currency, Money},
    payment::{PaymentMethod, RefundPayment},
    rules::{Alphabet, AmountLimits, TextRules},
    virtual_account::{Uses, VirtualAccountRef},
};

use crate::{Flaw, Operation, Start, fixture::Fixture, instruction::Instruction, law::Passed};

pub(super) async fn hold(start: Start) -> Result<Passed, Flaw> {
    let fixture = Fixture::open(&start).await?;
    let can_be_asked =
        |role| matches!(role, Role::Payments | Role::VirtualAccounts | Role::Payouts);
    let any = fixture.provider.roles().into_iter().any(can_be_asked);
    payments(&fixture).await?;
    virtual_accounts(&fixture).await?;
    payouts(&fixture).await?;
    a_part_of_a_refund(&Fixture::open(&start).await?).await?;
    Ok(Passed::if_any(any))
}

/// A part goes back as that part, or is refused: the capabilities do not say which.
async fn a_part_of_a_refund(fixture: &Fixture) -> Result<(), Flaw> {
    let operation = Operation::RefundPayment;
    let Some((gateway, role)) = fixture.payments() else { return Ok(()) };
    if !role.capabilities().refund {
        return Ok(());
    }
    let Instruction::RefundPayment(whole) = Instruction::ready(fixture, operation, 1).await? else {
        return Ok(());
    };
    let paid = gateway.payment(whole.order.clone()).amount;
    let part = Money::from_minor(paid.minor() / 2, paid.currency());
    let request = whole.with_amount(part);
    let request = request.map_err(|error| Flaw::new("half of what was paid", error))?;
    let mark = fixture.mark();
    let outcome = role.refund_payment(&request).await;
    let notes = fixture.since(mark);
    let expected =
        format!("{part} of {paid} given back, or refused naming `amount` with nothing sent");
    let bookings = fixture.bookings().await;
    let given_back: Vec<Money> = bookings
        .iter()
        .filter(|booking| booking.direction == Direction::Out)
        .map(|booking| booking.amount)
        .collect();
    let found = match outcome {
        Err(error) if error.field() == Some("amount") && notes.is_empty() => return Ok(()),
        Err(error) => format!("Err({:?}): {error}", error.kind()),
        Ok(Submission::Accepted(refund)) if refund.amount == part && given_back == [part] => {
            return Ok(());
        }
        Ok(answer) => format!("{answer:?}"),
    };
    Err(Flaw::new(expected, found)
        .in_call(operation)
        .with_ledger(format!("{given_back:?} given back"))
        .sent_at(notes.last().map(|note| note.made_at)))
}

async fn payments(fixture: &Fixture) -> Result<(), Flaw> {
    let (Some(gateway), Ok(role)) = (&fixture.subject.payments, fixture.provider.payments()) else {
        return Ok(());
    };
    let can = role.capabilities();
    let good = gateway.payment(fixture.order(1)?);
    let mut wrong = Vec::new();
    for amount in amounts_outside(&can.limits) {
        let mut request = good.clone();
        request.amount = amount;
        wrong.push((format!("the amount {amount}"), request));
    }
    for method in METHODS.into_iter().filter(|method| !can.methods.contains(method)) {
        wrong.push((format!("the method {method:?}"), good.clone().with_method(method)));
    }
    for text in texts_outside(&can.reference) {
        let Ok(order) = OrderRef::new(text.clone()) else { continue };
        let mut request = good.clone();
        request.order = order;
        wrong.push((format!("the order {text:?}"), request));
    }
    for text in texts_outside(&can.description) {
        wrong.push((format!("the description {text:?}"), good.clone().with_description(text)));
    }
    if !can.expiry {
        let end = Timestamp::from_unix(fixture.clock().now().unix_seconds() + 3_600);
        wrong.push(("an end".to_owned(), good.clone().with_expiry(end)));
    }
    for field in &can.required {
        let mut request = good.clone();
        field.take_from(&mut request);
        wrong.push((format!("a payment without `{}`", field.name()), request));
    }
    for (what, request) in wrong {
        let operation = Operation::CreatePayment;
        refused(fixture, operation, &what, checked(role.check(&request)))?;
        let outcome = role.create_payment(&request).await;
        refused(fixture, operation, &what, outcome.map(|answer| format!("{answer:?}")))?;
    }
    for text in texts_outside(&can.reference) {
        let what = format!("the order {text:?}");
        let (Ok(order), Ok(refund)) = (OrderRef::new(text.clone()), RefundRef::new(text.clone()))
        else {
            continue;
        };
        if can.find {
            let outcome = role.find_payment(&order).await.map(|found| format!("{found:?}"));
            refused(fixture, Operation::FindPayment, &what, outcome)?;
        }
        if can.cancel {
            let outcome = role.cancel_payment(&order).await.map(|answer| format!("{answer:?}"));
            refused(fixture, Operation::CancelPayment, &what, outcome)?;
        }
        if can.refund {
            let request = RefundPayment::new(refund, order);
            let outcome = role.refund_payment(&request).await.map(|answer| format!("{answer:?}"));
            refused(fixture, Operation::RefundPayment, &what, outcome)?;
        }
    }
    Ok(())
}

async fn virtual_accounts(fixture: &Fixture) -> Result<(), Flaw> {
    let (Some(gateway), Ok(role)) =
        (&fixture.subject.virtual_accounts, fixture.provider.virtual_accounts())
    else {
        return Ok(());
    };
    let can = role.capabilities();
    let good = gateway.virtual_account(fixture.order(1)?);
    let mut wrong = Vec::new();
    for amount in amounts_outside(&can.limits) {
        let mut request = good.clone();
        request.amount = Some(amount);
        wrong.push((format!("the amount {amount}"), request));
    }
    if !can.any_amount {
        let mut request = good.clone();
        request.amount = None;
        wrong.push(("no amount".to_owned(), request));
    }
    for uses in [Uses::Once, Uses::Many].into_iter().filter(|uses| !can.uses.contains(uses)) {
        wrong.push((format!("{uses:?}"), good.clone().with_uses(uses)));
    }
    for text in texts_outside(&can.reference) {
        let Ok(order) = OrderRef::new(text.clone()) else { continue };
        let mut request = good.clone();
        request.order = order;
        wrong.push((format!("the order {text:?}"), request));
    }
    for text in texts_outside(&can.holder) {
        let mut request = good.clone();
        request.holder = text.clone();
        wrong.push((format!("the holder {text:?}"), request));
    }
    for text in texts_outside(&can.remark) {
        wrong.push((format!("the remark {text:?}"), good.clone().with_remark(text)));
    }
    for (what, request) in wrong {
        refused(fixture, Operation::OpenVirtualAccount, &what, checked(role.check(&request)))?;
        let outcome = role.open(&request).await.map(|answer| format!("{answer:?}"));
        refused(fixture, Operation::OpenVirtualAccount, &what, outcome)?;
    }
    for text in texts_outside(&can.reference) {
        let Ok(order) = OrderRef::new(text.clone()) else { continue };
        let (what, account) = (format!("the order {text:?}"), VirtualAccountRef::new(order));
        if can.find {
            let outcome = role.find(&account).await.map(|found| format!("{found:?}"));
            refused(fixture, Operation::FindVirtualAccount, &what, outcome)?;
        }
        if can.close {
            let outcome = role.close(&account).await.map(|answer| format!("{answer:?}"));
            refused(fixture, Operation::CloseVirtualAccount, &what, outcome)?;
        }
    }
    Ok(())
}

async fn payouts(fixture: &Fixture) -> Result<(), Flaw> {
    let (Some(gateway), Ok(role)) = (&fixture.subject.payouts, fixture.provider.payouts()) else {
        return Ok(());
    };
    let can = role.capabilities();
    let good = gateway.payout(fixture.payout(1)?);
    let mut wrong = Vec::new();
    for amount in amounts_outside(&can.limits) {
        let mut request = good.clone();
        request.amount = amount;
        wrong.push((format!("the amount {amount}"), request));
    }
    for text in texts_outside(&can.reference) {
        let Ok(payout) = PayoutRef::new(text.clone()) else { continue };
        let mut request = good.clone();
        request.payout = payout;
        wrong.push((format!("the payout {text:?}"), request));
    }
    for text in texts_outside(&can.name) {
        let mut request = good.clone();
        request.beneficiary.name = text.clone();
        wrong.push((format!("the name {text:?}"), request));
    }
    for text in texts_outside(&can.note) {
        wrong.push((format!("the note {text:?}"), good.clone().with_note(text)));
    }
    for field in &can.required {
        let mut request = good.clone();
        field.take_from(&mut request);
        wrong.push((format!("a payout without `{}`", field.name()), request));
    }
    for (what, request) in wrong {
        refused(fixture, Operation::CreatePayout, &what, checked(role.check(&request)))?;
        let outcome = role.create_payout(&request).await.map(|answer| format!("{answer:?}"));
        refused(fixture, Operation::CreatePayout, &what, outcome)?;
    }
    for text in texts_outside(&can.reference).into_iter().filter(|_| can.find) {
        let Ok(payout) = PayoutRef::new(text.clone()) else { continue };
        let outcome = role.find_payout(&payout).await.map(|found| format!("{found:?}"));
        refused(fixture, Operation::FindPayout, &format!("the payout {text:?}"), outcome)?;
    }
    Ok(())
}

/// What the role's own check says, which a router asks first.
fn checked(check: Result<(), Error>) -> Result<String, Error> {
    check.map(|()| "its check allows it".to_owned())
}

/// Holds that it was refused naming a field, and that nothing left.
fn refused(
    fixture: &Fixture,
    operation: Operation,
    what: &str,
    outcome: Result<String, Error>,
) -> Result<(), Flaw> {
    let notes = fixture.recorder.notes();
    if let Some(note) = notes.first() {
        let found = format!("{what} was sent");
        return Err(Flaw::new("nothing sent", found)
            .in_call(operation)
            .sent_at(Some(note.made_at)));
    }
    let expected = format!("{what} refused naming the field");
    match outcome {
        Err(error)
            if matches!(error.kind(), ErrorKind::InvalidRequest | ErrorKind::Unsupported)
                && error.field().is_some() =>
        {
            Ok(())
        }
        Err(error) => {
            let field = error.field().unwrap_or("none");
            let found = format!("Err({:?}), field {field}: {error}", error.kind());
            Err(Flaw::new(expected, found).in_call(operation))
        }
        Ok(answer) => Err(Flaw::new(expected, format!("Ok: {answer}")).in_call(operation)),
    }
}

const METHODS: [PaymentMethod; 7] = [
    PaymentMethod::BankTransfer,
    PaymentMethod::NapasQr,
    PaymentMethod::VirtualAccount,
    PaymentMethod::DomesticCard,
    PaymentMethod::InternetBanking,
    PaymentMethod::Card,
    PaymentMethod::Wallet,
];

/// Just below the least, just above the most, and in a currency that is not taken.
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
    let is_taken = |currency| limits.iter().any(|limit| limit.min.currency() == currency);
    for currency in [Currency::VND, Currency::USD] {
        if !is_taken(currency) {
            amounts.push(Money::from_minor(100_000, currency));
        }
    }
    amounts
}

/// Texts that break the rules in each way: too short, too long, and with a character that is not
/// taken, such as one that would lead a path elsewhere.
fn texts_outside(rules: &TextRules) -> Vec<String> {
    let breaks = |text: &String| rules.check("text", text).is_err();
    // Of characters that are taken, so that each text breaks one rule.
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
