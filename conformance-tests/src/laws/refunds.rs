//! A refund goes back to the payer.

use payments_core::Role;

use crate::{
    Booking, Flaw, Operation,
    flaw::InFlaw as _,
    law::Passed,
    operations::Outcome,
    record::{Life, Record, Seen, Step},
};

pub(super) fn judge(record: &Record) -> Result<Passed, Flaw> {
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
