//! Confirms a movement that an unsigned webhook claims, by the statement.

use std::time::Duration;

use payments_core::{
    Movement, Result, SameMoney, Timestamp,
    notification::{Confirmation, Event, EventData},
    same_credit,
};
use provider_kit::payment_code::Memo;

use super::statement::StatementV2;
use crate::field::civil;

/// The time after which to query a transaction again, because webhooks and the statement are
/// updated independently.
const TRANSACTION_AGAIN: Duration = Duration::from_secs(30);

/// The largest difference between the times of a webhook and of its line in the statement.
const A_DAY: Duration = Duration::from_secs(24 * 60 * 60);

/// Searches for the line in at most two pages of the statement: by the bank's reference within a
/// day of the claimed time or, without a reference, by its amount and second.
///
/// # Errors
/// The request to SePay failed, or its response could not be read.
pub(crate) async fn confirm(statement: &StatementV2, claimed: &Movement) -> Result<Confirmation> {
    for query in statement_queries(claimed) {
        let query: Vec<_> = query.iter().map(|(name, value)| (*name, value.as_str())).collect();
        let page = statement.transactions(&query, 1, |_| true).await?;
        if !page.more {
            // An unreadable line confirms nothing.
            let lines = page.lines.into_iter().filter_map(|line| line.row);
            let lines = lines.filter_map(|line| line.into_result().ok()).collect();
            return Ok(confirmation(claimed, lines));
        }
    }
    // There is no value to search by, or there are more lines than a confirmation reads.
    Ok(confirmation(claimed, Vec::new()))
}

/// Returns the queries that find the line of a claimed movement, to be made one after another until
/// a response fits on one page. The first query includes every amount, because a line of another
/// amount contradicts the claim.
fn statement_queries(claimed: &Movement) -> Vec<Vec<(&'static str, String)>> {
    let (direction, least, most) = if claimed.is_credit() {
        ("in", "amount_in_min", "amount_in_max")
    } else {
        ("out", "amount_out_min", "amount_out_max")
    };
    let direction = ("transfer_type", direction.to_owned());
    let amount = claimed.amount.minor().to_string();
    let amount = [(least, amount.clone()), (most, amount)];
    let between = |from: Timestamp, to: Timestamp| {
        [("transaction_date_from", civil(from)), ("transaction_date_to", civil(to))]
    };
    let before = |at: Timestamp| {
        Timestamp::from_unix(at.unix_seconds().saturating_sub_unsigned(A_DAY.as_secs()))
    };
    let reference = claimed.bank_reference.clone().map(|name| ("reference_number", name));
    match (reference, claimed.at) {
        (Some(reference), Some(at)) => {
            let day = between(before(at), at.plus(A_DAY));
            let by_reference: Vec<_> = [direction, reference].into_iter().chain(day).collect();
            let by_amount = by_reference.iter().cloned().chain(amount).collect();
            vec![by_reference, by_amount]
        }
        (Some(reference), None) => vec![[direction, reference].into_iter().chain(amount).collect()],
        (None, Some(at)) => {
            vec![[direction].into_iter().chain(amount).chain(between(at, at)).collect()]
        }
        (None, None) => Vec::new(),
    }
}

/// Compares a claimed movement with the lines of the statement that may be about it.
fn confirmation(claimed: &Movement, lines: Vec<Movement>) -> Confirmation {
    let seen = lines.len();
    let (mut same, others): (Vec<_>, Vec<_>) =
        lines.into_iter().partition(|line| is_same(claimed, line));
    if same.len() > 1 {
        // Banks repeat references; such lines are distinguished by the second of the booking.
        same.retain(|line| line.at == claimed.at);
    }
    match (same.pop(), same.is_empty()) {
        (Some(line), true) => {
            Confirmation::Confirmed(Event::inquired(line.key.clone(), EventData::Movement(line)))
        }
        (Some(_), false) => Confirmation::Contradicted {
            claimed: format!("{} {:?}", claimed.amount, claimed.direction),
            found: format!("{seen} lines with the same reference, account, amount and time"),
        },
        (None, _) => match others.iter().find(|line| shares_reference(claimed, line)) {
            Some(other) => Confirmation::Contradicted {
                claimed: format!("{} {:?}", claimed.amount, claimed.direction),
                found: format!("{} {:?}", other.amount, other.direction),
            },
            None => Confirmation::NotYet { retry_after: Some(TRANSACTION_AGAIN) },
        },
    }
}

/// Returns `true` if two movements without the bank's reference have the same second, account and
/// memo. The statement may spell the memo differently: with other spaces and line breaks, in
/// another Unicode form, or blank if the other has none.
fn is_same(claimed: &Movement, line: &Movement) -> bool {
    match same_credit(claimed, line) {
        SameMoney::Same => true,
        SameMoney::Different => false,
        SameMoney::Maybe => {
            claimed.bank_reference.is_none()
                && claimed.account.is_some()
                && claimed.at.is_some()
                && claimed.account == line.account
                && claimed.at == line.at
                && is_same_memo(claimed, line)
        }
    }
}

