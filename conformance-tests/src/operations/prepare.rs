//! What operations need at the gateway before they can succeed, and the calls that make it.

use payments_core::{
    OrderRef, PayoutRef, RefundRef, Result,
    payment::{Payment, RefundPayment},
    virtual_account::{UpdateVirtualAccount, VirtualAccount, VirtualAccountRef},
};

use crate::{
    Flaw, Operation, Subject, buyer,
    fixture::Fixture,
    requests::Requests,
    undisturbed::{accepted, answered, needed},
};

/// A new holder that no test account has before.
const NEW_HOLDER: &str = "NGUYEN THI DOI TEN";

/// What has to be done at the gateway first.
#[derive(Clone, Copy)]
pub(super) enum Needs {
    Nothing,
    /// A payment whose page the buyer has visited.
    OpenPayment,
    /// A payment that the buyer has paid.
    PaidPayment,
    /// A paid payment that was refunded.
    Refund,
    OpenAccount,
    ClosedAccount,
    /// A virtual account with a credit.
    CreditedAccount,
    Payout,
}

/// The requests of every role under one reference, as the subject's gateway describes them.
pub(super) fn requests(subject: &Subject, reference: &str) -> Result<Requests, Flaw> {
    under(subject, reference)
        .map_err(|error| Flaw::new(format!("requests under the reference `{reference}`"), error))
}

fn under(subject: &Subject, reference: &str) -> Result<Requests> {
    let order = OrderRef::new(reference)?;
    let account = VirtualAccountRef::new(order.clone());
    let mut requests = Requests::typical()?;
    if let Some(gateway) = &subject.payments {
        requests.payment = gateway.payment(order.clone());
    }
    if let Some(gateway) = &subject.virtual_accounts {
        requests.open = gateway.virtual_account(order.clone());
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
    needs: Needs,
    requests: &mut Requests,
) -> Result<(), Flaw> {
    match needs {
        Needs::Nothing => {}
        Needs::OpenPayment => {
            visited(fixture, requests).await?;
        }
        Needs::PaidPayment => paid(fixture, requests).await?,
        Needs::Refund => {
            paid(fixture, requests).await?;
            let role = fixture.provider.payments();
            let role = answered(Operation::RefundPayment, role)?;
            let refunded = role.refund_payment(&requests.refund).await;
            accepted(Operation::RefundPayment, refunded)?;
        }
        Needs::OpenAccount => {
            opened(fixture, requests).await?;
        }
        Needs::ClosedAccount => {
            opened(fixture, requests).await?;
            let role =
                answered(Operation::CloseVirtualAccount, fixture.provider.virtual_accounts())?;
            let closed = role.close(&requests.virtual_account).await;
            accepted(Operation::CloseVirtualAccount, closed)?;
        }
        Needs::CreditedAccount => {
            let account = opened(fixture, requests).await?;
            let (gateway, _) = needed(fixture.virtual_accounts(), Operation::Credits)?;
            let amount = fixture.credit_for(&account.order)?;
            gateway.credit(&account, amount).await.map_err(|impossible| {
                Flaw::new("a payer who can pay what was asked", impossible)
                    .in_call(Operation::Credits)
            })?;
        }
        Needs::Payout => {
            let role = answered(Operation::CreatePayout, fixture.provider.payouts())?;
            let created = role.create_payout(&requests.payout).await;
            accepted(Operation::CreatePayout, created)?;
        }
    }
    Ok(())
}

async fn visited(fixture: &Fixture, requests: &Requests) -> Result<Payment, Flaw> {
    let operation = Operation::CreatePayment;
    let role = answered(operation, fixture.provider.payments())?;
    let payment = accepted(operation, role.create_payment(&requests.payment).await)?;
    buyer::visit(fixture, &payment).await?;
    Ok(payment)
}

async fn paid(fixture: &Fixture, requests: &Requests) -> Result<(), Flaw> {
    let payment = visited(fixture, requests).await?;
    buyer::pay(fixture, &payment, requests.payment.amount).await
}

async fn opened(fixture: &Fixture, requests: &mut Requests) -> Result<VirtualAccount, Flaw> {
    let operation = Operation::OpenVirtualAccount;
    let role = answered(operation, fixture.provider.virtual_accounts())?;
    let account = accepted(operation, role.open(&requests.open).await)?;
    requests.virtual_account = account.reference();
    requests.update.account = account.reference();
    Ok(account)
}
