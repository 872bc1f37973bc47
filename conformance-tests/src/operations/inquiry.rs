//! An inquiry with the requests that it is made with.

use futures_util::future::BoxFuture;
use payments_core::{Provider, Result, transport::CallClass};

use crate::{
    Flaw, Operation, Subject, fixture::Fixture, requests::Requests, undisturbed::answered,
};

use super::{Answer, Call, prepare};

/// The reference number that nothing is ever made under.
const UNUSED: u32 = 9_999;

/// An inquiry that can be made now.
#[derive(Clone)]
pub(crate) struct Inquiry {
    operation: Operation,
    ask: for<'a> fn(&'a Provider, &'a Requests) -> BoxFuture<'a, Result<Answer>>,
    requests: Box<Requests>,
}

impl Inquiry {
    /// Prepares what `operation` asks about at the gateway, under the reference with this number.
    pub(crate) async fn ready(
        fixture: &Fixture,
        operation: Operation,
        number: u32,
    ) -> Result<Self, Flaw> {
        let reference = fixture.subject.gateway.reference(number);
        let mut inquiry = Self::about(&fixture.subject, operation, &reference)?;
        prepare::prepare(fixture, operation.row().needs, &mut inquiry.requests).await?;
        Ok(inquiry)
    }

    /// The same about something that never existed.
    pub(crate) fn unfounded(subject: &Subject, operation: Operation) -> Result<Self, Flaw> {
        Self::about(subject, operation, &subject.gateway.reference(UNUSED))
    }

    /// The same about this reference, with nothing prepared.
    pub(crate) fn about(
        subject: &Subject,
        operation: Operation,
        reference: &str,
    ) -> Result<Self, Flaw> {
        Self::with(operation, prepare::requests(subject, reference)?)
    }

    /// The same with these requests.
    pub(crate) fn with(operation: Operation, requests: Requests) -> Result<Self, Flaw> {
        let requests = Box::new(requests);
        match operation.row().call {
            Call::Inquiry(ask) => Ok(Self { operation, ask, requests }),
            _ => Err(Flaw::new("an inquiry", operation)),
        }
    }

    pub(crate) fn operation(&self) -> Operation {
        self.operation
    }

    /// Whether the provider declares that it costs a fee, and so how it is sent.
    pub(crate) fn class(operation: Operation, provider: &Provider) -> CallClass {
        let costs = operation == Operation::VerifyBeneficiary
            && provider.payouts().is_ok_and(|role| role.capabilities().name_check_costs);
        if costs { CallClass::PaidInquiry } else { CallClass::Inquiry }
    }

    /// Asks once.
    pub(crate) async fn ask(&self, provider: &Provider) -> Result<Answer> {
        (self.ask)(provider, &self.requests).await
    }

    /// Asks, with nothing in the way.
    pub(crate) async fn answer(&self, provider: &Provider) -> Result<Answer, Flaw> {
        answered(self.operation, self.ask(provider).await)
    }
}
