//! A payout role with mistakes.

use std::sync::Arc;

use async_trait::async_trait;
use bytes::Bytes;
use conformance_fuzz::{Calls, Operation, Requests, StubTransport};
use http::Request;
use payments_core::{
    Absence, Decline, DeclineReason, Environment, Error, ErrorKind, Lookup, PayoutProvider,
    PayoutRef, Provider, ProviderId, ProviderKind, Result, Submission,
    bank::BankAccount,
    money::Money,
    payout::{Balance, Beneficiary, CreatePayout, Payout, PayoutCapabilities, PayoutState},
    rules::{AbsenceRule, AmountLimits, Repeat},
};
use provider_kit::transport::{Call, Transport, Unreadable};

/// What is done wrongly.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Mistake {
    None,
    /// A 200 is taken for a yes, whatever it says.
    BelievesTheStatus,
    /// What is not a yes is taken for a no that is certain.
    IsSureOfARefusal,
    /// An answer that cannot be read is an error.
    FailsAfterSending,
    /// What got no yes is sent once more.
    SendsAgain,
    /// The amount is taken from the answer.
    TakesAnyAmount,
    /// Asking sends money.
    InstructsToAsk,
    /// What nobody knows is not there.
    IsSureOfAnAbsence,
}

/// Answers with the amount in đồng as JSON, or with `"no"`.
struct Payouts {
    mistake: Mistake,
    transport: Arc<dyn Transport>,
    capabilities: PayoutCapabilities,
}

impl Payouts {
    fn call(instructs: bool) -> Call {
        let request = Request::post("https://toy.example/").body(Bytes::new()).unwrap();
        if instructs { Call::instruction("pay", request) } else { Call::inquiry("ask", request) }
    }

    async fn pay(&self, request: &CreatePayout) -> Result<Submission<Payout>> {
        let payout = |amount| Payout::new(request.payout.clone(), amount, PayoutState::Pending);
        let sent = self.transport.instruct(Self::call(true)).await?;
        let mut failed = None;
        let submission =
            sent.read(|response| match serde_json::from_slice::<i64>(response.body()) {
                _ if self.mistake == Mistake::BelievesTheStatus && response.status() == 200 => {
                    Ok(Submission::Accepted(payout(request.amount)))
                }
                Ok(dong) if self.mistake == Mistake::TakesAnyAmount => {
                    Ok(Submission::Accepted(payout(Money::vnd(dong))))
                }
                Ok(dong) if Money::vnd(dong) == request.amount => {
                    Ok(Submission::Accepted(payout(request.amount)))
                }
                _ if self.mistake == Mistake::IsSureOfARefusal => {
                    Ok(Submission::Declined(Decline::new(DeclineReason::Other).confirmed()))
                }
                _ if response.body() == "\"no\"" => {
                    Ok(Submission::Declined(Decline::new(DeclineReason::Other)))
                }
                _ => {
                    failed = Some(Error::new(ErrorKind::Malformed, "what is that?"));
                    Err(Unreadable::new("what is that?"))
                }
            });
        match failed {
            Some(error) if self.mistake == Mistake::FailsAfterSending => Err(error),
            _ => Ok(submission),
        }
    }
}

#[async_trait]
impl PayoutProvider for Payouts {
    fn capabilities(&self) -> &PayoutCapabilities {
        &self.capabilities
    }

    async fn create_payout(&self, request: &CreatePayout) -> Result<Submission<Payout>> {
        match self.pay(request).await? {
            Submission::Uncertain(_) if self.mistake == Mistake::SendsAgain => {
                self.pay(request).await
            }
            submission => Ok(submission),
        }
    }

    async fn find_payout(&self, _: &PayoutRef) -> Result<Lookup<Payout>> {
        if self.mistake == Mistake::InstructsToAsk {
            let _ = self.transport.instruct(Self::call(true)).await?;
        } else {
            self.transport.inquire(Self::call(false)).await?;
        }
        Ok(Lookup::Absent(match self.mistake {
            Mistake::IsSureOfAnAbsence => Absence::Conclusive,
            _ => Absence::inconclusive("it may come"),
        }))
    }

