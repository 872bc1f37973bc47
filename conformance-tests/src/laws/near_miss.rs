//! No order is paid by the money of another one whose reference looks like its own.

use payments_core::{Lookup, OrderRef, Role, payment::Payment};

use crate::{
    Flaw, Operation, Start, buyer,
    fixture::Fixture,
    law::Passed,
    undisturbed::{accepted, find_payment, needed, refused},
};

pub(super) async fn hold(start: Start) -> Result<Passed, Flaw> {
    let operation = Operation::FindPayment;
    let pairs = {
        let fixture = Fixture::open(&start).await?;
        let has_role = fixture.provider.roles().contains(&Role::Payments);
        if !has_role || !fixture.provider.payments().is_ok_and(|role| role.capabilities().find) {
            return Ok(Passed::NotApplicable);
        }
        near_misses(&fixture, &fixture.order(1)?)?
    };
    for (unpaid, other) in &pairs {
        let fixture = Fixture::open(&start).await?;
        let gateway = needed(fixture.subject.payments.as_ref(), operation)?;
        let payments = fixture.provider.payments().map_err(|error| refused(operation, &error))?;
        let request = gateway.payment(unpaid.clone());
        let created = payments.create_payment(&request).await;
        let unpaid = accepted(Operation::CreatePayment, created)?;
        buyer::visit(&fixture, &unpaid).await?;
        let request = gateway.payment(other.clone());
        let created = payments.create_payment(&request).await;
        let paid = accepted(Operation::CreatePayment, created)?;
        buyer::visit(&fixture, &paid).await?;
        buyer::pay(&fixture, &paid, request.amount).await?;

        let found = match payments.find_payment(&unpaid.order).await {
            Ok(Lookup::Absent(_)) => Vec::new(),
            Ok(Lookup::Found(found)) => vec![found],
            Ok(Lookup::Several(all)) => all,
            Err(error) => return Err(refused(operation, &error)),
        };
        let ledger =
            format!("{} booked for {other:?}, nothing for {:?}", request.amount, unpaid.order);
        if let Some(taken) = found.iter().find(|payment| has_money(payment)) {
            let found = format!("{:?} with {:?} received", taken.state, taken.received);
            return Err(Flaw::new(format!("no money for {:?}", unpaid.order), found)
                .in_call(operation)
                .with_ledger(ledger));
        }
        let own = find_payment(&fixture, other).await?;
        if !own.settles(request.amount) {
            let found = format!("{:?} with {:?} received", own.state, own.received);
            return Err(Flaw::new(format!("{other:?} is settled"), found)
                .in_call(operation)
                .with_ledger(ledger));
        }
    }
    Ok(Passed::if_any(!pairs.is_empty()))
}

fn has_money(payment: &Payment) -> bool {
    payment.received.is_some_and(|received| received.is_positive()) || !payment.credits.is_empty()
}

/// Pairs of references that the provider takes: `order` beside one with one character more or less
/// at either end, or another one there, and two that differ in case alone.
fn near_misses(fixture: &Fixture, order: &OrderRef) -> Result<Vec<(OrderRef, OrderRef)>, Flaw> {
    let operation = Operation::CreatePayment;
    let gateway = needed(fixture.subject.payments.as_ref(), operation)?;
    let payments = fixture.provider.payments().map_err(|error| refused(operation, &error))?;
    let text = order.as_str();
    let (first, last) = (text.chars().next().unwrap_or('1'), text.chars().last().unwrap_or('1'));
    let without_first: String = text.chars().skip(1).collect();
    let without_last = text.strip_suffix(last).unwrap_or_default();
    let beside = [
        format!("{text}1"),
        format!("{text}A"),
        format!("1{text}"),
        format!("A{text}"),
        without_last.to_owned(),
        without_first.clone(),
        format!("{without_last}{}", other_than(last)),
        format!("{}{without_first}", other_than(first)),
    ];
    let mut candidates: Vec<_> = beside.map(|other| (text.to_owned(), other)).into();
    candidates.push((format!("a{without_first}"), format!("A{without_first}")));
    let references = candidates.into_iter().filter_map(|(unpaid, paid)| {
        Some((OrderRef::new(unpaid).ok()?, OrderRef::new(paid).ok()?))
    });
    let is_taken = |order: &OrderRef| payments.check(&gateway.payment(order.clone())).is_ok();
    Ok(references
        .filter(|(unpaid, paid)| unpaid != paid && is_taken(unpaid) && is_taken(paid))
        .collect())
}

fn other_than(character: char) -> char {
    match character {
        '7' => '8',
        digit if digit.is_ascii_digit() => '7',
        'X' => 'Y',
        lower if lower.is_ascii_lowercase() => 'x',
        _ => 'X',
    }
}
