//! Deterministic names that look random.

/// Makes names: the same seed gives the same names in the same order, without repetition.
#[derive(Debug)]
pub(super) struct Ids {
    seed: u64,
    made: u64,
}

impl Ids {
    pub(super) fn new(seed: u64) -> Self {
        Self { seed, made: 0 }
    }

    /// Returns a name such as `pay_3f0e8a51c2d47b96`.
    pub(super) fn name(&mut self, prefix: &str) -> String {
        let number = self.next();
        // Every step is a bijection, so different numbers make different names.
        let spread = number.wrapping_mul(0x9e37_79b9_7f4a_7c15).wrapping_add(self.seed);
        format!("{prefix}_{:016x}", scramble(spread))
    }

    /// Returns an account number of 14 digits.
    pub(super) fn account_number(&mut self) -> String {
        format!("963{:03}{:08}", self.seed % 1_000, self.next() % 100_000_000)
    }

    /// Returns the [`CODE_DIGITS`] digits after the prefix of a payment code.
    pub(super) fn code_digits(&mut self) -> String {
        format!("{:0CODE_DIGITS$}", self.next() % 100_000_000)
    }

    fn next(&mut self) -> u64 {
        self.made = self.made.wrapping_add(1);
        self.made
    }
}

/// The prefix of payment codes.
pub(super) const CODE_PREFIX: &str = "MOCK";
/// The number of digits after the prefix.
pub(super) const CODE_DIGITS: usize = 8;

/// Mixes the bits, reversibly: multiplications by odd numbers and shifted exclusive ors.
fn scramble(number: u64) -> u64 {
    let mixed = (number ^ (number >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    mixed ^ (mixed >> 31)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn the_same_seed_gives_the_same_names_and_another_seed_gives_others() {
        let names = |seed| {
            let mut ids = Ids::new(seed);
            [ids.name("pay"), ids.account_number(), ids.code_digits()]
        };
        assert_eq!(names(7), names(7));
        assert_ne!(names(7)[0], names(8)[0]);
        assert_eq!(names(7)[1].len(), 14);
    }

    #[test]
    fn no_name_is_made_twice() {
        let mut ids = Ids::new(7);
        let names: BTreeSet<_> = (0..10_000).map(|_| ids.name("evt")).collect();
        assert_eq!(names.len(), 10_000);
    }
}
