use std::collections::HashMap;

use payments::{
    Lookup, OrderRef, Payments, ProviderId, Submission,
    money::Money,
    payment::{CreatePayment, Funding, NextAction, PaymentState},
};

/// The provider of each order. In a shop this is a column of the table of orders.
pub type Chosen = HashMap<OrderRef, ProviderId>;

/// Opens a payment, or shows the one that was opened before, and returns the buyer's next actions.
pub async fn checkout(
    payments: &Payments,
    chosen: &mut Chosen,
    request: &CreatePayment,
) -> payments::Result<Vec<NextAction>> {
    // Choose the provider and store it before the call, so that after a crash the order goes to the
    // same provider.
    let first_time = match chosen.get(&request.order) {
        Some(_) => None,
        None => payments.route(request)?.providers.first().map(|provider| provider.id().clone()),
    };
    if let Some(provider) = first_time {
        chosen.insert(request.order.clone(), provider);
    }
    let Some(provider) = chosen.get(&request.order) else { return Ok(Vec::new()) };
    match payments.open_payment_at(provider, request).await?.submission {
        Submission::Accepted(payment) => Ok(payment.next),
        Submission::Declined(decline) if decline.is_confirmed() => {
            println!("nothing is open, let the buyer choose another way to pay: {decline}");
            Ok(Vec::new())
        }
        // Nothing proves this refusal, so the payment may be open, and paid.
        Submission::Declined(decline) => {
            println!("keep the order, and ask before another way: {decline}");
            Ok(Vec::new())
        }
        Submission::Uncertain(uncertain) => {
            println!("keep the order and ask later: {uncertain}");
            Ok(Vec::new())
        }
    }
}

/// Returns whether the order is paid, as the provider reports it.
pub async fn is_paid(
    payments: &Payments,
    provider: &ProviderId,
    order: &OrderRef,
    price: Money,
) -> payments::Result<bool> {
    let role = payments.provider(provider)?.payments()?;
    Ok(match role.find_payment(order).await? {
        Lookup::Found(payment) => match (payment.state, payment.funding(price)) {
            (PaymentState::Settled, Ok(Funding::Exact)) => true,
            (PaymentState::Settled, Ok(Funding::Over { excess })) => {
                println!("{order} is paid, and a person has to refund {excess}");
                true
            }
            (state, funding) => {
                println!("{order} is not paid yet: {state:?}, {funding:?}");
                false
            }
        },
        Lookup::Several(found) => {
            println!("{} payments for {order}: a person has to look", found.len());
            false
        }
        Lookup::Absent(_) => false,
    })
}
