//! What deliveries say of tokens of cards.

use payments_core::{
    OrderRef,
    payment::{Payment, PaymentState},
};

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
    bank_code: "VISA",
    card_number: "400000xxxxxx1091",
    tokenization: "",
    token_cyber: "482CB2C6EBC19A41E063AF598d0ADCD8",
};

fn payment(state: PaymentState) -> Payment {
    Payment::new(OrderRef::new("OM_1768202539").unwrap(), state)
}

fn paid() -> Payment {
    payment(PaymentState::Settled)
}

#[test]
fn the_example_of_the_reference_tells_of_an_international_card() {
    let [card] = saved_cards(&paid(), TOLD).unwrap().try_into().unwrap();
    assert_eq!(card.kind, CardKind::International);
    assert_eq!(card.token.clone().accept_unsigned().expose(), TOLD.token_cyber);
    assert_eq!((&*card.bank_code, &*card.masked_number), ("VISA", "400000xxxxxx1091"));
    assert!(!format!("{card:?}").contains(TOLD.token_cyber));
}

#[test]
fn both_tokens_are_told_apart() {
    let both = wire::SavedCard { tokenization: "9704005990670018", ..TOLD };
    let kinds: Vec<_> =
        saved_cards(&paid(), both).unwrap().into_iter().map(|card| card.kind).collect();
    assert_eq!(kinds, [CardKind::Domestic, CardKind::International]);
}

#[test]
fn what_was_not_paid_tells_of_no_card() {
    for state in [PaymentState::Failed, PaymentState::Uncertain, PaymentState::Open] {
        assert_eq!(saved_cards(&payment(state), TOLD).unwrap(), [], "{state:?}");
    }
    assert_eq!(saved_cards(&payment(PaymentState::Held), TOLD).unwrap().len(), 1);
    let without = wire::SavedCard { token_cyber: "", ..TOLD };
    assert_eq!(saved_cards(&paid(), without).unwrap(), []);
}

#[test]
fn a_token_that_is_none_is_unreadable() {
    for token_cyber in ["a b", "a|b", "a\nb"] {
        let told = wire::SavedCard { token_cyber, ..TOLD };
        assert!(saved_cards(&paid(), told).is_err(), "{token_cyber:?}");
    }
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
