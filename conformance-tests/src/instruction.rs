//! An instruction made ready: what it acts on stands, and it can be carried out and asked after.

use payments_core::{
    Error, Listed, OrderRef, Provider, Submission,
    money::Money,
    payment::{CreateMode, CreatePayment, Payment, PaymentState, RefundPayment},
    payout::CreatePayout,
    rules::AmountLimits,
    virtual_account::{
        OpenVirtualAccount, ResolveOpen, UpdateVirtualAccount, VirtualAccount, VirtualAccountRef,
        VirtualAccountState,
    },
};

use crate::{
    Flaw, Operation, buyer,
    fixture::Fixture,
    outcome::{
        Found, Outcome, differs, found, unlike_account, unlike_payment, unlike_payout,
        unlike_refund,
    },
};

/// A new holder that no test account has before.
const NEW_HOLDER: &str = "NGUYEN THI DOI TEN";

/// An instruction that can be carried out now.
#[derive(Clone, Debug)]
pub(crate) enum Instruction {
    CreatePayment(Box<CreatePayment>),
    CancelPayment(OrderRef),
    RefundPayment(RefundPayment),
    Open(Box<OpenVirtualAccount>),
    Update(UpdateVirtualAccount),
    Close(VirtualAccountRef),
    Reopen(VirtualAccountRef),
    CreatePayout(Box<CreatePayout>),
}

/// Whether a provider carries an instruction out over the network, by its capabilities.
pub(crate) fn is_offered(provider: &Provider, operation: Operation) -> bool {
    let payments = || provider.payments().map(|role| role.capabilities());
    let accounts = || provider.virtual_accounts().map(|role| role.capabilities());
    match operation {
        Operation::CreatePayment => payments().is_ok_and(|can| can.create == CreateMode::Networked),
        Operation::CancelPayment => payments().is_ok_and(|can| can.cancel),
        Operation::RefundPayment => payments().is_ok_and(|can| can.refund),
        Operation::OpenVirtualAccount => accounts().is_ok(),
        Operation::UpdateVirtualAccount => accounts().is_ok_and(|can| can.update),
        Operation::CloseVirtualAccount => accounts().is_ok_and(|can| can.close),
        Operation::ReopenVirtualAccount => accounts().is_ok_and(|can| can.reopen),
        Operation::CreatePayout => provider.payouts().is_ok(),
        _ => false,
    }
}

/// Every instruction that a provider carries out over the network.
pub(crate) fn offered(provider: &Provider) -> impl Iterator<Item = Operation> {
    Operation::INSTRUCTIONS.into_iter().filter(|operation| is_offered(provider, *operation))
}

impl Instruction {
    /// Makes `operation` ready, under the reference with this number.
    pub(crate) async fn ready(
        fixture: &Fixture,
        operation: Operation,
        number: u32,
    ) -> Result<Self, Flaw> {
        let made = match operation {
            Operation::CreatePayment => {
                let gateway = needed(fixture.subject.payments.as_ref(), operation)?;
                Self::CreatePayment(Box::new(gateway.payment(fixture.order(number)?)))
            }
            Operation::CancelPayment => {
                Self::CancelPayment(buyer::visited(fixture, number).await?.order)
            }
            Operation::RefundPayment => {
                let payment = buyer::visited(fixture, number).await?;
                let gateway = needed(fixture.subject.payments.as_ref(), operation)?;
                let asked = gateway.payment(payment.order.clone()).amount;
                buyer::pay(fixture, &payment, asked).await?;
                Self::RefundPayment(RefundPayment::new(fixture.refund(number)?, payment.order))
            }
            Operation::OpenVirtualAccount => {
                let gateway = needed(fixture.subject.virtual_accounts.as_ref(), operation)?;
                Self::Open(Box::new(gateway.virtual_account(fixture.order(number)?)))
            }
            Operation::UpdateVirtualAccount => {
                let account = open_virtual_account(fixture, number).await?.reference();
                let update = UpdateVirtualAccount::new(account, NEW_HOLDER);
                Self::Update(update.map_err(|error| Flaw::new("a holder's name", error))?)
            }
            Operation::CloseVirtualAccount => {
                Self::Close(open_virtual_account(fixture, number).await?.reference())
            }
            Operation::ReopenVirtualAccount => {
                let account = open_virtual_account(fixture, number).await?.reference();
                let closed = Self::Close(account.clone()).carry_out(&fixture.provider).await;
                closed.accepted().map_err(|flaw| flaw.in_call(Operation::CloseVirtualAccount))?;
                Self::Reopen(account)
            }
            Operation::CreatePayout => {
                let gateway = needed(fixture.subject.payouts.as_ref(), operation)?;
                Self::CreatePayout(Box::new(gateway.payout(fixture.payout(number)?)))
            }
            _ => return Err(Flaw::new("an instruction", operation)),
        };
        Ok(made)
    }

