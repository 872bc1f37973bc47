//! The operations of the role that opens virtual accounts.

use futures_util::future::FutureExt as _;
use payments_core::{
    OrderRef, Provider, Result, Role, Submission,
    virtual_account::{ResolveOpen, VirtualAccount, VirtualAccountRef, VirtualAccountState},
};

use crate::{Meaning, Operation, requests::Requests};

use super::{
    Amount, Answer, Availability, Call, Needs, Row, Steps,
    outcome::{Accepted, Found, differs},
};

pub(super) const ROWS: &[Row] = &[
    Row {
        operation: Operation::OpenVirtualAccount,
        name: "open_virtual_account",
        role: Role::VirtualAccounts,
        availability: |provider| provider.virtual_accounts().map(|_| Availability::Networked),
        needs: Needs::Nothing,
        call: Call::Instruction(Steps {
            subject: |requests| subject(&requests.open.order),
            check: |provider, requests| provider.virtual_accounts()?.check(&requests.open),
            carry_out: |provider, requests| {
                async {
                    let request = &requests.open;
                    let opened = provider.virtual_accounts()?.open(request).await?;
                    Ok(opened.map(|account| {
                        let unlike = differs("order", &account.order, &request.order)
                            .or_else(|| unlike(&account, requests));
                        Accepted::new(&account, unlike)
                    }))
                }
                .boxed()
            },
            find: |provider, requests| {
                async {
                    let role = provider.virtual_accounts().ok()?;
                    let by_reference = role.capabilities().resolve_open == ResolveOpen::ByReference;
                    by_reference.then_some(())?;
                    let mut account = VirtualAccountRef::new(requests.open.order.clone());
                    account.account.clone_from(&requests.open.account);
                    find(provider, &account, |account| (true, unlike(account, requests))).await
                }
                .boxed()
            },
            amount: Some(Amount {
                of: |_| None,
                set: |requests, amount| requests.open.amount = Some(amount),
            }),
        }),
    },
    Row {
        operation: Operation::FindVirtualAccount,
        name: "find_virtual_account",
        role: Role::VirtualAccounts,
        availability: |provider| {
            Ok(Availability::networked_if(provider.virtual_accounts()?.capabilities().find))
        },
        needs: Needs::OpenAccount,
        call: Call::Inquiry(|provider, requests| {
            async {
                let found = provider.virtual_accounts()?.find(&requests.virtual_account).await?;
                Ok(Answer::of(found, |account| Meaning::VirtualAccount(account.state)))
            }
            .boxed()
        }),
    },
    Row {
        operation: Operation::UpdateVirtualAccount,
        name: "update_virtual_account",
        role: Role::VirtualAccounts,
        availability: |provider| {
            Ok(Availability::networked_if(provider.virtual_accounts()?.capabilities().update))
        },
        needs: Needs::OpenAccount,
        call: Call::Instruction(Steps {
            subject: |requests| subject(&requests.update.account.order),
            check: |_, _| Ok(()),
            carry_out: |provider, requests| {
                async {
                    let updated = provider.virtual_accounts()?.update(&requests.update).await?;
                    changed(updated, &requests.update.account, None)
                }
                .boxed()
            },
            find: |provider, requests| {
                async {
                    let request = &requests.update;
                    find(provider, &request.account, |account| {
                        let holders = account.numbers.iter().map(|number| number.holder.as_deref());
                        (holders.flatten().any(|holder| holder == request.holder), None)
                    })
                    .await
                }
                .boxed()
            },
            amount: None,
        }),
    },
    Row {
        operation: Operation::CloseVirtualAccount,
        name: "close_virtual_account",
        role: Role::VirtualAccounts,
        availability: |provider| {
            Ok(Availability::networked_if(provider.virtual_accounts()?.capabilities().close))
        },
        needs: Needs::OpenAccount,
        call: Call::Instruction(Steps {
            subject: |requests| subject(&requests.virtual_account.order),
            check: |_, _| Ok(()),
            carry_out: |provider, requests| {
                async {
                    let account = &requests.virtual_account;
                    let closed = provider.virtual_accounts()?.close(account).await?;
                    changed(closed, account, Some(VirtualAccountState::Closed))
                }
                .boxed()
            },
            find: |provider, requests| {
                find(provider, &requests.virtual_account, |account| {
                    (account.state == VirtualAccountState::Closed, None)
                })
                .boxed()
            },
            amount: None,
        }),
    },
    Row {
        operation: Operation::ReopenVirtualAccount,
        name: "reopen_virtual_account",
        role: Role::VirtualAccounts,
        availability: |provider| {
            Ok(Availability::networked_if(provider.virtual_accounts()?.capabilities().reopen))
        },
        needs: Needs::ClosedAccount,
        call: Call::Instruction(Steps {
            subject: |requests| subject(&requests.virtual_account.order),
            check: |_, _| Ok(()),
            carry_out: |provider, requests| {
                async {
                    let account = &requests.virtual_account;
                    let opened = provider.virtual_accounts()?.reopen(account, None).await?;
                    changed(opened, account, None)
                }
                .boxed()
            },
            find: |provider, requests| {
                find(provider, &requests.virtual_account, |account| {
                    (account.state != VirtualAccountState::Closed, None)
                })
                .boxed()
            },
            amount: None,
        }),
    },
    Row {
        operation: Operation::Credits,
        name: "credits",
        role: Role::VirtualAccounts,
        availability: |provider| {
            Ok(Availability::networked_if(provider.virtual_accounts()?.capabilities().credits))
        },
        needs: Needs::CreditedAccount,
        call: Call::Inquiry(|provider, requests| {
            async {
                let role = provider.virtual_accounts()?;
                Ok(Answer::found(&role.credits(&requests.virtual_account).await?))
            }
            .boxed()
        }),
    },
    Row {
        operation: Operation::RulesFor,
        name: "rules_for",
        role: Role::VirtualAccounts,
        availability: |provider| provider.virtual_accounts().map(|_| Availability::Networked),
        needs: Needs::Nothing,
        call: Call::InPassing,
    },
];

fn subject(order: &OrderRef) -> payments_core::transport::Subject {
    payments_core::transport::Subject::VirtualAccount(order.clone())
}

/// What an account became, which has to be of the same order and in the state that was asked for.
fn changed(
    submission: Submission<VirtualAccount>,
    account: &VirtualAccountRef,
    state: Option<VirtualAccountState>,
) -> Result<Submission<Accepted>> {
    Ok(submission.map(|changed| {
        let unlike = differs("order", &changed.order, &account.order)
            .or_else(|| state.and_then(|state| differs("state", &changed.state, &state)));
        Accepted::new(&changed, unlike)
    }))
}

async fn find(
    provider: &Provider,
    account: &VirtualAccountRef,
    read: impl Fn(&VirtualAccount) -> (bool, Option<String>),
) -> Option<Found> {
    let role = provider.virtual_accounts().ok().filter(|role| role.capabilities().find)?;
    Some(Found::of(role.find(account).await, read))
}

fn unlike(account: &VirtualAccount, requests: &Requests) -> Option<String> {
    match (account.amount, requests.open.amount) {
        (Some(shown), Some(asked)) => differs("amount", &shown, &asked),
        _ => None,
    }
}
