//! What has to hold of every row.

use conformance_tests::proxy::{Fault, When};
use payments_core::{DeclineReason, ErrorKind, UncertainCause, payout::PayoutState};

use super::row::{Found, Outcome, Row};

/// A law and what a row has to be to keep it.
struct Law {
    says: &'static str,
    holds: fn(&Row) -> bool,
}

const LAWS: &[Law] = &[
    Law {
        says: "a payout is sent once, and not at all where nobody listens",
        holds: |row| row.sent == usize::from(row.fault.is_none_or(Fault::sent)),
    },
    Law {
        says: "the ledger has one booking where the request arrived, and none elsewhere",
        holds: |row| row.bookings == usize::from(row.arrived()),
    },
    Law {
        says: "an error says that nothing was sent, and nothing else says so",
        holds: |row| matches!(row.outcome, Outcome::Error(_)) != row.fault.is_none_or(Fault::sent),
    },
    Law {
        says: "only an answer that arrived as the gateway wrote it is accepted, and as asked",
        holds: |row| match row.outcome {
            Outcome::Accepted { as_asked } => {
                as_asked && row.fault.is_none_or(Fault::spares_the_answer)
            }
            _ => row.fault.is_some(),
        },
    },
    Law {
        says: "nobody but the gateway refuses, and what it does not sign is not confirmed",
        holds: |row| match row.outcome {
            Outcome::Declined { confirmed, .. } => !confirmed && is_rewritten(row),
            _ => true,
        },
    },
    Law {
        says: "an inquiry finds what was booked, as it was asked for, and nothing else",
        holds: |row| match row.found {
            Found::One { as_asked, .. } => row.arrived() && as_asked,
            Found::Absent { .. } => !row.arrived(),
            Found::Error(_) | Found::Several(_) => false,
        },
    },
];

/// Every law that a row breaks, with the row.
pub(crate) fn broken(row: &Row) -> impl Iterator<Item = String> {
    LAWS.iter().filter(|law| !(law.holds)(row)).map(move |law| format!("{}: {row:?}", law.says))
}

fn is_rewritten(row: &Row) -> bool {
    matches!(row.fault, Some(Fault::Rewritten { .. }))
}

/// A row that breaks each law, so that a law that asks nothing is found out.
#[test]
fn each_law_can_be_broken() {
    let reset = Some(Fault::Reset(When::AfterBooking));
    let good = || Row {
        fault: reset,
        sent: 1,
        outcome: Outcome::Uncertain(UncertainCause::ConnectionLost),
        bookings: 1,
        found: Found::One { state: PayoutState::Succeeded, as_asked: true },
    };
    assert_eq!(broken(&good()).count(), 0);
    let accepted = Outcome::Accepted { as_asked: true };
    let declined = Outcome::Declined { confirmed: false, reason: DeclineReason::Other };
    let bad = [
        Row { sent: 2, ..good() },
        Row { bookings: 2, ..good() },
        Row { outcome: Outcome::Error(ErrorKind::Transport), ..good() },
        Row { outcome: accepted, ..good() },
        Row { outcome: declined, ..good() },
        Row { found: Found::Absent { conclusive: false }, ..good() },
    ];
    for (law, row) in LAWS.iter().zip(bad) {
        let says: Vec<_> = broken(&row).collect();
        assert!(matches!(&says[..], [only] if only.starts_with(law.says)), "{says:#?}");
    }
}
