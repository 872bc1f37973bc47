//! A step in the life of a payment, virtual account or payout, by the provider, by payers or by the
//! gateway.

use std::time::Duration;

use payments_core::{money::Money, payout::PayoutState};

use crate::{
    Impossible, Operation,
    fixture::Fixture,
    operations::{PreparedCall, Reported},
};

/// A step in a life.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Step {
    /// An instruction is carried out.
    Do(Operation),
    /// The buyer follows the next action up to the point of paying.
    Visit,
    /// An amount is paid that differs from the amount asked by this number of units.
    Pay(i64),
    /// Another order, with this reference, is opened and paid.
    PayOther(String),
    /// The time passes to an hour after the end.
    PastEnd,
    /// The gateway ends a payout.
    End(PayoutState),
}

/// The object that a call opened.
#[derive(Clone, Copy)]
pub(crate) struct Opened<'a> {
    pub(crate) call: &'a PreparedCall,
    /// The amount to be paid.
    pub(crate) asked: Money,
    pub(crate) reported: &'a Reported,
    /// The index of the payment's next action that the buyer follows.
    pub(crate) action: usize,
}

impl Step {
    /// Makes the step happen, unless it is an instruction, which the provider carries out.
    pub(crate) async fn happen(
        &self,
        fixture: &Fixture,
        opened: Opened<'_>,
    ) -> Result<(), Impossible> {
        let subject = &fixture.subject;
        let shown = match opened.reported {
            Reported::Payment(payment) => payment.next.get(opened.action),
            _ => None,
        };
        match self {
            Self::Do(_) => {}
            Self::Visit => {
                if let (Some(gateway), Some(shown)) = (&subject.payments, shown) {
                    gateway.visit(shown).await;
                }
            }
            Self::Pay(more) => {
                let asked = opened.asked;
                let amount = Money::from_minor(asked.minor() + more, asked.currency());
                match (opened.reported, &subject.payments, &subject.virtual_accounts) {
                    (Reported::Payment(_), Some(gateway), _) => {
                        gateway.pay(shown.ok_or(Impossible)?, amount).await?;
                    }
                    (Reported::VirtualAccount(account), _, Some(gateway)) => {
                        gateway.credit(account, amount).await?;
                    }
                    _ => return Err(Impossible),
                }
            }
            Self::PayOther(reference) => {
                let call = PreparedCall::about(subject, Operation::CreatePayment, reference);
                let call = call.map_err(|_| Impossible)?;
                let reported = call.succeed(fixture).await.map_err(|_| Impossible)?;
                let asked = call.requests.payment.amount;
                let other = Opened { call: &call, asked, reported: &reported, action: 0 };
                Box::pin(Self::Visit.happen(fixture, other)).await?;
                Box::pin(Self::Pay(0).happen(fixture, other)).await?;
            }
            Self::PastEnd => {
                let left = opened.call.end().map(|end| end.since(fixture.now()));
                let past = left.unwrap_or_default() + Duration::from_secs(3_600);
                subject.gateway.advance(past).await;
            }
            Self::End(state) => {
                let gateway = subject.payouts.as_ref().ok_or(Impossible)?;
                gateway.end_payout(&opened.call.requests.payout.payout, *state).await?;
            }
        }
        Ok(())
    }
}