fn is_same_memo(claimed: &Movement, line: &Movement) -> bool {
    let memo = |movement: &Movement| Memo::new(movement.memo.as_deref().unwrap_or_default());
    memo(claimed).says_the_same(&memo(line))
}

/// Returns `true` if a line that is not the same money has the same reference, account, direction
/// and second. The claim is then about this line, and wrong. Banks repeat references, so a line of
/// another time is other money, and the claimed money may still arrive.
fn shares_reference(claimed: &Movement, line: &Movement) -> bool {
    claimed.bank_reference.is_some()
        && claimed.at == line.at
        && claimed.bank_reference == line.bank_reference
        && claimed.account.is_some()
        && claimed.account == line.account
        && claimed.direction == line.direction
        && claimed.amount != line.amount
}

#[cfg(test)]
mod tests {
    use super::*;
    use payments_core::{DedupeKey, Direction, Timestamp, bank::AccountNumber, money::Money};

    fn line(reference: &str, amount: i64, second: i64) -> Movement {
        let key = DedupeKey::new("test.line", format!("{reference}{amount}{second}")).unwrap();
        Movement::new(key, Direction::In, Money::vnd(amount))
            .with_account(AccountNumber::new("0123499999").unwrap())
            .with_bank_reference(reference)
            .with_memo("DH1")
            .with_time(Timestamp::from_unix(second))
    }

    #[test]
    fn a_claimed_movement_is_believed_as_far_as_the_statement_has_it() {
        let claimed = line("FT1", 50_000, 1_000);
        for (lines, verdict) in [
            (vec![], "not yet"),
            (vec![line("FT1", 50_000, 1_000)], "confirmed"),
            (vec![line("FT1", 50_000, 1_060)], "confirmed"),
            (vec![line("FT1", 5_000, 1_000)], "contradicted"),
            // The bank used the reference before; the current line has not arrived yet.
            (vec![line("FT1", 5_000, 940)], "not yet"),
            (vec![line("FT2", 50_000, 1_000)], "not yet"),
            (vec![line("FT1", 50_000, 1_000), line("FT1", 50_000, 9_000)], "confirmed"),
            (vec![line("FT1", 50_000, 1_000), line("FT1", 50_000, 1_000)], "contradicted"),
            (vec![line("FT1", 50_000, 1_000), line("FT1", 700, 1_000)], "confirmed"),
        ] {
            let told = confirmation(&claimed, lines.clone());
            assert_eq!(word(&told), verdict, "{lines:?}");
        }
    }

    #[test]
    fn without_a_reference_only_the_same_second_account_and_memo_will_do() {
        let mut claimed = line("FT1", 50_000, 1_000);
        claimed.bank_reference = None;
        assert_eq!(word(&confirmation(&claimed, vec![line("FT9", 50_000, 1_000)])), "confirmed");
        assert_eq!(word(&confirmation(&claimed, vec![line("FT9", 50_000, 1_001)])), "not yet");
        let told = confirmation(&claimed, vec![line("FT9", 50_000, 1_000).with_memo("DH2")]);
        assert_eq!(word(&told), "not yet");
    }

    #[test]
    fn without_a_reference_the_memo_may_be_spelt_otherwise_and_tells_two_lines_apart() {
        let mut claimed = line("FT1", 50_000, 1_000).with_memo("Chuyển tiền DH1");
        claimed.bank_reference = None;
        for (memo, verdict) in [
            ("Chuyển  tiền\nDH1 ", "confirmed"),
            ("Chuye\u{302}\u{309}n tie\u{302}\u{300}n DH1", "confirmed"),
            ("CHUYEN TIEN DH1", "confirmed"),
            ("Chuyển tiền DH11", "not yet"),
            ("", "not yet"),
        ] {
            let told = confirmation(&claimed, vec![line("FT9", 50_000, 1_000).with_memo(memo)]);
            assert_eq!(word(&told), verdict, "{memo:?}");
            let other = line("FT8", 50_000, 1_000).with_memo("DH2");
            let same = line("FT9", 50_000, 1_000).with_memo(memo);
            let told = confirmation(&claimed, vec![other, same]);
            assert_eq!(word(&told), verdict, "{memo:?} beside another");
            if let Confirmation::Confirmed(event) = told {
                let EventData::Movement(line) = event.data() else { panic!("{event:?}") };
                assert_eq!(line.memo.as_deref(), Some(memo));
            }
        }
    }

    fn word(confirmation: &Confirmation) -> &'static str {
        match confirmation {
            Confirmation::Confirmed(_) => "confirmed",
            Confirmation::Contradicted { .. } => "contradicted",
            Confirmation::NotYet { .. } => "not yet",
            _ => "something new",
        }
    }
}
