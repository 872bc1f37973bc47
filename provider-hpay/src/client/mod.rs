//! The client of one merchant account: what every role shares, and what only HPay has.

mod answer;
mod authenticity;
mod balance;
mod beneficiary;
mod link;
mod order;
mod payments;
mod payouts;
mod token;
mod virtual_accounts;

use std::fmt;
use std::sync::Arc;

use bytes::Bytes;
use http::Response;
use payments_core::{
    Clock, Error, Raw, Result,
    formula::{Formula, SigningKeys},
    money::Currency,
    notification::check::Keys,
    options::Options,
    rsa::{PublicKey, Signer},
    rules::{Alphabet, TextRules},
    transport::{Call, Sent, Transport},
};

use crate::{
    formula::Formulas,
    map,
    options::HPayOptions,
    request::{Body, Fields},
    tables::Banks,
};

pub(crate) use authenticity::UnverifiedAnswers;
pub(crate) use payments::Payments;
pub(crate) use payouts::Payouts;
pub(crate) use virtual_accounts::VirtualAccounts;

/// Our references and HPay's numbers, which are signed next to others. HPay prints no length of a
/// reference: it is ours.
const REFERENCE: TextRules = TextRules::new(1, 50, Alphabet::AlphanumericAnd("_.-"));

/// One merchant account at HPay, and what only HPay has. Reached as an extension:
///
/// ```
/// # fn show(provider: &payments_core::Provider) -> payments_core::Result<()> {
/// let hpay = provider.extension::<provider_hpay::HPay>()?;
/// for formula in hpay.formulas().iter() {
///     println!("{}: {:?}, {}", formula.id, formula.confidence, formula.source);
/// }
/// # Ok(())
/// # }
/// ```
pub struct HPay {
    pub(crate) merchant: Merchant,
    pub(crate) formulas: Formulas,
    pub(crate) gateway: Gateway,
    pub(crate) banks: Banks,
    pub(crate) unverified_answers: UnverifiedAnswers,
    /// Without them nothing is signed or checked by RSA.
    pub(crate) rsa: Option<PayoutKeys>,
    pub(crate) transport: Arc<dyn Transport>,
    pub(crate) clock: Arc<dyn Clock>,
}

/// Who we are to HPay.
pub(crate) struct Merchant {
    /// `merchant_site_code`, `merchantId`, `merchant_id` and MID are this number.
    pub(crate) id: String,
    /// The primary e-mail of the account: `receiver` and `merchantEmail`.
    pub(crate) receiver: String,
    pub(crate) passcode: Keys,
    /// What links, notifications of payments and order inquiries are in: none of HPay's answers
    /// names it.
    pub(crate) currency: Currency,
    pub(crate) return_url: Option<String>,
    pub(crate) notify_url: Option<String>,
}

/// Where HPay is, and how its services want to be asked.
pub(crate) struct Gateway {
    pub(crate) checkout: String,
    pub(crate) account: String,
    pub(crate) openapi: String,
    pub(crate) link_path: String,
    /// Of the page of instalments, frames and tokens of domestic cards.
    pub(crate) advanced_link_path: String,
    pub(crate) revoke_token_path: String,
    pub(crate) revoke_token_merchant: MerchantName,
    pub(crate) order_inquiry_path: String,
    pub(crate) order_inquiry_body: Body,
    pub(crate) va_body: Body,
    pub(crate) payout_endpoint: PayoutEndpoint,
}

/// By which name a merchant's number is sent to revoke a token: the reference's table and its
/// example have one each.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum MerchantName {
    MerchantId,
    MerchantSiteCode,
    Both,
}

/// Where a merchant's payouts go (HPay API reference 1.0.0, iBFT Payment).
#[derive(Clone, Copy)]
pub(crate) enum PayoutEndpoint {
    /// For regular merchants.
    Json,
    /// For "special" merchants, whom HPay tells so.
    Openapi,
    /// Deprecated.
    Form,
}

impl PayoutEndpoint {
    /// Each under its name in the configuration, the default first.
    pub(crate) const CHOICES: [(&'static str, Self); 3] =
        [("json", Self::Json), ("openapi", Self::Openapi), ("form", Self::Form)];
}

impl Gateway {
    fn payout(&self) -> (String, Body) {
        match self.payout_endpoint {
            PayoutEndpoint::Json => (format!("{}/api/ibft/create", self.account), Body::Json),
            PayoutEndpoint::Openapi => (format!("{}/v1/fb/create", self.openapi), Body::Json),
            PayoutEndpoint::Form => (format!("{}/api/ibft", self.account), Body::Form),
        }
    }
}

/// What signs payouts and checks their answers.
pub(crate) struct PayoutKeys {
    pub(crate) ours: Arc<dyn Signer>,
    pub(crate) hpay: PublicKey,
}

impl HPay {
    /// The number that HPay gave the merchant.
    pub fn merchant_id(&self) -> &str {
        &self.merchant.id
    }

    /// The formulas in use: HPay's, or what the configuration put in their place.
    pub fn formulas(&self) -> &Formulas {
        &self.formulas
    }

    pub(crate) fn account(&self) -> map::Account<'_> {
        map::Account { merchant_id: self.merchant_id(), currency: self.merchant.currency }
    }

    /// Puts a code over all the fields, by the formula in use for `formula`.
    pub(crate) fn sign<'a>(
        &self,
        fields: Fields<'a>,
        name: &'static str,
        formula: &Formula,
    ) -> Result<Fields<'a>> {
        let signer = self.rsa.as_ref().map(|keys| keys.ours.as_ref());
        let keys = SigningKeys { secret: Some(&self.merchant.passcode), signer };
        fields.signed(name, self.formulas.get(formula), keys).map_err(as_asked)
    }

    /// Checks that the formula in use for `formula` can sign the fields, for roles whose requests
    /// are checked long before they are signed.
    pub(crate) fn check_signable(&self, fields: &Fields<'_>, formula: &Formula) -> Result<()> {
        fields.check_signable(self.formulas.get(formula)).map_err(as_asked)
    }

    pub(crate) async fn ask(&self, call: Call) -> Result<Response<Bytes>> {
        self.transport.inquire(call).await
    }

    async fn instruct(&self, call: Call) -> Result<Sent> {
        self.transport.instruct(call).await
    }
}

/// The error, naming the field of the app's request.
fn as_asked(error: Error) -> Error {
    match error.field().and_then(asked_as) {
        Some(asked) => error.with_field(asked),
        None => error,
    }
}

/// The field of the app's request that a signed field is filled from.
fn asked_as(wire: &str) -> Option<&'static str> {
    Some(match wire {
        "order_description" => "description",
        "buyer_info" => "buyer.name",
        "transaction_info" => "options.transaction_info",
        "sub_order" => "options.sub_order",
        "order_code" => "order",
        "price" => "amount",
        "requestId" => "payout",
        "bankAccountName" => "beneficiary.name",
        "bankAccountNumber" => "beneficiary.account",
        "va_name" | "accountVaName" => "holder",
        _ => return None,
    })
}

impl fmt::Debug for HPay {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HPay").field("merchant_id", &self.merchant.id).finish_non_exhaustive()
    }
}

/// The answer, byte for byte.
pub(crate) fn raw(response: &Response<Bytes>) -> Raw {
    Raw::new(response.body().clone())
}

/// HPay has options for payments only: on another request they would go unheard.
fn refuse_options(options: &Options) -> Result<()> {
    match options.get::<HPayOptions>()? {
        None => Ok(()),
        Some(_) => {
            Err(Error::unsupported("HPay has options for payments only").with_field("options"))
        }
    }
}
