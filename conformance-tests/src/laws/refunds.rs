//! A refund goes back to where the money came from.

use payments_core::payment::RefundPayment;

use crate::{
    Flaw, Operation, Start, buyer,
    fixture::Fixture,
    law::Passed,
    undisturbed::{accepted, refused},
};

pub(super) async fn hold(start: Start) -> Result<Passed, Flaw> {
    let operation = Operation::RefundPayment;
    let fixture = Fixture::open(&start).await?;
    let Some((gateway, role)) = fixture.payments() else { return Ok(Passed::NotApplicable) };
    if !role.capabilities().refund {
        return Ok(Passed::NotApplicable);
    }
    for number in [1, 2] {
        let payment = buyer::visited(&fixture, number).await?;
        buyer::pay(&fixture, &payment, gateway.payment(payment.order.clone()).amount).await?;
    }
    let order = fixture.order(2)?;
    let amount = gateway.payment(order.clone()).amount;
    let request = RefundPayment::new(fixture.refund(1)?, order.clone()).with_amount(amount);
    let request = request.map_err(|error| refused(operation, &error))?;
    accepted(operation, role.refund_payment(&request).await)?;
    let bookings = fixture.bookings().await;
    let mut paid = bookings.iter().filter(|one| one.reference.as_deref() == Some(order.as_str()));
    let payer = paid.find_map(|booking| booking.payer.clone());
    let refund = request.refund.as_str();
    let refunded: Vec<_> = bookings.iter().filter(|one| one.is_sent_under(refund)).collect();
    match refunded.as_slice() {
        [one] if one.amount == amount && (payer.is_none() || one.beneficiary == payer) => {
            Ok(Passed::Tested)
        }
        _ => Err(Flaw::new(format!("{amount} back to {payer:?}"), format!("{refunded:?}"))
            .in_call(operation)
            .with_ledger(format!("{bookings:?}"))),
    }
}
