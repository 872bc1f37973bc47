//! An inquiry made ready: what it asks about stands.

use std::fmt::Debug;

use payments_core::{
    Absence, Error, Lookup, OrderRef, PayoutRef, Provider, RefundRef, Result,
    bank::BankAccount,
    statement::{Cursor, StatementFilter},
    virtual_account::VirtualAccountRef,
};
use serde::Serialize;

use crate::{
    Flaw, Meaning, Operation, Subject, buyer,
    fixture::Fixture,
    instruction::{Instruction, needed, open_virtual_account, refused},
};

/// An inquiry that can be made now.
#[derive(Clone, Debug)]
pub(crate) enum Question {
    FindPayment(OrderRef),
    FindRefund(RefundRef),
    FindVirtualAccount(VirtualAccountRef),
    Credits(VirtualAccountRef),
    FindPayout(PayoutRef),
    VerifyBeneficiary(BankAccount),
    Balance,
    Accounts,
    Entries,
}

/// The number of a reference that nothing is ever made under.
const UNUSED: u32 = 9_999;

/// What a provider answered.
#[derive(Clone, Debug)]
pub(crate) enum Answer {
    /// As it is printed and serialised, and what state it tells, if it tells one.
    Found {
        printed: String,
        json: String,
        state: Option<Meaning>,
    },
    Absent(Absence),
}

/// Whether a provider makes an inquiry, by its capabilities.
pub(crate) fn is_offered(provider: &Provider, operation: Operation) -> bool {
    let payments = || provider.payments().map(|role| role.capabilities());
    let accounts = || provider.virtual_accounts().map(|role| role.capabilities());
    let payouts = || provider.payouts().map(|role| role.capabilities());
    match operation {
        Operation::FindPayment => payments().is_ok_and(|can| can.find),
        Operation::FindRefund => payments().is_ok_and(|can| can.find_refund),
        Operation::FindVirtualAccount => accounts().is_ok_and(|can| can.find),
        Operation::Credits => accounts().is_ok_and(|can| can.credits),
        Operation::FindPayout => payouts().is_ok_and(|can| can.find),
        Operation::VerifyBeneficiary => payouts().is_ok_and(|can| can.name_check),
        Operation::Balance => payouts().is_ok_and(|can| can.balance),
        Operation::Accounts | Operation::Entries => provider.statements().is_ok(),
        _ => false,
    }
}

/// Every inquiry that a provider makes.
pub(crate) fn offered(provider: &Provider) -> impl Iterator<Item = Operation> {
    Operation::INQUIRIES.into_iter().filter(|operation| is_offered(provider, *operation))
}

impl Question {
    /// Makes `operation` ready, about what has the reference with this number. Payments are paid,
    /// so that those whom nobody visited are known too.
    pub(crate) async fn ready(
        fixture: &Fixture,
        operation: Operation,
        number: u32,
    ) -> Result<Self, Flaw> {
        Ok(match operation {
            Operation::FindPayment => {
                let payment = buyer::visited(fixture, number).await?;
                let gateway = needed(fixture.subject.payments.as_ref(), operation)?;
                let asked = gateway.payment(payment.order.clone()).amount;
                buyer::pay(fixture, &payment, asked).await?;
                Self::FindPayment(payment.order)
            }
            Operation::FindRefund => {
                let made = Instruction::ready(fixture, Operation::RefundPayment, number).await?;
                made.carry_out(&fixture.provider).await.accepted()?;
                Self::FindRefund(fixture.refund(number)?)
            }
            Operation::FindVirtualAccount => {
                Self::FindVirtualAccount(open_virtual_account(fixture, number).await?.reference())
            }
            Operation::Credits => {
                let account = open_virtual_account(fixture, number).await?;
                let gateway = needed(fixture.subject.virtual_accounts.as_ref(), operation)?;
                let amount = fixture.credit_for(&account.order)?;
                gateway.credit(&account, amount).await.map_err(|impossible| {
                    Flaw::new("a payer who can pay what was asked", impossible).in_call(operation)
                })?;
                Self::Credits(account.reference())
            }
            Operation::FindPayout => {
                let made = Instruction::ready(fixture, Operation::CreatePayout, number).await?;
                made.carry_out(&fixture.provider).await.accepted()?;
                Self::FindPayout(fixture.payout(number)?)
            }
            Operation::VerifyBeneficiary => {
                let gateway = needed(fixture.subject.payouts.as_ref(), operation)?;
                Self::VerifyBeneficiary(gateway.payout(fixture.payout(number)?).beneficiary.account)
            }
            Operation::Balance => Self::Balance,
            Operation::Accounts => Self::Accounts,
            Operation::Entries => Self::Entries,
            _ => return Err(Flaw::new("an inquiry", operation)),
        })
    }

