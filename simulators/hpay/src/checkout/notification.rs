//! What an attempt to pay sends to `notify_url` and, by the buyer's browser, to `return_url`.

use simulator_kit::Algorithm;
use url::Url;

use super::{
    order::{Attempt, Order, PayAs},
    token::CardKind,
};
use crate::{fields::Fields, formulas::PAYMENT_NOTIFICATION, gateway::Gateway, sign::forged};

/// The `error_text` of a failed attempt.
const FAILED: &str = "Giao dịch thất bại";

/// The fields of one outcome, in the order of the reference. Both routes carry the same.
///
/// Only the first six are under the code; token, bank and card are not.
pub(super) struct Outcome(Vec<(&'static str, String)>);

impl Outcome {
    pub(super) fn of(gateway: &Gateway, order: &Order, attempt: &Attempt, is_forged: bool) -> Self {
        let link = &order.link;
        let price = link.price.to_string();
        let payment_id = attempt.transaction_id.to_string();
        let payment_type = if attempt.outcome == PayAs::Held { "2" } else { "1" };
        let error_text = if attempt.outcome == PayAs::Failed { FAILED } else { "" };
        let paid_by = link.instrument;
        let card = gateway.books().card_of(attempt).cloned();
        let token = |kind| {
            let card = card.as_ref().filter(|card| card.kind == kind);
            card.map(|card| card.token.clone()).unwrap_or_default()
        };
        let mut outcome = vec![
            ("transaction_info", link.transaction_info.clone()),
            ("order_code", link.order_code.clone()),
            ("price", price),
            ("payment_id", payment_id),
            ("payment_type", payment_type.to_owned()),
            ("error_text", error_text.to_owned()),
            ("token_omipay", order.token.clone()),
            ("bank_code", paid_by.bank_code().to_owned()),
            ("card_number", paid_by.card_number().to_owned()),
            ("tokenization", token(CardKind::Domestic)),
            ("token_cyber", token(CardKind::International)),
            ("card_type", paid_by.card_type().to_owned()),
        ];
        let mut fields = Fields::of(&outcome);
        let signed =
            ["transaction_info", "order_code", "price", "payment_id", "payment_type", "error_text"]
                .map(|name| fields.text(name).to_owned());
        let usual = gateway.codes.payment_notification(signed.each_ref().map(String::as_str));
        fields = fields.with("merchant_site_code", &gateway.settings.merchant_id);
        let replaced = gateway.signature(PAYMENT_NOTIFICATION, Algorithm::Md5Hex, &fields);
        let secure_code = replaced.unwrap_or(usual);
        let secure_code = if is_forged { forged(&secure_code) } else { secure_code };
        // In its place by the reference.
        outcome.insert(6, ("secure_code", secure_code));
        Self(outcome)
    }

    /// The merchant's address, with these fields added to its query.
    ///
    /// `None` if the merchant gave none.
    pub(super) fn sent_to(&self, address: &str) -> Option<String> {
        let mut url = Url::parse(address).ok()?;
        url.query_pairs_mut().extend_pairs(&self.0);
        Some(url.into())
    }
}
