//! Tokens of buyers' cards: made by payments, revoked by buyers (reference, "Revoke ATM
//! tokenization").

use bytes::Bytes;
use http::Request;
use serde::{Deserialize, Serialize};
use simulator_kit::{About, Algorithm};
use url::Url;

use super::{
    link::Instrument,
    order::{Attempt, Order},
    page,
};
use crate::{
    codes::checkout as code,
    control::{Announcement, ControlError},
    faults::Fault,
    fields::Fields,
    formulas::{REVOKE_TOKEN_LINK, REVOKE_TOKEN_NOTIFICATION},
    gateway::{Books, Gateway, NOTIFY},
    response::{HandlerResult, Refusal},
    sign::filler,
    tables::Static,
};

/// A token of a buyer's card.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Card {
    /// The token.
    pub token: String,
    /// `tokenization` or `token_cyber`.
    pub kind: CardKind,
    /// The `bank_code` of the notification that reported the token.
    #[serde(deserialize_with = "Instrument::deserialize_bank_code")]
    pub bank_code: Static,
    /// The card's number, masked.
    #[serde(deserialize_with = "Instrument::deserialize_number")]
    pub number: Static,
    /// The payment that made it.
    pub transaction_id: u64,
    /// Whether it can be paid with.
    pub is_active: bool,
    #[serde(skip)]
    asked: Option<Revocation>,
}

/// The two kinds of tokens.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CardKind {
    /// `tokenization`, of a domestic card.
    Domestic,
    /// `token_cyber`, of an international card.
    International,
}

/// A revocation that a buyer is asked to confirm.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Revocation {
    return_url: String,
    notify_url: String,
}

const REQUIRED: [&str; 5] =
    ["receive_email", "bank_code", "bank_token", "return_url", "secure_code"];

impl Books {
    /// Whether a token can be paid with.
    pub(super) fn has_card(&self, token: &str) -> bool {
        self.cards.iter().any(|card| card.is_active && card.token == token)
    }

    /// Makes the token of a paid attempt: of a domestic card where the link asks for it, of an
    /// international one always, as in the reference's example.
    pub(super) fn save_card(&mut self, merchant_id: &str, order: &Order, attempt: &Attempt) {
        let paid_by = order.link.instrument;
        let kind = match paid_by {
            Instrument::Atm if order.link.wants_atm_token => CardKind::Domestic,
            Instrument::Atm => return,
            _ => CardKind::International,
        };
        let id = attempt.transaction_id.to_string();
        let token = filler(&["card", merchant_id, paid_by.card_number(), &id]);
        self.cards.push(Card {
            token: if kind == CardKind::Domestic { token } else { token.to_uppercase() },
            kind,
            bank_code: paid_by.bank_code(),
            number: paid_by.card_number(),
            transaction_id: attempt.transaction_id,
            is_active: true,
            asked: None,
        });
    }

    /// The token that an attempt made.
    pub(super) fn card_of(&self, attempt: &Attempt) -> Option<&Card> {
        self.cards.iter().find(|card| card.transaction_id == attempt.transaction_id)
    }
}

/// `GET /revoke_token.php`: the buyer is asked whether to remove the card.
///
/// The reference's table names the merchant `merchant_id` and its example `merchant_site_code`:
/// either is accepted.
pub(crate) fn revoke(gateway: &Gateway, fields: &Fields, _fault: Option<&Fault>) -> HandlerResult {
    let merchant = fields.given("merchant_id").or(fields.given("merchant_site_code"));
    let merchant = merchant.ok_or(Refusal(code::WRONG_PARAMETERS))?;
    if !fields.has_all(&REQUIRED) {
        return Err(Refusal(code::WRONG_PARAMETERS));
    }
    if !gateway.is_merchant(merchant) {
        return Err(Refusal(code::UNKNOWN_MERCHANT));
    }
    let (email, bank) = (fields.text("receive_email"), fields.text("bank_code"));
    let token = fields.text("bank_token");
    let usual = gateway.codes.token_revocation(email, bank, token);
    if !gateway.is_code(REVOKE_TOKEN_LINK, fields, fields.text("secure_code"), &[usual]) {
        return Err(Refusal(code::WRONG_CODE));
    }
    if email != gateway.settings.merchant_email {
        return Err(Refusal(code::WRONG_RECEIVER));
    }
    let return_url = fields.text("return_url");
    if Url::parse(return_url).is_err() {
        return Err(Refusal(code::INVALID_RETURN_URL));
    }
    let notify_url = fields.text("notify_url");
    if !gateway.can_notify(notify_url) {
        return Err(Refusal(code::WRONG_PARAMETERS));
    }
    let mut books = gateway.books();
    let card = books
        .cards
        .iter_mut()
        .find(|card| {
            card.is_active
                && card.kind == CardKind::Domestic
                && (card.token.as_str(), card.bank_code) == (token, bank)
        })
        .ok_or(Refusal(code::UNKNOWN_TOKEN))?;
    card.asked =
        Some(Revocation { return_url: return_url.to_owned(), notify_url: notify_url.to_owned() });
    Ok(page::revocation_page(card))
}

/// The buyer removes the card, which is reported to both addresses of the link.
pub(crate) async fn remove(gateway: &Gateway, token: &str) -> Result<Announcement, ControlError> {
    let (card, asked) = {
        let mut books = gateway.books();
        let unknown = || ControlError::UnknownCard(token.to_owned());
        let card = books.cards.iter_mut().find(|card| card.token == token).ok_or_else(unknown)?;
        let asked = card.asked.take().ok_or_else(unknown)?;
        card.is_active = false;
        (card.clone(), asked)
    };
    let report = report(gateway, &card);
    let request = match with_query(&asked.notify_url, &report) {
        None => None,
        Some(address) => Some(
            Request::get(&address)
                .extension(About::new(NOTIFY, format!("card {}", card.token)))
                .body(Bytes::new())
                .map_err(|_| ControlError::UnusableAddress(asked.notify_url.clone()))?,
        ),
    };
    let receipts = match request.clone() {
        Some(request) => gateway.notify(request).await,
        None => Vec::new(),
    };
    Ok(Announcement {
        transaction_id: card.transaction_id,
        request,
        receipts,
        return_link: with_query(&asked.return_url, &report),
    })
}

/// The fields of the report. HPay does not publish the formula of the code, so that a filler takes
/// its place unless the configuration has one.
fn report(gateway: &Gateway, card: &Card) -> Vec<(&'static str, String)> {
    let mut report = vec![
        ("merchant_id", gateway.settings.merchant_id.clone()),
        ("receiver", gateway.settings.merchant_email.clone()),
        ("bank_code", card.bank_code.to_owned()),
        ("bank_token", card.token.clone()),
        ("error_text", String::new()),
        ("status", code::DONE.to_owned()),
        ("revoke_token_status", "true".to_owned()),
    ];
    let fields = Fields::of(&report);
    let signed = gateway.signature(REVOKE_TOKEN_NOTIFICATION, Algorithm::Md5Hex, &fields);
    let secure_code = signed.unwrap_or_else(|| filler(&["revoked", &card.token]));
    report.push(("secure_code", secure_code));
    report
}

fn with_query(address: &str, report: &[(&'static str, String)]) -> Option<String> {
    let mut url = Url::parse(address).ok()?;
    url.query_pairs_mut().extend_pairs(report);
    Some(url.into())
}
