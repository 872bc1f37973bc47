//! The cards whose tokens a payment notification contains.

use payments_core::{
    EndpointName, Result,
    notification::{Delivery, Untrusted, UntrustedReason},
    payment::{Payment, PaymentState},
};

use super::{
    payment_notification,
    token::{CardKind, SavedCard, UnsignedToken},
};
use crate::{
    client::HPay,
    delivery::{Query, VerifiedFields, raw},
    endpoints::NOTIFY,
};

/// # Tokens of cards
impl HPay {
    /// Returns the cards whose tokens a payment notification contains. Call it in addition to
    /// handling the notification, with the same delivery.
    ///
    /// The signature of the notification covers the order but not the card, so a buyer can add any
    /// token to the query of their own return and send it to `notify_url`. The tokens are therefore
    /// [unsigned](crate::token::UnsignedToken); [`token`](crate::token) describes when to accept
    /// one. The list is empty if the notification's signature does not prove the payment.
    ///
    /// # Errors
    /// Returns [`Untrusted`] if the notification is not from HPay, or if the endpoint is not
    /// [`NOTIFY`](crate::endpoints::NOTIFY): the buyer's return is never accepted.
    pub fn saved_cards(
        &self,
        endpoint: &EndpointName,
        delivery: &Delivery<'_>,
    ) -> Result<Vec<SavedCard>, Untrusted> {
        if endpoint.as_str() != NOTIFY {
            let detail = "a buyer can change the token on any other way than to notify_url";
            return Err(Untrusted::new(UntrustedReason::WrongEndpoint, detail));
        }
        let (proof, fields) = payment_notification::verify(self, Query::of(delivery)?)?;
        let notice = payment_notification::read(self.account(), &fields, raw(delivery))?;
        // Otherwise the order of the tokens is uncertain.
        if !fields.read().iter().all(|field| proof.covers(field)) {
            return Ok(Vec::new());
        }
        cards(&notice.payment, &fields)
    }
}

/// Returns the cards in a notification of `payment`. Empty if it was not paid.
///
/// # Errors
/// Returns [`Untrusted`] if a token does not have a form that HPay documents.
fn cards(payment: &Payment, fields: &VerifiedFields<'_>) -> Result<Vec<SavedCard>, Untrusted> {
    if !matches!(payment.state, PaymentState::Settled | PaymentState::Held) {
        return Ok(Vec::new());
    }
    let tokens = [
        (CardKind::Domestic, fields.field("tokenization")),
        (CardKind::International, fields.field("token_cyber")),
    ];
    let given = tokens.into_iter().filter(|(_, token)| !token.is_empty());
    given
        .map(|(kind, token)| {
            Ok(SavedCard {
                order: payment.order.clone(),
                token: UnsignedToken::new(token).map_err(|_| {
                    Untrusted::new(UntrustedReason::Unreadable, "a token is not one")
                })?,
                kind,
                bank_code: fields.field("bank_code").to_owned(),
                masked_number: fields.field("card_number").to_owned(),
            })
        })
        .collect()
}

#[cfg(test)]
mod tests;
