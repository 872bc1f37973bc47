//! Calls with nothing in the way, which have to succeed.

use payments_core::{
    Error, Listed, Lookup, OrderRef, Result, Submission, payment::Payment,
    virtual_account::VirtualAccount,
};

use crate::{Flaw, Operation, fixture::Fixture};

/// Opens a payment as an app does before the buyer acts.
pub(crate) async fn open_payment(fixture: &Fixture, number: u32) -> Result<Payment, Flaw> {
    let operation = Operation::CreatePayment;
    let (gateway, role) = needed(fixture.payments(), operation)?;
    let request = gateway.payment(fixture.order(number)?);
    accepted(operation, role.create_payment(&request).await)
}

/// Opens a virtual account.
pub(crate) async fn open_virtual_account(
    fixture: &Fixture,
    number: u32,
) -> Result<VirtualAccount, Flaw> {
    let operation = Operation::OpenVirtualAccount;
    let (gateway, role) = needed(fixture.virtual_accounts(), operation)?;
    let request = gateway.virtual_account(fixture.order(number)?);
    accepted(operation, role.open(&request).await)
}

/// Asks for a payment that has to be there.
pub(crate) async fn find_payment(fixture: &Fixture, order: &OrderRef) -> Result<Payment, Flaw> {
    let operation = Operation::FindPayment;
    let role = answered(operation, fixture.provider.payments())?;
    match answered(operation, role.find_payment(order).await)? {
        Lookup::Found(payment) => Ok(payment),
        other => {
            Err(Flaw::new("one payment of the order", format!("{other:?}")).in_call(operation))
        }
    }
}

/// What was accepted; anything else is a flaw, where nothing prevents it.
pub(crate) fn accepted<T>(operation: Operation, outcome: Result<Submission<T>>) -> Result<T, Flaw> {
    let flaw = |found: String| {
        Err(Flaw::new("Accepted, with nothing in the way", found).in_call(operation))
    };
    match answered(operation, outcome)? {
        Submission::Accepted(answer) => Ok(answer),
        Submission::Declined(decline) => flaw(decline.to_string()),
        Submission::Uncertain(uncertain) => flaw(uncertain.to_string()),
    }
}

/// What a call returned; an error is a flaw, where nothing is in the way.
pub(crate) fn answered<T>(operation: Operation, result: Result<T>) -> Result<T, Flaw> {
    result.map_err(|error| refused(operation, &error))
}

pub(crate) fn refused(operation: Operation, error: &Error) -> Flaw {
    Flaw::new("an answer, with nothing in the way", format!("Err({:?}): {error}", error.kind()))
        .in_call(operation)
}

/// What only a gateway or a provider with the operation's role has.
pub(crate) fn needed<T>(role: Option<T>, operation: Operation) -> Result<T, Flaw> {
    role.ok_or_else(|| {
        let role = operation.role();
        Flaw::new(
            format!("{role:?} among the roles of the suite and the provider"),
            "it is not there",
        )
        .in_call(operation)
    })
}

/// The rows of an unchanged list, each of which can be read.
pub(crate) fn readable<T>(rows: Vec<Listed<T>>, operation: Operation) -> Result<Vec<T>, Flaw> {
    let read = |row: Listed<T>| {
        row.into_result().map_err(|row| Flaw::new("rows that can be read", row).in_call(operation))
    };
    rows.into_iter().map(read).collect()
}
