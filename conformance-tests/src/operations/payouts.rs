//! The operations of the role that sends money.

use futures_util::future::FutureExt as _;
use payments_core::{
    Role,
    bank::BankAccount,
    payout::{CreatePayout, Payout},
};

use crate::{Meaning, Operation};

use super::{
    Amount, Answer, Availability, Call, Needs, Row, Steps,
    outcome::{Accepted, Found, differs},
};

pub(super) const ROWS: &[Row] = &[
    Row {
        operation: Operation::CreatePayout,
        name: "create_payout",
        role: Role::Payouts,
        availability: |provider| provider.payouts().map(|_| Availability::Networked),
        needs: Needs::Nothing,
        call: Call::Instruction(Steps {
            subject: |requests| (&requests.payout.payout).into(),
            check: |provider, requests| provider.payouts()?.check(&requests.payout),
            carry_out: |provider, requests| {
                async {
                    let request = &requests.payout;
                    let created = provider.payouts()?.create_payout(request).await?;
                    Ok(created.map(|payout| Accepted::new(&payout, unlike(&payout, request))))
                }
                .boxed()
            },
            find: |provider, requests| {
                async {
                    let request = &requests.payout;
                    let role = provider.payouts().ok().filter(|role| role.capabilities().find)?;
                    let found = role.find_payout(&request.payout).await;
                    Some(Found::of(found, |payout| (true, unlike(payout, request))))
                }
                .boxed()
            },
            amount: Some(Amount {
                of: |requests| Some(requests.payout.amount),
                set: |requests, amount| requests.payout.amount = amount,
            }),
        }),
    },
    Row {
        operation: Operation::FindPayout,
        name: "find_payout",
        role: Role::Payouts,
        availability: |provider| {
            Ok(Availability::networked_if(provider.payouts()?.capabilities().find))
        },
        needs: Needs::Payout,
        call: Call::Inquiry(|provider, requests| {
            async {
                let found = provider.payouts()?.find_payout(&requests.payout.payout).await?;
                Ok(Answer::of(found, |payout| Meaning::Payout(payout.state)))
            }
            .boxed()
        }),
    },
    Row {
        operation: Operation::VerifyBeneficiary,
        name: "verify_beneficiary",
        role: Role::Payouts,
        availability: |provider| {
            Ok(Availability::networked_if(provider.payouts()?.capabilities().name_check))
        },
        needs: Needs::Nothing,
        call: Call::Inquiry(|provider, requests| {
            async {
                let account = &requests.payout.beneficiary.account;
                Ok(Answer::found(&provider.payouts()?.verify_beneficiary(account).await?))
            }
            .boxed()
        }),
    },
    Row {
        operation: Operation::Balance,
        name: "balance",
        role: Role::Payouts,
        availability: |provider| {
            Ok(Availability::networked_if(provider.payouts()?.capabilities().balance))
        },
        needs: Needs::Nothing,
        call: Call::Inquiry(|provider, _| {
            async { Ok(Answer::found(&provider.payouts()?.balance().await?)) }.boxed()
        }),
    },
];

fn unlike(payout: &Payout, request: &CreatePayout) -> Option<String> {
    let BankAccount { bin: bank, number, .. } = &request.beneficiary.account;
    differs("payout", &payout.payout, &request.payout)
        .or_else(|| payout.amount.and_then(|shown| differs("amount", &shown, &request.amount)))
        .or_else(|| payout.bank.and_then(|shown| differs("bank", &shown, bank)))
        .or_else(|| payout.account.as_ref().and_then(|shown| differs("account", shown, number)))
}
