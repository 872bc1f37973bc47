//! The mock: a payment and its refund, and a payout with a lost response.

use payments::{
    OrderRef, PayoutRef, RefundRef, Submission,
    bank::{AccountNumber, BankAccount, Bin},
    mock::{BookingKind, Operation, PayoutOutcome, Scripted},
    money::Money,
    payment::{CreatePayment, PaymentMethod, RefundPayment},
    payout::{Beneficiary, CreatePayout},
    vietqr::Bank,
};

use super::{
    fixture::Fixture,
    outcome::{found, judged, read, settles, word},
    timeline::Timeline,
};

type Broken = Box<dyn std::error::Error>;

const ORDER: &str = "DEMO-3001";
const PAYOUT: &str = "PAYROLL-3";

pub(super) async fn play(fixture: &Fixture, timeline: &mut Timeline) -> Result<(), Broken> {
    timeline.section("mock", "The mock: what your own tests run against");
    payment(fixture, timeline).await?;
    undecided_payout(fixture, timeline).await
}

async fn payment(fixture: &Fixture, timeline: &mut Timeline) -> Result<(), Broken> {
    let amount = Money::vnd(99_000);
    let payments = fixture.payments.provider("mock")?.payments()?;
    let order = OrderRef::new(ORDER)?;
    let request =
        CreatePayment::new(order.clone(), amount)?.with_method(PaymentMethod::BankTransfer);
    let submission = payments.create_payment(&request).await?;
    timeline.step(
        "opened",
        "a payment is opened: this gateway is called for it",
        matches!(submission, Submission::Accepted(_)) && fixture.mock.bookings().is_empty(),
        vec![("order", ORDER.to_owned()), ("outcome", word(&submission))],
    );

    fixture.mock.pay(ORDER, amount).await?;
    let seen = fixture.shop.data();
    let booked = fixture.mock.bookings();
    timeline.step(
        "paid",
        "the buyer pays; the signature of the notification covers all of it",
        settles(&seen, ORDER, amount) && booked.len() == 1,
        vec![
            ("verdict", judged(&seen)),
            ("booking", booked.iter().map(|b| format!("#{} {}", b.id, read(b.amount))).collect()),
        ],
    );

    let refund = RefundPayment::new(RefundRef::new("DEMO-3001-BACK")?, order);
    let submission = payments.refund_payment(&refund).await?;
    let returned: Vec<_> = fixture
        .mock
        .bookings()
        .into_iter()
        .filter(|booking| booking.kind == BookingKind::Refund)
        .collect();
    timeline.step(
        "refunded",
        "the buyer gets it back",
        matches!(submission, Submission::Accepted(_)) && returned.len() == 1,
        vec![(
            "booking",
            returned.iter().map(|b| format!("#{} {}", b.id, read(b.amount))).collect(),
        )],
    );
    Ok(())
}

async fn undecided_payout(fixture: &Fixture, timeline: &mut Timeline) -> Result<(), Broken> {
    let payouts = fixture.payments.provider("mock")?.payouts()?;
    let bank = Bank::by_name("BIDV").next().ok_or("no such bank")?;
    let account = BankAccount::new(Bin::new(bank.bin())?, AccountNumber::new("12010001234567")?);
    let beneficiary = Beneficiary::new(account, "TRAN THI B")?;
    let request = CreatePayout::new(PayoutRef::new(PAYOUT)?, Money::vnd(40_000), beneficiary)?;

    fixture.mock.script(Operation::CreatePayout, Scripted::lost_after_booking())?;
    let submission = payouts.create_payout(&request).await?;
    timeline.step(
        "payout_lost",
        "a payout's response is lost on the wire",
        submission.is_uncertain(),
        vec![("payout", PAYOUT.to_owned()), ("outcome", word(&submission))],
    );

    fixture.mock.settle_payout(PAYOUT, PayoutOutcome::Succeeded).await?;
    let (succeeded, truth) = found(&payouts.find_payout(&request.payout).await?);
    let booked = fixture
        .mock
        .bookings()
        .into_iter()
        .filter(|booking| booking.reference.as_deref() == Some(PAYOUT))
        .collect::<Vec<_>>();
    timeline.step(
        "payout_found",
        "an inquiry finds it: one booking",
        succeeded && booked.len() == 1,
        vec![
            ("inquiry", truth),
            ("booking", booked.iter().map(|b| format!("#{} {}", b.id, read(b.amount))).collect()),
        ],
    );
    Ok(())
}