    /// The same about something that never was.
    pub(crate) fn unfounded(fixture: &Fixture, operation: Operation) -> Result<Self, Flaw> {
        let order = fixture.order(1)?;
        let account = VirtualAccountRef::new(order.clone());
        Ok(match operation {
            Operation::CancelPayment => Self::CancelPayment(order),
            Operation::RefundPayment => {
                Self::RefundPayment(RefundPayment::new(fixture.refund(1)?, order))
            }
            Operation::UpdateVirtualAccount => {
                let update = UpdateVirtualAccount::new(account, NEW_HOLDER);
                Self::Update(update.map_err(|error| Flaw::new("a holder's name", error))?)
            }
            Operation::CloseVirtualAccount => Self::Close(account),
            Operation::ReopenVirtualAccount => Self::Reopen(account),
            _ => return Err(Flaw::new("an instruction that a role can lack", operation)),
        })
    }

    /// The same with an amount in a currency, or of a size, that the capabilities do not allow.
    pub(crate) fn beyond_the_limits(&self, provider: &Provider) -> Option<Self> {
        let beyond = |limits: &[AmountLimits]| {
            let limit = limits.first()?;
            let (min, currency) = (limit.min.minor(), limit.min.currency());
            let max =
                limit.max.map(|max| Money::from_minor(max.minor().saturating_add(1), currency));
            max.or((min > 1).then(|| Money::from_minor(min - 1, currency)))
        };
        match self {
            Self::CreatePayment(request) => {
                let mut request = request.clone();
                request.amount = beyond(&provider.payments().ok()?.capabilities().limits)?;
                Some(Self::CreatePayment(request))
            }
            Self::Open(request) => {
                let mut request = request.clone();
                let limits = &provider.virtual_accounts().ok()?.capabilities().limits;
                request.amount = Some(beyond(limits)?);
                Some(Self::Open(request))
            }
            Self::CreatePayout(request) => {
                let mut request = request.clone();
                request.amount = beyond(&provider.payouts().ok()?.capabilities().limits)?;
                Some(Self::CreatePayout(request))
            }
            _ => None,
        }
    }

    /// The same under the same reference with a larger amount, if it has one.
    pub(crate) fn with_another_amount(&self) -> Option<Self> {
        let larger = |amount: Money| {
            Money::from_minor(amount.minor().saturating_add(1_000), amount.currency())
        };
        match self {
            Self::CreatePayment(request) => {
                let mut request = request.clone();
                request.amount = larger(request.amount);
                Some(Self::CreatePayment(request))
            }
            Self::CreatePayout(request) => {
                let mut request = request.clone();
                request.amount = larger(request.amount);
                Some(Self::CreatePayout(request))
            }
            _ => None,
        }
    }

    pub(crate) fn operation(&self) -> Operation {
        match self {
            Self::CreatePayment(_) => Operation::CreatePayment,
            Self::CancelPayment(_) => Operation::CancelPayment,
            Self::RefundPayment(_) => Operation::RefundPayment,
            Self::Open(_) => Operation::OpenVirtualAccount,
            Self::Update(_) => Operation::UpdateVirtualAccount,
            Self::Close(_) => Operation::CloseVirtualAccount,
            Self::Reopen(_) => Operation::ReopenVirtualAccount,
            Self::CreatePayout(_) => Operation::CreatePayout,
        }
    }

