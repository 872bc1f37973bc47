//! Functions of the tour that describe submissions, lookups and events.

use payments::{
    Lookup, Movement, Submission,
    money::{Language, Money},
    notification::{Event, EventData},
    payment::{NextAction, Payment},
    payout::{Payout, PayoutState},
};

use super::shop::Seen;

/// Returns the name of an outcome as one word.
pub(super) fn word<T>(submission: &Submission<T>) -> String {
    match submission {
        Submission::Accepted(_) => "accepted".to_owned(),
        Submission::Declined(decline) => decline.to_string(),
        Submission::Uncertain(uncertain) => uncertain.to_string(),
    }
}

/// Returns the preferred next action of the buyer, if the payment was accepted.
pub(super) fn next(submission: &Submission<Payment>) -> Option<&NextAction> {
    match submission {
        Submission::Accepted(payment) => payment.next.first(),
        Submission::Declined(_) | Submission::Uncertain(_) => None,
    }
}

/// Returns whether the deliveries reported exactly once that an order is paid with exactly this
/// amount.
pub(super) fn settles(seen: &[Seen], order: &str, amount: Money) -> bool {
    let paid = |event: &&Event| match event.data() {
        EventData::Payment(payment) => payment.order.as_str() == order && payment.settles(amount),
        _ => false,
    };
    seen.iter().flat_map(|seen| &seen.events).filter(paid).count() == 1
}

/// Returns the credits of trusted events.
pub(super) fn credits(seen: &[Seen]) -> Vec<&Movement> {
    seen.iter()
        .flat_map(|seen| &seen.events)
        .filter_map(|event| match event.data() {
            EventData::Movement(movement) if movement.is_credit() => Some(movement),
            _ => None,
        })
        .collect()
}

/// Formats an amount for people.
pub(super) fn read(amount: Money) -> String {
    amount.localized(Language::English)
}

/// Returns whether an inquiry found exactly one payout and that it succeeded, with a description.
pub(super) fn found(lookup: &Lookup<Payout>) -> (bool, String) {
    match lookup {
        Lookup::Found(payout) => {
            let amount = payout.amount.map_or("unknown".to_owned(), read);
            let state = format!("{:?}", payout.state).to_lowercase();
            let state = format!("{state}, {amount}");
            (payout.state == PayoutState::Succeeded, state)
        }
        Lookup::Several(all) => (false, format!("{} payouts under one reference", all.len())),
        Lookup::Absent(absence) => (false, format!("{absence:?}")),
    }
}

/// Describes whether a delivery was trusted, and why.
pub(super) fn judged(seen: &[Seen]) -> String {
    let judge = |seen: &Seen| match (&seen.untrusted, seen.repeated) {
        (Some(why), _) => format!("untrusted: {why}; replied {}", seen.status),
        (None, true) => format!("handled before; replied {}", seen.status),
        (None, false) if !seen.doubts.is_empty() => seen.doubts.join(", "),
        (None, false) => format!("trusted; the proof covers {}", seen.coverage),
    };
    if seen.is_empty() {
        return "no delivery arrived".to_owned();
    }
    seen.iter().map(judge).collect::<Vec<_>>().join(" | ")
}
