//! A payment is opened over the network, or offline, as declared.

use payments_core::{
    Direction, Role,
    payment::{CreateMode, Payment, Registered},
};
use provider_kit::transport::CallClass;

use crate::{
    Booking, Flaw, Operation,
    law::Passed,
    operations::Reported,
    record::{About, Life, Record, Seen, Step},
};

pub(super) fn judge(record: &Record) -> Result<Passed, Flaw> {
    let Some(mode) = record.create else { return Ok(Passed::NotApplicable) };
    let mut lives = record.of(Role::Payments).filter(|life| life.about == About::Usual);
    lives.try_for_each(|life| opens(mode, life))?;
    Ok(Passed::Tested)
}

fn opens(mode: CreateMode, life: &Life) -> Result<(), Flaw> {
    let Some(Reported::Payment(payment)) = life.opened() else { return Ok(()) };
    for seen in life.steps.iter().filter(|seen| seen.step == Step::Do(Operation::CreatePayment)) {
        sends(mode, life, seen, payment)?;
    }
    let Some(paid) = life.first_paid() else { return Ok(()) };
    // A fee that the gateway takes is not checked here.
    let came = paid.bookings.iter().filter(|booking| booking.direction == Direction::In);
    let came: Vec<_> = came.map(|booking| Booking { payer: None, ..booking.clone() }).collect();
    let ours = life.amount(paid).map(|amount| Booking::received(amount).of(payment.order.as_str()));
    let ours: Vec<_> = ours.into_iter().collect();
    life.unless(came == ours, format!("{ours:?} alone"), format!("{came:?}"))
}

fn sends(mode: CreateMode, life: &Life, seen: &Seen, payment: &Payment) -> Result<(), Flaw> {
    // Some providers request a token first.
    let instructed = seen.notes.iter().filter(|note| note.class == CallClass::Instruction).count();
    let (sent, expected, registered) = match mode {
        CreateMode::Offline => (seen.notes.len(), 0, Registered::WhenBuyerActs),
        CreateMode::Networked => (instructed, 1, Registered::ByProvider),
    };
    life.unless(sent == expected, format!("{expected} requests, for it is {mode:?}"), sent)?;
    let expected = format!("{registered:?}, for it is {mode:?}");
    life.unless(payment.registered == registered, expected, format!("{:?}", payment.registered))?;
    let again = seen.outcome.as_ref().and_then(|outcome| outcome.reported());
    let is_same = matches!(again, Some(Reported::Payment(again)) if again == payment);
    life.unless(is_same, format!("the same payment: {payment:?}"), format!("{again:?}"))
}