    /// The reference under which the gateway's books have it.
    pub(crate) fn reference(&self) -> &str {
        match self {
            Self::CreatePayment(request) => request.order.as_str(),
            Self::CancelPayment(order) => order.as_str(),
            Self::RefundPayment(request) => request.refund.as_str(),
            Self::Open(request) => request.order.as_str(),
            Self::Update(request) => request.account.order.as_str(),
            Self::Close(account) | Self::Reopen(account) => account.order.as_str(),
            Self::CreatePayout(request) => request.payout.as_str(),
        }
    }

    /// Carries it out once.
    pub(crate) async fn carry_out(&self, provider: &Provider) -> Outcome {
        let outcome = match self {
            Self::CreatePayment(_) | Self::CancelPayment(_) | Self::RefundPayment(_) => {
                self.on_payments(provider).await
            }
            Self::Open(_) | Self::Update(_) | Self::Close(_) | Self::Reopen(_) => {
                self.on_virtual_accounts(provider).await
            }
            Self::CreatePayout(request) => match provider.payouts() {
                Ok(payouts) => payouts
                    .create_payout(request)
                    .await
                    .map(|submission| submission.map(|payout| unlike_payout(&payout, request))),
                Err(error) => Err(error),
            },
        };
        Outcome::of(outcome)
    }

    async fn on_payments(
        &self,
        provider: &Provider,
    ) -> payments_core::Result<Submission<Option<String>>> {
        let payments = provider.payments()?;
        Ok(match self {
            Self::CreatePayment(request) => payments
                .create_payment(request)
                .await?
                .map(|payment| unlike_payment(&payment, &request.order, request.amount)),
            Self::CancelPayment(order) => payments.cancel_payment(order).await?.map(|payment| {
                differs("order", &payment.order, order)
                    .or_else(|| differs("state", &payment.state, &PaymentState::Cancelled))
            }),
            Self::RefundPayment(request) => payments
                .refund_payment(request)
                .await?
                .map(|refund| unlike_refund(&refund, request)),
            _ => return Err(Error::unsupported("not a call of this role")),
        })
    }

    async fn on_virtual_accounts(
        &self,
        provider: &Provider,
    ) -> payments_core::Result<Submission<Option<String>>> {
        let accounts = provider.virtual_accounts()?;
        let of =
            |order: &OrderRef, account: &VirtualAccount| differs("order", &account.order, order);
        Ok(match self {
            Self::Open(request) => accounts.open(request).await?.map(|account| {
                of(&request.order, &account).or_else(|| unlike_account(&account, request.amount))
            }),
            Self::Update(request) => {
                accounts.update(request).await?.map(|account| of(&request.account.order, &account))
            }
            Self::Close(account) => accounts.close(account).await?.map(|closed| {
                of(&account.order, &closed)
                    .or_else(|| differs("state", &closed.state, &VirtualAccountState::Closed))
            }),
            Self::Reopen(account) => {
                accounts.reopen(account, None).await?.map(|opened| of(&account.order, &opened))
            }
            _ => return Err(Error::unsupported("not a call of this role")),
        })
    }

