//! Money that leaves: a payout goes to its beneficiary, and its end is reported; a refund goes back to
//! the payer.

use payments_core::{Role, bank::BankAccount, money::Money, payout::PayoutState, rules::Repeat};

use crate::{
    Booking, Flaw, Meaning, Operation,
    flaw::{InFlaw as _, answered},
    law::Passed,
    operations::Outcome,
    record::{About, Life, Record, Seen, Step},
};

pub(super) fn beneficiaries(record: &Record) -> Result<Passed, Flaw> {
    let lives = record.of(Role::Payouts).filter(|life| life.about == About::Beneficiary);
    Passed::each(lives, |life| {
        let account = |account: &BankAccount| (account.bin, account.number.to_string());
        let sent: Vec<_> = sent(life)
            .map(|booking| (booking.amount, booking.beneficiary.as_ref().map(account)))
            .collect();
        let asked = (life.asked, Some(account(&life.call.requests.payout.beneficiary.account)));
        let may_repeat = record.repeat == Some(Repeat::PaysAgain);
        let is_so = sent.len() == 1 || may_repeat && sent.len() > 1;
        let is_so = is_so && sent.iter().all(|one| *one == asked);
        life.unless(is_so, format!("{asked:?} sent, {:?}", record.repeat), format!("{sent:?}"))
    })
}

/// Returns the bookings of money that the gateway sent under the reference of a payout.
fn sent(life: &Life) -> impl Iterator<Item = &Booking> {
    life.bookings()
        .filter(|booking| booking.is_sent_under(life.call.requests.payout.payout.as_str()))
}

pub(super) fn ends(record: &Record) -> Result<Passed, Flaw> {
    let lives = record.of(Role::Payouts).filter(|life| life.about == About::Usual);
    let steps = lives.flat_map(Life::each_step).filter(|(_, seen)| seen.is_done);
    Passed::each(steps, |(life, seen)| {
        is_reported(life, seen)?;
        match seen.step {
            Step::End(PayoutState::Succeeded) => left(life, seen),
            _ => Ok(()),
        }
    })
}

fn is_reported(life: &Life, seen: &Seen) -> Result<(), Flaw> {
    let Some(found) = &seen.found else { return Ok(()) };
    let state = answered(Operation::FindPayout, found.clone())?.state();
    let is_so = match seen.step {
        Step::End(end) => state == Some(Meaning::Payout(end)),
        // The payout is in progress or has already succeeded.
        _ => !matches!(
            state,
            None | Some(Meaning::Payout(PayoutState::Failed | PayoutState::Reversed))
        ),
    };
    let expected = format!("the payout as it is after {:?}", seen.step);
    life.unless(is_so, expected, format!("{state:?}"))
}

/// Checks that the payout was sent as requested. A fee may have reduced the balance further.
fn left(life: &Life, seen: &Seen) -> Result<(), Flaw> {
    let booked: Vec<Money> = sent(life).map(|booking| booking.amount).collect();
    let is_so = booked == [life.asked];
    life.unless(is_so, format!("{} sent, once", life.asked), format!("{booked:?}"))?;
    let (Some(before), Some(after)) = (life.before, seen.balance) else { return Ok(()) };
    let is_so = before.minor() - after.minor() >= life.asked.minor();
    let expected = format!("{before} less {}, or a fee less than that", life.asked);
    Flaw::unless(is_so, expected, after).in_call(Operation::Balance)
}

pub(super) fn refunds(record: &Record) -> Result<Passed, Flaw> {
    let refund = Step::Do(Operation::RefundPayment);
    let steps = record.of(Role::Payments).flat_map(Life::each_step);
    Passed::each(steps.filter(|(_, seen)| seen.step == refund), |(life, seen)| {
        goes_back(life, seen).in_call(Operation::RefundPayment).sent_at(seen.line())
    })
}

fn goes_back(life: &Life, seen: &Seen) -> Result<(), Flaw> {
    // A partial refund is either carried out as requested or refused, because the capabilities do
    // not say which.
    let amount = life.call.requests.refund.amount.unwrap_or(life.asked);
    match &seen.outcome {
        Some(outcome) if outcome.is_as_asked() => {}
        Some(Outcome::Error(error))
            if amount.minor() < life.asked.minor()
                && error.field() == Some("amount")
                && seen.notes.is_empty() =>
        {
            return Ok(());
        }
        other => return Err(Flaw::new("a refund that is accepted", format!("{other:?}"))),
    }
    let payer = life.bookings().find_map(|booking| booking.payer.clone());
    let reference = life.call.requests.refund.refund.as_str();
    let refunded: Vec<&Booking> =
        seen.bookings.iter().filter(|booking| booking.is_sent_under(reference)).collect();
    let is_so = matches!(refunded.as_slice(), [one]
        if one.amount == amount && (payer.is_none() || one.beneficiary == payer));
    Flaw::unless(is_so, format!("{amount} back to {payer:?}"), format!("{refunded:?}"))
}
