//! A gateway that does what it documents leaves nothing uncertain.

use payments_core::{
    Lookup, OrderRef,
    money::Money,
    payment::{PaymentState, RefundPayment, RefundState},
    payout::PayoutState,
    virtual_account::{VirtualAccount, VirtualAccountState},
};

use crate::{
    Flaw, Operation, Start, buyer,
    fixture::Fixture,
    law::Passed,
    undisturbed::{accepted, open_virtual_account, refused},
};

pub(super) async fn hold(start: Start) -> Result<Passed, Flaw> {
    let payments = payments(&Fixture::open(&start).await?).await?;
    let accounts = virtual_accounts(&Fixture::open(&start).await?).await?;
    Ok(Passed::if_any(payments | accounts | payouts(&Fixture::open(&start).await?).await?))
}

/// Reports what is uncertain, after this has happened.
fn known(operation: Operation, after: &str, is_uncertain: bool) -> Result<(), Flaw> {
    if !is_uncertain {
        return Ok(());
    }
    Err(Flaw::new(format!("a state that the gateway documents, after it was {after}"), "Uncertain")
        .in_call(operation))
}

fn all<T>(found: Lookup<T>) -> Vec<T> {
    match found {
        Lookup::Found(one) => vec![one],
        Lookup::Several(all) => all,
        Lookup::Absent(_) => Vec::new(),
    }
}

async fn payments(fixture: &Fixture) -> Result<bool, Flaw> {
    let Some((gateway, role)) = fixture.payments() else { return Ok(false) };
    let (can, buyers) = (role.capabilities(), gateway.buyers());
    let look = async |order: &OrderRef, after: &str| {
        if !can.find {
            return Ok(());
        }
        let operation = Operation::FindPayment;
        let found = role.find_payment(order).await.map_err(|error| refused(operation, &error))?;
        let is_uncertain = |state| state == PaymentState::Uncertain;
        known(operation, after, all(found).iter().any(|payment| is_uncertain(payment.state)))
    };
    let offs: &[i64] = if buyers.any_amount { &[0, -1, 1] } else { &[0] };
    for (number, off) in (1..).zip(offs) {
        let payment = buyer::visited(fixture, number).await?;
        look(&payment.order, "opened").await?;
        let asked = gateway.payment(payment.order.clone()).amount;
        let amount = Money::from_minor(asked.minor() + off, asked.currency());
        buyer::pay(fixture, &payment, amount).await?;
        look(&payment.order, &format!("paid with {off} more")).await?;
        if buyers.twice {
            buyer::pay(fixture, &payment, amount).await?;
            look(&payment.order, "paid twice").await?;
        }
        if can.refund {
            let request = RefundPayment::new(fixture.refund(number)?, payment.order.clone());
            let refund = role.refund_payment(&request).await;
            let refund = accepted(Operation::RefundPayment, refund)?;
            let is_uncertain = refund.state == RefundState::Uncertain;
            known(Operation::RefundPayment, "given back", is_uncertain)?;
            look(&payment.order, "given back").await?;
        }
    }
    if can.cancel {
        let payment = buyer::visited(fixture, 11).await?;
        accepted(Operation::CancelPayment, role.cancel_payment(&payment.order).await)?;
        look(&payment.order, "cancelled").await?;
    }
    let payment = buyer::visited(fixture, 12).await?;
    let request = gateway.payment(payment.order.clone());
    if let Some(end) = request.expires_at {
        past(fixture, end).await;
        look(&payment.order, "left unpaid until its end").await?;
        if buyers.late {
            buyer::pay(fixture, &payment, request.amount).await?;
            look(&payment.order, "paid late").await?;
        }
    }
    Ok(true)
}

/// An hour after the end.
async fn past(fixture: &Fixture, end: payments_core::Timestamp) {
    let left = end.since(fixture.clock().now());
    fixture.subject.gateway.advance(left + std::time::Duration::from_secs(3_600)).await;
}

async fn virtual_accounts(fixture: &Fixture) -> Result<bool, Flaw> {
    let Some((gateway, role)) = fixture.virtual_accounts() else { return Ok(false) };
    let (can, payers) = (role.capabilities(), gateway.payers());
    let look = async |account: &VirtualAccount, after: &str| {
        if !can.find {
            return Ok(());
        }
        let operation = Operation::FindVirtualAccount;
        let found = role.find(&account.reference()).await;
        let found = found.map_err(|error| refused(operation, &error))?;
        let is_uncertain = |state| state == VirtualAccountState::Uncertain;
        known(operation, after, all(found).iter().any(|account| is_uncertain(account.state)))
    };
    let mut number = 0;
    for uses in &can.uses {
        number += 1;
        let mut request = gateway.virtual_account(fixture.order(number)?);
        request.uses = *uses;
        if role.check(&request).is_err() {
            continue;
        }
        let account = accepted(Operation::OpenVirtualAccount, role.open(&request).await)?;
        look(&account, "opened").await?;
        let asked = fixture.credit_for(&account.order)?;
        let less = Money::from_minor(asked.minor() - 1, asked.currency());
        if payers.any_amount && gateway.credit(&account, less).await.is_ok() {
            look(&account, "paid in part").await?;
        }
        if gateway.credit(&account, asked).await.is_ok() {
            look(&account, "paid").await?;
        }
    }
    let account = open_virtual_account(fixture, 11).await?;
    if can.close {
        accepted(Operation::CloseVirtualAccount, role.close(&account.reference()).await)?;
        look(&account, "closed").await?;
    }
    if can.close && can.reopen {
        let reopened = role.reopen(&account.reference(), None).await;
        accepted(Operation::ReopenVirtualAccount, reopened)?;
        look(&account, "opened again").await?;
    }
    let account = open_virtual_account(fixture, 12).await?;
    if let Some(end) = gateway.virtual_account(account.order.clone()).expires_at {
        past(fixture, end).await;
        look(&account, "left unpaid until its end").await?;
    }
    Ok(true)
}

async fn payouts(fixture: &Fixture) -> Result<bool, Flaw> {
    let Some((gateway, role)) = fixture.payouts() else { return Ok(false) };
    let ends = [
        [Some(PayoutState::Succeeded), Some(PayoutState::Reversed)],
        [Some(PayoutState::Failed), None],
    ];
    for (number, ends) in (1..).zip(ends) {
        let request = gateway.payout(fixture.payout(number)?);
        let made = accepted(Operation::CreatePayout, role.create_payout(&request).await)?;
        let is_uncertain = made.state == PayoutState::Uncertain;
        known(Operation::CreatePayout, "made", is_uncertain)?;
        for end in std::iter::once(None).chain(ends.into_iter().flatten().map(Some)) {
            if let Some(end) = end {
                // Some cannot end so.
                let _ = gateway.end_payout(&request.payout, end).await;
            }
            if role.capabilities().find {
                let operation = Operation::FindPayout;
                let found = role.find_payout(&request.payout).await;
                let found = all(found.map_err(|error| refused(operation, &error))?);
                let is_uncertain = |state| state == PayoutState::Uncertain;
                let after = format!("made, and then {end:?}");
                known(operation, &after, found.iter().any(|payout| is_uncertain(payout.state)))?;
            }
        }
    }
    Ok(true)
}
