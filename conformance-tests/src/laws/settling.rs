//! Only the buyer's money settles a payment, and only the exact amount.

use payments_core::{
    Lookup,
    money::Money,
    payment::{Funding, Payment, PaymentState},
};

use crate::{
    Flaw, Impossible, Operation, Start, buyer,
    fixture::Fixture,
    law::Passed,
    undisturbed::{find_payment, needed, open_payment, refused},
};

pub(super) async fn created_is_not_paid(start: Start) -> Result<Passed, Flaw> {
    let fixture = Fixture::open(&start).await?;
    let Some((_, role)) = fixture.payments() else { return Ok(Passed::NotApplicable) };
    let payment = open_payment(&fixture, 1).await?;
    unpaid(&payment, Operation::CreatePayment)?;
    buyer::visit(&fixture, &payment).await?;
    if role.capabilities().find {
        let operation = Operation::FindPayment;
        match role.find_payment(&payment.order).await {
            Ok(Lookup::Found(found)) => unpaid(&found, operation)?,
            Ok(Lookup::Absent(_)) => {}
            Ok(Lookup::Several(all)) => {
                return Err(Flaw::new("one payment", format!("{all:?}")).in_call(operation));
            }
            Err(error) => return Err(refused(operation, &error)),
        }
    }
    match fixture.bookings().await.len() {
        0 => Ok(Passed::Tested),
        bookings => Err(Flaw::new("an empty ledger", format!("{bookings} bookings"))),
    }
}

fn unpaid(payment: &Payment, operation: Operation) -> Result<(), Flaw> {
    let is_unpaid = matches!(payment.state, PaymentState::Open | PaymentState::Processing)
        && payment.received.is_none_or(|received| received.is_zero())
        && payment.credits.is_empty();
    if is_unpaid {
        return Ok(());
    }
    let found = format!("{:?} with {:?} received", payment.state, payment.received);
    Err(Flaw::new("an open payment without money", found).in_call(operation))
}

pub(super) async fn only_the_exact_amount_settles(start: Start) -> Result<Passed, Flaw> {
    let fixture = Fixture::open(&start).await?;
    let can_find = fixture.provider.payments().is_ok_and(|role| role.capabilities().find);
    if !can_find {
        return Ok(Passed::NotApplicable);
    }
    for (number, off) in [(1, 0), (2, -1), (3, 1)] {
        paid(&fixture, number, off).await?;
    }
    Ok(Passed::Tested)
}

/// Pays `off` more than was asked, and holds what the provider then says.
async fn paid(fixture: &Fixture, number: u32, off: i64) -> Result<(), Flaw> {
    let operation = Operation::FindPayment;
    let gateway = needed(fixture.subject.payments.as_ref(), operation)?;
    let asked = gateway.payment(fixture.order(number)?).amount;
    let amount = Money::from_minor(asked.minor() + off, asked.currency());
    let payment = buyer::visited(fixture, number).await?;
    let paid = buyer::try_to_pay(fixture, &payment, amount).await?;
    match (paid, off == 0 || gateway.buyers().any_amount) {
        (Ok(()), true) => {}
        (Err(Impossible), false) => return Ok(()),
        (Ok(()), false) => {
            let expected = "a gateway that takes the exact amount only, as `buyers` says";
            return Err(Flaw::new(expected, format!("it took {amount} for {asked}")));
        }
        (Err(Impossible), true) => {
            let expected = format!("a buyer who can pay {amount} for {asked}, as `buyers` says");
            return Err(Flaw::new(expected, Impossible));
        }
    }
    let found = find_payment(fixture, &payment.order).await?;
    if let Some(other) = found.asked.filter(|told| *told != asked) {
        return Err(Flaw::new(format!("{asked} asked, of which {amount} came"), other)
            .in_call(operation)
            .with_ledger(format!("{amount} booked")));
    }
    let (expected, told) = (Funding::of(asked, amount), found.funding(asked));
    let settles = found.settles(asked);
    if told != expected || settles != (off == 0) {
        let found = format!(
            "{told:?}, {} received, state {:?}, settles: {settles}",
            found.received.map_or("nothing".to_owned(), |money| money.to_string()),
            found.state
        );
        return Err(Flaw::new(format!("{expected:?}: {amount} received for {asked}"), found)
            .in_call(operation)
            .with_ledger(format!("{amount} booked")));
    }
    Ok(())
}