    async fn verify_beneficiary(&self, _: &BankAccount) -> Result<Beneficiary> {
        Err(Error::unsupported("the toy knows no names"))
    }

    async fn balance(&self) -> Result<Balance> {
        Err(Error::unsupported("the toy knows no balance"))
    }
}

fn calls(mistake: Mistake) -> Calls {
    let line = StubTransport::new();
    let capabilities =
        PayoutCapabilities::new(vec![AmountLimits::at_least(Money::vnd(1))], Repeat::Refused)
            .with_find(None, AbsenceRule::Never);
    let payouts = Payouts { mistake, transport: Arc::<StubTransport>::clone(&line), capabilities };
    let (id, kind) = (ProviderId::new("toy").unwrap(), ProviderKind::new("toy").unwrap());
    let provider = Provider::new(id, kind, Environment::Sandbox).with_payouts(Arc::new(payouts));
    Calls::new(provider, line, Requests::typical().unwrap())
}

const ANSWERS: [&[u8]; 8] = [
    b"200\n\n50000",
    b"200\n\n50001",
    b"200\n\n\"no\"",
    b"200\n\n<html>",
    b"502\n\n<html>",
    b"not sent",
    b"connection lost",
    b"timed out",
];

async fn breaches(mistake: Mistake) -> Vec<String> {
    let calls = calls(mistake);
    let mut breaches = Vec::new();
    for answer in ANSWERS {
        breaches.extend(calls.breaches_by(answer).await);
    }
    assert_eq!(calls.reached(), [Operation::CreatePayout, Operation::FindPayout].into());
    breaches
}

#[tokio::test]
async fn a_role_without_a_mistake_breaks_nothing() {
    assert_eq!(breaches(Mistake::None).await, Vec::<String>::new());
}

#[tokio::test]
async fn each_mistake_is_found() {
    for (mistake, found) in [
        (Mistake::BelievesTheStatus, "create_payout: concluded from fuzzed bytes: Accepted"),
        (
            Mistake::IsSureOfARefusal,
            "create_payout: a confirmed decline that the gateway never gave",
        ),
        (Mistake::FailsAfterSending, "create_payout: an error after it was sent"),
        (Mistake::SendsAgain, "create_payout: sent 2 times"),
        (Mistake::TakesAnyAmount, "create_payout: accepted, and not as asked"),
        (Mistake::InstructsToAsk, "find_payout: an inquiry instructs"),
        (Mistake::IsSureOfAnAbsence, "find_payout: learnt from fuzzed bytes"),
    ] {
        let breaches = breaches(mistake).await;
        assert!(
            breaches.iter().any(|breach| breach.starts_with(found)),
            "{mistake:?} {breaches:?}"
        );
    }
}

#[tokio::test]
async fn only_a_genuine_answer_counts_where_answers_are_signed() {
    let text = b"200\n\n50000";
    let signed = calls(Mistake::None).signed([Operation::CreatePayout]);
    let breaches = signed.breaches_by(text).await;
    assert!(breaches[0].contains("concluded from fuzzed bytes"), "{breaches:?}");
    let genuine = conformance_fuzz::response(text).unwrap();
    let signed = calls(Mistake::None).signed([Operation::CreatePayout]).with_genuine(genuine);
    assert_eq!(signed.breaches_by(text).await, Vec::<String>::new());
}

#[tokio::test]
async fn an_answer_may_be_given_to_one_operation_alone() {
    let calls = calls(Mistake::IsSureOfAnAbsence);
    assert_eq!(calls.breaches_by(b"create_payout\n200\n\n<html>").await, Vec::<String>::new());
    assert_eq!(calls.reached(), [Operation::CreatePayout].into());
    assert_eq!(calls.breaches_by(b"find_payout\n200\n\n<html>").await.len(), 1);
}
