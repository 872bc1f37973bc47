//! What operations need at the gateway before they can succeed, and the calls that make it.

use payments_core::{
    OrderRef, PayoutRef, RefundRef, Result,
    payment::RefundPayment,
    virtual_account::{UpdateVirtualAccount, VirtualAccountRef},
};

use crate::{Flaw, Operation, Subject, fixture::Fixture, requests::Requests};

use super::{PreparedCall, Reported};

/// A new holder that no test account has before.
const NEW_HOLDER: &str = "NGUYEN THI DOI TEN";

/// The requests of every role under one reference, as the subject's gateway describes them.
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

/// Does at the gateway what an operation needs.
pub(super) async fn prepare(
    fixture: &Fixture,
    operation: Operation,
    requests: &mut Requests,
) -> Result<(), Flaw> {
    match operation {
        Operation::CancelPayment => visited(fixture, requests).await.map(drop),
        // Paid, so that a payment whose buyer has never visited the gateway is known there too.
        Operation::FindPayment | Operation::RefundPayment => paid(fixture, requests).await,
        Operation::FindRefund => {
            paid(fixture, requests).await?;
            made(fixture, Operation::RefundPayment, requests).await.map(drop)
        }
        Operation::FindVirtualAccount
        | Operation::UpdateVirtualAccount
        | Operation::CloseVirtualAccount => opened(fixture, requests).await.map(drop),
        Operation::ReopenVirtualAccount => {
            opened(fixture, requests).await?;
            made(fixture, Operation::CloseVirtualAccount, requests).await.map(drop)
        }
        Operation::Credits => {
            let account = opened(fixture, requests).await?;
            let amount = fixture.credit_for(&requests.open)?;
            fixture.credit(&account, amount).await.map_err(|impossible| {
                Flaw::new(format!("a payer who can pay {amount}"), impossible).in_call(operation)
            })
        }
        Operation::FindPayout => made(fixture, Operation::CreatePayout, requests).await.map(drop),
        _ => Ok(()),
    }
}

async fn made(
    fixture: &Fixture,
    operation: Operation,
    requests: &Requests,
) -> Result<Reported, Flaw> {
    PreparedCall::with(operation, requests.clone()).succeed(fixture).await
}

async fn visited(fixture: &Fixture, requests: &Requests) -> Result<Reported, Flaw> {
    let payment = made(fixture, Operation::CreatePayment, requests).await?;
    fixture.visit(&payment, 0).await;
    Ok(payment)
}

async fn paid(fixture: &Fixture, requests: &Requests) -> Result<(), Flaw> {
    let payment = visited(fixture, requests).await?;
    let amount = requests.payment.amount;
    fixture.pay(&payment, 0, amount).await.map_err(|impossible| {
        Flaw::new(format!("a buyer who can pay {amount} by what was shown"), impossible)
            .in_call(Operation::CreatePayment)
    })
}

async fn opened(fixture: &Fixture, requests: &mut Requests) -> Result<Reported, Flaw> {
    let account = made(fixture, Operation::OpenVirtualAccount, requests).await?;
    requests.keep(&account);
    Ok(account)
}
