//! Counting money once when several sources report it.

use crate::{Movement, ProviderId, SameMoney, same_credit};

/// The result of comparing a reported movement with the earlier reports.
///
/// This enum is exhaustive on purpose, so that an app handles each variant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CreditMatch<'a> {
    /// No source reported the money before: count it, and store the report.
    New,
    /// The same source reported the money before, under the same key: do nothing.
    Repeated(&'a Movement),
    /// Another source reported the same money: store the report, and do not count it.
    Same(&'a Movement),
    /// Another source reported money that may be the same: store the report, do not count it, and
    /// let a person or a further inquiry decide.
    Maybe(&'a Movement),
}

/// Compares a movement that `provider` reports with `known`, all the reports stored so far, so that
/// money is counted once although several sources report it.
///
/// A provider and a [scope](crate::DedupeKey::scope) together are one source, and a key is unique
/// within its source. A webhook and a statement line of one transfer therefore have two keys.
/// Movements of different sources are compared by [`same_credit`]. Two keys of one source are two
/// movements, even if bank, amount and reference are equal: if one source reported two such
/// movements, two reports of another source match them, and a third is new.
///
/// `known` includes the reports that were not counted. An app reads them from its database by
/// amount and direction, in the transaction that stores the new report.
///
/// ```
/// use payments_core::{
///     CreditMatch, DedupeKey, Direction, Movement, ProviderId, Timestamp, bank::AccountNumber,
///     match_credit, money::Money,
/// };
///
/// let provider = ProviderId::new("main")?;
/// let report = |scope: &str, id: &str| -> payments_core::Result<Movement> {
///     let key = DedupeKey::new(scope, id)?;
///     Ok(Movement::new(key, Direction::In, Money::vnd(50_000))
///         .with_account(AccountNumber::new("0123499999")?)
///         .with_bank_reference("FT26001")
///         .with_time(Timestamp::from_unix(1_700_000_000)))
/// };
/// let known = [(provider.clone(), report("acme.webhook", "1")?)];
/// let known = || known.iter().map(|(provider, movement)| (provider, movement));
/// let line = report("acme.statement", "L-9")?;
/// assert!(matches!(match_credit(&provider, &line, known()), CreditMatch::Same(_)));
/// let again = report("acme.webhook", "1")?;
/// assert!(matches!(match_credit(&provider, &again, known()), CreditMatch::Repeated(_)));
/// # Ok::<(), payments_core::Error>(())
/// ```
pub fn match_credit<'a>(
    provider: &ProviderId,
    movement: &Movement,
    known: impl IntoIterator<Item = (&'a ProviderId, &'a Movement)>,
) -> CreditMatch<'a> {
    let is_own_source = |of: &ProviderId, other: &Movement| {
        of == provider && other.key.scope() == movement.key.scope()
    };
    // The number of reports of the same money by each source, the source of `movement` first.
    let mut own = 1_usize;
    let mut others: Vec<(&ProviderId, &str, usize)> = Vec::new();
    let (mut same, mut maybe) = (None, None);
    for (of, other) in known {
        let is_own = is_own_source(of, other);
        if is_own && other.key == movement.key {
            return CreditMatch::Repeated(other);
        }
        match (same_credit(movement, other), is_own) {
            (SameMoney::Same, true) => own += 1,
            (SameMoney::Same, false) => {
                same = same.or(Some(other));
                let scope = other.key.scope();
                match others.iter_mut().find(|(id, known, _)| *id == of && *known == scope) {
                    Some((_, _, count)) => *count += 1,
                    None => others.push((of, scope, 1)),
                }
            }
            (SameMoney::Maybe, false) => maybe = maybe.or(Some(other)),
            (SameMoney::Maybe, true) | (SameMoney::Different, _) => {}
        }
    }
    let most = others.iter().map(|(_, _, count)| *count).max().unwrap_or_default();
    match (same, maybe) {
        (Some(same), _) if own <= most => CreditMatch::Same(same),
        (_, Some(maybe)) => CreditMatch::Maybe(maybe),
        // No report is like it, or this source reported it more often than any other: the others
        // have not reported this money.
        (_, None) => CreditMatch::New,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{DedupeKey, Direction, Timestamp, bank::AccountNumber, money::Money};

    const HOUR: i64 = 3_600;

    fn provider(id: &str) -> ProviderId {
        ProviderId::new(id).unwrap()
    }

    /// Returns a report with the bank reference `reference`.
    fn report(scope: &str, id: &str, reference: &str) -> Movement {
        Movement::new(DedupeKey::new(scope, id).unwrap(), Direction::In, Money::vnd(50_000))
            .with_account(AccountNumber::new("0123499999").unwrap())
            .with_bank_reference(reference)
            .with_time(Timestamp::from_unix(1_700_000_000))
    }

    /// Returns how much of these reports is counted, in their order.
    fn counted(reports: &[(&str, Movement)]) -> (i64, usize) {
        let mut kept: Vec<(ProviderId, Movement)> = Vec::new();
        let (mut sum, mut undecided) = (0, 0);
        for (id, movement) in reports {
            let known = kept.iter().map(|(provider, movement)| (provider, movement));
            let found = match_credit(&provider(id), movement, known);
            match found {
                CreditMatch::New => sum += movement.amount.minor(),
                CreditMatch::Maybe(_) => undecided += 1,
                CreditMatch::Repeated(_) => continue,
                CreditMatch::Same(_) => {}
            }
            kept.push((provider(id), movement.clone()));
        }
        (sum, undecided)
    }

    #[test]
    fn one_transfer_counts_once_whatever_the_order_of_its_reports() {
        let reports = [
            ("a", report("acme.webhook", "1", "FT1")),
            ("a", report("acme.statement", "L1", "FT1")),
            ("b", report("acme.webhook", "1", "FT1")),
            ("a", report("acme.webhook", "1", "FT1")),
        ];
        for start in 0..reports.len() {
            let mut turned = reports.clone();
            turned.rotate_left(start);
            assert_eq!(counted(&turned), (50_000, 0), "starting with {start}");
        }
    }

    #[test]
    fn two_equal_transfers_count_twice_even_under_one_reference() {
        let webhooks = [report("acme.webhook", "1", "FT1"), report("acme.webhook", "2", "FT1")];
        let lines = [report("acme.statement", "L1", "FT1"), report("acme.statement", "L2", "FT1")];
        let [first, second] = webhooks.map(|report| ("a", report));
        let [third, fourth] = lines.map(|report| ("a", report));
        for reports in [
            vec![first.clone(), second.clone(), third.clone(), fourth.clone()],
            vec![first.clone(), third.clone(), second.clone(), fourth.clone()],
            vec![third.clone(), fourth.clone(), first.clone(), second.clone()],
            // One webhook never arrived.
            vec![first, third, fourth],
        ] {
            assert_eq!(counted(&reports), (100_000, 0), "{reports:?}");
        }
    }

    #[test]
    fn reports_of_two_other_sources_are_not_added_up() {
        let reports = [
            ("a", report("acme.statement", "L1", "FT1")),
            ("a", report("acme.ipn", "I1", "FT1")),
            ("b", report("acme.ipn", "I1", "FT1")),
            // A second transfer, which only this source has reported so far.
            ("a", report("acme.webhook", "1", "FT1")),
            ("a", report("acme.webhook", "2", "FT1")),
        ];
        assert_eq!(counted(&reports), (100_000, 0));
    }

    #[test]
    fn what_may_be_the_same_money_is_not_counted_and_left_to_a_person() {
        let mut silent = report("acme.statement", "L1", "FT1");
        silent.bank_reference = None;
        let reports = [("a", report("acme.webhook", "1", "FT1")), ("a", silent)];
        assert_eq!(counted(&reports), (50_000, 1));
    }

    #[test]
    fn a_second_report_is_not_counted_where_a_third_source_may_have_reported_the_money() {
        let silent = |id| {
            let mut movement = report("acme.v1", id, "");
            movement.bank_reference = None;
            ("a", movement)
        };
        let webhook = |id| ("a", report("acme.webhook", id, "FT1"));
        let line = |id| ("a", report("acme.statement", id, "FT1"));
        // Two transfers, which the first source reports without their reference.
        let reports = [silent("1"), silent("2"), webhook("1"), line("1"), webhook("2"), line("2")];
        let (sum, undecided) = counted(&reports);
        assert_eq!(sum, 100_000);
        assert!(undecided > 0);
    }

    #[test]
    fn other_money_counts() {
        let mut later = report("acme.statement", "L1", "FT1");
        later.at = Some(Timestamp::from_unix(1_700_000_000 + 48 * HOUR));
        let mut more = report("acme.statement", "L2", "FT1");
        more.amount = Money::vnd(60_000);
        let reports = [
            ("a", report("acme.webhook", "1", "FT1")),
            ("a", report("acme.statement", "L3", "FT2")),
            ("a", later),
            ("a", more),
        ];
        assert_eq!(counted(&reports), (210_000, 0));
    }

    #[test]
    fn the_same_key_of_another_provider_is_no_repetition() {
        let other = report("acme.webhook", "1", "FT9");
        let reports = [("a", report("acme.webhook", "1", "FT1")), ("b", other)];
        assert_eq!(counted(&reports), (100_000, 0));
    }
}
