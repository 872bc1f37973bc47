//! The order in which entries of the same second are listed.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

/// Whether entries of the same second are listed in the order of arrival, or in another order on
/// every request: SePay's documents promise no order for them.
#[derive(Debug, Default)]
pub(super) struct SameSecondOrder {
    any: AtomicBool,
    requests: AtomicU64,
}

impl SameSecondOrder {
    pub(super) fn new(any: bool) -> Self {
        Self { any: AtomicBool::new(any), requests: AtomicU64::new(0) }
    }

    pub(super) fn set_any(&self, any: bool) {
        self.any.store(any, Ordering::SeqCst);
    }

    pub(super) fn is_any(&self) -> bool {
        self.any.load(Ordering::SeqCst)
    }

    /// Reorders consecutive rows of the same second, differently for every request.
    pub(super) fn arrange<T>(&self, rows: &mut [T], second: impl Fn(&T) -> i64) {
        if !self.is_any() {
            return;
        }
        let mut random = Random(self.requests.fetch_add(1, Ordering::SeqCst));
        for same in rows.chunk_by_mut(|one, other| second(one) == second(other)) {
            for last in (1..same.len()).rev() {
                same.swap(last, random.below(last.saturating_add(1)));
            }
        }
    }
}

/// SplitMix64, seeded with the number of the request, so that a test is repeatable.
struct Random(u64);

impl Random {
    fn below(&mut self, end: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        let end = u64::try_from(end).unwrap_or(u64::MAX).max(1);
        usize::try_from((mixed ^ (mixed >> 31)) % end).unwrap_or(0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_of_one_second_change_places_and_seconds_do_not() {
        let rows: Vec<(i64, u32)> =
            (0..40).map(|number| (i64::from(number / 20), number)).collect();
        let order = SameSecondOrder::new(true);
        let arranged = || {
            let mut arranged = rows.clone();
            order.arrange(&mut arranged, |row| row.0);
            arranged
        };
        let (first, second) = (arranged(), arranged());
        assert_ne!(first, second);
        for arranged in [first, second] {
            assert!(arranged.is_sorted_by_key(|row| row.0));
            let mut sorted = arranged;
            sorted.sort_unstable();
            assert_eq!(sorted, rows);
        }
        order.set_any(false);
        assert_eq!(arranged(), rows);
    }
}
