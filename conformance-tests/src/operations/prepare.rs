//! The state of the gateway that an operation needs in order to succeed, and the calls that
//! establish it.

use payments_core::{
    OrderRef, PayoutRef, RefundRef, Result,
    payment::RefundPayment,
    virtual_account::{UpdateVirtualAccount, VirtualAccountRef},
};

use crate::{
    Flaw, Subject,
    fixture::Fixture,
    requests::Requests,
    step::{Opened, Step::Do},
};

use super::PreparedCall;

/// A holder's name that no test account has initially.
const NEW_HOLDER: &str = "NGUYEN THI DOI TEN";

/// Returns the requests of every role under one reference, as the subject's gateway provides them.
pub(super) fn requests(subject: &Subject, reference: &str) -> Result<Requests, Flaw> {
    under(subject, reference)
        .map_err(|error| Flaw::new(format!("requests under the reference `{reference}`"), error))
}

fn under(subject: &Subject, reference: &str) -> Result<Requests> {
    let order = OrderRef::new(reference)?;
    let mut account = VirtualAccountRef::new(order.clone());
    let mut requests = Requests::typical()?;
    if let Some(gateway) = &subject.payments {
        requests.payment = gateway.payment(order.clone());
    }
    if let Some(gateway) = &subject.virtual_accounts {
        requests.open = gateway.virtual_account(order.clone());
        account.account.clone_from(&requests.open.account);
    }
    if let Some(gateway) = &subject.payouts {
        requests.payout = gateway.payout(PayoutRef::new(reference)?);
    }
    requests.refund = RefundPayment::new(RefundRef::new(reference)?, order);
    requests.update = UpdateVirtualAccount::new(account.clone(), NEW_HOLDER)?;
    requests.virtual_account = account;
    Ok(requests)
}

/// Establishes the state at the gateway that a call needs.
pub(super) async fn prepare(fixture: &Fixture, call: &mut PreparedCall) -> Result<(), Flaw> {
    let [Do(open), steps @ ..] = call.operation.needs() else { return Ok(()) };
    let opening = call.then(*open);
    let (asked, reported) = (opening.to_pay(&fixture.provider)?, opening.succeed(fixture).await?);
    call.requests.keep(&reported);
    for step in steps {
        if let Do(instruction) = step {
            call.then(*instruction).succeed(fixture).await?;
        }
        let opened = Opened { call: &opening, asked, reported: &reported, action: 0 };
        let happened = step.happen(fixture, opened).await;
        happened
            .map_err(|error| Flaw::new(format!("{step:?} of {asked} by what was shown"), error))?;
    }
    Ok(())
}
