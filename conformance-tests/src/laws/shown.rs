//! The next action of a buyer leads to the gateway's own account or page of the order.

use payments_core::{
    Direction,
    bank::{AccountNumber, Bin},
    money::Money,
    payment::{NextAction, Payment},
};
use vietqr::VietQr;

use crate::{
    Flaw,
    flaw::InFlaw as _,
    law::Passed,
    operations::Reported,
    record::{Life, Record, Step},
};

pub(super) fn judge(record: &Record) -> Result<Passed, Flaw> {
    let opened = record.lives.iter().filter_map(|life| Some((life, life.opened()?)));
    let shows = |(_, opened): &(&Life, &Reported)| !matches!(opened, Reported::Payout(_));
    Passed::each(opened.filter(shows), |(life, opened)| {
        let shown = match opened {
            Reported::Payment(payment) => leads_to_the_order(life, payment),
            Reported::VirtualAccount(account) => account.numbers.iter().try_for_each(|number| {
                let amount = number.amount.or(account.amount);
                same_in_qr(number.vietqr.as_deref(), (number.bank, &number.number), amount, None)
            }),
            _ => Ok(()),
        };
        shown.in_call(life.operation())
    })
}

/// Checks that following one action books the amount once, for the order.
fn leads_to_the_order(life: &Life, payment: &Payment) -> Result<(), Flaw> {
    let method = life.call.requests.payment.method;
    let is_as_asked = payment.method.is_none() || method.is_none() || payment.method == method;
    Flaw::unless(is_as_asked, format!("{method:?}"), format!("{:?}", payment.method))?;
    if let Some(NextAction::Transfer(transfer)) = payment.next.get(life.action) {
        let amount = transfer.amount.unwrap_or(life.asked);
        Flaw::unless(amount == life.asked, format!("a transfer of {}", life.asked), amount)?;
        let account = (Some(transfer.account.bin), &transfer.account.number);
        let memo = transfer.memo.as_deref();
        same_in_qr(transfer.vietqr.as_deref(), account, Some(life.asked), memo)?;
    }
    // The payment is paid immediately, before anything could end it.
    let [_, visit, paid, ..] = life.steps.as_slice() else { return Ok(()) };
    if (&visit.step, &paid.step) != (&Step::Visit, &Step::Pay(0)) {
        return Ok(());
    }
    let arrived = paid.bookings.iter().filter(|booking| booking.direction == Direction::In);
    let arrived: Vec<_> =
        arrived.map(|booking| (booking.amount, booking.reference.as_deref())).collect();
    let shown = format!("{:?} of {method:?}", payment.next.get(life.action));
    Flaw::unless(
        arrived == [(life.asked, Some(payment.order.as_str()))],
        format!("{} booked for {:?} by {shown}", life.asked, payment.order),
        format!("{arrived:?}"),
    )
}

/// Checks that a QR code agrees with the fields beside it, as far as both are present.
fn same_in_qr(
    payload: Option<&str>,
    (bank, number): (Option<Bin>, &AccountNumber),
    amount: Option<Money>,
    memo: Option<&str>,
) -> Result<(), Flaw> {
    let Some(payload) = payload else { return Ok(()) };
    let qr = VietQr::parse(payload).map_err(|error| Flaw::new("a VietQR code", error))?;
    let is_same = bank.is_none_or(|bank| bank.as_str() == qr.bin())
        && number.as_str() == qr.number()
        && qr.amount().is_none_or(|dong| amount == Some(Money::vnd(dong)))
        && memo.is_none_or(|memo| qr.purpose() == Some(memo));
    let expected = format!("{number} at {bank:?}, {amount:?} and {memo:?} in the QR code too");
    let found =
        format!("{} at {}, {:?} and {:?}", qr.number(), qr.bin(), qr.amount(), qr.purpose());
    Flaw::unless(is_same, expected, found)
}
