//! An operation with the requests of its call.

use payments_core::{
    Absence, Provider, Result, Timestamp,
    money::Money,
    payment::PaymentState,
    virtual_account::{ResolveOpen, VirtualAccountState},
};
use provider_kit::transport::{CallClass, Subject as CallSubject};

use crate::{
    Flaw, Meaning, Operation, Subject, fixture::Fixture, flaw::InFlaw as _, requests::Requests,
};

use super::{Answer, Found, Outcome, Reported, amounts, prepare, rules};

/// The number of a reference under which nothing is ever opened.
const UNUSED: u32 = 9_999;

/// A call that is ready to be made.
#[derive(Clone, Debug)]
#[doc(hidden)]
pub struct PreparedCall {
    pub(crate) operation: Operation,
    pub(crate) requests: Box<Requests>,
}

impl PreparedCall {
    /// Prepares a call of `operation` under the reference with this number, and the state at the
    /// gateway that it needs.
    pub(crate) async fn ready(
        fixture: &Fixture,
        operation: Operation,
        number: u32,
    ) -> Result<Self, Flaw> {
        let reference = fixture.subject.gateway.reference(number);
        let mut call = Self::about(&fixture.subject, operation, &reference)?;
        prepare::prepare(fixture, &mut call).await.in_call(operation)?;
        Ok(call)
    }

    /// Creates a call of `operation` under this reference, without preparing anything.
    pub(crate) fn about(
        subject: &Subject,
        operation: Operation,
        reference: &str,
    ) -> Result<Self, Flaw> {
        Ok(Self::with(operation, prepare::requests(subject, reference)?))
    }

    /// Creates a call of `operation` about an object that never existed.
    pub(crate) fn unfounded(subject: &Subject, operation: Operation) -> Result<Self, Flaw> {
        Self::about(subject, operation, &subject.gateway.reference(UNUSED))
    }

    /// Creates a call of `operation` with these requests.
    pub fn with(operation: Operation, requests: Requests) -> Self {
        Self { operation, requests: Box::new(requests) }
    }

    /// Returns a call of another operation with the same requests.
    pub(crate) fn then(&self, operation: Operation) -> Self {
        Self { operation, requests: self.requests.clone() }
    }

    /// Returns the subject of the call.
    pub(crate) fn subject(&self) -> CallSubject {
        self.operation.subject(&self.requests)
    }

    /// Returns the reference under which the gateway's books have it.
    pub(crate) fn reference(&self) -> String {
        self.subject().reference().to_owned()
    }

    /// Returns the result of the role's own check, which a router makes first.
    pub(crate) fn check(&self, provider: &Provider) -> Result<()> {
        self.operation.check(provider, &self.requests)
    }

    /// Carries out an instruction once.
    pub async fn carry_out(&self, provider: &Provider) -> Outcome {
        let made = self.operation.instruct(provider, &self.requests).await;
        Outcome::of(made, |reported| self.unlike(reported).or_else(|| self.undone(reported)))
    }

    /// Makes the call once, whatever its kind. Returns an error, or a description of the result.
    pub(crate) async fn attempt(&self, provider: &Provider) -> Result<String> {
        if !self.operation.is_instruction() {
            return self.ask(provider).await.map(|answer| answer.to_string());
        }
        match self.carry_out(provider).await {
            Outcome::Error(error) => Err(error),
            other => Ok(other.to_string()),
        }
    }

    /// Carries out an instruction once, without faults, so that it must be accepted as requested.
    pub(crate) async fn succeed(&self, fixture: &Fixture) -> Result<Reported, Flaw> {
        let mark = fixture.mark();
        let outcome = self.carry_out(&fixture.provider).await;
        outcome.accepted().map_err(|flaw| {
            flaw.in_call(self.operation).sent_at(fixture.line(mark, CallClass::Instruction))
        })
    }

    /// Returns how many times the gateway has carried it out so far, according to its own books.
    pub(crate) async fn done(&self, fixture: &Fixture) -> usize {
        fixture.subject.gateway.carried_out(self.operation, self.subject().reference()).await
    }

    /// Makes an inquiry once.
    pub async fn ask(&self, provider: &Provider) -> Result<Answer> {
        self.operation.inquire(provider, &self.requests).await
    }

    /// Makes an inquiry, without faults.
    pub(crate) async fn answer(&self, provider: &Provider) -> Result<Answer, Flaw> {
        let refused = |error| Flaw::refused(self.operation, &error);
        self.ask(provider).await.map_err(refused)
    }

    /// Returns the inquiry about the effect of an instruction. `None` if the provider has none.
    pub(crate) fn inquiry(&self, provider: &Provider) -> Option<Self> {
        let inquiry = self.operation.inquiry();
        inquiry.is_offered(provider).then(|| self.then(inquiry))
    }

