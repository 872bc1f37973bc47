//! Revoking the token of a domestic card (source: HPay API reference 1.0.0, Revoke ATM
//! tokenization): the buyer opens a link, and HPay reports the result at `notify_url`.

use payments_core::{
    Authenticity, Error, Raw, Result, check_page_address, check_web_address,
    notification::{Delivery, Untrusted, UntrustedReason},
    payment::NextAction,
};

use super::{
    api::REVOKE_TOKEN,
    status::revoked,
    token::{CardToken, RevokeToken, TokenRevocation},
};
use crate::{
    client::HPay,
    compat::MerchantField,
    delivery::{Query, raw},
    fields::Fields,
    formulas::REVOKE_TOKEN_NOTIFICATION,
    operation::Operation,
};

/// # Revoking tokens of cards
impl HPay {
    /// Creates the link by which a buyer revokes the token of a domestic card. No request is sent.
    /// HPay reports the result at `notify_url`, where [`token_revocation`](Self::token_revocation)
    /// reads it.
    ///
    /// # Errors
    /// Returns [`InvalidRequest`](payments_core::ErrorKind::InvalidRequest), naming the field, if a
    /// field cannot be sent.
    pub fn revoke_token(&self, request: &RevokeToken) -> Result<NextAction> {
        let bank = &request.bank_code;
        if bank.is_empty() || !bank.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
            return Err(Error::invalid("bank_code", "is not the code of a bank"));
        }
        check_page_address(&request.return_url)
            .map_err(|problem| Error::invalid("return_url", problem))?;
        if let Some(url) = &request.notify_url {
            check_web_address(url).map_err(|problem| Error::invalid("notify_url", problem))?;
        }
        let fields = Fields::new()
            .with("merchant_id", self.merchant_id())
            .with("receive_email", self.merchant.receiver.as_str())
            .with("bank_code", bank.as_str())
            .with("bank_token", request.token.expose())
            .with("return_url", request.return_url.as_str())
            .with_some("notify_url", request.notify_url.as_deref())
            .with("merchant_site_code", self.merchant_id());
        let operation = Operation { path: &self.compat.revoke_token_path, ..REVOKE_TOKEN };
        let url =
            self.link(&operation, fields, |fields| match self.compat.revoke_token_merchant {
                MerchantField::MerchantId => fields.without("merchant_site_code"),
                MerchantField::MerchantSiteCode => fields.without("merchant_id"),
                MerchantField::Both => fields,
            })?;
        Ok(NextAction::Redirect { url })
    }

    /// Reads HPay's report about a token that was to be revoked: the GET request at the
    /// `notify_url` given to [`revoke_token`](Self::revoke_token). Reply with HTTP 200.
    ///
    /// The formula of the report's signature is unknown outside HPay, so anybody may have written
    /// the report. [`TokenRevocation::is_proven`] is `false` until the configuration sets
    /// `formulas.revoke_token_notification`.
    ///
    /// # Errors
    /// Returns [`Untrusted`] if the report cannot be read, is about another merchant, or has a
    /// signature that does not match the configured formula.
    pub fn token_revocation(&self, delivery: &Delivery<'_>) -> Result<TokenRevocation, Untrusted> {
        let query = Query::of(delivery)?;
        let merchant = unquoted(query.text("merchant_id"));
        if merchant != self.merchant_id() {
            let words = "the report is about another merchant";
            return Err(Untrusted::new(UntrustedReason::WrongRecipient, words));
        }
        let unreadable = |words| Untrusted::new(UntrustedReason::Unreadable, words);
        let token = CardToken::new(unquoted(query.text("bank_token")))
            .map_err(|_| unreadable("bank_token is not a token"))?;
        let authenticity: Authenticity =
            self.formulas.get(&REVOKE_TOKEN_NOTIFICATION).authenticate(
                &query.fields(&[]),
                unquoted(query.text("secure_code")),
                self.passcode(),
            )?;
        let raw: Raw = raw(delivery).with_authenticity(authenticity);
        let (status, word) = (query.text("status"), query.text("revoke_token_status"));
        Ok(TokenRevocation {
            token,
            bank_code: unquoted(query.text("bank_code")).to_owned(),
            reported: revoked(unquoted(status), unquoted(word)),
            words: unquoted(query.text("error_text")).to_owned(),
            raw,
        })
    }
}

/// Removes quotation marks, which the example of the reference has around values.
fn unquoted(text: &str) -> &str {
    text.trim().trim_matches(['"', '\'', '’'])
}
