//! A refund goes back to where the money came from.

use payments_core::Role;

use crate::{
    Booking, Flaw, Operation,
    law::Passed,
    record::{Life, Record, Seen, Step},
};

pub(super) fn judge(record: &Record) -> Result<Passed, Flaw> {
    let refund = Step::Do(Operation::RefundPayment);
    let steps = record.of(Role::Payments).flat_map(Life::each_step);
    Passed::each(steps.filter(|(_, seen)| seen.step == refund), |(life, seen)| {
        goes_back(life, seen)
            .map_err(|flaw| flaw.in_call(Operation::RefundPayment).sent_at(seen.line()))
    })
}

fn goes_back(life: &Life, seen: &Seen) -> Result<(), Flaw> {
    match &seen.outcome {
        Some(outcome) if outcome.is_as_asked() => {}
        other => return Err(Flaw::new("a refund that is accepted", format!("{other:?}"))),
    }
    let mut paid = life.steps.iter().flat_map(|seen| &seen.bookings);
    let payer = paid.find_map(|booking| booking.payer.clone());
    let reference = life.call.requests.refund.refund.as_str();
    let refunded: Vec<&Booking> =
        seen.bookings.iter().filter(|booking| booking.is_sent_under(reference)).collect();
    match refunded.as_slice() {
        [one] if one.amount == life.asked && (payer.is_none() || one.beneficiary == payer) => {
            Ok(())
        }
        _ => {
            let expected = format!("{} back to {payer:?}", life.asked);
            Err(Flaw::new(expected, format!("{refunded:?}")))
        }
    }
}
