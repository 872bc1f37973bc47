//! What a request says arrives at the gateway.

use payments_core::{
    payment::{CreatePayment, RefundPayment},
    rules::TextRules,
};

use crate::{
    Flaw, Operation, ReceivedFields, Start, buyer,
    fixture::Fixture,
    law::Passed,
    texts::Texts,
    undisturbed::{accepted, refused},
};

/// The texts are the same in every run.
const SEED: u64 = 1;

/// Gateways that write an end to the minute lose its seconds.
const INEXACT: u64 = 60;

pub(super) async fn hold(start: Start) -> Result<Passed, Flaw> {
    let fixture = Fixture::open(&start).await?;
    let payments = payments(&fixture).await?;
    let refunds = refunds(&fixture).await?;
    let accounts = virtual_accounts(&fixture).await?;
    Ok(Passed::if_any(payments | refunds | accounts | payouts(&fixture).await?))
}

/// A text of one word, and one as long as it may be.
fn short_and_long(rules: &TextRules) -> [String; 2] {
    let mut texts = Texts::new(SEED);
    [rules.min.max(5).min(rules.max), rules.max].map(|length| texts.words(rules, length))
}

async fn payments(fixture: &Fixture) -> Result<bool, Flaw> {
    let operation = Operation::CreatePayment;
    let Some((gateway, role)) = fixture.payments() else { return Ok(false) };
    let mut requests = Vec::new();
    for (number, description) in (1..).zip(short_and_long(&role.capabilities().description)) {
        let request = gateway.payment(fixture.order(number)?).with_description(description);
        role.check(&request).map_err(|error| refused(operation, &error))?;
        requests.push(request);
    }
    let address = |name: &str| format!("http://127.0.0.1:1/{name}?order=1&at=%C4%91+2");
    type WithAddress = fn(CreatePayment, String) -> payments_core::Result<CreatePayment>;
    let addresses: [(&str, WithAddress); 3] = [
        ("back", CreatePayment::with_return_url),
        ("cancelled", CreatePayment::with_cancel_url),
        ("notify", CreatePayment::with_notify_url),
    ];
    for (number, (name, with_address)) in (11..).zip(addresses) {
        let request = with_address(gateway.payment(fixture.order(number)?), address(name));
        let request = request.map_err(|error| refused(operation, &error))?;
        // An address that cannot be passed on is refused.
        requests.extend(Some(request).filter(|request| role.check(request).is_ok()));
    }
    for request in requests {
        let payment = accepted(operation, role.create_payment(&request).await)?;
        buyer::visit(fixture, &payment).await?;
        let asked = [
            ("description", Some(request.description.clone())),
            ("return_url", request.return_url.clone()),
            ("cancel_url", request.cancel_url.clone()),
            ("notify_url", request.notify_url.clone()),
            ("expires_at", request.expires_at.map(|end| end.unix_seconds().to_string())),
        ];
        arrived(fixture, operation, request.order.as_str(), &asked).await?;
    }
    Ok(true)
}

async fn refunds(fixture: &Fixture) -> Result<bool, Flaw> {
    let operation = Operation::RefundPayment;
    let Some((gateway, role)) = fixture.payments() else { return Ok(false) };
    if !role.capabilities().refund {
        return Ok(false);
    }
    let payment = buyer::visited(fixture, 21).await?;
    buyer::pay(fixture, &payment, gateway.payment(payment.order.clone()).amount).await?;
    let reason = "Khach tra lai 2 ly";
    let request = RefundPayment::new(fixture.refund(21)?, payment.order).with_reason(reason);
    accepted(operation, role.refund_payment(&request).await)?;
    let asked = [("reason", Some(reason.to_owned()))];
    arrived(fixture, operation, request.refund.as_str(), &asked).await?;
    Ok(true)
}

async fn virtual_accounts(fixture: &Fixture) -> Result<bool, Flaw> {
    let operation = Operation::OpenVirtualAccount;
    let Some((gateway, role)) = fixture.virtual_accounts() else { return Ok(false) };
    let can = role.capabilities();
    let texts = short_and_long(&can.holder).into_iter().zip(short_and_long(&can.remark));
    for (number, (holder, remark)) in (31..).zip(texts) {
        let mut request = gateway.virtual_account(fixture.order(number)?);
        if role.check(&request.clone().with_remark(&remark)).is_ok() && request.remark.is_none() {
            request = request.with_remark(remark);
        }
        request.holder = holder;
        role.check(&request).map_err(|error| refused(operation, &error))?;
        accepted(operation, role.open(&request).await)?;
        let asked = [
            ("holder", Some(request.holder.clone())),
            ("remark", request.remark.clone()),
            ("expires_at", request.expires_at.map(|end| end.unix_seconds().to_string())),
        ];
        arrived(fixture, operation, request.order.as_str(), &asked).await?;
    }
    Ok(true)
}

async fn payouts(fixture: &Fixture) -> Result<bool, Flaw> {
    let operation = Operation::CreatePayout;
    let Some((gateway, role)) = fixture.payouts() else { return Ok(false) };
    for (number, note) in (41..).zip(short_and_long(&role.capabilities().note)) {
        let request = gateway.payout(fixture.payout(number)?);
        // A provider that passes no note on says so by a most of 0.
        let request = if note.is_empty() { request } else { request.with_note(note) };
        role.check(&request).map_err(|error| refused(operation, &error))?;
        accepted(operation, role.create_payout(&request).await)?;
        let asked =
            [("holder", Some(request.beneficiary.name.clone())), ("note", request.note.clone())];
        arrived(fixture, operation, request.payout.as_str(), &asked).await?;
    }
    Ok(true)
}

/// Checks that each field for which the gateway has a place arrived as it was given.
async fn arrived(
    fixture: &Fixture,
    operation: Operation,
    reference: &str,
    asked: &[(&'static str, Option<String>)],
) -> Result<(), Flaw> {
    let received: ReceivedFields = fixture.subject.gateway.received(operation, reference).await;
    for (name, asked) in asked {
        let (Some(asked), Some(received)) = (asked, received.get(name)) else { continue };
        let is_same = match (asked.parse::<i64>(), received.parse::<i64>()) {
            (Ok(asked), Ok(received)) => asked.abs_diff(received) < INEXACT,
            _ => asked == received,
        };
        if !is_same {
            let found = format!("{name} {received:?}");
            return Err(
                Flaw::new(format!("{name} {asked:?}, as it was given"), found).in_call(operation)
            );
        }
    }
    Ok(())
}
