//! Tokens of buyers' cards (HPay API reference 1.0.0, Revoke ATM tokenization; Return_url and
//! Notify_url).

use payments_core::{
    EndpointName, Error, Result, check_page_address, check_web_address,
    notification::{Delivery, Untrusted},
    payment::NextAction,
};

use super::{HPay, MerchantName};
use crate::{
    formula::REVOKE_TOKEN_LINK,
    notification,
    request::Fields,
    token::{RevokeToken, SavedCard, TokenRevocation},
};

/// # Tokens of cards
impl HPay {
    /// The cards that a payment notification tells tokens of. Call it beside handling the
    /// notification, with the same delivery.
    ///
    /// The signature of the notification covers the order and nothing of the card: a buyer can add
    /// any token to the query of his own return and send it to `notify_url`. So the tokens are
    /// [unsigned](crate::token::UnsignedToken), and [`token`](crate::token) says when to accept one.
    /// A notification whose payment is not proven by its signature carries none.
    ///
    /// # Errors
    /// [`Untrusted`]: the notification is not HPay's, or the endpoint is not
    /// [`NOTIFY`](crate::endpoints::NOTIFY). What a buyer's browser brings back is never taken.
    pub fn saved_cards(
        &self,
        endpoint: &EndpointName,
        delivery: &Delivery<'_>,
    ) -> Result<Vec<SavedCard>, Untrusted> {
        notification::saved_cards(self, endpoint, delivery)
    }

    /// The link by which a buyer revokes the token of a domestic card. Nothing is sent; what
    /// became of it arrives at `notify_url` and is read by
    /// [`token_revocation`](Self::token_revocation).
    ///
    /// # Errors
    /// `InvalidRequest` naming the field that cannot be sent.
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
        let fields = self.sign(fields, "secure_code", &REVOKE_TOKEN_LINK)?;
        let fields = match self.gateway.revoke_token_merchant {
            MerchantName::MerchantId => fields.without("merchant_site_code"),
            MerchantName::MerchantSiteCode => fields.without("merchant_id"),
            MerchantName::Both => fields,
        };
        let (host, path) = (&self.gateway.checkout, &self.gateway.revoke_token_path);
        Ok(NextAction::Redirect { url: format!("{host}{path}?{}", fields.to_query()) })
    }

    /// Reads what HPay reports of a token that was to be revoked: the GET at `notify_url` of
    /// [`revoke_token`](Self::revoke_token). Answer it with HTTP 200.
    ///
    /// Nobody outside HPay knows the formula of its code, so the report may be anybody's, and
    /// [`TokenRevocation::is_proven`] is false until the configuration gives `formulas.revoke_token_notification`.
    ///
    /// # Errors
    /// [`Untrusted`]: it cannot be read, speaks of another merchant, or its code is wrong by the
    /// formula given.
    pub fn token_revocation(&self, delivery: &Delivery<'_>) -> Result<TokenRevocation, Untrusted> {
        notification::token_revocation(self, delivery)
    }
}
