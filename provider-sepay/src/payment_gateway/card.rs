//! Data of cards, none of which could be used to charge a card.

use std::fmt;

use super::wire;
use crate::field::owned;

/// The card of an attempt to pay, as SePay reports it to the merchant.
///
/// Its `Debug` output shows only the brand.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Card {
    /// The masked number, such as `512345xxxxxx0008`. If SePay did not mask it, the digits between
    /// the first six and the last four are masked here.
    pub number: Option<String>,
    /// The name of the card's holder.
    pub holder: Option<String>,
    /// The month and year in which the card expires, such as `12/30` in notifications and `1230` in
    /// the API.
    pub expiry: Option<String>,
    /// The brand, such as `MASTERCARD`.
    pub brand: Option<String>,
    /// The kind of card, such as `CREDIT` or `DEBIT`.
    pub funding: Option<String>,
}

impl Card {
    /// Reads the card of an attempt. `None` if every field is null, as for a transfer.
    pub(crate) fn of(row: &wire::OrderTransaction<'_>) -> Option<Self> {
        let card = Self {
            number: owned(&row.card_number).map(masked),
            holder: owned(&row.card_holder_name),
            expiry: owned(&row.card_expiry).map(expiry),
            brand: owned(&row.card_brand),
            funding: owned(&row.card_funding_method),
        };
        let fields = [&card.number, &card.holder, &card.expiry, &card.brand, &card.funding];
        fields.iter().any(|field| field.is_some()).then_some(card)
    }
}

/// Returns at most the first six and the last four digits (PCI DSS 4.0.1, requirement 3.4.1).
fn masked(number: String) -> String {
    const FIRST: usize = 6;
    const LAST: usize = 4;

    let digits = number.chars().filter(char::is_ascii_digit).count();
    if digits <= FIRST.saturating_add(LAST) {
        return number;
    }
    let hidden = FIRST..digits.saturating_sub(LAST);
    let mut place = 0_usize;
    number
        .chars()
        .map(|char| {
            if !char.is_ascii_digit() {
                return char;
            }
            let hide = hidden.contains(&place);
            place = place.saturating_add(1);
            if hide { 'x' } else { char }
        })
        .collect()
}

/// Returns `12/30` for both `1230` and `12/30`, and any other spelling unchanged.
fn expiry(text: String) -> String {
    match text.split_at_checked(2) {
        Some((month, year)) if text.len() == 4 && text.bytes().all(|b| b.is_ascii_digit()) => {
            format!("{month}/{year}")
        }
        _ => text,
    }
}

impl fmt::Debug for Card {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Card").field("brand", &self.brand).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(json: &str) -> Option<Card> {
        Card::of(&serde_json::from_str(json).unwrap())
    }

    #[test]
    fn a_number_shows_six_and_four_digits_at_most() {
        for (number, shown) in [
            ("512345xxxxxx0008", "512345xxxxxx0008"),
            ("5123450000000008", "512345xxxxxx0008"),
            ("5123 4500 0000 0008", "5123 45xx xxxx 0008"),
            ("51234500008", "512345x0008"),
            ("1234567890", "1234567890"),
            ("****0008", "****0008"),
            ("", ""),
        ] {
            assert_eq!(masked(number.to_owned()), shown);
        }
    }

    #[test]
    fn both_spellings_of_the_end_are_one() {
        for (text, read) in
            [("1230", "12/30"), ("12/26", "12/26"), ("12/2026", "12/2026"), ("12ế", "12ế")]
        {
            assert_eq!(expiry(text.to_owned()), read);
        }
    }

    #[test]
    fn a_card_prints_its_brand_alone_and_a_transfer_has_none() {
        let card = read(
            r#"{"card_number":"5123450000000008","card_holder_name":"NGUYEN VAN A",
                "card_expiry":"1230","card_funding_method":"DEBIT","card_brand":"MASTERCARD"}"#,
        )
        .unwrap();
        assert_eq!(card.number.as_deref(), Some("512345xxxxxx0008"));
        assert_eq!(card.expiry.as_deref(), Some("12/30"));
        assert_eq!(card.funding.as_deref(), Some("DEBIT"));
        assert_eq!(format!("{card:?}"), r#"Card { brand: Some("MASTERCARD"), .. }"#);
        for none in [r#"{"card_number":null}"#, r#"{"card_number":"","card_brand":null}"#, "{}"] {
            assert_eq!(read(none), None, "{none}");
        }
    }
}
