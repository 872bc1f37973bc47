//! The cards whose tokens a notification carries.

use payments_core::OrderRef;

use super::*;

const TOKEN: &str = "482CB2C6EBC19A41E063AF598d0ADCD8";

/// The example of the reference.
const EXAMPLE: [(&str, &str); 4] = [
    ("bank_code", "VISA"),
    ("card_number", "400000xxxxxx1091"),
    ("tokenization", ""),
    ("token_cyber", TOKEN),
];

fn payment(state: PaymentState) -> Payment {
    Payment::new(OrderRef::new("OM_1768202539").unwrap(), state)
}

fn paid() -> Payment {
    payment(PaymentState::Settled)
}

/// Returns the cards of a notification with some fields changed.
fn read(payment: &Payment, changes: &[(&str, &str)]) -> Result<Vec<SavedCard>, Untrusted> {
    let changed = |name: &str| changes.iter().find(|(other, _)| *other == name);
    let pairs =
        EXAMPLE.map(|(name, value)| (name, changed(name).map_or(value, |(_, value)| value)));
    cards(payment, &VerifiedFields::of(&pairs))
}

#[test]
fn the_example_of_the_reference_tells_of_an_international_card() {
    let [card] = read(&paid(), &[]).unwrap().try_into().unwrap();
    assert_eq!(card.kind, CardKind::International);
    assert_eq!(card.token.clone().accept_unsigned().expose(), TOKEN);
    assert_eq!((&*card.bank_code, &*card.masked_number), ("VISA", "400000xxxxxx1091"));
    assert!(!format!("{card:?}").contains(TOKEN));
}

#[test]
fn both_tokens_are_told_apart() {
    let both = [("tokenization", "9704005990670018")];
    let kinds: Vec<_> = read(&paid(), &both).unwrap().into_iter().map(|card| card.kind).collect();
    assert_eq!(kinds, [CardKind::Domestic, CardKind::International]);
}

#[test]
fn what_was_not_paid_tells_of_no_card() {
    for state in [PaymentState::Failed, PaymentState::Uncertain, PaymentState::Open] {
        assert_eq!(read(&payment(state), &[]).unwrap(), [], "{state:?}");
    }
    assert_eq!(read(&payment(PaymentState::Held), &[]).unwrap().len(), 1);
    assert_eq!(read(&paid(), &[("token_cyber", "")]).unwrap(), []);
}

#[test]
fn a_token_that_is_none_is_unreadable() {
    for token_cyber in ["a b", "a|b", "a\nb"] {
        assert!(read(&paid(), &[("token_cyber", token_cyber)]).is_err(), "{token_cyber:?}");
    }
}
