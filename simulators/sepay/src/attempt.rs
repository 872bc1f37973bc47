//! Attempts to pay an order: what SePay calls transactions.

use serde::{Deserialize, Serialize};

use jiff::{ToSpan, civil};

use super::{PaymentMethod, civil as clock, ids};

/// One attempt to pay an order.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Attempt {
    pub(super) number: u64,
    pub(super) uuid: String,
    pub(super) transaction_id: String,
    pub(super) method: PaymentMethod,
    pub(super) amount: u64,
    pub(super) approved: bool,
    pub(super) at: i64,
    pub(super) updated_at: i64,
}

impl Attempt {
    pub(super) fn new(
        number: u64,
        method: PaymentMethod,
        amount: u64,
        approved: bool,
        now: i64,
    ) -> Self {
        Self {
            number,
            uuid: ids::uuid("transaction", number),
            transaction_id: ids::uniqid(now, number),
            method,
            amount,
            approved,
            at: now,
            updated_at: now,
        }
    }

    pub(super) fn status(&self) -> &'static str {
        if self.approved { "APPROVED" } else { "DECLINED" }
    }

    /// The `authentication_status`, also of transfers. The value for a failed authentication is
    /// documented nowhere.
    pub(super) fn authentication_status(&self) -> Option<&'static str> {
        self.approved.then_some("AUTHENTICATION_SUCCESSFUL")
    }

    /// Whether it is a card payment that has not settled.
    pub(super) fn can_be_voided(&self, now: i64) -> bool {
        self.approved
            && self.method == PaymentMethod::Card
            && clock::at(now) < settlement(clock::at(self.at))
    }

    /// The card of a card payment: every simulated buyer has the same.
    pub(super) fn card(&self) -> Option<Card> {
        (self.method == PaymentMethod::Card).then_some(CARD)
    }
}

/// A card as SePay shows it to a merchant.
#[derive(Clone, Copy, Debug)]
pub(super) struct Card {
    pub(super) number: &'static str,
    pub(super) holder: &'static str,
    pub(super) month: &'static str,
    pub(super) year: &'static str,
    pub(super) funding: &'static str,
    pub(super) brand: &'static str,
}

const CARD: Card = Card {
    number: "512345xxxxxx0008",
    holder: "NGUYEN VAN THU",
    month: "12",
    year: "30",
    funding: "CREDIT",
    brand: "MASTERCARD",
};

/// When a card payment settles: one day after payments before 16:00, two days after later ones.
///
/// The revisions of SePay's page differ on weekends and none names the hour. Here it is the start
/// of that day, and Saturday and Sunday move to Monday.
fn settlement(paid: civil::DateTime) -> civil::DateTime {
    let days = if paid.hour() < 16 { 1 } else { 2 };
    let day = paid.date().saturating_add(days.days());
    let weekend = match day.weekday() {
        civil::Weekday::Saturday => 2,
        civil::Weekday::Sunday => 1,
        _ => 0,
    };
    day.saturating_add(weekend.days()).to_datetime(civil::Time::midnight())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cards_settle_the_next_day_the_day_after_or_on_monday() {
        for (paid, settles) in [
            ("2025-09-02 15:59:59", "2025-09-03 00:00:00"), // Tuesday
            ("2025-09-02 16:00:00", "2025-09-04 00:00:00"),
            ("2025-09-05 16:00:00", "2025-09-08 00:00:00"), // Friday
            ("2025-09-05 10:00:00", "2025-09-08 00:00:00"),
        ] {
            let paid: civil::DateTime = paid.parse().unwrap();
            let settles: civil::DateTime = settles.parse().unwrap();
            assert_eq!(settlement(paid), settles, "{paid}");
        }
    }
}
