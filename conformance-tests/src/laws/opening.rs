//! A payment is opened over the network, or offline, as declared.

use futures_util::future::FutureExt as _;
use payments_core::{
    payment::{CreateMode, Registered},
    transport::CallClass,
};

use crate::{Flaw, Law, Operation, Start, instruction::open_payment, law::Check, scene::Scene};

pub(crate) static OPENING_IS_AS_DECLARED: Law = Law {
    name: "opening_is_as_declared",
    says: "Opening a payment offline sends nothing, books nothing and gives the same bytes for \
           the same request and time; opening it over the network instructs once.",
    why: "An offline answer says nothing of the gateway's health, so that a hub must know which \
          it was.",
    look_at: "`PaymentCapabilities::create`, and `Payment::registered` of what was opened",
    check: Check::Scene(|start| hold(start).boxed()),
};

async fn hold(start: Start) -> Result<(), Flaw> {
    let scene = Scene::open(&start).await?;
    let Ok(role) = scene.provider.payments() else { return Ok(()) };
    let mode = role.capabilities().create;
    let payment = open_payment(&scene, 1).await?;
    let notes = scene.watch.notes();
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
        let again = open_payment(&scene, 1).await?;
        if again != payment {
            return flaw(format!("the same payment: {payment:?}"), format!("{again:?}"));
        }
    }
    match scene.bookings().await.len() {
        0 => Ok(()),
        bookings => flaw("an empty ledger".to_owned(), format!("{bookings} bookings")),
    }
}
