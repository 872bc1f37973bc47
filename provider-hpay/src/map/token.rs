//! What deliveries say of tokens of cards.

use payments_core::{
    OrderRef,
    notification::{Untrusted, UntrustedReason},
    payment::PaymentState,
};

use super::notice;
use crate::{
    token::{CardKind, CardToken, Revoked, SavedCard},
    wire,
};

/// The cards of a notification whose signature is good. One that was not paid tells of none.
///
/// # Errors
/// The order is not one, or a token is not what HPay puts there.
pub(crate) fn saved_cards(told: wire::SavedCard<'_>) -> Result<Vec<SavedCard>, Untrusted> {
    let unreadable = |words| Untrusted::new(UntrustedReason::Unreadable, words);
    let order =
        OrderRef::new(told.order_code).map_err(|_| unreadable("the order code is not one"))?;
    let state = notice::state(told.payment_type, told.error_text);
    if !matches!(state, PaymentState::Settled | PaymentState::Held) {
        return Ok(Vec::new());
    }
    let tokens =
        [(CardKind::Domestic, told.tokenization), (CardKind::International, told.token_cyber)];
    let given = tokens.into_iter().filter(|(_, token)| !token.is_empty());
    given
        .map(|(kind, token)| {
            Ok(SavedCard {
                order: order.clone(),
                token: CardToken::new(token).map_err(|_| unreadable("a token is not one"))?,
                kind,
                bank_code: told.bank_code.to_owned(),
                masked_number: told.card_number.to_owned(),
            })
        })
        .collect()
}

/// What `status` and `revoke_token_status` say: "if 00 is success", "true is removed and false is
/// failed" (HPay API reference 1.0.0, Revoke Callback IPN Request).
pub(crate) fn revoked(status: &str, word: &str) -> Revoked {
    match (status, word) {
        ("00", "true") => Revoked::Removed,
        ("00", _) => Revoked::Unclear,
        (_, "false") => Revoked::Kept,
        _ => Revoked::Unclear,
    }
}
