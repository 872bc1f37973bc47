//! A payout goes to its beneficiary, and how it ends is reported.

use payments_core::{
    Lookup,
    bank::BankAccount,
    money::Money,
    payout::{Beneficiary, CreatePayout, PayoutState},
    rules::Repeat,
};

use crate::{
    Flaw, Operation, Start,
    fixture::Fixture,
    law::Passed,
    operations::Instruction,
    undisturbed::{accepted, refused},
};

pub(super) async fn beneficiaries(start: Start) -> Result<Passed, Flaw> {
    let operation = Operation::CreatePayout;
    let fixture = Fixture::open(&start).await?;
    let Some((gateway, role)) = fixture.payouts() else { return Ok(Passed::NotApplicable) };
    let usual = gateway.payout(fixture.payout(1)?).beneficiary;
    let other = gateway.another_beneficiary();
    let same_number = BankAccount::new(other.account.bin, usual.account.number.clone());
    let same_number = Beneficiary::new(same_number, &other.name)
        .map_err(|error| Flaw::new("a holder, in `another_beneficiary`", error))?;
    for (number, beneficiary) in (1..).zip([usual, same_number, other]) {
        let mut request = gateway.payout(fixture.payout(number)?);
        request.beneficiary = beneficiary;
        accepted(operation, role.create_payout(&request).await)?;
        // What becomes of the second one is another law's matter.
        let _ = role.create_payout(&request).await;
        // Some end by themselves.
        let _ = gateway.end_payout(&request.payout, PayoutState::Succeeded).await;
        sent_as_asked(&fixture, &request, role.capabilities().repeat).await?;
    }
    Ok(Passed::Tested)
}

/// Checks that what the gateway sent under a reference is what was asked for, to that account.
async fn sent_as_asked(
    fixture: &Fixture,
    request: &CreatePayout,
    repeat: Repeat,
) -> Result<(), Flaw> {
    let account = |account: &BankAccount| (account.bin, account.number.to_string());
    let bookings = fixture.bookings().await;
    let sent: Vec<_> = bookings
        .iter()
        .filter(|booking| booking.is_sent_under(request.payout.as_str()))
        .map(|booking| (booking.amount, booking.beneficiary.as_ref().map(account)))
        .collect();
    let asked = (request.amount, Some(account(&request.beneficiary.account)));
    let is_repeated = repeat == Repeat::PaysAgain;
    if sent.iter().all(|one| *one == asked) && (sent.len() == 1 || is_repeated && sent.len() > 1) {
        return Ok(());
    }
    Err(Flaw::new(format!("{asked:?} sent, {repeat:?}"), format!("{sent:?}"))
        .in_call(Operation::CreatePayout)
        .with_ledger(format!("{bookings:?}")))
}

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
    let reference = fixture.subject.gateway.reference(number);
    let sent = bookings.iter().filter(|booking| booking.is_sent_under(&reference));
    let booked: Vec<Money> = sent.map(|booking| booking.amount).collect();
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
