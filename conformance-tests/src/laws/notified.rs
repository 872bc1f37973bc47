//! What a gateway notifies agrees with its ledger, and is handled once.

use payments_core::{
    DedupeKey, Direction, Role, SameMoney, Timestamp,
    money::Money,
    notification::{Event, EventData},
    payment::PaymentState,
    payout::PayoutState,
    same_credit,
};

use crate::{
    Booking, Flaw, Operation,
    law::Passed,
    laws::credits::movements,
    operations::Reported,
    record::{Delivered, Life, Record, Step},
};

/// How far the time of an event may be off. The wrong time zone is further, and so is summer time.
const INEXACT: u64 = 30 * 60;

pub(super) fn agrees_with_the_ledger(record: &Record) -> Result<Passed, Flaw> {
    let mut ledger: Vec<&Booking> = Vec::new();
    let mut tested = false;
    for life in &record.lives {
        for seen in &life.steps {
            ledger.extend(&seen.bookings);
            if life.is_simple_until(seen) {
                tested |= !seen.deliveries.is_empty();
                are_true(&seen.deliveries, seen.at, &ledger)?;
            }
        }
        let role = life.operation().role();
        let events = life.steps.iter().flat_map(|seen| &seen.deliveries).flat_map(believed);
        let is_reported = events.filter(|event| reports(life, event)).count() > 0;
        if life.happened() && is_reported != record.notified.contains(&role) {
            return Err(missing(
                record,
                role,
                is_reported,
                format!("{:?} of {life:?}", life.paid()),
            ));
        }
    }
    for deposit in &record.deposits {
        ledger.extend(&deposit.bookings);
        are_true(&deposit.deliveries, deposit.at, &ledger)?;
        let is_it = |event: &Event| {
            movements(event).iter().any(|one| one.is_credit() && one.amount == deposit.amount)
        };
        let is_reported = deposit.deliveries.iter().flat_map(believed).any(is_it);
        if is_reported != record.notified.contains(&Role::Statements) {
            return Err(missing(record, Role::Statements, is_reported, deposit.amount.to_string()));
        }
    }
    Ok(Passed::if_any(tested))
}

fn missing(record: &Record, role: Role, is_reported: bool, what: String) -> Flaw {
    let expected = match record.notified.contains(&role) {
        true => "an event that reports it",
        false => "no event about it, as `Notifies::tells_of` says",
    };
    Flaw::new(expected, format!("{}: {what}", if is_reported { "one" } else { "none" }))
}

/// The events of a delivery, as an app believes them.
fn believed(delivered: &Delivered) -> impl Iterator<Item = &Event> {
    delivered.events.iter().flatten()
}

/// Checks that each delivery says what the ledger has by now, and of the time when it was.
fn are_true(deliveries: &[Delivered], at: Timestamp, ledger: &[&Booking]) -> Result<(), Flaw> {
    for delivered in deliveries {
        let (events, again) = (delivered.events.clone()?, delivered.again.clone()?);
        if events.is_empty() {
            return Err(delivered.sample.flaw("an event at least", "a notification without any"));
        }
        for event in &events {
            agrees(event, ledger).map_err(|found| {
                delivered
                    .sample
                    .flaw("what the ledger says", found)
                    .with_ledger(format!("{ledger:?}"))
            })?;
        }
        if let Some(time) = events.iter().chain(&again).find_map(|event| is_off(event, at)) {
            return Err(delivered.sample.flaw(&format!("what happened at {at}"), time));
        }
    }
    Ok(())
}

/// Whether the ledger has what an event says.
fn agrees(event: &Event, ledger: &[&Booking]) -> Result<(), String> {
    let of = |reference: &str| {
        let is_of = move |booking: &&&Booking| booking.reference.as_deref() == Some(reference);
        ledger.iter().filter(is_of).copied().collect::<Vec<_>>()
    };
    let is_so = match event.data() {
        EventData::Payment(payment) => {
            let came = of(payment.order.as_str());
            let came = came.iter().filter(|booking| booking.direction == Direction::In);
            let booked = came.map(|booking| booking.amount).reduce(|sum, amount| {
                Money::from_minor(sum.minor() + amount.minor(), sum.currency())
            });
            let received = payment.received.filter(|money| !money.is_zero());
            payment.state != PaymentState::Settled && received.is_none() || received == booked
        }
        EventData::Movement(movement) => ledger.iter().any(|booking| {
            booking.amount == movement.amount && booking.direction == movement.direction
        }),
        EventData::Payout(payout) => of(payout.payout.as_str())
            .iter()
            .any(|booking| payout.amount.is_none_or(|amount| amount == booking.amount)),
        _ => true,
    };
    if is_so { Ok(()) } else { Err(format!("{:?}", event.data())) }
}

