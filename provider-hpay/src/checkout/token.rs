//! Tokens of buyers' cards. Notifications report them, and a merchant can pay with them or revoke
//! them.
//!
//! Tokens are not signed, neither in a link nor in a notification (source: HPay API reference
//! 1.0.0, Return_url and Notify_url; the signed fields are those of
//! [`PAYMENT_NOTIFICATION`](crate::formulas::PAYMENT_NOTIFICATION)). Every buyer has a signed
//! notification, in the query of their own return, and can add any token to it and send it to
//! `notify_url`. A notification therefore contains an [`UnsignedToken`], and the app decides
//! whether to accept it. Accept it only
//!
//! - if the request came from HPay: from one of HPay's source addresses, at an address that only
//!   HPay knows (a `notify_url` in the link is not secret, because the buyer sees the link), and
//! - for the buyer of the order alone, so that a token that this buyer wrote into the notification
//!   is worth no more than a card that they enter by hand, and
//! - never to pay without the buyer: show the masked number, and let the buyer confirm it.

use std::fmt;

use payments_core::{Authenticity, Error, OrderRef, Raw, Result, Secret};
use serde::{Deserialize, Serialize};

/// A token that represents a buyer's card.
///
/// Anyone who has the token can pay with the card, so `Debug` does not show it, and this value is
/// wiped when it is dropped. Its serialised form, request options and links contain the token in
/// clear text: store them as you store a secret.
#[derive(Clone, Deserialize, Serialize)]
#[serde(try_from = "String", into = "String")]
pub struct CardToken(Secret);

impl CardToken {
    /// Creates a token from the text that HPay reported.
    ///
    /// # Errors
    /// Returns [`InvalidRequest`](payments_core::ErrorKind::InvalidRequest) if the text is empty or
    /// contains white space, a pipe or a control character.
    pub fn new(text: impl Into<String>) -> Result<Self> {
        let text = text.into();
        let stranger = |c: char| c.is_whitespace() || c.is_control() || c == '|';
        let is_none = || Error::invalid("token", "is not a token of a card");
        if text.contains(stranger) {
            return Err(is_none());
        }
        Secret::new(text).map(Self).map_err(|_| is_none())
    }

    /// Returns the token's text, to store or to send. Never print it.
    pub fn expose(&self) -> &str {
        self.0.expose()
    }
}

/// A token from a notification. The token is not signed, so anybody may have written it there; see
/// [the module](self) for when to accept it.
///
/// It cannot be used before it is accepted:
///
/// ```compile_fail
/// # use provider_hpay::{options::{AtmToken, HPayOptions}, token::SavedCard};
/// fn pay_again(card: SavedCard) -> HPayOptions {
///     HPayOptions::new().with_atm_token(AtmToken::Pay(card.token))
/// }
/// ```
///
/// ```
/// # use provider_hpay::{options::{AtmToken, HPayOptions}, token::SavedCard};
/// fn pay_again(card: SavedCard, came_from_hpay: bool) -> Option<HPayOptions> {
///     let token = came_from_hpay.then(|| card.token.accept_unsigned())?;
///     Some(HPayOptions::new().with_atm_token(AtmToken::Pay(token)))
/// }
/// # let _ = pay_again;
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct UnsignedToken(CardToken);

impl UnsignedToken {
    pub(crate) fn new(text: &str) -> Result<Self> {
        CardToken::new(text).map(Self)
    }

    /// Returns the token, on the app's own responsibility: the app must have made sure that the
    /// request came from HPay, and must bind the token to the buyer of [`SavedCard::order`].
    pub fn accept_unsigned(self) -> CardToken {
        self.0
    }
}

impl fmt::Debug for UnsignedToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("UnsignedToken(…)")
    }
}

/// Compares in constant time.
impl PartialEq for CardToken {
    fn eq(&self, other: &Self) -> bool {
        self.0.matches(other.expose().as_bytes())
    }
}

impl Eq for CardToken {}

impl fmt::Debug for CardToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("CardToken(…)")
    }
}

impl TryFrom<String> for CardToken {
    type Error = Error;

    fn try_from(text: String) -> Result<Self> {
        Self::new(text)
    }
}

impl From<CardToken> for String {
    fn from(token: CardToken) -> Self {
        token.expose().to_owned()
    }
}

/// A card whose token a payment notification contains. The notification's signature covers the
/// order, but neither the token nor any other field of the card.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct SavedCard {
    /// The order that was paid with the card. The token belongs to the buyer of this order.
    pub order: OrderRef,
    /// The token, unsigned. It is used in
    /// [`atm_token`](crate::options::HPayOptions::with_atm_token) or in
    /// [`card_token`](crate::options::HPayOptions::with_card_token), depending on `kind`.
    pub token: UnsignedToken,
    /// Whether the card is domestic or international.
    pub kind: CardKind,
    /// `bank_code`, unsigned. Needed to revoke the token.
    pub bank_code: String,
    /// `card_number`, masked by HPay. Unsigned.
    pub masked_number: String,
}

/// The two kinds of cards. A token of one kind cannot be used as a token of the other.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CardKind {
    /// A card of a domestic bank: `tokenization`.
    Domestic,
    /// A card of an international scheme: `token_cyber`.
    International,
}

/// A request to revoke the token of a domestic card.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct RevokeToken {
    /// The token to revoke.
    pub token: CardToken,
    /// The bank of the card: [`SavedCard::bank_code`].
    pub bank_code: String,
    /// The address that the buyer's browser goes to afterwards.
    pub return_url: String,
    /// The address where HPay reports the result of the revocation. `None` sends none to HPay.
    pub notify_url: Option<String>,
}

impl RevokeToken {
    /// Creates a request to revoke `token`, the token of a card of the bank `bank_code`.
    pub fn new(
        token: CardToken,
        bank_code: impl Into<String>,
        return_url: impl Into<String>,
    ) -> Self {
        Self { token, bank_code: bank_code.into(), return_url: return_url.into(), notify_url: None }
    }

    /// Sets the address where HPay reports the result of the revocation.
    #[must_use]
    pub fn with_notify_url(mut self, url: impl Into<String>) -> Self {
        self.notify_url = Some(url.into());
        self
    }
}

/// A report, from HPay or from somebody in its name, about a token that was to be revoked.
///
/// Stop paying with the token whatever the report says; that does no harm. Delete the stored data
/// of the card only if [`is_proven`](Self::is_proven) returns `true`.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct TokenRevocation {
    /// The token that the report is about.
    pub token: CardToken,
    /// `bank_code`.
    pub bank_code: String,
    /// The reported result of the revocation.
    pub reported: Revoked,
    /// `error_text`, decoded.
    pub words: String,
    /// The query as received, with the authenticity of its signature.
    pub raw: Raw,
}

/// The reported result of revoking a token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Revoked {
    /// The token was revoked.
    Removed,
    /// The token was not revoked and can still be used.
    Kept,
    /// The report contradicts itself, or contains a value that no document lists.
    Unclear,
}

impl TokenRevocation {
    /// Returns `true` if HPay's signature is valid and covers both the token and the result.
    ///
    /// Always `false` as long as the formula of the signature,
    /// [`REVOKE_TOKEN_NOTIFICATION`](crate::formulas::REVOKE_TOKEN_NOTIFICATION), is unknown
    /// outside HPay.
    pub fn is_proven(&self) -> bool {
        match self.raw.authenticity() {
            Authenticity::Verified(proof) => ["bank_token", "status", "revoke_token_status"]
                .iter()
                .all(|field| proof.covers(field)),
            Authenticity::Unsigned | Authenticity::Unverified { .. } => false,
        }
    }
}
