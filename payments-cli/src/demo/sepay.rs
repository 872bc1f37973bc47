//! SePay: a signed form, a token that covers nothing, and a transfer found by the code in its memo.

use bytes::Bytes;
use payments::{
    Lookup, OrderRef,
    money::Money,
    payment::{CreatePayment, Funding, NextAction, PaymentMethod, Transfer},
};

use super::{
    fixture::Fixture,
    outcome::{credits, judged, next, read, settles, word},
    timeline::Timeline,
};

type Broken = Box<dyn std::error::Error>;

const ORDER: &str = "DEMO-2001";
const TRANSFER: &str = "20260042";

pub(super) async fn play(fixture: &Fixture, timeline: &mut Timeline) -> Result<(), Broken> {
    timeline.section("sepay", "SePay: checkout form, bank transfers, statements");
    checkout(fixture, timeline).await?;
    transfer(fixture, timeline).await
}

async fn checkout(fixture: &Fixture, timeline: &mut Timeline) -> Result<(), Broken> {
    let amount = Money::vnd(120_000);
    let payments = fixture.payments.provider("sepay")?.payments()?;
    let request = CreatePayment::new(OrderRef::new(ORDER)?, amount)?
        .with_method(PaymentMethod::Card)
        .with_description("A bicycle bell");
    let submission = payments.create_payment(&request).await?;
    let Some(NextAction::PostForm(form)) = next(&submission) else {
        return Err(format!("no form to post: {}", word(&submission)).into());
    };
    let names: Vec<_> = form.fields.iter().map(|(name, _)| name.as_str()).collect();
    timeline.step(
        "opened",
        "a payment is opened: a form, signed in the order in which it is posted",
        fixture.sepay.bookings().is_empty() && fixture.sepay.requests().is_empty(),
        vec![("order", ORDER.to_owned()), ("fields", names.join(", "))],
    );

    let status = fixture.post(form).await?;
    fixture.sepay.buyer_pays(ORDER).await?;
    let seen = fixture.shop.data();
    let booked = fixture.sepay.bookings();
    let booking = booked.iter().find(|booking| booking.reference == ORDER);
    timeline.step(
        "paid",
        "the buyer pays; the token of the IPN covers nothing, so an inquiry confirms it",
        status == 200 && settles(&seen, ORDER, amount) && booked.len() == 1,
        vec![
            ("verdict", judged(&seen)),
            (
                "booking",
                booking
                    .and_then(|b| Some((b.id, i64::try_from(b.amount).ok()?)))
                    .map(|(id, amount)| format!("#{id} {}", read(Money::vnd(amount))))
                    .unwrap_or_default(),
            ),
        ],
    );
    Ok(())
}

async fn transfer(fixture: &Fixture, timeline: &mut Timeline) -> Result<(), Broken> {
    let asked = Money::vnd(250_000);
    let payments = fixture.payments.provider("sepay")?.payments()?;
    let order = OrderRef::new(TRANSFER)?;
    let request =
        CreatePayment::new(order.clone(), asked)?.with_method(PaymentMethod::BankTransfer);
    let submission = payments.create_payment(&request).await?;
    let Some(NextAction::Transfer(Transfer { account, memo: Some(memo), vietqr, .. })) =
        next(&submission)
    else {
        return Err(format!("nothing to transfer: {}", word(&submission)).into());
    };
    timeline.step(
        "transfer_opened",
        "another is paid by bank transfer: a QR code with a payment code in its memo",
        vietqr.is_some(),
        vec![("account", account.number.to_string()), ("memo", memo.clone())],
    );
    if let Some(payload) = vietqr {
        timeline.qr(payload);
    }

    // The bank adds its own text and changes the memo to lower case.
    let mangled = format!("MBVCB.3278907687.{} chuyen tien", memo.to_lowercase());
    let part = fixture.sepay.bank_transfer(account.number.as_str(), 100_000, &mangled).await?;
    let seen = fixture.shop.data();
    let arrived = credits(&seen);
    let funding = arrived.first().map(|credit| Funding::of(asked, credit.amount)).transpose()?;
    let matched = arrived.first().is_some_and(|credit| credit.order.as_ref() == Some(&order));
    timeline.step(
        "short",
        "100,000 arrive with a mangled memo: matched by its code, short by 150,000",
        matched && funding == Some(Funding::Short { missing: Money::vnd(150_000) }),
        vec![
            ("verdict", judged(&seen)),
            ("memo", mangled),
            ("webhook", format!("#{}", part.webhook_id)),
        ],
    );

    forged_and_repeated(fixture, timeline, part.webhook_id).await?;

    fixture.sepay.bank_transfer(account.number.as_str(), 150_000, memo).await?;
    let seen = fixture.shop.data();
    let lookup = payments.find_payment(&order).await?;
    let (exact, received) = match &lookup {
        Lookup::Found(payment) => (
            payment.settles(asked),
            payment.received.map(|received| received.to_string()).unwrap_or_default(),
        ),
        other => (false, format!("{other:?}")),
    };
    let booked = fixture.sepay.bookings().len();
    timeline.step(
        "completed",
        "the rest arrives; the statement, searched by code, adds up to what was asked",
        exact && credits(&seen).len() == 1 && booked == 3,
        vec![("received", received), ("ledger", format!("{booked} bookings"))],
    );
    Ok(())
}

async fn forged_and_repeated(
    fixture: &Fixture,
    timeline: &mut Timeline,
    webhook: u64,
) -> Result<(), Broken> {
    let deliveries = fixture.sepay.deliveries();
    let sent = &deliveries.last().ok_or("SePay sent no webhook")?.receipt.request;
    let body = String::from_utf8(sent.body().to_vec())?.replace("100000", "250000");
    let mut forged = sent.clone();
    *forged.body_mut() = Bytes::from(body);
    let length = forged.body().len().to_string();
    if forged.headers().contains_key("content-length") {
        forged.headers_mut().insert("content-length", length.parse()?);
    }
    let status = fixture.send(forged).await?;
    let seen = fixture.shop.data();
    timeline.step(
        "forged",
        "the webhook with another amount is refused: its signature covers every byte",
        status != 200 && seen.len() == 1 && seen.iter().all(|seen| seen.untrusted.is_some()),
        vec![("verdict", judged(&seen))],
    );

    fixture.sepay.redeliver(webhook).await?;
    let seen = fixture.shop.data();
    timeline.step(
        "repeated",
        "the genuine one again is acknowledged and handled once",
        seen.len() == 1 && seen.iter().all(|seen| seen.repeated && seen.status == 200),
        vec![(
            "key",
            seen.first().and_then(|s| s.key.as_ref()).map(ToString::to_string).unwrap_or_default(),
        )],
    );
    Ok(())
}
