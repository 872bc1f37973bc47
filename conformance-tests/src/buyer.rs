//! What a buyer does, who knows of a payment only what the provider shows.

use payments_core::{
    money::Money,
    payment::{NextAction, Payment},
};

use crate::{
    Flaw, Impossible, Operation, TakesPayments,
    fixture::Fixture,
    undisturbed::{needed, open_payment},
};

/// Opens a payment, and the buyer follows what it shows up to the point of paying.
pub(crate) async fn visited(fixture: &Fixture, number: u32) -> Result<Payment, Flaw> {
    let payment = open_payment(fixture, number).await?;
    visit(fixture, &payment).await?;
    Ok(payment)
}

/// The buyer does what is shown up to the point of paying.
pub(crate) async fn visit(fixture: &Fixture, payment: &Payment) -> Result<(), Flaw> {
    gateway(fixture)?.visit(shown(payment)?).await;
    Ok(())
}

/// The buyer pays, which the gateway must allow.
pub(crate) async fn pay(fixture: &Fixture, payment: &Payment, amount: Money) -> Result<(), Flaw> {
    try_to_pay(fixture, payment, amount).await?.map_err(|impossible| cannot(amount, impossible))
}

/// The buyer tries to pay.
pub(crate) async fn try_to_pay(
    fixture: &Fixture,
    payment: &Payment,
    amount: Money,
) -> Result<Result<(), Impossible>, Flaw> {
    Ok(gateway(fixture)?.pay(shown(payment)?, amount).await)
}

/// The buyer follows one action to its end, and pays, which the gateway must allow.
pub(crate) async fn follow(
    fixture: &Fixture,
    shown: &NextAction,
    amount: Money,
) -> Result<(), Flaw> {
    let gateway = gateway(fixture)?;
    gateway.visit(shown).await;
    gateway.pay(shown, amount).await.map_err(|impossible| cannot(amount, impossible))
}

fn cannot(amount: Money, impossible: Impossible) -> Flaw {
    Flaw::new(format!("a buyer who can pay {amount} by what was shown"), impossible)
        .in_call(Operation::CreatePayment)
}

fn shown(payment: &Payment) -> Result<&NextAction, Flaw> {
    payment.next.first().ok_or_else(|| {
        Flaw::new("what the buyer does next, in `Payment::next`", "nothing")
            .in_call(Operation::CreatePayment)
    })
}

fn gateway(fixture: &Fixture) -> Result<&dyn TakesPayments, Flaw> {
    Ok(needed(fixture.subject.payments.as_ref(), Operation::CreatePayment)?.as_ref())
}
