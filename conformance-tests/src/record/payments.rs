//! The lives of payments.

use payments_core::{
    OrderRef,
    money::Money,
    payment::{CreateMode, CreatePayment, PaymentProvider},
};

use crate::{
    Flaw, Operation, TakesPayments,
    operations::{PreparedCall, Reported, amounts},
    requests::Requests,
};

use super::{
    About, Life,
    Step::{Do, PastEnd, Pay, PayOther, Visit},
    Walk, edges, short_and_long,
};

const CREATE: Operation = Operation::CreatePayment;

pub(super) async fn live(walk: &mut Walk<'_>) -> Result<(), Flaw> {
    let fixture = walk.fixture;
    let Some((gateway, role)) = fixture.payments() else { return Ok(()) };
    let can = role.capabilities();
    let usual = (About::Usual, CREATE);
    for more in [0, -1, 1] {
        walk.life(usual, |_| {}, &[Visit, Pay(more)]).await?;
    }
    walk.life(usual, |_| {}, &[Visit, Pay(0), Pay(0)]).await?;
    let typical = PreparedCall::unfounded(&fixture.subject, CREATE)?.requests.payment;
    if typical.expires_at.is_some() {
        walk.life(usual, |_| {}, &[Visit, PastEnd, Pay(0)]).await?;
    }
    if can.create == CreateMode::Offline {
        walk.life(usual, |_| {}, &[Do(CREATE), Visit, Pay(0)]).await?;
    }
    for amount in amounts(&can.limits) {
        let change = |requests: &mut Requests| requests.payment.amount = amount;
        walk.life(usual, change, &[Visit, Pay(0)]).await?;
    }
    if can.cancel {
        walk.life(usual, |_| {}, &[Visit, Do(Operation::CancelPayment)]).await?;
    }
    if can.refund {
        for change in [|_: &mut Requests| {}, with_a_reason, of_a_half] {
            walk.life(usual, change, &[Visit, Pay(0), Do(Operation::RefundPayment)]).await?;
        }
    }
    texts(walk, role).await?;
    methods(walk).await?;
    for (unpaid, paid) in near_misses(walk, gateway, role) {
        let call = PreparedCall::about(&fixture.subject, CREATE, &unpaid)?;
        walk.lives_by(About::NearMiss, call, 0, &[Visit, PayOther(paid), Pay(0)]).await?;
    }
    edges::references(walk, CREATE, &[Visit, Pay(0)]).await
}

/// Changes the refund to one with its amount and a reason.
fn with_a_reason(requests: &mut Requests) {
    requests.refund.amount = Some(requests.payment.amount);
    requests.refund.reason = Some("Khach tra lai 2 ly".to_owned());
}

/// Changes the refund to half of the amount paid.
fn of_a_half(requests: &mut Requests) {
    let paid = requests.payment.amount;
    requests.refund.amount = Some(Money::from_minor(paid.minor() / 2, paid.currency()));
}

/// Opens payments with various descriptions and addresses.
async fn texts(walk: &mut Walk<'_>, role: &dyn PaymentProvider) -> Result<(), Flaw> {
    for description in short_and_long(&role.capabilities().description) {
        let change = |requests: &mut Requests| requests.payment.description = description;
        walk.life((About::Texts, CREATE), change, &[Visit]).await?;
    }
    type Address = fn(&mut CreatePayment) -> &mut Option<String>;
    let addresses: [Address; 3] =
        [|it| &mut it.return_url, |it| &mut it.cancel_url, |it| &mut it.notify_url];
    for (number, address) in (1..).zip(addresses) {
        let given = format!("http://127.0.0.1:1/{number}?order=1&at=%C4%91+2");
        let change = |requests: &mut Requests| *address(&mut requests.payment) = Some(given);
        walk.life((About::Choice, CREATE), change, &[Visit]).await?;
    }
    Ok(())
}

/// Pays by every method and by each next action, each for a separate order.
async fn methods(walk: &mut Walk<'_>) -> Result<(), Flaw> {
    for method in edges::methods(walk, CREATE) {
        let (mut action, mut shown) = (0, 1);
        while action < shown {
            let reference = walk.reference();
            let mut call = PreparedCall::about(&walk.fixture.subject, CREATE, &reference)?;
            call.requests.payment.method = method;
            walk.lives_by(About::Choice, call, action, &[Visit, Pay(0)]).await?;
            if let Some(Reported::Payment(payment)) = walk.lives.last().and_then(Life::opened) {
                shown = payment.next.len();
            }
            action += 1;
        }
    }
    Ok(())
}

/// How a reference is changed into an almost equal one: the text before it, the number of characters
/// that are removed at its start and at its end, and the text after it. A `?` is another character of the
/// kind that is removed.
const NEAR_MISSES: [(&str, usize, usize, &str); 8] = [
    ("", 0, 0, "1"),
    ("", 0, 0, "A"),
    ("1", 0, 0, ""),
    ("A", 0, 0, ""),
    ("", 0, 1, ""),
    ("", 1, 0, ""),
    ("", 0, 1, "?"),
    ("?", 1, 0, ""),
];

/// Returns pairs of valid references that are almost equal: with one character added, removed or
/// replaced at either end, or in another case.
fn near_misses(
    walk: &Walk<'_>,
    gateway: &dyn TakesPayments,
    role: &dyn PaymentProvider,
) -> Vec<(String, String)> {
    let is_taken = |text: &String| {
        let order = OrderRef::new(text);
        order.is_ok_and(|order| role.check(&gateway.payment(order)).is_ok())
    };
    // The numbers are far from those of other references, and each pair is far from the next.
    let references = (8_000..).step_by(100).map(|at| walk.fixture.subject.gateway.reference(at));
    let mut pairs = Vec::new();
    for (text, (before, first, last, behind)) in references.zip(NEAR_MISSES) {
        let kept = text.chars().count().saturating_sub(first + last);
        let kept: String = text.chars().skip(first).take(kept).collect();
        let replaced = if first > 0 { text.chars().next() } else { text.chars().next_back() };
        let other = if replaced.is_some_and(|it| it.is_ascii_digit()) { "7" } else { "X" };
        pairs.push((text, format!("{before}{kept}{behind}").replace('?', other)));
    }
    let rest: String = walk.fixture.subject.gateway.reference(8_800).chars().skip(1).collect();
    pairs.push((format!("a{rest}"), format!("A{rest}")));
    pairs.retain(|(one, other)| one != other && is_taken(one) && is_taken(other));
    pairs
}