    /// Queries the effect of an instruction whose response may be lost. `None` if the provider has
    /// no such inquiry.
    pub(crate) async fn find(&self, provider: &Provider) -> Option<Found> {
        let inquiry = self.inquiry(provider)?;
        if self.operation == Operation::OpenVirtualAccount {
            let can = provider.virtual_accounts().ok()?.capabilities();
            (can.resolve_open == ResolveOpen::ByReference).then_some(())?;
        }
        Some(match inquiry.ask(provider).await {
            Err(error) => Found::Error(error.to_string()),
            Ok(Answer::Absent(absence)) => {
                Found::Absent { conclusive: absence == Absence::Conclusive }
            }
            Ok(Answer::Found(one)) => {
                Found::One { done: self.undone(&one).is_none(), unlike: self.unlike(&one) }
            }
            Ok(Answer::Several(all)) => Found::Several(all.len()),
        })
    }

    /// Describes the difference between a reported value and the request. `None` if there is none.
    pub(crate) fn unlike(&self, reported: &Reported) -> Option<String> {
        let differs = |what: &str, shown: &str, asked: &str| {
            (shown != asked).then(|| format!("its {what} is {shown} instead of {asked}"))
        };
        let of_payout = match reported {
            Reported::Payout(payout) => payout.differs_from(&self.requests.payout),
            _ => None,
        };
        let of_refund = match reported {
            Reported::Refund(refund) => {
                differs("order", refund.order.as_str(), self.requests.refund.order.as_str())
            }
            _ => None,
        };
        differs("reference", reported.reference().unwrap_or_default(), self.subject().reference())
            .or_else(|| {
                let (shown, asked) = (reported.asked()?, self.amount()?);
                differs("amount", &shown.to_string(), &asked.to_string())
            })
            .or_else(|| of_payout.map(|field| format!("its {field} is another")))
            .or(of_refund)
    }

    /// Describes the missing effect of an instruction in a reported value. `None` if the effect is
    /// complete.
    fn undone(&self, reported: &Reported) -> Option<String> {
        let state = reported.state();
        let closed = Some(Meaning::VirtualAccount(VirtualAccountState::Closed));
        let is_done = match (self.operation, reported) {
            (Operation::CancelPayment, _) => {
                state == Some(Meaning::Payment(PaymentState::Cancelled))
            }
            (Operation::CloseVirtualAccount, _) => state == closed,
            (Operation::ReopenVirtualAccount, _) => state != closed,
            (Operation::UpdateVirtualAccount, Reported::VirtualAccount(account)) => {
                let holders = account.numbers.iter().filter_map(|number| number.holder.as_ref());
                let holders: Vec<&String> = holders.collect();
                holders.is_empty() || holders.contains(&&self.requests.update.holder)
            }
            _ => true,
        };
        (!is_done).then(|| format!("it is {state:?}"))
    }

    /// Returns the amount of the request, if it has one.
    pub(crate) fn amount(&self) -> Option<Money> {
        match self.operation {
            Operation::CreatePayment => Some(self.requests.payment.amount),
            Operation::RefundPayment => self.requests.refund.amount,
            Operation::OpenVirtualAccount => self.requests.open.amount,
            Operation::CreatePayout => Some(self.requests.payout.amount),
            _ => None,
        }
    }

    /// Returns the amount to pay for the object that it opens: the amount asked, or else one that
    /// the provider accepts.
    pub(crate) fn to_pay(&self, provider: &Provider) -> Result<Money, Flaw> {
        if let Some(asked) = self.amount() {
            return Ok(asked);
        }
        let limits = rules(provider, self.operation.role()).map(|(_, limits)| limits);
        let amount = limits.and_then(|limits| amounts(limits).first().copied());
        amount.ok_or_else(|| Flaw::new("the amounts of a currency", "`limits` is empty"))
    }

    /// Returns the expiry in the request of the object that it opens.
    pub(crate) fn end(&self) -> Option<Timestamp> {
        match self.operation {
            Operation::CreatePayment => self.requests.payment.expires_at,
            Operation::OpenVirtualAccount => self.requests.open.expires_at,
            _ => None,
        }
    }

    /// Returns the instruction with this amount, if it opens something.
    pub(crate) fn with_amount(&self, amount: Money) -> Self {
        let mut other = self.clone();
        match self.operation {
            Operation::CreatePayment => other.requests.payment.amount = amount,
            Operation::OpenVirtualAccount => other.requests.open.amount = Some(amount),
            Operation::CreatePayout => other.requests.payout.amount = amount,
            _ => {}
        }
        other
    }
}
