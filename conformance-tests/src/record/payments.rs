//! The lives of payments.

use payments_core::{
    OrderRef,
    money::Money,
    payment::{CreateMode, CreatePayment, PaymentProvider},
};

use crate::{
    Flaw, Operation, TakesPayments,
    operations::{PreparedCall, Reported},
    requests::Requests,
};

use super::{
    About, Life,
    Step::{Do, PastEnd, Pay, PayOther, Visit},
    Walk, amounts, edges, short_and_long,
};

const CREATE: Operation = Operation::CreatePayment;
const REASON: &str = "Khach tra lai 2 ly";

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
    let (amount, refund) = (requests.payment.amount, requests.refund.clone());
    if let Ok(refund) = refund.with_reason(REASON).with_amount(amount) {
        requests.refund = refund;
    }
}

/// Changes the refund to half of the amount paid.
fn of_a_half(requests: &mut Requests) {
    let paid = requests.payment.amount;
    let half = Money::from_minor(paid.minor() / 2, paid.currency());
    if let Ok(refund) = requests.refund.clone().with_amount(half) {
        requests.refund = refund;
    }
}

/// Opens payments with various descriptions and addresses.
async fn texts(walk: &mut Walk<'_>, role: &dyn PaymentProvider) -> Result<(), Flaw> {
    for description in short_and_long(&role.capabilities().description) {
        let change = |requests: &mut Requests| requests.payment.description = description;
        walk.life((About::Texts, CREATE), change, &[Visit]).await?;
    }
    type WithAddress = fn(CreatePayment, String) -> payments_core::Result<CreatePayment>;
    let addresses: [(&str, WithAddress); 3] = [
        ("back", CreatePayment::with_return_url),
        ("cancelled", CreatePayment::with_cancel_url),
        ("notify", CreatePayment::with_notify_url),
    ];
    for (name, with_address) in addresses {
        let address = format!("http://127.0.0.1:1/{name}?order=1&at=%C4%91+2");
        let change = |requests: &mut Requests| {
            if let Ok(request) = with_address(requests.payment.clone(), address) {
                requests.payment = request;
            }
        };
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

/// Returns pairs of valid references that are almost equal: with one character added, removed or
/// replaced at either end, or in another case.
fn near_misses(
    walk: &Walk<'_>,
    gateway: &dyn TakesPayments,
    role: &dyn PaymentProvider,
) -> Vec<(String, String)> {
    let beside = |text: &str, index: usize| {
        let mut characters = text.chars();
        let (first, last) = (characters.next(), characters.next_back());
        let middle = characters.as_str();
        let [first_text, last_text] = [first, last].map(String::from_iter);
        let other = match index {
            0 => format!("{text}1"),
            1 => format!("{text}A"),
            2 => format!("1{text}"),
            3 => format!("A{text}"),
            4 => format!("{first_text}{middle}"),
            5 => format!("{middle}{last_text}"),
            6 => format!("{first_text}{middle}{}", other_than(last)),
            7 => format!("{}{middle}{last_text}", other_than(first)),
            _ => return (format!("a{middle}{last_text}"), format!("A{middle}{last_text}")),
        };
        (text.to_owned(), other)
    };
    let is_taken = |text: &String| {
        let order = OrderRef::new(text);
        order.is_ok_and(|order| role.check(&gateway.payment(order)).is_ok())
    };
    // The numbers are far from those of other references, and each pair is far from the next.
    let numbers = (8_000..).step_by(100).enumerate().take(9);
    let pairs = numbers
        .map(|(index, number)| beside(&walk.fixture.subject.gateway.reference(number), index));
    pairs.filter(|(one, other)| one != other && is_taken(one) && is_taken(other)).collect()
}

fn other_than(character: Option<char>) -> char {
    match character {
        Some('7') => '8',
        Some(digit) if digit.is_ascii_digit() => '7',
        Some('X') => 'Y',
        Some(lower) if lower.is_ascii_lowercase() => 'x',
        _ => 'X',
    }
}
