//! Every reference that is declared is accepted, and found again.

use payments_core::{Lookup, OrderRef, PayoutRef};

use crate::{
    Flaw, Operation, Start, buyer,
    fixture::Fixture,
    law::Passed,
    texts::{SEED, Texts, seed},
    undisturbed::{accepted, find_payment, refused},
};

/// How many of each role.
const NUMBER: usize = 24;

pub(super) async fn hold(start: Start) -> Result<Passed, Flaw> {
    let seed = seed();
    let tried = async {
        let fixture = Fixture::open(&start).await?;
        let payments = payments(&fixture, Texts::new(seed)).await?;
        let accounts = virtual_accounts(&fixture, Texts::new(seed)).await?;
        Ok(payments | accounts | payouts(&fixture, Texts::new(seed)).await?)
    };
    tried.await.map(Passed::if_any).map_err(|flaw: Flaw| Flaw {
        found: format!("{}; {SEED}={seed} tries the same references again", flaw.found),
        ..flaw
    })
}

async fn payments(fixture: &Fixture, mut texts: Texts) -> Result<bool, Flaw> {
    let operation = Operation::CreatePayment;
    let Some((gateway, role)) = fixture.payments() else { return Ok(false) };
    for text in texts.within(&role.capabilities().reference, NUMBER) {
        let Ok(order) = OrderRef::new(&text) else { continue };
        let request = gateway.payment(order.clone());
        role.check(&request).map_err(|error| not_taken(operation, &text, &error))?;
        let payment = accepted(operation, role.create_payment(&request).await);
        let payment = payment.map_err(|flaw| of(&text, flaw))?;
        if role.capabilities().find {
            // Some are known only once they are paid.
            buyer::visit(fixture, &payment).await?;
            buyer::pay(fixture, &payment, request.amount).await.map_err(|flaw| of(&text, flaw))?;
            let found = find_payment(fixture, &order).await.map_err(|flaw| of(&text, flaw))?;
            is_of(Operation::FindPayment, &text, found.order.as_str())?;
        }
    }
    Ok(true)
}

async fn virtual_accounts(fixture: &Fixture, mut texts: Texts) -> Result<bool, Flaw> {
    let operation = Operation::OpenVirtualAccount;
    let Some((gateway, role)) = fixture.virtual_accounts() else { return Ok(false) };
    let can = role.capabilities();
    for text in texts.within(&can.reference, NUMBER) {
        let Ok(order) = OrderRef::new(&text) else { continue };
        let request = gateway.virtual_account(order);
        role.check(&request).map_err(|error| not_taken(operation, &text, &error))?;
        let account =
            accepted(operation, role.open(&request).await).map_err(|flaw| of(&text, flaw))?;
        if can.find {
            let operation = Operation::FindVirtualAccount;
            let found = role.find(&account.reference()).await;
            let Lookup::Found(found) =
                found.map_err(|error| of(&text, refused(operation, &error)))?
            else {
                return Err(Flaw::new(format!("the account of {text:?}"), "none or several")
                    .in_call(operation));
            };
            is_of(operation, &text, found.order.as_str())?;
        }
    }
    Ok(true)
}

async fn payouts(fixture: &Fixture, mut texts: Texts) -> Result<bool, Flaw> {
    let operation = Operation::CreatePayout;
    let Some((gateway, role)) = fixture.payouts() else { return Ok(false) };
    for text in texts.within(&role.capabilities().reference, NUMBER) {
        let Ok(payout) = PayoutRef::new(&text) else { continue };
        let request = gateway.payout(payout.clone());
        role.check(&request).map_err(|error| not_taken(operation, &text, &error))?;
        accepted(operation, role.create_payout(&request).await).map_err(|flaw| of(&text, flaw))?;
        if role.capabilities().find {
            let operation = Operation::FindPayout;
            let found = role.find_payout(&payout).await;
            let Lookup::Found(found) =
                found.map_err(|error| of(&text, refused(operation, &error)))?
            else {
                return Err(
                    Flaw::new(format!("the payout {text:?}"), "none or several").in_call(operation)
                );
            };
            is_of(operation, &text, found.payout.as_str())?;
        }
    }
    Ok(true)
}

fn not_taken(operation: Operation, text: &str, error: &payments_core::Error) -> Flaw {
    let expected = format!("{text:?} allowed, as the capabilities declare");
    Flaw::new(expected, error).in_call(operation)
}

fn of(text: &str, flaw: Flaw) -> Flaw {
    Flaw { expected: format!("{} for {text:?}", flaw.expected), ..flaw }
}

fn is_of(operation: Operation, asked: &str, found: &str) -> Result<(), Flaw> {
    if asked == found {
        return Ok(());
    }
    Err(Flaw::new(format!("{asked:?}"), format!("{found:?}")).in_call(operation))
}
