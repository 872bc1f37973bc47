//! What deliveries say of tokens of cards.

use crate::{
    map::{revoked, saved_cards},
    token::{
        CardKind,
        Revoked::{Kept, Removed, Unclear},
    },
    wire,
};

/// The example of the reference.
const TOLD: wire::SavedCard<'_> = wire::SavedCard {
    order_code: "OM_1768202539",
    payment_type: "1",
    error_text: "",
    bank_code: "VISA",
    card_number: "400000xxxxxx1091",
    tokenization: "",
    token_cyber: "482CB2C6EBC19A41E063AF598d0ADCD8",
};

#[test]
fn the_example_of_the_reference_tells_of_an_international_card() {
    let [card] = saved_cards(TOLD).unwrap().try_into().unwrap();
    assert_eq!(card.kind, CardKind::International);
    assert_eq!(card.token.expose(), TOLD.token_cyber);
    assert_eq!((&*card.bank_code, &*card.masked_number), ("VISA", "400000xxxxxx1091"));
    assert!(!format!("{card:?}").contains(TOLD.token_cyber));
}

#[test]
fn both_tokens_are_told_apart() {
    let both = wire::SavedCard { tokenization: "9704005990670018", ..TOLD };
    let kinds: Vec<_> = saved_cards(both).unwrap().into_iter().map(|card| card.kind).collect();
    assert_eq!(kinds, [CardKind::Domestic, CardKind::International]);
}

#[test]
fn what_was_not_paid_tells_of_no_card() {
    for told in [
        wire::SavedCard { error_text: "Het han", ..TOLD },
        wire::SavedCard { payment_type: "3", ..TOLD },
        wire::SavedCard { token_cyber: "", ..TOLD },
    ] {
        assert_eq!(saved_cards(told).unwrap(), []);
    }
    let held = wire::SavedCard { payment_type: "2", ..TOLD };
    assert_eq!(saved_cards(held).unwrap().len(), 1);
}

#[test]
fn a_token_that_is_none_is_unreadable() {
    for token_cyber in ["a b", "a|b", "a\nb"] {
        assert!(saved_cards(wire::SavedCard { token_cyber, ..TOLD }).is_err(), "{token_cyber:?}");
    }
    assert!(saved_cards(wire::SavedCard { order_code: "", ..TOLD }).is_err());
}

#[test]
fn every_pair_of_words_about_a_revocation_is_read() {
    for (status, word, reported) in [
        ("00", "true", Removed),
        ("00", "false", Unclear),
        ("00", "", Unclear),
        ("01", "false", Kept),
        ("99", "false", Kept),
        ("99", "true", Unclear),
        ("0", "true", Unclear),
        ("", "", Unclear),
        ("00", "TRUE", Unclear),
    ] {
        assert_eq!(revoked(status, word), reported, "{status:?} {word:?}");
    }
}