    /// The same about something that never was.
    pub(crate) fn unfounded(subject: &Subject, operation: Operation) -> Result<Self, Flaw> {
        let order = || subject.order(UNUSED);
        Ok(match operation {
            Operation::FindPayment => Self::FindPayment(order()?),
            Operation::FindRefund => Self::FindRefund(subject.refund(UNUSED)?),
            Operation::FindVirtualAccount => {
                Self::FindVirtualAccount(VirtualAccountRef::new(order()?))
            }
            Operation::Credits => Self::Credits(VirtualAccountRef::new(order()?)),
            Operation::FindPayout => Self::FindPayout(subject.payout(UNUSED)?),
            Operation::VerifyBeneficiary => {
                let gateway = needed(subject.payouts.as_ref(), operation)?;
                Self::VerifyBeneficiary(gateway.payout(subject.payout(UNUSED)?).beneficiary.account)
            }
            Operation::Balance => Self::Balance,
            Operation::Accounts => Self::Accounts,
            Operation::Entries => Self::Entries,
            _ => return Err(Flaw::new("an inquiry", operation)),
        })
    }

    pub(crate) fn operation(&self) -> Operation {
        match self {
            Self::FindPayment(_) => Operation::FindPayment,
            Self::FindRefund(_) => Operation::FindRefund,
            Self::FindVirtualAccount(_) => Operation::FindVirtualAccount,
            Self::Credits(_) => Operation::Credits,
            Self::FindPayout(_) => Operation::FindPayout,
            Self::VerifyBeneficiary(_) => Operation::VerifyBeneficiary,
            Self::Balance => Operation::Balance,
            Self::Accounts => Operation::Accounts,
            Self::Entries => Operation::Entries,
        }
    }

    /// Asks once.
    pub(crate) async fn ask(&self, provider: &Provider) -> Result<Answer> {
        match self {
            Self::FindPayment(order) => {
                let found = provider.payments()?.find_payment(order).await?;
                Ok(lookup(found, |payment| Some(Meaning::Payment(payment.state))))
            }
            Self::FindRefund(refund) => {
                Ok(lookup(provider.payments()?.find_refund(refund).await?, |_| None))
            }
            Self::FindVirtualAccount(account) => {
                let found = provider.virtual_accounts()?.find(account).await?;
                Ok(lookup(found, |account| Some(Meaning::VirtualAccount(account.state))))
            }
            Self::Credits(account) => {
                Ok(plain(&provider.virtual_accounts()?.credits(account).await?))
            }
            Self::FindPayout(payout) => {
                let found = provider.payouts()?.find_payout(payout).await?;
                Ok(lookup(found, |payout| Some(Meaning::Payout(payout.state))))
            }
            Self::VerifyBeneficiary(account) => {
                Ok(plain(&provider.payouts()?.verify_beneficiary(account).await?))
            }
            Self::Balance => Ok(plain(&provider.payouts()?.balance().await?)),
            Self::Accounts => Ok(plain(&provider.statements()?.accounts().await?)),
            Self::Entries => {
                let everything = StatementFilter::new();
                let page = provider.statements()?.entries(&Cursor::start(), &everything).await?;
                Ok(plain(&page))
            }
        }
    }

    /// Asks, with nothing in the way.
    pub(crate) async fn answer(&self, provider: &Provider) -> Result<Answer, Flaw> {
        let answer = self.ask(provider).await;
        answer.map_err(|error| refused(self.operation(), &error))
    }
}

impl Answer {
    pub(crate) fn state(&self) -> Option<Meaning> {
        match self {
            Self::Found { state, .. } => *state,
            Self::Absent(_) => None,
        }
    }
}

impl std::fmt::Display for Answer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Found { printed, .. } => write!(f, "Ok: {printed}"),
            Self::Absent(absence) => write!(f, "Ok: Absent({absence:?})"),
        }
    }
}

/// What a question was answered, or why not, in a line.
pub(crate) fn told(answer: &Result<Answer, Error>) -> String {
    match answer {
        Ok(answer) => answer.to_string(),
        Err(error) => format!("Err({:?}): {error}", error.kind()),
    }
}

fn lookup<T: Debug + Serialize>(
    found: Lookup<T>,
    state: impl FnOnce(&T) -> Option<Meaning>,
) -> Answer {
    match found {
        Lookup::Found(one) => told_of(&one, state(&one)),
        Lookup::Several(all) => plain(&all),
        Lookup::Absent(absence) => Answer::Absent(absence),
    }
}

fn plain<T: Debug + Serialize>(answer: &T) -> Answer {
    told_of(answer, None)
}

fn told_of<T: Debug + Serialize>(answer: &T, state: Option<Meaning>) -> Answer {
    let json = serde_json::to_string(answer).unwrap_or_default();
    Answer::Found { printed: format!("{answer:?}"), json, state }
}

/// Asks for a payment that has to be there.
pub(crate) async fn find_payment(
    fixture: &Fixture,
    order: &OrderRef,
) -> Result<payments_core::payment::Payment, Flaw> {
    let operation = Operation::FindPayment;
    let payments = fixture.provider.payments().map_err(|error| refused(operation, &error))?;
    match payments.find_payment(order).await {
        Ok(Lookup::Found(payment)) => Ok(payment),
        Ok(other) => {
            Err(Flaw::new("one payment of the order", format!("{other:?}")).in_call(operation))
        }
        Err(error) => Err(refused(operation, &error)),
    }
}
