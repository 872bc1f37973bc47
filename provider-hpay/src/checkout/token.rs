//! Tokens of buyers' cards: reported by notifications, paid with, revoked.
//!
//! Nothing signs a token, neither in a link nor in a notification (HPay API reference 1.0.0,
//! Return_url and Notify_url; the signed fields are those of [`PAYMENT_NOTIFICATION`](crate::formulas::PAYMENT_NOTIFICATION)).
//! Whoever has one signed notification, as every buyer has in the query of his own return, can add
//! any token to it and send it to `notify_url`. So a notification carries an [`UnsignedToken`], and
//! the app decides whether to accept it. Accept it only
//!
//! - if the request came from HPay: from one of HPay's source addresses, at an address that only
//!   HPay knows (a notify_url in the link is not secret: the buyer carries the link), and
//! - for the buyer of the order alone: a token that somebody else wrote into the notification is
//!   then worth no more than the card that this buyer enters by hand, and
//! - never to pay without the buyer: show the masked number, and let the buyer confirm it.

use std::fmt;

use payments_core::{Authenticity, Error, OrderRef, Raw, Result, Secret};
use serde::{Deserialize, Serialize};

/// A token that represents a buyer's card. Whoever has it can pay with the card: it is never
/// printed, and wiped when dropped.
#[derive(Clone, Deserialize, Serialize)]
#[serde(try_from = "String", into = "String")]
pub struct CardToken(Secret);

impl CardToken {
    /// A token, as HPay reported it.
    ///
    /// # Errors
    /// `InvalidRequest` if it is empty or holds white space, a pipe or a control character.
    pub fn new(text: impl Into<String>) -> Result<Self> {
        let text = text.into();
        let stranger = |c: char| c.is_whitespace() || c.is_control() || c == '|';
        let is_none = || Error::invalid("token", "is not a token of a card");
        if text.contains(stranger) {
            return Err(is_none());
        }
        Secret::new(text).map(Self).map_err(|_| is_none())
    }

    /// The token itself, to store or to send; never to print.
    pub fn expose(&self) -> &str {
        self.0.expose()
    }
}

/// A token as a notification carries it. Nothing signs it, so anybody may have written it there;
/// see [the module](self) for when to accept it.
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

    /// The token, on the app's own responsibility: the app has made sure that the request came from
    /// HPay, and binds the token to the buyer of [`SavedCard::order`].
    pub fn accept_unsigned(self) -> CardToken {
        self.0
    }
}

impl fmt::Debug for UnsignedToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("UnsignedToken(…)")
    }
}

/// In constant time.
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

/// A card of which a payment notification carries a token. The notification's signature covers the
/// order, and neither the token nor anything else about the card.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct SavedCard {
    /// The order that was paid with it: the token belongs to its buyer.
    pub order: OrderRef,
    /// The token: for [`atm_token`](crate::options::HPayOptions::with_atm_token) or for
    /// [`card_token`](crate::options::HPayOptions::with_card_token), by `kind`. Unsigned.
    pub token: UnsignedToken,
    /// Whose card it is of.
    pub kind: CardKind,
    /// `bank_code`, which revoking the token needs. Unsigned.
    pub bank_code: String,
    /// `card_number`, masked by HPay. Unsigned.
    pub masked_number: String,
}

/// The two kinds of cards, whose tokens are not the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CardKind {
    /// Of a domestic bank: `tokenization`.
    Domestic,
    /// Of an international scheme: `token_cyber`.
    International,
}

/// A domestic card's token to revoke.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct RevokeToken {
    /// The token.
    pub token: CardToken,
    /// [`SavedCard::bank_code`].
    pub bank_code: String,
    /// Where the buyer's browser goes afterwards.
    pub return_url: String,
    /// Where HPay reports what became of it.
    pub notify_url: Option<String>,
}

impl RevokeToken {
    /// Revokes `token` of a card of the bank `bank_code`.
    pub fn new(
        token: CardToken,
        bank_code: impl Into<String>,
        return_url: impl Into<String>,
    ) -> Self {
        Self { token, bank_code: bank_code.into(), return_url: return_url.into(), notify_url: None }
    }

    /// Says where HPay reports what became of it.
    #[must_use]
    pub fn with_notify_url(mut self, url: impl Into<String>) -> Self {
        self.notify_url = Some(url.into());
        self
    }
}

/// What HPay, or somebody in its name, reports of a token that was to be revoked.
///
/// Stop paying with the token either way; that does no harm. Delete what you know of the card only
/// where [`is_proven`](Self::is_proven) says so.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct TokenRevocation {
    /// The token.
    pub token: CardToken,
    /// `bank_code`.
    pub bank_code: String,
    /// What is reported of it.
    pub reported: Revoked,
    /// `error_text`, decoded.
    pub words: String,
    /// The query, and how far it is known to be HPay's.
    pub raw: Raw,
}

/// What is reported of a token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Revoked {
    /// It is gone.
    Removed,
    /// It is still there.
    Kept,
    /// The report contradicts itself or says something that no document lists.
    Unclear,
}

impl TokenRevocation {
    /// Whether HPay said so: its code is good, and covers the token and what became of it.
    ///
    /// False as long as the formula is unknown outside HPay: [`REVOKE_TOKEN_NOTIFICATION`](crate::formulas::REVOKE_TOKEN_NOTIFICATION).
    pub fn is_proven(&self) -> bool {
        match self.raw.authenticity() {
            Authenticity::Verified(proof) => ["bank_token", "status", "revoke_token_status"]
                .iter()
                .all(|field| proof.covers(field)),
            Authenticity::Unsigned | Authenticity::Unverified { .. } => false,
        }
    }
}
