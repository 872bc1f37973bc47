//! Random texts within declared rules. The same seed gives the same texts.

use std::hash::{BuildHasher as _, RandomState};

use fastrand::Rng;
use payments_core::rules::TextRules;

/// The environment variable with the seed, to repeat the texts of an earlier run.
pub(crate) const SEED: &str = "CONFORMANCE_SEED";

/// Returns the seed of the environment variable, or else a different one in every run.
pub(crate) fn seed() -> u64 {
    let given = std::env::var(SEED).ok().and_then(|seed| seed.parse().ok());
    given.unwrap_or_else(|| RandomState::new().hash_one(SEED))
}

/// Returns this many texts that the rules allow, including the shortest and the longest.
pub(crate) fn within(seed: u64, rules: &TextRules, number: usize) -> Vec<String> {
    let mut random = Rng::with_seed(seed);
    let characters = characters(rules);
    let least = rules.min.max(1).min(rules.max);
    let mut texts: Vec<String> = Vec::new();
    // Rules that allow few texts, such as a range of numbers, need more attempts.
    for attempt in 0..number * 20 {
        let length = match attempt {
            0 => rules.max,
            1 => least,
            _ => random.usize(least..=rules.max),
        };
        let text: String = (0..length).filter_map(|_| random.choice(&characters)).collect();
        if texts.len() < number && rules.check("text", &text).is_ok() && !texts.contains(&text) {
            texts.push(text);
        }
    }
    texts
}

/// Returns words of letters and digits with single spaces between them, of `length` characters in
/// total.
pub(crate) fn words(seed: u64, rules: &TextRules, length: usize) -> String {
    let mut random = Rng::with_seed(seed);
    let mut letters = characters(rules);
    let takes_spaces = letters.contains(&' ');
    letters.retain(|character| character.is_alphanumeric());
    let letter = |place: usize| !takes_spaces || place % 6 != 5 || place + 1 == length;
    (0..length)
        .filter_map(|at| if letter(at) { random.choice(&letters).copied() } else { Some(' ') })
        .collect()
}

/// Returns the ASCII and Vietnamese characters that the rules allow.
fn characters(rules: &TextRules) -> Vec<char> {
    let one = TextRules::new(1, 1, rules.alphabet.clone());
    (' '..='~')
        .chain("ăâđêôơưÀẾỘỲĐ".chars())
        .filter(|character| one.check("text", &character.to_string()).is_ok())
        .collect()
}

#[cfg(test)]
mod tests {
    use payments_core::rules::Alphabet;

    use super::*;

    #[test]
    fn texts_keep_the_rules_at_every_length_and_repeat_by_their_seed() {
        let rules = TextRules::new(2, 12, Alphabet::AlphanumericAnd("-_"));
        let texts = within(7, &rules, 24);
        assert_eq!(texts.len(), 24);
        assert!(texts.iter().all(|text| rules.check("text", text).is_ok()), "{texts:?}");
        let has = |length| texts.iter().any(|text| text.len() == length);
        assert!(has(2) && has(12), "{texts:?}");
        assert_eq!(texts, within(7, &rules, 24));
        assert_ne!(texts, within(8, &rules, 24));
    }

    #[test]
    fn words_are_as_long_as_they_are_to_be() {
        let rules = TextRules::new(0, 40, Alphabet::Printable);
        let text = words(7, &rules, 40);
        assert_eq!(text.chars().count(), 40);
        assert!(text.contains(' ') && !text.contains("  ") && text.trim() == text, "{text:?}");
        let capitals = TextRules::new(0, 9, Alphabet::CapitalsAnd(""));
        assert!(!words(7, &capitals, 9).contains(' '));
    }
}
