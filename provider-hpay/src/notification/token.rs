//! What deliveries say of tokens of cards. Nothing signs a token.

use payments_core::{
    Authenticity, EndpointName, Raw,
    formula::CheckingKeys,
    notification::{Delivery, Untrusted, UntrustedReason},
};

use super::{
    endpoints::NOTIFY,
    misplaced, payment,
    query::{Query, raw},
};
use crate::{
    HPay,
    formula::REVOKE_TOKEN_NOTIFICATION,
    map,
    token::{CardToken, SavedCard, TokenRevocation},
    wire,
};

pub(crate) fn saved_cards(
    hpay: &HPay,
    endpoint: &EndpointName,
    delivery: &Delivery<'_>,
) -> Result<Vec<SavedCard>, Untrusted> {
    if endpoint.as_str() != NOTIFY {
        return Err(misplaced("a buyer can change the token on any other way than to notify_url"));
    }
    let query = Query::of(delivery)?;
    let (proof, read) = payment::read(hpay, &query, raw(delivery))?;
    let read = read.map_err(|misread| match misread {
        map::Misread::Untrusted(untrusted) => untrusted,
        map::Misread::Amount { field, detail } => {
            Untrusted::new(UntrustedReason::Unreadable, format!("{field}: {detail}"))
        }
    })?;
    // To which order the tokens belong is then uncertain.
    if !read.rests_on.iter().all(|field| proof.covers(field)) {
        return Ok(Vec::new());
    }
    let told = wire::SavedCard {
        bank_code: query.text("bank_code"),
        card_number: query.text("card_number"),
        tokenization: query.text("tokenization"),
        token_cyber: query.text("token_cyber"),
    };
    map::saved_cards(&read.payment, told)
}

pub(crate) fn token_revocation(
    hpay: &HPay,
    delivery: &Delivery<'_>,
) -> Result<TokenRevocation, Untrusted> {
    let query = Query::of(delivery)?;
    let merchant = unquoted(query.text("merchant_id"));
    if merchant != hpay.merchant_id() {
        let words = "the report speaks to another merchant";
        return Err(Untrusted::new(UntrustedReason::WrongRecipient, words));
    }
    let unreadable = |words| Untrusted::new(UntrustedReason::Unreadable, words);
    let token = CardToken::new(unquoted(query.text("bank_token")))
        .map_err(|_| unreadable("bank_token is not a token"))?;
    let keys = CheckingKeys { secrets: Some(&hpay.merchant.passcode), public: &[] };
    let authenticity: Authenticity = hpay.formulas.get(&REVOKE_TOKEN_NOTIFICATION).authenticate(
        &query.fields(&[]),
        unquoted(query.text("secure_code")),
        keys,
    )?;
    let raw: Raw = raw(delivery).with_authenticity(authenticity);
    let (status, word) = (query.text("status"), query.text("revoke_token_status"));
    Ok(TokenRevocation {
        token,
        bank_code: unquoted(query.text("bank_code")).to_owned(),
        reported: map::revoked(unquoted(status), unquoted(word)),
        words: unquoted(query.text("error_text")).to_owned(),
        raw,
    })
}

/// The example of the reference has values in quotation marks.
fn unquoted(text: &str) -> &str {
    text.trim().trim_matches(['"', '\'', '’'])
}
