//! What the buyer is shown leads to the gateway's own account or page of the order.

use payments_core::{
    Direction,
    bank::{AccountNumber, Bin},
    money::Money,
    payment::{NextAction, Payment},
};
use vietqr::VietQr;

use crate::{
    Flaw, Operation, Start, buyer,
    fixture::Fixture,
    law::Passed,
    undisturbed::{accepted, open_virtual_account},
};

pub(super) async fn hold(start: Start) -> Result<Passed, Flaw> {
    let fixture = Fixture::open(&start).await?;
    let payments = payments(&fixture).await?;
    Ok(Passed::if_any(payments | virtual_accounts(&fixture).await?))
}

async fn payments(fixture: &Fixture) -> Result<bool, Flaw> {
    let operation = Operation::CreatePayment;
    let Some((gateway, role)) = fixture.payments() else { return Ok(false) };
    let can = role.capabilities();
    let methods = can.methods.iter().copied().map(Some).chain(can.buyer_chooses.then_some(None));
    let mut number = 0;
    for method in methods {
        // Each action that is shown pays an order of its own.
        for place in 0.. {
            number += 1;
            let mut request = gateway.payment(fixture.order(number)?);
            request.method = method;
            if role.check(&request).is_err() {
                break;
            }
            let payment = accepted(operation, role.create_payment(&request).await)?;
            if payment.method.is_some_and(|shown| method.is_some_and(|asked| asked != shown)) {
                let found = format!("{:?}", payment.method);
                return Err(Flaw::new(format!("{method:?}"), found).in_call(operation));
            }
            let Some(shown) = payment.next.get(place) else { break };
            pays(fixture, &payment, shown, request.amount)
                .await
                .map_err(|flaw| Flaw { found: format!("{} by {method:?}", flaw.found), ..flaw })?;
        }
    }
    Ok(true)
}

/// Checks that following one action books the amount once, for the order.
async fn pays(
    fixture: &Fixture,
    payment: &Payment,
    shown: &NextAction,
    asked: Money,
) -> Result<(), Flaw> {
    let operation = Operation::CreatePayment;
    if let NextAction::Transfer(transfer) = shown {
        if let Some(amount) = transfer.amount.filter(|amount| *amount != asked) {
            return Err(Flaw::new(format!("a transfer of {asked}"), amount).in_call(operation));
        }
        let account = &transfer.account;
        if let Some(payload) = &transfer.vietqr {
            let memo = transfer.memo.as_deref();
            same_in_qr(payload, (Some(account.bin), &account.number), Some(asked), memo)
                .map_err(|flaw| flaw.in_call(operation))?;
        }
    }
    let before = fixture.bookings().await.len();
    buyer::follow(fixture, shown, asked).await?;
    let bookings = fixture.bookings().await;
    let arrived: Vec<_> = bookings
        .iter()
        .skip(before)
        .filter(|booking| booking.direction == Direction::In)
        .map(|booking| (booking.amount, booking.reference.as_deref()))
        .collect();
    if arrived == [(asked, Some(payment.order.as_str()))] {
        return Ok(());
    }
    let expected = format!("{asked} booked for {:?}", payment.order);
    Err(Flaw::new(expected, format!("{arrived:?}"))
        .in_call(operation)
        .with_ledger(format!("{bookings:?}")))
}

async fn virtual_accounts(fixture: &Fixture) -> Result<bool, Flaw> {
    if fixture.virtual_accounts().is_none() {
        return Ok(false);
    }
    let account = open_virtual_account(fixture, 1).await?;
    for number in &account.numbers {
        if let Some(payload) = &number.vietqr {
            let amount = number.amount.or(account.amount);
            same_in_qr(payload, (number.bank, &number.number), amount, None)
                .map_err(|flaw| flaw.in_call(Operation::OpenVirtualAccount))?;
        }
    }
    Ok(true)
}

/// Checks that a QR code says the same as the text beside it, as far as both say it.
fn same_in_qr(
    payload: &str,
    (bank, number): (Option<Bin>, &AccountNumber),
    amount: Option<Money>,
    memo: Option<&str>,
) -> Result<(), Flaw> {
    let qr = VietQr::parse(payload).map_err(|error| Flaw::new("a VietQR code", error))?;
    let is_same = bank.is_none_or(|bank| bank.as_str() == qr.bin())
        && number.as_str() == qr.number()
        && qr.amount().is_none_or(|dong| amount == Some(Money::vnd(dong)))
        && memo.is_none_or(|memo| qr.purpose() == Some(memo));
    if is_same {
        return Ok(());
    }
    let expected = format!("{number} at {bank:?}, {amount:?} and {memo:?} in the QR code too");
    let found =
        format!("{} at {}, {:?} and {:?}", qr.number(), qr.bin(), qr.amount(), qr.purpose());
    Err(Flaw::new(expected, found))
}
