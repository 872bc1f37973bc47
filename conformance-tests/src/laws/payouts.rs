//! How a payout ends is told.

use payments_core::{Direction, Lookup, money::Money, payout::PayoutState};

use crate::{
    Flaw, Operation, Start,
    fixture::Fixture,
    instruction::{Instruction, refused},
    law::Passed,
};

pub(super) async fn hold(start: Start) -> Result<Passed, Flaw> {
    let fixture = Fixture::open(&start).await?;
    let Ok(role) = fixture.provider.payouts() else { return Ok(Passed::NotApplicable) };
    let finds = role.capabilities().find;
    for (number, ends) in [
        (1, [PayoutState::Succeeded, PayoutState::Reversed].as_slice()),
        (2, [PayoutState::Failed].as_slice()),
    ] {
        let before = balance(&fixture).await?;
        let made = Instruction::ready(&fixture, Operation::CreatePayout, number).await?;
        made.carry_out(&fixture.provider).await.accepted()?;
        if finds {
            begins(&fixture, number).await?;
        }
        for end in ends {
            let Some(gateway) = &fixture.subject.payouts else { return Ok(Passed::NotApplicable) };
            if gateway.end_payout(&fixture.payout(number)?, *end).await.is_err() {
                continue;
            }
            if finds {
                ended(&fixture, number, *end).await?;
            }
            if *end == PayoutState::Succeeded {
                left(&fixture, gateway.payout(fixture.payout(number)?).amount, number, before)
                    .await?;
            }
        }
    }
    Ok(Passed::Tested)
}

async fn begins(fixture: &Fixture, number: u32) -> Result<(), Flaw> {
    let begins = state(fixture, number).await?;
    if matches!(begins, PayoutState::Failed | PayoutState::Reversed) {
        let expected = "a payout that is under way, or has succeeded";
        return Err(Flaw::new(expected, format!("{begins:?}")).in_call(Operation::FindPayout));
    }
    Ok(())
}

async fn ended(fixture: &Fixture, number: u32, end: PayoutState) -> Result<(), Flaw> {
    let found = state(fixture, number).await?;
    if found != end {
        return Err(Flaw::new(format!("{end:?}"), format!("{found:?}"))
            .in_call(Operation::FindPayout)
            .with_ledger(format!("the payout is {end:?}")));
    }
    Ok(())
}

/// Holds that the payout left as it was asked. The balance may have fallen by a fee more.
async fn left(
    fixture: &Fixture,
    asked: Money,
    number: u32,
    before: Option<Money>,
) -> Result<(), Flaw> {
    let bookings = fixture.bookings().await;
    let booked: Vec<Money> = bookings
        .iter()
        .filter(|booking| booking.direction == Direction::Out)
        .filter(|booking| {
            booking.reference.as_deref() == Some(&fixture.subject.gateway.reference(number))
        })
        .map(|booking| booking.amount)
        .collect();
    let ledger = format!("{bookings:?}");
    if booked != [asked] {
        return Err(Flaw::new(format!("{asked} sent, once"), format!("{booked:?}"))
            .in_call(Operation::CreatePayout)
            .with_ledger(ledger));
    }
    if let (Some(before), Some(after)) = (before, balance(fixture).await?)
        && before.minor() - after.minor() < asked.minor()
    {
        let expected = format!("{before} less {asked}, or a fee less than that");
        return Err(Flaw::new(expected, after).in_call(Operation::Balance).with_ledger(ledger));
    }
    Ok(())
}

/// The balance, where the provider can be asked for it.
async fn balance(fixture: &Fixture) -> Result<Option<Money>, Flaw> {
    let operation = Operation::Balance;
    let role = fixture.provider.payouts().map_err(|error| refused(operation, &error))?;
    if !role.capabilities().balance {
        return Ok(None);
    }
    let balance = role.balance().await.map_err(|error| refused(operation, &error))?;
    Ok(Some(balance.amount))
}

async fn state(fixture: &Fixture, number: u32) -> Result<PayoutState, Flaw> {
    let operation = Operation::FindPayout;
    let role = fixture.provider.payouts().map_err(|error| refused(operation, &error))?;
    match role.find_payout(&fixture.payout(number)?).await {
        Ok(Lookup::Found(payout)) => Ok(payout.state),
        Ok(other) => Err(Flaw::new("the payout", format!("{other:?}")).in_call(operation)),
        Err(error) => Err(refused(operation, &error)),
    }
}