/// A time of an event that is not that of its happening.
fn is_off(event: &Event, happened: Timestamp) -> Option<Timestamp> {
    let mut times = match event.data() {
        EventData::Payout(payout) => payout.at.into_iter().collect::<Vec<_>>(),
        _ => movements(event).iter().filter_map(|movement| movement.at).collect(),
    }
    .into_iter();
    times.find(|at| at.unix_seconds().abs_diff(happened.unix_seconds()) > INEXACT)
}

impl Life {
    /// Whether up to this step it was paid at most once, and in time.
    fn is_simple_until(&self, seen: &crate::record::Seen) -> bool {
        let until = self.steps.iter().take_while(|one| !std::ptr::eq(*one, seen));
        until.chain([seen]).filter(|one| one.step == Step::PastEnd || self.is_paid_in(one)).count()
            <= usize::from(self.is_paid_in(seen))
    }

    /// Whether something happened that a gateway may notify.
    fn happened(&self) -> bool {
        match self.operation().role() {
            Role::Payouts => self.succeeded(),
            _ => self.first_paid().is_some(),
        }
    }

    fn succeeded(&self) -> bool {
        let end = Step::End(PayoutState::Succeeded);
        self.steps.iter().any(|seen| seen.is_done && seen.step == end)
    }
}

/// Whether an event reports what happened first, with all its money.
fn reports(life: &Life, event: &Event) -> bool {
    let reference = life.call.reference();
    let arrived = life.first_paid().and_then(|seen| life.amount(seen));
    match (life.opened(), event.data()) {
        (Some(Reported::Payment(_)), EventData::Payment(payment)) => {
            payment.order.as_str() == reference
                && payment.received == arrived
                && (arrived != Some(life.asked) || payment.settles(life.asked))
        }
        // Whose it is may stand in the memo alone.
        (Some(Reported::Payment(_)), EventData::Movement(movement)) => {
            movement.is_credit()
                && Some(movement.amount) == arrived
                && movement.order.as_ref().is_none_or(|of| of.as_str() == reference)
        }
        (Some(Reported::VirtualAccount(_)), EventData::Payment(payment)) => {
            payment.order.as_str() == reference && payment.received == arrived
        }
        (Some(Reported::VirtualAccount(account)), EventData::Movement(movement)) => {
            let on = [&movement.virtual_account, &movement.account];
            let mut on = on.into_iter().flatten();
            let is_there = on.any(|on| account.numbers.iter().any(|number| number.number == *on))
                || movement.order.as_ref().is_some_and(|of| of.as_str() == reference);
            is_there && movement.is_credit() && Some(movement.amount) == arrived
        }
        (Some(Reported::Payout(_)), EventData::Payout(payout)) => {
            payout.payout.as_str() == reference
                && payout.amount == Some(life.asked)
                && payout.state == PayoutState::Succeeded
        }
        _ => false,
    }
}

pub(super) fn one_key(record: &Record) -> Result<Passed, Flaw> {
    let mut seen: Vec<(&DedupeKey, &Delivered)> = Vec::new();
    for delivered in record.deliveries() {
        let keys = |events: &Result<Vec<Event>, Flaw>| -> Vec<DedupeKey> {
            events.iter().flatten().filter_map(Event::key).cloned().collect()
        };
        let (first, again) = (keys(&delivered.events), keys(&delivered.again));
        if first != again {
            let found = format!("{first:?}, and then {again:?}");
            return Err(delivered.sample.flaw("one key for one happening", found));
        }
        for key in delivered.events.iter().flatten().filter_map(Event::key) {
            let body = delivered.sample.request.body();
            let mut others = seen.iter().filter(|(known, _)| *known == key);
            if others.any(|(_, other)| other.sample.request.body() != body) {
                let found = format!("{key:?} of another happening");
                return Err(delivered.sample.flaw("a key of its own", found));
            }
            seen.push((key, delivered));
        }
    }
    Ok(Passed::if_any(!seen.is_empty()))
}

pub(super) fn one_on_every_source(record: &Record) -> Result<Passed, Flaw> {
    let Some(lines) = record.entries()? else { return Ok(Passed::NotApplicable) };
    let events = record.deliveries().flat_map(believed);
    let credits = events.flat_map(movements).filter(|one| one.is_credit());
    Passed::each(credits, |credit| {
        let same = |expected: SameMoney| {
            lines.iter().filter(move |line| same_credit(credit, line) == expected).count()
        };
        let (sure, perhaps) = (same(SameMoney::Same), same(SameMoney::Maybe));
        if sure > 1 || sure + perhaps == 0 {
            let found = format!("{sure} the same and {perhaps} perhaps, of {}", lines.len());
            return Err(Flaw::new("the one line of that transfer", found)
                .in_call(Operation::Entries)
                .with_ledger(format!("{credit:?}")));
        }
        Ok(())
    })
}
