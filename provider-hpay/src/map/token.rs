//! What deliveries say of tokens of cards.

use payments_core::{
    notification::{Untrusted, UntrustedReason},
    payment::{Payment, PaymentState},
};

use crate::{
    token::{CardKind, Revoked, SavedCard, UnsignedToken},
    wire,
};

/// The cards that a notification of `payment` tells of. One that was not paid tells of none.
///
/// # Errors
/// A token is not what HPay puts there.
pub(crate) fn saved_cards(
    payment: &Payment,
    told: wire::SavedCard<'_>,
) -> Result<Vec<SavedCard>, Untrusted> {
    if !matches!(payment.state, PaymentState::Settled | PaymentState::Held) {
        return Ok(Vec::new());
    }
    let tokens =
        [(CardKind::Domestic, told.tokenization), (CardKind::International, told.token_cyber)];
    let given = tokens.into_iter().filter(|(_, token)| !token.is_empty());
    given
        .map(|(kind, token)| {
            Ok(SavedCard {
                order: payment.order.clone(),
                token: UnsignedToken::new(token).map_err(|_| {
                    Untrusted::new(UntrustedReason::Unreadable, "a token is not one")
                })?,
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
