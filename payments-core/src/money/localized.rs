//! Amounts formatted for people, by the number formats of the Unicode CLDR.

use icu_decimal::{DecimalFormatter, input::Decimal};
use icu_locale_core::{Locale, locale};

use super::{Currency, Money};

/// A language in which amounts can be formatted for people.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Language {
    /// English: `50,000 VND`, `1,234.50 USD`.
    English,
    /// Vietnamese: `50.000 ₫`, `1.234,50 USD`.
    Vietnamese,
}

impl Language {
    /// Every language.
    pub const ALL: [Self; 2] = [Self::English, Self::Vietnamese];

    /// Returns the BCP 47 tag of the language, as in the `lang` attribute of HTML: `en` or `vi`.
    #[must_use]
    pub const fn tag(self) -> &'static str {
        match self {
            Self::English => "en",
            Self::Vietnamese => "vi",
        }
    }

    /// Returns the language with this [`tag`](Self::tag), or `None` for any other text.
    #[must_use]
    pub fn from_tag(tag: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|language| language.tag() == tag)
    }

    const fn locale(self) -> Locale {
        match self {
            Self::English => locale!("en"),
            Self::Vietnamese => locale!("vi"),
        }
    }
}

impl Money {
    /// Formats the amount for people: its digits in groups, every decimal of the currency, a space,
    /// and the currency's code, or the sign `₫` for đồng in Vietnamese.
    ///
    /// The text is for display only: [`Money::parse`] does not accept it.
    ///
    /// ```
    /// use payments_core::money::{Language, Money};
    ///
    /// assert_eq!(Money::vnd(50_000).localized(Language::English), "50,000 VND");
    /// assert_eq!(Money::vnd(50_000).localized(Language::Vietnamese), "50.000 ₫");
    /// ```
    #[must_use]
    pub fn localized(&self, language: Language) -> String {
        let formatter = DecimalFormatter::try_new(language.locale().into(), Default::default());
        // The data of both languages is compiled in, so the plain text is never used.
        let Ok(formatter) = formatter else { return self.to_string() };
        let mut number = Decimal::from(self.minor);
        number.multiply_pow10(-i16::from(self.currency.exponent()));
        let number = formatter.format(&number);
        match (language, self.currency) {
            (Language::Vietnamese, Currency::VND) => format!("{number} ₫"),
            (_, currency) => format!("{number} {currency}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_are_grouped_as_the_language_writes_them() {
        let usd = |minor| Money::from_minor(minor, Currency::USD);
        let kwd = |minor| Money::from_minor(minor, Currency::from_code("KWD").unwrap());
        for (amount, english, vietnamese) in [
            (Money::vnd(0), "0 VND", "0 ₫"),
            (Money::vnd(999), "999 VND", "999 ₫"),
            (Money::vnd(1_000), "1,000 VND", "1.000 ₫"),
            (Money::vnd(50_000), "50,000 VND", "50.000 ₫"),
            (Money::vnd(1_234_567_890), "1,234,567,890 VND", "1.234.567.890 ₫"),
            (Money::vnd(-50_000), "-50,000 VND", "-50.000 ₫"),
            (
                Money::vnd(i64::MIN),
                "-9,223,372,036,854,775,808 VND",
                "-9.223.372.036.854.775.808 ₫",
            ),
            (usd(0), "0.00 USD", "0,00 USD"),
            (usd(5), "0.05 USD", "0,05 USD"),
            (usd(123_450), "1,234.50 USD", "1.234,50 USD"),
            (usd(-1_234), "-12.34 USD", "-12,34 USD"),
            (Money::from_minor(1_500, Currency::JPY), "1,500 JPY", "1.500 JPY"),
            (kwd(1_234_500), "1,234.500 KWD", "1.234,500 KWD"),
        ] {
            assert_eq!(amount.localized(Language::English), english, "{amount}");
            assert_eq!(amount.localized(Language::Vietnamese), vietnamese, "{amount}");
        }
    }

    #[test]
    fn a_language_is_found_by_its_tag() {
        for language in Language::ALL {
            assert_eq!(Language::from_tag(language.tag()), Some(language));
        }
        assert_eq!(Language::from_tag("fr"), None);
    }
}
