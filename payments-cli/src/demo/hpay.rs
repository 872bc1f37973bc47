//! HPay: a link without a call, a callback that does not sign the amount, and a payout with a lost
//! response.

use bytes::Bytes;
use payments::{
    OrderRef, PayoutRef, Submission,
    bank::{AccountNumber, BankAccount, Bin},
    money::Money,
    payment::{CreatePayment, Funding, NextAction},
    payout::{Beneficiary, CreatePayout},
    simulators::hpay::{BookingKind, Operation, PayAs, When},
    vietqr::Bank,
    virtual_account::OpenVirtualAccount,
};

use super::{
    fixture::Fixture,
    outcome::{credits, found, judged, next, read, settles, word},
    timeline::Timeline,
};

type Broken = Box<dyn std::error::Error>;

const ORDER: &str = "DEMO-1001";
const PAYOUT: &str = "PAYROLL-1";

pub(super) async fn play(fixture: &Fixture, timeline: &mut Timeline) -> Result<(), Broken> {
    timeline.section("hpay", "HPay: hosted checkout, virtual accounts, payouts");
    payment(fixture, timeline).await?;
    short_credit(fixture, timeline).await?;
    lost_payout(fixture, timeline).await
}

async fn payment(fixture: &Fixture, timeline: &mut Timeline) -> Result<(), Broken> {
    let amount = Money::vnd(50_000);
    let provider = fixture.payments.provider("hpay")?;
    let request =
        CreatePayment::new(OrderRef::new(ORDER)?, amount)?.with_description("Two coffees");
    let submission = provider.payments()?.create_payment(&request).await?;
    let Some(NextAction::Redirect { url }) = next(&submission) else {
        return Err(format!("no link to follow: {}", word(&submission)).into());
    };
    let bookings = fixture.hpay.bookings().len();
    timeline.step(
        "opened",
        "a payment is opened: a signed link, and nothing was sent",
        bookings == 0 && fixture.hpay.requests().is_empty(),
        vec![
            ("order", ORDER.to_owned()),
            ("link", format!("{}?…", url.split('?').next().unwrap_or_default())),
            ("ledger", format!("{bookings} bookings")),
        ],
    );

    let status = fixture.follow(url).await?;
    fixture.hpay.buyer_pays(ORDER, PayAs::Now).await?;
    let seen = fixture.shop.data();
    let booked = fixture.hpay.bookings();
    let booking = booked.iter().find(|booking| booking.reference == ORDER);
    timeline.step(
        "paid",
        "the buyer pays; the notification is proven by its signature",
        status == 200 && settles(&seen, ORDER, amount) && booked.len() == 1,
        vec![
            ("verdict", judged(&seen)),
            (
                "booking",
                booking
                    .map(|b| format!("#{} {}", b.id, read(Money::vnd(b.amount))))
                    .unwrap_or_default(),
            ),
        ],
    );

    forged_and_repeated(fixture, timeline).await
}

/// Sends the notification again: once unchanged, once with another price.
async fn forged_and_repeated(fixture: &Fixture, timeline: &mut Timeline) -> Result<(), Broken> {
    let receipts = fixture.hpay.receipts();
    let sent = receipts.last().ok_or("HPay sent no notification")?.request.clone();
    let forged = sent.uri().to_string().replace("price=50000", "price=5");
    let status = fixture.send(http::Request::get(forged).body(Bytes::new())?).await?;
    let seen = fixture.shop.data();
    timeline.step(
        "forged",
        "the same notification with another price is refused",
        status != 200 && seen.iter().all(|seen| seen.untrusted.is_some()) && seen.len() == 1,
        vec![("verdict", judged(&seen))],
    );

    let status = fixture.send(sent).await?;
    let seen = fixture.shop.data();
    timeline.step(
        "repeated",
        "the genuine one again is acknowledged and handled once",
        status == 200 && seen.len() == 1 && seen.iter().all(|seen| seen.repeated),
        vec![(
            "key",
            seen.first().and_then(|s| s.key.as_ref()).map(ToString::to_string).unwrap_or_default(),
        )],
    );
    Ok(())
}

async fn short_credit(fixture: &Fixture, timeline: &mut Timeline) -> Result<(), Broken> {
    let asked = Money::vnd(80_000);
    let provider = fixture.payments.provider("hpay")?;
    let request =
        OpenVirtualAccount::new(OrderRef::new("DEMO-1002")?, "NGUYEN VAN A")?.with_amount(asked)?;
    let opened = match provider.virtual_accounts()?.open(&request).await? {
        Submission::Accepted(opened) => opened,
        other => return Err(format!("no virtual account: {}", word(&other)).into()),
    };
    let number = opened.numbers.first().ok_or("a virtual account without a number")?;
    timeline.step(
        "virtual_account",
        "a virtual account is opened for 80,000 đồng",
        opened.amount == Some(asked),
        vec![("number", number.number.to_string())],
    );
    if let Some(payload) = &number.vietqr {
        timeline.qr(payload);
    }

    fixture.hpay.transfer_to_va(number.number.as_str(), 30_000).await?;
    let seen = fixture.shop.data();
    let arrived = credits(&seen);
    let short = arrived.first().map(|credit| Funding::of(asked, credit.amount)).transpose()?;
    let booked = fixture
        .hpay
        .bookings()
        .into_iter()
        .filter(|booking| booking.kind == BookingKind::AccountCredit)
        .collect::<Vec<_>>();
    timeline.step(
        "short",
        "30,000 arrive; the callback signs no amount, so an inquiry confirms it: short by 50,000",
        short == Some(Funding::Short { missing: Money::vnd(50_000) })
            && arrived.len() == 1
            && booked.len() == 1,
        vec![
            ("verdict", judged(&seen)),
            (
                "booking",
                booked
                    .iter()
                    .map(|b| format!("#{} {}", b.id, read(Money::vnd(b.amount))))
                    .collect(),
            ),
        ],
    );
    Ok(())
}

async fn lost_payout(fixture: &Fixture, timeline: &mut Timeline) -> Result<(), Broken> {
    let provider = fixture.payments.provider("hpay")?;
    let payouts = provider.payouts()?;
    let bank = Bank::by_name("Vietcombank").next().ok_or("no such bank")?;
    let account = BankAccount::new(Bin::new(bank.bin())?, AccountNumber::new("0011001234567")?);
    let beneficiary = Beneficiary::new(account, "NGUYEN VAN A")?;
    let request = CreatePayout::new(PayoutRef::new(PAYOUT)?, Money::vnd(1_000_000), beneficiary)?;

    fixture.hpay.lose_next_answer(Operation::CreatePayout, When::AfterBooking)?;
    let submission = payouts.create_payout(&request).await?;
    timeline.step(
        "payout_lost",
        "a payout is sent and its response is lost: neither failed nor done",
        submission.is_uncertain(),
        vec![("payout", PAYOUT.to_owned()), ("outcome", word(&submission))],
    );

    let lookup = payouts.find_payout(&request.payout).await?;
    let (succeeded, truth) = found(&lookup);
    let booked = fixture
        .hpay
        .bookings()
        .into_iter()
        .filter(|booking| booking.reference == PAYOUT)
        .collect::<Vec<_>>();
    timeline.step(
        "payout_found",
        "an inquiry finds it: one booking, and it was sent once",
        succeeded && booked.len() == 1,
        vec![
            ("inquiry", truth),
            (
                "booking",
                booked
                    .iter()
                    .map(|b| format!("#{} {}", b.id, read(Money::vnd(b.amount))))
                    .collect(),
            ),
        ],
    );
    Ok(())
}
