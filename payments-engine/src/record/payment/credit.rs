//! Decides which reported credits are certainly different money.

use payments_core::{DedupeKey, Movement, ProviderId, SameMoney, Timestamp, same_credit};
use serde::{Deserialize, Serialize};

use crate::record::Source;

/// A credit as one source of a provider reported it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Credit {
    /// The provider that reported the credit.
    pub provider: ProviderId,
    /// The source that reported the credit: the statement, once a statement lists the credit, or
    /// else the first source.
    pub source: Source,
    /// When the source reported the credit for the first time.
    pub reported_at: Timestamp,
    /// The movement that was reported.
    pub movement: Movement,
    /// Whether the credit counts.
    pub standing: Standing,
}

/// Whether a reported credit counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Standing {
    /// The credit counts.
    Counted,
    /// Another report of the same money counts instead.
    Same,
    /// The credit is in another currency than was requested, so it does not count.
    OtherCurrency,
    /// The credit may be the same money as one that counts. It does not count until a statement or
    /// a person decides. A stored word that this version does not know is read as this one.
    #[serde(other)]
    Held,
}

/// The name of a credit: its provider and key.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[non_exhaustive]
pub struct CreditName {
    /// The provider that reported the credit.
    pub provider: ProviderId,
    /// The key of the credit.
    pub key: DedupeKey,
}

/// A person's decision about two credits.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Compared {
    /// One of the credits.
    pub one: CreditName,
    /// The other credit.
    pub other: CreditName,
    /// Whether they are the same money.
    pub is_same: bool,
}

impl Credit {
    /// Returns the name of the credit.
    pub fn name(&self) -> CreditName {
        CreditName { provider: self.provider.clone(), key: self.movement.key.clone() }
    }

    fn is(&self, name: &CreditName) -> bool {
        self.provider == name.provider && self.movement.key == name.key
    }
}

/// Compares two credits. A person's decision comes first, then the source, which reports each
/// movement under one key, then the contents of the two reports.
pub(super) fn compare(a: &Credit, b: &Credit, decided: &[Compared]) -> SameMoney {
    let word = decided
        .iter()
        .rev()
        .find(|word| a.is(&word.one) && b.is(&word.other) || a.is(&word.other) && b.is(&word.one));
    if let Some(word) = word {
        return if word.is_same { SameMoney::Same } else { SameMoney::Different };
    }
    let is_one_source =
        a.provider == b.provider && a.movement.key.scope() == b.movement.key.scope();
    match (is_one_source, a.movement.key == b.movement.key) {
        (true, true) => SameMoney::Same,
        (true, false) => SameMoney::Different,
        (false, _) => same_credit(&a.movement, &b.movement),
    }
}

/// The largest number of credits of one amount for which the largest set is searched. Of more
/// credits a large set is used, which may count less but never more.
const SEARCHED: usize = 20;

/// Decides which credits count: a largest set in which any two are certainly different money.
///
/// So each real transfer that a source distinguishes counts once, whatever the order of the
/// reports, and nothing counts twice. Of equally large sets, the one that counted before is kept.
pub(super) fn stand(credits: &mut [Credit], decided: &[Compared]) {
    let mut left: Vec<usize> = (0..credits.len())
        .filter(|index| {
            credits.get(*index).is_some_and(|credit| credit.standing != Standing::OtherCurrency)
        })
        .collect();
    while let Some(first) = left.first().and_then(|index| credits.get(*index)) {
        let amount = first.movement.amount;
        let is_of = |index: &usize| {
            credits.get(*index).is_some_and(|credit| credit.movement.amount == amount)
        };
        let (of, others) = left.into_iter().partition(is_of);
        left = others;
        stand_among(credits, of, decided);
    }
}

/// Decides which credits of one amount count.
fn stand_among(credits: &mut [Credit], of: Vec<usize>, decided: &[Compared]) {
    let size = of.len();
    let mut table = vec![SameMoney::Same; size * size];
    for (row, a) in of.iter().enumerate() {
        for (column, b) in of.iter().enumerate().take(row) {
            let (Some(a), Some(b)) = (credits.get(*a), credits.get(*b)) else { continue };
            let found = compare(a, b, decided);
            for place in [row * size + column, column * size + row] {
                if let Some(cell) = table.get_mut(place) {
                    *cell = found;
                }
            }
        }
    }
    let money = |a: usize, b: usize| table.get(a * size + b).copied().unwrap_or(SameMoney::Same);
    let counts_now = |place: &usize| {
        of.get(*place)
            .and_then(|index| credits.get(*index))
            .is_some_and(|credit| credit.standing == Standing::Counted)
    };
    let is_new = |set: &[usize], place: usize| {
        set.iter().all(|other| money(*other, place) == SameMoney::Different)
    };
    let extended = |begin: Vec<usize>, from: &mut dyn Iterator<Item = usize>| {
        from.fold(begin, |mut set, place| {
            if !set.contains(&place) && is_new(&set, place) {
                set.push(place);
            }
            set
        })
    };
    let known = extended(Vec::new(), &mut (0..size).filter(counts_now));
    let mut best = extended(known, &mut (0..size));
    // Try the set around each source, because the credits of one source are different money. A
    // credit that is in the set of its source leads to the same set.
    let source = |place: usize| {
        let credit = of.get(place).and_then(|index| credits.get(*index))?;
        Some((&credit.provider, credit.movement.key.scope()))
    };
    let mut is_tried = vec![false; size];
    for first in 0..size {
        if is_tried.get(first).is_some_and(|is_tried| *is_tried) {
            continue;
        }
        let own = (0..size).filter(|place| source(*place) == source(first));
        let set = extended(vec![first], &mut own.chain(0..size));
        for place in set.iter().filter(|place| source(**place) == source(first)) {
            if let Some(is_tried) = is_tried.get_mut(*place) {
                *is_tried = true;
            }
        }
        if set.len() > best.len() {
            best = set;
        }
    }
    if size <= SEARCHED {
        search(&mut best, &mut Vec::new(), 0, size, &is_new);
    }
    for (place, index) in of.iter().enumerate() {
        let standing = if best.contains(&place) {
            Standing::Counted
        } else {
            let is_same =
                (0..size).any(|other| other != place && money(other, place) == SameMoney::Same);
            // A statement that was read since then lists every movement once, so a credit that may
            // be a line of it is that line.
            let since =
                credits.get(*index).map(|credit| credit.movement.at.unwrap_or(credit.reported_at));
            let may_be_a_line = (0..size).any(|other| {
                let is_line =
                    of.get(other).and_then(|index| credits.get(*index)).is_some_and(|credit| {
                        credit.source == Source::Statement && Some(credit.reported_at) >= since
                    });
                is_line && money(other, place) != SameMoney::Different
            });
            if is_same || may_be_a_line { Standing::Same } else { Standing::Held }
        };
        if let Some(credit) = credits.get_mut(*index) {
            credit.standing = standing;
        }
    }
}

/// Searches for a larger set than the best known one.
fn search(
    best: &mut Vec<usize>,
    set: &mut Vec<usize>,
    from: usize,
    size: usize,
    is_new: &impl Fn(&[usize], usize) -> bool,
) {
    if set.len() > best.len() {
        best.clone_from(set);
    }
    for place in from..size {
        if set.len() + (size - place) <= best.len() {
            return;
        }
        if is_new(set, place) {
            set.push(place);
            search(best, set, place + 1, size, is_new);
            set.pop();
        }
    }
}
