//! A payment is opened over the network, or offline, as declared.

use payments_core::{
    Direction,
    payment::{CreateMode, Payment, Registered},
    transport::CallClass,
};

use crate::{
    Booking, Flaw, Operation, Start, buyer, fixture::Fixture, law::Passed,
    undisturbed::open_payment,
};

pub(super) async fn hold(start: Start) -> Result<Passed, Flaw> {
    let fixture = Fixture::open(&start).await?;
    let Ok(role) = fixture.provider.payments() else { return Ok(Passed::NotApplicable) };
    let mode = role.capabilities().create;
    let payment = open_payment(&fixture, 1).await?;
    let notes = fixture.recorder.notes();
    let (sent, registered) = match mode {
        CreateMode::Offline => (0, Registered::WhenBuyerActs),
        CreateMode::Networked => (1, Registered::ByProvider),
    };
    let flaw = |expected: String, found: String| {
        let line = notes.first().map(|note| note.made_at);
        Err(Flaw::new(expected, found).in_call(Operation::CreatePayment).sent_at(line))
    };
    // Some ask for a token first.
    let instructed = notes.iter().filter(|note| note.class == CallClass::Instruction).count();
    let found = if mode == CreateMode::Offline { notes.len() } else { instructed };
    if found != sent {
        return flaw(format!("{sent} requests, for it is {mode:?}"), format!("{found}"));
    }
    if payment.registered != registered {
        let found = format!("{:?}", payment.registered);
        return flaw(format!("{registered:?}, for it is {mode:?}"), found);
    }
    if mode == CreateMode::Offline {
        let again = open_payment(&fixture, 1).await?;
        if again != payment {
            return flaw(format!("the same payment: {payment:?}"), format!("{again:?}"));
        }
    }
    match fixture.bookings().await.len() {
        0 => {
            paid(&fixture, &payment).await?;
            Ok(Passed::Tested)
        }
        bookings => flaw("an empty ledger".to_owned(), format!("{bookings} bookings")),
    }
}

/// Holds that the gateway was told our order and our amount.
async fn paid(fixture: &Fixture, payment: &Payment) -> Result<(), Flaw> {
    let Some((gateway, _)) = fixture.payments() else { return Ok(()) };
    let asked = gateway.payment(payment.order.clone()).amount;
    buyer::visit(fixture, payment).await?;
    buyer::pay(fixture, payment, asked).await?;
    // A fee that leaves is the gateway's affair.
    let mut bookings = fixture.bookings().await;
    bookings.retain(|booking| booking.direction == Direction::In);
    let ours = Booking::received(asked).of(payment.order.as_str());
    bookings.iter_mut().for_each(|booking| booking.payer = None);
    if bookings == [ours.clone()] {
        return Ok(());
    }
    Err(Flaw::new(format!("{ours:?} alone"), format!("{bookings:?}"))
        .in_call(Operation::CreatePayment)
        .with_ledger(format!("{} bookings", bookings.len()))
        .sent_at(fixture.recorder.notes().first().map(|note| note.made_at)))
}
