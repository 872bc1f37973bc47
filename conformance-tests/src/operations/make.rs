//! Makes the call of each operation.

use payments_core::{Error, ErrorKind, Lookup, Provider, Result, Submission, statement::Cursor};

use crate::{Operation, requests::Requests};

use super::{Answer, Reported};

/// Carries an instruction out once.
pub(super) async fn instruct(
    operation: Operation,
    provider: &Provider,
    requests: &Requests,
) -> Result<Submission<Reported>> {
    let accounts = || provider.virtual_accounts();
    let account = &requests.virtual_account;
    Ok(match operation {
        Operation::CreatePayment => {
            let made = provider.payments()?.create_payment(&requests.payment).await?;
            made.map(Reported::Payment)
        }
        Operation::CancelPayment => {
            let made = provider.payments()?.cancel_payment(&requests.payment.order).await?;
            made.map(Reported::Payment)
        }
        Operation::RefundPayment => {
            let made = provider.payments()?.refund_payment(&requests.refund).await?;
            made.map(Reported::Refund)
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
    let account = &requests.virtual_account;
    let found = match operation {
        Operation::FindPayment => {
            let found = provider.payments()?.find_payment(&requests.payment.order).await?;
            return Ok(answer(found, Reported::Payment));
        }
        Operation::FindRefund => {
            let found = provider.payments()?.find_refund(&requests.refund.refund).await?;
            return Ok(answer(found, Reported::Refund));
        }
        Operation::FindVirtualAccount => {
            let found = provider.virtual_accounts()?.find(account).await?;
            return Ok(answer(found, Reported::VirtualAccount));
        }
        Operation::FindPayout => {
            let found = provider.payouts()?.find_payout(&requests.payout.payout).await?;
            return Ok(answer(found, Reported::Payout));
        }
        Operation::Credits => {
            Reported::Movements(provider.virtual_accounts()?.credits(account).await?)
        }
        Operation::RulesFor => {
            Reported::Rules(provider.virtual_accounts()?.rules_for(&requests.account).await?)
        }
        Operation::VerifyBeneficiary => {
            let account = &requests.payout.beneficiary.account;
            Reported::Holder(provider.payouts()?.verify_beneficiary(account).await?)
        }
        Operation::Balance => Reported::Balance(provider.payouts()?.balance().await?),
        Operation::Accounts => Reported::Accounts(provider.statements()?.accounts().await?),
        Operation::Entries => {
            let page = provider.statements()?.entries(&Cursor::start(), &requests.filter).await?;
            Reported::Movements(page.entries)
        }
        instruction => return Err(not_so(instruction, "an inquiry")),
    };
    Ok(Answer::Found(found))
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

fn answer<T>(found: Lookup<T>, reported: fn(T) -> Reported) -> Answer {
    match found {
        Lookup::Found(one) => Answer::Found(reported(one)),
        Lookup::Several(all) => Answer::Several(all.into_iter().map(reported).collect()),
        Lookup::Absent(absence) => Answer::Absent(absence),
    }
}

fn not_so(operation: Operation, what: &str) -> Error {
    Error::new(ErrorKind::Unsupported, format!("`{operation}` is not {what}"))
}
