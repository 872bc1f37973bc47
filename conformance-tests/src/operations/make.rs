//! Makes the call of each operation, with what the operation needs before and what it is about. A new
//! operation needs only this and its row in [`Operation`].

use payments_core::{
    Error, ErrorKind, Lookup, Provider, Result, Role, Submission, statement::Cursor,
};
use provider_kit::transport::Subject;

use crate::{
    Operation,
    requests::Requests,
    step::Step::{self, Do, Pay, Visit},
};

use super::{Answer, Reported};

/// What has to happen before an operation, under the same reference.
pub(super) fn needs(operation: Operation) -> &'static [Step] {
    use Operation::{
        CloseVirtualAccount, CreatePayment, CreatePayout, OpenVirtualAccount, RefundPayment,
    };
    match operation {
        Operation::CancelPayment => &[Do(CreatePayment), Visit],
        // Paid, so that a payment whose buyer has never visited the gateway is known there too.
        Operation::FindPayment | RefundPayment => &[Do(CreatePayment), Visit, Pay(0)],
        Operation::FindRefund => &[Do(CreatePayment), Visit, Pay(0), Do(RefundPayment)],
        Operation::FindVirtualAccount | Operation::UpdateVirtualAccount | CloseVirtualAccount => {
            &[Do(OpenVirtualAccount)]
        }
        Operation::ReopenVirtualAccount => &[Do(OpenVirtualAccount), Do(CloseVirtualAccount)],
        Operation::Credits => &[Do(OpenVirtualAccount), Pay(0)],
        Operation::FindPayout => &[Do(CreatePayout)],
        _ => &[],
    }
}

/// What an operation is about.
pub(super) fn subject(operation: Operation, requests: &Requests) -> Subject {
    match (operation, operation.role()) {
        (Operation::RefundPayment | Operation::FindRefund, _) => (&requests.refund.refund).into(),
        (_, Role::Payments) => (&requests.payment.order).into(),
        (_, Role::VirtualAccounts) => Subject::VirtualAccount(requests.open.order.clone()),
        _ => (&requests.payout.payout).into(),
    }
}

/// The inquiry about the effect of an instruction.
pub(super) fn inquiry(instruction: Operation) -> Operation {
    match (instruction, instruction.role()) {
        (Operation::RefundPayment, _) => Operation::FindRefund,
        (_, Role::Payments) => Operation::FindPayment,
        (_, Role::VirtualAccounts) => Operation::FindVirtualAccount,
        _ => Operation::FindPayout,
    }
}

/// Carries an instruction out once.
pub(super) async fn instruct(
    operation: Operation,
    provider: &Provider,
    requests: &Requests,
) -> Result<Submission<Reported>> {
    let (payments, accounts) = (|| provider.payments(), || provider.virtual_accounts());
    let account = &requests.virtual_account;
    Ok(match operation {
        Operation::CreatePayment => {
            payments()?.create_payment(&requests.payment).await?.map(Reported::Payment)
        }
        Operation::CancelPayment => {
            payments()?.cancel_payment(&requests.payment.order).await?.map(Reported::Payment)
        }
        Operation::RefundPayment => {
            payments()?.refund_payment(&requests.refund).await?.map(Reported::Refund)
        }
        Operation::OpenVirtualAccount => {
            accounts()?.open(&requests.open).await?.map(Reported::VirtualAccount)
        }
        Operation::UpdateVirtualAccount => {
            accounts()?.update(&requests.update).await?.map(Reported::VirtualAccount)
        }
        Operation::CloseVirtualAccount => {
            accounts()?.close(account).await?.map(Reported::VirtualAccount)
        }
        Operation::ReopenVirtualAccount => {
            accounts()?.reopen(account, None).await?.map(Reported::VirtualAccount)
        }
        Operation::CreatePayout => {
            provider.payouts()?.create_payout(&requests.payout).await?.map(Reported::Payout)
        }
        inquiry => return Err(not_so(inquiry, "an instruction")),
    })
}

/// Makes an inquiry once.
pub(super) async fn inquire(
    operation: Operation,
    provider: &Provider,
    requests: &Requests,
) -> Result<Answer> {
    let (payments, accounts) = (|| provider.payments(), || provider.virtual_accounts());
    let (payouts, statements) = (|| provider.payouts(), || provider.statements());
    let (order, account) = (&requests.payment.order, &requests.virtual_account);
    Ok(match operation {
        Operation::FindPayment => found(payments()?.find_payment(order).await?, Reported::Payment),
        Operation::FindRefund => {
            found(payments()?.find_refund(&requests.refund.refund).await?, Reported::Refund)
        }
        Operation::FindVirtualAccount => {
            found(accounts()?.find(account).await?, Reported::VirtualAccount)
        }
        Operation::FindPayout => {
            found(payouts()?.find_payout(&requests.payout.payout).await?, Reported::Payout)
        }
        Operation::Credits => one(accounts()?.credits(account).await?, Reported::Movements),
        Operation::RulesFor => {
            one(accounts()?.rules_for(&requests.account).await?, Reported::Rules)
        }
        Operation::VerifyBeneficiary => {
            let account = &requests.payout.beneficiary.account;
            one(payouts()?.verify_beneficiary(account).await?, Reported::Holder)
        }
        Operation::Balance => one(payouts()?.balance().await?, Reported::Balance),
        Operation::Accounts => one(statements()?.accounts().await?, Reported::Accounts),
        Operation::Entries => {
            let page = statements()?.entries(&Cursor::start(), &requests.filter).await?;
            one(page.entries, Reported::Movements)
        }
        instruction => return Err(not_so(instruction, "an inquiry")),
    })
}

/// Returns the result of the role's check of the request, if the role has a check.
pub(super) fn check(operation: Operation, provider: &Provider, requests: &Requests) -> Result<()> {
    match operation {
        Operation::CreatePayment => provider.payments()?.check(&requests.payment),
        Operation::OpenVirtualAccount => provider.virtual_accounts()?.check(&requests.open),
        Operation::CreatePayout => provider.payouts()?.check(&requests.payout),
        _ => Ok(()),
    }
}

fn found<T>(found: Lookup<T>, reported: fn(T) -> Reported) -> Answer {
    match found {
        Lookup::Found(one) => Answer::Found(reported(one)),
        Lookup::Several(all) => Answer::Several(all.into_iter().map(reported).collect()),
        Lookup::Absent(absence) => Answer::Absent(absence),
    }
}

fn one<T>(answered: T, reported: fn(T) -> Reported) -> Answer {
    Answer::Found(reported(answered))
}

fn not_so(operation: Operation, what: &str) -> Error {
    Error::new(ErrorKind::Unsupported, format!("`{operation}` is not {what}"))
}