    /// Asks what became of it; `None` if the provider has no such inquiry.
    pub(crate) async fn ask(&self, provider: &Provider) -> Option<Found> {
        match self {
            Self::CreatePayment(request) => {
                let payments = provider.payments().ok()?;
                payments.capabilities().find.then_some(())?;
                Some(found(payments.find_payment(&request.order).await, |payment| {
                    (true, unlike_payment(payment, &request.order, request.amount))
                }))
            }
            Self::CancelPayment(order) => {
                let payments = provider.payments().ok()?;
                payments.capabilities().find.then_some(())?;
                Some(found(payments.find_payment(order).await, |payment| {
                    (
                        payment.state == PaymentState::Cancelled,
                        differs("order", &payment.order, order),
                    )
                }))
            }
            Self::RefundPayment(request) => {
                let payments = provider.payments().ok()?;
                payments.capabilities().find_refund.then_some(())?;
                Some(found(payments.find_refund(&request.refund).await, |refund| {
                    (true, unlike_refund(refund, request))
                }))
            }
            Self::Open(request) => {
                let accounts = provider.virtual_accounts().ok()?;
                let can = accounts.capabilities();
                (can.find && can.resolve_open == ResolveOpen::ByReference).then_some(())?;
                let account = VirtualAccountRef::new(request.order.clone());
                let account = match &request.account {
                    Some(own) => account.with_account(own.clone()),
                    None => account,
                };
                Some(found(accounts.find(&account).await, |account| {
                    (true, unlike_account(account, request.amount))
                }))
            }
            Self::Update(request) => {
                self.ask_account(provider, &request.account, |account| {
                    account
                        .numbers
                        .iter()
                        .any(|number| number.holder.as_deref() == Some(NEW_HOLDER))
                })
                .await
            }
            Self::Close(account) => {
                self.ask_account(provider, account, |account| {
                    account.state == VirtualAccountState::Closed
                })
                .await
            }
            Self::Reopen(account) => {
                self.ask_account(provider, account, |account| {
                    account.state != VirtualAccountState::Closed
                })
                .await
            }
            Self::CreatePayout(request) => {
                let payouts = provider.payouts().ok()?;
                payouts.capabilities().find.then_some(())?;
                Some(found(payouts.find_payout(&request.payout).await, |payout| {
                    (true, unlike_payout(payout, request))
                }))
            }
        }
    }

    async fn ask_account(
        &self,
        provider: &Provider,
        account: &VirtualAccountRef,
        done: impl Fn(&VirtualAccount) -> bool,
    ) -> Option<Found> {
        let accounts = provider.virtual_accounts().ok()?;
        accounts.capabilities().find.then_some(())?;
        Some(found(accounts.find(account).await, |found| (done(found), None)))
    }
}

/// Opens a payment as an app does before the buyer acts.
pub(crate) async fn open_payment(fixture: &Fixture, number: u32) -> Result<Payment, Flaw> {
    let operation = Operation::CreatePayment;
    let gateway = needed(fixture.subject.payments.as_ref(), operation)?;
    let request = gateway.payment(fixture.order(number)?);
    let payments = fixture.provider.payments().map_err(|error| refused(operation, &error))?;
    accepted(operation, payments.create_payment(&request).await)
}

/// Opens a virtual account.
pub(crate) async fn open_virtual_account(
    fixture: &Fixture,
    number: u32,
) -> Result<VirtualAccount, Flaw> {
    let operation = Operation::OpenVirtualAccount;
    let gateway = needed(fixture.subject.virtual_accounts.as_ref(), operation)?;
    let request = gateway.virtual_account(fixture.order(number)?);
    let accounts =
        fixture.provider.virtual_accounts().map_err(|error| refused(operation, &error))?;
    accepted(operation, accounts.open(&request).await)
}

/// What was accepted; anything else is a flaw, where nothing stands in the way.
pub(crate) fn accepted<T: std::fmt::Debug>(
    operation: Operation,
    outcome: payments_core::Result<Submission<T>>,
) -> Result<T, Flaw> {
    match outcome {
        Ok(Submission::Accepted(answer)) => Ok(answer),
        Ok(Submission::Declined(decline)) => {
            Err(Flaw::new("Accepted, with nothing in the way", decline).in_call(operation))
        }
        Ok(Submission::Uncertain(uncertain)) => {
            Err(Flaw::new("Accepted, with nothing in the way", uncertain).in_call(operation))
        }
        Err(error) => Err(refused(operation, &error)),
    }
}

pub(crate) fn refused(operation: Operation, error: &Error) -> Flaw {
    Flaw::new("an answer, with nothing in the way", format!("Err({:?}): {error}", error.kind()))
        .in_call(operation)
}

pub(crate) fn needed<T>(role: Option<&T>, operation: Operation) -> Result<&T, Flaw> {
    role.ok_or_else(|| {
        let role = operation.role();
        Flaw::new(format!("{role:?} among the roles that the suite was told of"), "it is not there")
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
