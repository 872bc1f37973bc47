//! The operations of the role that takes payments.

use futures_util::future::FutureExt as _;
use payments_core::{
    Provider, Role,
    payment::{CreateMode, CreatePayment, Payment, PaymentState, Refund, RefundPayment},
};

use crate::{Meaning, Operation, requests::Requests};

use super::{
    Amount, Answer, Availability, Call, Needs, Row, Steps,
    outcome::{Accepted, Found, differs},
};

pub(super) const ROWS: &[Row] = &[
    Row {
        operation: Operation::CreatePayment,
        name: "create_payment",
        role: Role::Payments,
        availability: |provider| {
            Ok(match provider.payments()?.capabilities().create {
                CreateMode::Networked => Availability::Networked,
                CreateMode::Offline => Availability::Offline,
            })
        },
        needs: Needs::Nothing,
        call: Call::Instruction(Steps {
            subject: |requests| (&requests.payment.order).into(),
            check: |provider, requests| provider.payments()?.check(&requests.payment),
            carry_out: |provider, requests| {
                async {
                    let request = &requests.payment;
                    let created = provider.payments()?.create_payment(request).await?;
                    Ok(created.map(|payment| Accepted::new(&payment, unlike(&payment, request))))
                }
                .boxed()
            },
            find: |provider, requests| {
                find(provider, requests, |payment, request| (true, unlike(payment, request)))
                    .boxed()
            },
            amount: Some(Amount {
                of: |requests| Some(requests.payment.amount),
                set: |requests, amount| requests.payment.amount = amount,
            }),
        }),
    },
    Row {
        operation: Operation::FindPayment,
        name: "find_payment",
        role: Role::Payments,
        availability: |provider| {
            Ok(Availability::networked_if(provider.payments()?.capabilities().find))
        },
        // Paid, so that a payment whose buyer has never visited the gateway is known there too.
        needs: Needs::PaidPayment,
        call: Call::Inquiry(|provider, requests| {
            async {
                let found = provider.payments()?.find_payment(&requests.payment.order).await?;
                Ok(Answer::of(found, |payment| Meaning::Payment(payment.state)))
            }
            .boxed()
        }),
    },
    Row {
        operation: Operation::CancelPayment,
        name: "cancel_payment",
        role: Role::Payments,
        availability: |provider| {
            Ok(Availability::networked_if(provider.payments()?.capabilities().cancel))
        },
        needs: Needs::OpenPayment,
        call: Call::Instruction(Steps {
            subject: |requests| (&requests.payment.order).into(),
            check: |_, _| Ok(()),
            carry_out: |provider, requests| {
                async {
                    let order = &requests.payment.order;
                    let cancelled = provider.payments()?.cancel_payment(order).await?;
                    Ok(cancelled.map(|payment| {
                        let unlike = differs("order", &payment.order, order)
                            .or_else(|| differs("state", &payment.state, &PaymentState::Cancelled));
                        Accepted::new(&payment, unlike)
                    }))
                }
                .boxed()
            },
            find: |provider, requests| {
                find(provider, requests, |payment, request| {
                    let is_cancelled = payment.state == PaymentState::Cancelled;
                    (is_cancelled, differs("order", &payment.order, &request.order))
                })
                .boxed()
            },
            amount: None,
        }),
    },
    Row {
        operation: Operation::RefundPayment,
        name: "refund_payment",
        role: Role::Payments,
        availability: |provider| {
            Ok(Availability::networked_if(provider.payments()?.capabilities().refund))
        },
        needs: Needs::PaidPayment,
        call: Call::Instruction(Steps {
            subject: |requests| (&requests.refund.refund).into(),
            check: |_, _| Ok(()),
            carry_out: |provider, requests| {
                async {
                    let request = &requests.refund;
                    let refunded = provider.payments()?.refund_payment(request).await?;
                    Ok(refunded
                        .map(|refund| Accepted::new(&refund, unlike_refund(&refund, request))))
                }
                .boxed()
            },
            find: |provider, requests| {
                async {
                    let request = &requests.refund;
                    let role =
                        provider.payments().ok().filter(|role| role.capabilities().find_refund)?;
                    let found = role.find_refund(&request.refund).await;
                    Some(Found::of(found, |refund| (true, unlike_refund(refund, request))))
                }
                .boxed()
            },
            amount: None,
        }),
    },
    Row {
        operation: Operation::FindRefund,
        name: "find_refund",
        role: Role::Payments,
        availability: |provider| {
            Ok(Availability::networked_if(provider.payments()?.capabilities().find_refund))
        },
        needs: Needs::Refund,
        call: Call::Inquiry(|provider, requests| {
            async {
                Ok(Answer::without_state(
                    provider.payments()?.find_refund(&requests.refund.refund).await?,
                ))
            }
            .boxed()
        }),
    },
];

async fn find(
    provider: &Provider,
    requests: &Requests,
    read: fn(&Payment, &CreatePayment) -> (bool, Option<String>),
) -> Option<Found> {
    let role = provider.payments().ok().filter(|role| role.capabilities().find)?;
    let found = role.find_payment(&requests.payment.order).await;
    Some(Found::of(found, |payment| read(payment, &requests.payment)))
}

fn unlike(payment: &Payment, request: &CreatePayment) -> Option<String> {
    differs("order", &payment.order, &request.order).or_else(|| {
        payment.asked.and_then(|asked| differs("amount asked", &asked, &request.amount))
    })
}

fn unlike_refund(refund: &Refund, request: &RefundPayment) -> Option<String> {
    differs("refund", &refund.refund, &request.refund)
        .or_else(|| differs("order", &refund.order, &request.order))
        .or_else(|| request.amount.and_then(|asked| differs("amount", &refund.amount, &asked)))
}
